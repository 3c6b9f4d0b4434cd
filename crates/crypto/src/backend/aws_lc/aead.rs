//! Authenticated encryption in the caller's buffer.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};

use crate::aead::{AeadAlgorithm, NONCE_LEN, TAG_LEN};

/// A key of the right length for `algorithm`.
fn less_safe(algorithm: &'static aead::Algorithm, key: &[u8]) -> LessSafeKey {
    let key = UnboundKey::new(algorithm, key).expect("the caller checked the key's length");
    LessSafeKey::new(key)
}

fn seal(key: &LessSafeKey, nonce: [u8; NONCE_LEN], aad: &[u8], data: &mut [u8]) -> [u8; TAG_LEN] {
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = key
        .seal_in_place_separate_tag(nonce, Aad::from(aad), data)
        .expect("sealing fails only for inputs of many gigabytes");
    tag.as_ref()
        .try_into()
        .expect("every tag here is 16 bytes long")
}

fn open(
    key: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    aad: &[u8],
    data_and_tag: &mut [u8],
) -> Option<usize> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    let plaintext = key.open_in_place(nonce, Aad::from(aad), data_and_tag);
    plaintext.ok().map(|plaintext| plaintext.len())
}

pub(crate) struct AeadKey(LessSafeKey);

impl AeadKey {
    pub(crate) fn new(algorithm: AeadAlgorithm, key: &[u8]) -> Self {
        let algorithm = match algorithm {
            AeadAlgorithm::Aes128Gcm => &aead::AES_128_GCM,
            AeadAlgorithm::Aes256Gcm => &aead::AES_256_GCM,
            AeadAlgorithm::ChaCha20Poly1305 => &aead::CHACHA20_POLY1305,
        };
        Self(less_safe(algorithm, key))
    }

    pub(crate) fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        data: &mut [u8],
    ) -> [u8; TAG_LEN] {
        seal(&self.0, nonce, aad, data)
    }

    pub(crate) fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        data_and_tag: &mut [u8],
    ) -> Option<usize> {
        open(&self.0, nonce, aad, data_and_tag)
    }
}

pub(crate) struct SivKey(LessSafeKey);

impl SivKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(less_safe(&aead::AES_256_GCM_SIV, key))
    }

    pub(crate) fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        data: &mut [u8],
    ) -> [u8; TAG_LEN] {
        seal(&self.0, nonce, aad, data)
    }

    pub(crate) fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        data_and_tag: &mut [u8],
    ) -> Option<usize> {
        open(&self.0, nonce, aad, data_and_tag)
    }
}
