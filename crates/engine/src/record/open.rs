//! Received records lose their protection, in place.

use crate::fault::RecordError;
use crate::keys::record_keys::RecordKeys;
use tessera_wire::codepoint::ContentType;
use tessera_wire::record::{HEADER_LEN, MAX_PLAINTEXT};

/// The receiving half's protection.
pub(crate) struct Opener {
    keys: RecordKeys,
    sequence: u64,
}

/// What a record held: `len` bytes right behind its header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plaintext {
    pub(crate) content_type: ContentType,
    pub(crate) len: usize,
}

impl Opener {
    pub(crate) fn new(keys: RecordKeys) -> Self {
        Self { keys, sequence: 0 }
    }

    /// Whether nothing has been opened yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.sequence == 0
    }

    /// Opens one whole protected record in place: RFC 9846 §5.2. Nothing is counted for a record
    /// that does not verify, so that refused early data can be passed over (§4.3.10).
    pub(crate) fn open(&mut self, record: &mut [u8]) -> Result<Plaintext, RecordError> {
        let (header, sealed) = record
            .split_at_mut_checked(HEADER_LEN)
            .ok_or(RecordError::Empty)?;
        let nonce = self.keys.nonce(self.sequence);
        let len = self
            .keys
            .key
            .open_in_place(nonce, header, sealed)
            .map_err(|_| RecordError::BadMac)?;
        // 2^64 records would take a peer longer than the universe has been there.
        self.sequence = self.sequence.wrapping_add(1);
        let inner = sealed.get(..len).ok_or(RecordError::BadMac)?;
        // One byte of content type on top of the content: §5.4.
        if inner.len() > MAX_PLAINTEXT + 1 {
            return Err(RecordError::TooLarge);
        }
        // Padding is zeros behind the content type; all zeros is no record: §5.4.
        let position = inner
            .iter()
            .rposition(|byte| *byte != 0)
            .ok_or(RecordError::Empty)?;
        let content_type = ContentType(inner.get(position).copied().unwrap_or_default());
        Ok(Plaintext {
            content_type,
            len: position,
        })
    }
}
