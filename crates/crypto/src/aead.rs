//! Authenticated encryption: records in place, tickets with misuse resistance.

use core::fmt;

use zeroize::Zeroizing;

use crate::backend;

/// The length of a nonce, and so of an IV, in every AEAD here.
pub const NONCE_LEN: usize = 12;

/// The length of a tag in every AEAD here.
pub const TAG_LEN: usize = 16;

/// The AEAD of a cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AeadAlgorithm {
    /// AES-128-GCM.
    Aes128Gcm,
    /// AES-256-GCM.
    Aes256Gcm,
    /// ChaCha20-Poly1305 (RFC 8439).
    ChaCha20Poly1305,
}

impl AeadAlgorithm {
    /// `key_length` of RFC 9846 §7.3, in bytes.
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }

    /// `iv_length`, in bytes.
    pub const fn iv_len(self) -> usize {
        NONCE_LEN
    }

    /// How much longer a ciphertext is than its plaintext.
    pub const fn tag_len(self) -> usize {
        TAG_LEN
    }
}

/// A key of another length than its algorithm takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKeyLength;

impl fmt::Display for InvalidKeyLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key has not the length its algorithm takes")
    }
}

impl std::error::Error for InvalidKeyLength {}

/// The ciphertext was not made with this key, nonce and additional data; or it
/// is shorter than a tag. Which of these is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenError;

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ciphertext does not authenticate")
    }
}

impl std::error::Error for OpenError {}

/// A record protection key. Sealing and opening happen in the caller's buffer
/// and allocate nothing.
pub struct AeadKey {
    inner: backend::AeadKey,
}

impl AeadKey {
    /// Prepares a key of [`AeadAlgorithm::key_len`] bytes.
    pub fn new(algorithm: AeadAlgorithm, key: &[u8]) -> Result<Self, InvalidKeyLength> {
        if key.len() != algorithm.key_len() {
            return Err(InvalidKeyLength);
        }
        Ok(Self {
            inner: backend::AeadKey::new(algorithm, key),
        })
    }

    /// Encrypts `data` where it is and returns the tag that belongs behind it.
    ///
    /// A nonce must never be used twice with one key: RFC 9846 §5.3 derives it
    /// from the record's sequence number.
    ///
    /// # Panics
    ///
    /// If `data` is longer than an AEAD can take (64 GiB for AES-GCM).
    pub fn seal_in_place(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        data: &mut [u8],
    ) -> [u8; TAG_LEN] {
        self.inner.seal(nonce, aad, data)
    }

    /// Decrypts `data_and_tag` where it is and returns the plaintext's length,
    /// which stands at the front. After an error the buffer's content is of no use.
    pub fn open_in_place(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        data_and_tag: &mut [u8],
    ) -> Result<usize, OpenError> {
        self.inner.open(nonce, aad, data_and_tag).ok_or(OpenError)
    }
}

/// An AES-256-GCM-SIV key (RFC 8452): a repeated nonce reveals only whether the
/// same plaintext was sealed twice.
pub struct SivKey {
    inner: backend::SivKey,
}

impl SivKey {
    /// The length of a key.
    pub const KEY_LEN: usize = 32;

    /// Prepares a key.
    pub fn new(key: &[u8; Self::KEY_LEN]) -> Self {
        Self {
            inner: backend::SivKey::new(key),
        }
    }

    /// Encrypts `plaintext`; the result ends in the tag.
    ///
    /// # Panics
    ///
    /// If `plaintext` is longer than 64 GiB.
    pub fn seal(&self, nonce: [u8; NONCE_LEN], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(plaintext.len() + TAG_LEN);
        sealed.extend_from_slice(plaintext);
        let tag = self.inner.seal(nonce, aad, &mut sealed);
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Decrypts what [`seal`](Self::seal) made.
    pub fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut plaintext = Zeroizing::new(sealed.to_vec());
        let len = self
            .inner
            .open(nonce, aad, &mut plaintext)
            .ok_or(OpenError)?;
        plaintext.truncate(len);
        Ok(plaintext)
    }
}

#[cfg(test)]
mod tests;
