//! Bytes that are compared and not kept.

use data_encoding::HEXLOWER;
use std::fmt;
use tessera_crypto::HashAlgorithm;

/// How many bytes, and their SHA-256. No bytes have no hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imprint {
    len: usize,
    digest: [u8; 32],
}

impl Imprint {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        let digest = HashAlgorithm::Sha256.hash(bytes);
        Self {
            len: bytes.len(),
            digest: digest.as_bytes().try_into().unwrap_or_default(),
        }
    }

    /// Of no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// `221 9f86…`, as [`fmt::Display`] writes it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (len, digest) = text.split_once(' ')?;
        let digest = HEXLOWER.decode(digest.as_bytes()).ok()?;
        let len = len.parse().ok().filter(|len| *len > 0)?;
        Some(Self {
            len,
            digest: digest.try_into().ok()?,
        })
    }
}

impl fmt::Display for Imprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.len, HEXLOWER.encode(&self.digest))
    }
}
