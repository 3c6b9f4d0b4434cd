//! Received records lose their protection, in place.

use crate::fault::RecordError;
use crate::keys::record_keys::{CARRIED, Form, RecordKeys, additional_data};
use std::ops::Range;
use tessera_wire::codepoint::ContentType;
use tessera_wire::record::{HEADER_LEN, MAX_PLAINTEXT};

/// The receiving half's protection.
pub(crate) struct Opener {
    keys: RecordKeys,
    sequence: u64,
}

/// What a record held.
#[derive(Clone, Debug)]
pub(crate) struct Plaintext {
    pub(crate) content_type: ContentType,
    /// Where in the record its content lies now.
    pub(crate) content: Range<usize>,
}

impl Opener {
    /// New keys count from zero: RFC 9846 §5.3 (1).
    pub(crate) fn new(keys: RecordKeys) -> Self {
        Self { keys, sequence: 0 }
    }

    /// Whether nothing has been opened yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.sequence == 0
    }

    /// Whether records of every type are protected, and say in clear which type that is.
    pub(crate) fn is_tls12(&self) -> bool {
        self.keys.form != Form::Tls13
    }

    /// Opens one whole protected record in place. Nothing is counted for a record that does not
    /// verify, so that refused early data can be passed over (RFC 9846 §4.3.10).
    pub(crate) fn open(&mut self, record: &mut [u8]) -> Result<Plaintext, RecordError> {
        let plaintext = match self.keys.form {
            Form::Tls13 => self.open_tls13(record),
            Form::Tls12Counted | Form::Tls12Carried => self.open_tls12(record),
        }?;
        // RFC 5246 §6.1 (1). 2^64 records would take a peer longer than the universe has been there.
        self.sequence = self.sequence.wrapping_add(1);
        Ok(plaintext)
    }

    /// RFC 9846 §5.2.
    fn open_tls13(&self, record: &mut [u8]) -> Result<Plaintext, RecordError> {
        let (header, sealed) = record
            .split_at_mut_checked(HEADER_LEN)
            .ok_or(RecordError::Empty)?;
        let len = self
            .keys
            .key
            .open_in_place(self.keys.nonce(self.sequence), header, sealed)
            // RFC 9846 §5.2 (3).
            .map_err(|_| RecordError::BadMac)?;
        let inner = sealed.get(..len).ok_or(RecordError::BadMac)?;
        // One byte of content type on top of the content: RFC 9846 §5.4 (6).
        if inner.len() > MAX_PLAINTEXT + 1 {
            return Err(RecordError::TooLarge);
        }
        // Padding is zeros behind the content type; all zeros is no record: RFC 9846 §5.4 (4, 5).
        let position = inner
            .iter()
            .rposition(|byte| *byte != 0)
            .ok_or(RecordError::Empty)?;
        let content_type = ContentType(inner.get(position).copied().unwrap_or_default());
        Ok(Plaintext {
            content_type,
            content: HEADER_LEN..HEADER_LEN + position,
        })
    }

    /// RFC 5246 §6.2.3.3 (3).
    fn open_tls12(&self, record: &mut [u8]) -> Result<Plaintext, RecordError> {
        let header = *record
            .first_chunk::<HEADER_LEN>()
            .ok_or(RecordError::BadMac)?;
        let [content_type, ..] = header;
        let start = HEADER_LEN + self.keys.form.prefix();
        let (front, sealed) = record
            .split_at_mut_checked(start)
            .ok_or(RecordError::BadMac)?;
        let len = sealed.len().checked_sub(16).ok_or(RecordError::BadMac)?;
        if len > MAX_PLAINTEXT {
            return Err(RecordError::TooLarge);
        }
        let mut nonce = self.keys.nonce(self.sequence);
        if self.keys.form == Form::Tls12Carried
            && let (Some(carried), Some(end)) =
                (front.last_chunk::<CARRIED>(), nonce.last_chunk_mut())
        {
            *end = *carried;
        }
        // At most 2^14, just checked.
        let data = additional_data(self.sequence, &header, len as u16);
        let opened = self.keys.key.open_in_place(nonce, &data, sealed);
        opened.map_err(|_| RecordError::BadMac)?;
        Ok(Plaintext {
            content_type: ContentType(content_type),
            content: start..start + len,
        })
    }
}
