//! `opaque SessionID<0..32>;` (RFC 5246 §7.4.1.2; `legacy_session_id` in RFC 9846 §4.2.2)

use core::fmt;

use crate::reader::{DecodeError, Problem, Reader};
use crate::writer::Writer;

/// A TLS 1.2 session ID; in TLS 1.3 something to echo.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId {
    // Bytes beyond the length are zero, so that derived equality is equality.
    bytes: [u8; Self::MAX_LEN],
    length: u8,
}

impl SessionId {
    /// The longest one.
    pub const MAX_LEN: usize = 32;

    /// No session ID.
    pub const fn empty() -> Self {
        Self {
            bytes: [0; Self::MAX_LEN],
            length: 0,
        }
    }

    /// A session ID of these bytes, 32 at most.
    pub fn new(id: &[u8]) -> Result<Self, DecodeError> {
        let mut bytes = [0; Self::MAX_LEN];
        match (bytes.get_mut(..id.len()), u8::try_from(id.len())) {
            (Some(front), Ok(length)) => {
                front.copy_from_slice(id);
                Ok(Self { bytes, length })
            }
            _ => Err(DecodeError::new("session_id", Problem::LengthOutOfRange)),
        }
    }

    /// Its bytes.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        usize::from(self.length)
    }

    /// Whether it is none.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(super) fn decode(r: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError> {
        Self::new(r.vec8(field, 0..=Self::MAX_LEN)?)
    }

    pub(super) fn encode(&self, w: &mut Writer) {
        w.vec8(|w| w.bytes(self.as_slice()));
    }
}

impl Default for SessionId {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<[u8; 32]> for SessionId {
    fn from(bytes: [u8; 32]) -> Self {
        Self { bytes, length: 32 }
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(")?;
        for byte in self.as_slice() {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_thirty_two_bytes_are_an_id_and_more_are_not() {
        assert!(SessionId::empty().is_empty());
        for length in 0..=32 {
            let id = SessionId::new(&[9; 32][..length]).unwrap();
            assert_eq!((id.as_slice(), id.len()), (&[9; 32][..length], length));
        }
        assert_eq!(
            SessionId::new(&[0; 33]).unwrap_err().problem,
            Problem::LengthOutOfRange
        );
        assert_eq!(
            SessionId::new(&[0; 300]).unwrap_err().problem,
            Problem::LengthOutOfRange
        );
    }

    #[test]
    fn ids_that_differ_only_in_length_are_different() {
        assert_ne!(SessionId::new(&[0]).unwrap(), SessionId::empty());
        assert_eq!(SessionId::from([9; 32]), SessionId::new(&[9; 32]).unwrap());
        assert_eq!(
            format!("{:?}", SessionId::new(&[1, 0xab]).unwrap()),
            "SessionId(01ab)"
        );
    }
}
