//! Sent records get their protection.

use super::limits;
use crate::fault::LocalError;
use crate::keys::record_keys::{Form, RecordKeys, additional_data};
use tessera_wire::codepoint::{ContentType, ProtocolVersion};
use tessera_wire::record::{HEADER_LEN, MAX_PLAINTEXT, RecordHeader};

/// The sending half: in the clear until keys are installed.
pub(crate) enum Sealer {
    /// Before the first keys. The very first ClientHello's record says TLS 1.0: RFC 9846 §5.1.
    Clear { version: ProtocolVersion },
    /// Under traffic keys.
    Protected(Protected),
}

/// Traffic keys in use.
pub(crate) struct Protected {
    keys: RecordKeys,
    sequence: u64,
    update_at: u64,
}

impl Sealer {
    /// New keys count from zero: RFC 9846 §5.3 (1).
    pub(crate) fn protected(keys: RecordKeys, update_after: Option<u64>) -> Self {
        let update_at = update_after
            .unwrap_or_else(|| limits::update_at(keys.limit))
            .max(1);
        Self::Protected(Protected {
            keys,
            sequence: 0,
            update_at,
        })
    }

    /// Whether these keys have sealed what they should: time for a KeyUpdate (RFC 9846 §5.5 (1)).
    pub(crate) fn is_worn(&self) -> bool {
        matches!(self, Self::Protected(protected) if protected.sequence >= protected.update_at)
    }

    /// How many bytes sealing `len` bytes of content adds to a buffer.
    pub(crate) fn sealed_len(&self, len: usize) -> usize {
        let records = len.div_ceil(MAX_PLAINTEXT).max(1);
        let overhead = match self {
            Self::Clear { .. } => HEADER_LEN,
            Self::Protected(protected) => HEADER_LEN + protected.keys.form.overhead(),
        };
        len + records * overhead
    }

    /// Appends `content` as one record or more, none too long: RFC 9846 §5.1 (14), §5.2 (1). Allocates
    /// only if `out` is too small.
    pub(crate) fn seal(
        &mut self,
        content_type: ContentType,
        content: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), LocalError> {
        out.reserve(self.sealed_len(content.len()));
        let mut fragments = content.chunks(MAX_PLAINTEXT);
        // An empty content is one empty record.
        let first = fragments.next().unwrap_or_default();
        for fragment in std::iter::once(first).chain(fragments) {
            self.record(content_type, fragment, out)?;
        }
        Ok(())
    }

    fn record(
        &mut self,
        content_type: ContentType,
        fragment: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), LocalError> {
        match self {
            Self::Clear { version } => {
                let header = RecordHeader {
                    content_type,
                    legacy_version: *version,
                    length: fragment_len(fragment.len())?,
                };
                out.extend_from_slice(&header.encode());
                out.extend_from_slice(fragment);
                Ok(())
            }
            Self::Protected(protected) => protected.record(content_type, fragment, out),
        }
    }
}

impl Protected {
    fn record(
        &mut self,
        content_type: ContentType,
        fragment: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), LocalError> {
        // The hard stop: whatever the reason, no nonce and no key is used beyond its limit:
        // RFC 9846 §5.3 (2), §5.5 (1).
        let limit = match content_type {
            ContentType::APPLICATION_DATA => self.keys.limit.saturating_sub(limits::LAST_WORDS),
            _ => self.keys.limit,
        };
        if self.sequence >= limit {
            return Err(LocalError::KeysExhausted);
        }
        let form = self.keys.form;
        let header = RecordHeader {
            // TLS 1.3 shows an observer one type for everything: RFC 9846 §5.2.
            content_type: match form {
                Form::Tls13 => ContentType::APPLICATION_DATA,
                Form::Tls12Counted | Form::Tls12Carried => content_type,
            },
            legacy_version: ProtocolVersion::TLS1_2,
            length: fragment_len(fragment.len() + form.overhead())?,
        }
        .encode();
        out.extend_from_slice(&header);
        if form == Form::Tls12Carried {
            // The sequence number is never used twice with one key, and tells nobody anything.
            out.extend_from_slice(&self.sequence.to_be_bytes());
        }
        let start = out.len();
        out.extend_from_slice(fragment);
        let nonce = self.keys.nonce(self.sequence);
        let tag = if form == Form::Tls13 {
            out.push(content_type.0);
            let inner = out.get_mut(start..).ok_or(LocalError::Crypto)?;
            self.keys.key.seal_in_place(nonce, &header, inner)
        } else {
            let data = additional_data(self.sequence, &header, fragment_len(fragment.len())?);
            let content = out.get_mut(start..).ok_or(LocalError::Crypto)?;
            self.keys.key.seal_in_place(nonce, &data, content)
        };
        out.extend_from_slice(&tag);
        self.sequence += 1;
        Ok(())
    }
}

fn fragment_len(len: usize) -> Result<u16, LocalError> {
    u16::try_from(len).map_err(|_| LocalError::Crypto)
}
