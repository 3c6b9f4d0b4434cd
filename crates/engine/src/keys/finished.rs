//! Finished and PSK binders: one HMAC over the transcript, RFC 9846 §4.5.3 and §4.3.11.2.

use tessera_crypto::{Digest, HashAlgorithm, HmacKey, Secret, hkdf};

/// The key that makes or checks a Finished or a binder.
pub(crate) struct FinishedKey(HmacKey);

impl FinishedKey {
    /// `finished_key = HKDF-Expand-Label(BaseKey, "finished", "", Hash.length)`.
    pub(crate) fn new(algorithm: HashAlgorithm, base: &Secret) -> Self {
        let key = hkdf::expand_label(algorithm, base, b"finished", b"", algorithm.output_len());
        Self(HmacKey::new(algorithm, key.as_bytes()))
    }

    pub(crate) fn verify_data(&self, transcript: &Digest) -> Digest {
        self.0.sign(&[transcript.as_bytes()])
    }

    /// In constant time.
    pub(crate) fn verifies(&self, transcript: &Digest, verify_data: &[u8]) -> bool {
        self.0.verify(&[transcript.as_bytes()], verify_data)
    }
}
