//! Bytes that are wiped when dropped, compared in constant time and never shown.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret of at most [`Secret::MAX_LEN`] bytes, held inline.
///
/// There is no `Debug`, no `Display` and no `PartialEq`: use
/// [`matches`](Self::matches).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret {
    bytes: [u8; Self::MAX_LEN],
    len: usize,
}

/// More bytes than a [`Secret`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// How many bytes were given.
    pub len: usize,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bytes given, a secret holds at most {}",
            self.len,
            Secret::MAX_LEN
        )
    }
}

impl std::error::Error for TooLong {}

impl Secret {
    /// Room for the longest secret of TLS 1.3: two 32-byte halves of a hybrid
    /// key exchange, or the 66 bytes of a P-521 agreement.
    pub const MAX_LEN: usize = 72;

    /// Copies `bytes`.
    pub fn new(bytes: &[u8]) -> Result<Self, TooLong> {
        let mut secret = Self {
            bytes: [0; Self::MAX_LEN],
            len: bytes.len(),
        };
        match secret.bytes.get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                Ok(secret)
            }
            None => Err(TooLong { len: bytes.len() }),
        }
    }

    /// The string of `len` zero bytes that the key schedule starts from
    /// (RFC 9846 §7.1); at most [`MAX_LEN`](Self::MAX_LEN) of them.
    pub fn zeros(len: usize) -> Self {
        Self {
            bytes: [0; Self::MAX_LEN],
            len: len.min(Self::MAX_LEN),
        }
    }

    /// The bytes. Whoever copies them out also answers for wiping the copy.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// How many bytes it has.
    #[expect(
        clippy::len_without_is_empty,
        reason = "nothing asks for an empty secret"
    )]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the bytes are equal, in time that depends on the lengths only.
    pub fn matches(&self, other: &[u8]) -> bool {
        self.as_bytes().ct_eq(other).into()
    }

    /// Whether every byte is zero (and so for an empty secret).
    pub fn is_all_zero(&self) -> bool {
        self.as_bytes().iter().fold(0, |any, byte| any | byte) == 0
    }

    /// Room for `len` bytes, filled by `write`.
    pub(crate) fn filled(len: usize, write: impl FnOnce(&mut [u8])) -> Self {
        let mut secret = Self::zeros(len);
        write(&mut secret.bytes[..secret.len]);
        secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_keeps_exactly_the_bytes_given() {
        let secret = Secret::new(&[7; 48]).unwrap();
        assert_eq!(secret.len(), 48);
        assert_eq!(secret.as_bytes(), [7; 48]);
        let copy = secret.clone();
        assert!(copy.matches(secret.as_bytes()));
    }

    #[test]
    fn a_secret_matches_only_the_same_bytes() {
        let secret = Secret::new(b"abc").unwrap();
        assert!(!secret.matches(b"abd"));
        assert!(!secret.matches(b"ab"));
        assert!(!secret.matches(b"abcd"));
        assert!(!secret.matches(b""));
    }

    #[test]
    fn more_than_fits_is_refused() {
        assert!(Secret::new(&[1; Secret::MAX_LEN]).is_ok());
        let refused = Secret::new(&[1; Secret::MAX_LEN + 1]).err();
        assert_eq!(
            refused,
            Some(TooLong {
                len: Secret::MAX_LEN + 1
            })
        );
    }

    #[test]
    fn zeros_are_known_to_be_zero() {
        assert!(Secret::zeros(48).is_all_zero());
        assert_eq!(Secret::zeros(48).len(), 48);
        assert_eq!(Secret::zeros(1000).len(), Secret::MAX_LEN);
        assert!(!Secret::new(&[0, 0, 1]).unwrap().is_all_zero());
    }
}
