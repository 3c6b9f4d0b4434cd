//! Hashes and HMAC.

use aws_lc_rs::{digest, hmac};

use crate::hash::{Digest, HashAlgorithm};

fn digest_algorithm(algorithm: HashAlgorithm) -> &'static digest::Algorithm {
    match algorithm {
        HashAlgorithm::Sha256 => &digest::SHA256,
        HashAlgorithm::Sha384 => &digest::SHA384,
    }
}

fn hmac_algorithm(algorithm: HashAlgorithm) -> hmac::Algorithm {
    match algorithm {
        HashAlgorithm::Sha256 => hmac::HMAC_SHA256,
        HashAlgorithm::Sha384 => hmac::HMAC_SHA384,
    }
}

fn digest_of(output: &[u8]) -> Digest {
    let mut bytes = [0; Digest::MAX_LEN];
    bytes[..output.len()].copy_from_slice(output);
    Digest::of(bytes, output.len())
}

pub(crate) fn hash(algorithm: HashAlgorithm, data: &[u8]) -> Digest {
    digest_of(digest::digest(digest_algorithm(algorithm), data).as_ref())
}

pub(crate) fn sha1(data: &[u8]) -> [u8; 20] {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data);
    digest.as_ref().try_into().expect("SHA-1 has 20 bytes")
}

/// SHA-512/256 over the concatenation of `parts`.
pub(crate) fn sha512_256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA512_256);
    for part in parts {
        context.update(part);
    }
    let digest = context.finish();
    digest
        .as_ref()
        .try_into()
        .expect("SHA-512/256 has 32 bytes")
}

#[derive(Clone)]
pub(crate) struct HashContext(digest::Context);

impl HashContext {
    pub(crate) fn new(algorithm: HashAlgorithm) -> Self {
        Self(digest::Context::new(digest_algorithm(algorithm)))
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    pub(crate) fn finish(self) -> Digest {
        digest_of(self.0.finish().as_ref())
    }
}

#[derive(Clone)]
pub(crate) struct HmacKey(hmac::Key);

impl HmacKey {
    pub(crate) fn new(algorithm: HashAlgorithm, key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac_algorithm(algorithm), key))
    }

    /// Writes the tag to the front of `tag` and leaves no copy of it behind.
    pub(crate) fn sign(&self, message: &[u8], tag: &mut [u8; Digest::MAX_LEN]) {
        hmac::sign_to_buffer(&self.0, message, tag).expect("the buffer is as long as any tag");
    }

    /// As [`sign`](Self::sign), without gathering the message first.
    pub(crate) fn sign_parts(&self, parts: &[&[u8]], tag: &mut [u8; Digest::MAX_LEN]) {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part);
        }
        let signed = context.sign();
        tag[..signed.as_ref().len()].copy_from_slice(signed.as_ref());
    }
}
