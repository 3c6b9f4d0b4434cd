//! HMAC (RFC 2104): `Finished`, binders and the steps of HKDF.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::backend;
use crate::hash::{Digest, HashAlgorithm};

/// An HMAC key, prepared once: each use costs the message only.
#[derive(Clone)]
pub struct HmacKey {
    algorithm: HashAlgorithm,
    inner: backend::HmacKey,
}

impl HmacKey {
    /// Prepares a key of any length.
    pub fn new(algorithm: HashAlgorithm, key: &[u8]) -> Self {
        Self {
            algorithm,
            inner: backend::HmacKey::new(algorithm, key),
        }
    }

    /// The hash underneath.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The tag over the concatenation of `parts`.
    pub fn sign(&self, parts: &[&[u8]]) -> Digest {
        let mut tag = [0; Digest::MAX_LEN];
        self.sign_into(parts, &mut tag);
        Digest::of(tag, self.algorithm.output_len())
    }

    /// Whether `tag` is the whole tag over `parts`, in constant time.
    pub fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        let mut expected = Zeroizing::new([0; Digest::MAX_LEN]);
        self.sign_into(parts, &mut expected);
        expected[..self.algorithm.output_len()].ct_eq(tag).into()
    }

    /// Writes the tag over the concatenation of `parts` to the front of `tag`,
    /// for callers to whom it is a secret.
    pub(crate) fn sign_into(&self, parts: &[&[u8]], tag: &mut [u8; Digest::MAX_LEN]) {
        // Gathering short messages saves calls, and leaves one buffer to wipe.
        let total: usize = parts.iter().map(|part| part.len()).sum();
        let mut gathered = Zeroizing::new([0; GATHERED]);
        if total > GATHERED {
            return self.inner.sign_parts(parts, tag);
        }
        let mut end = 0;
        for part in parts {
            gathered[end..end + part.len()].copy_from_slice(part);
            end += part.len();
        }
        self.inner.sign(&gathered[..end], tag);
    }
}

/// Enough for an `HkdfLabel` with a 48-byte context and a preceding block.
const GATHERED: usize = 192;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_hex;

    // RFC 4231 §4.3, test case 2.
    const MESSAGE: &[&[u8]] = &[b"what do ya ", b"want ", b"for nothing?"];

    #[test]
    fn tags_are_those_of_rfc_4231() {
        assert_eq!(
            HmacKey::new(HashAlgorithm::Sha256, b"Jefe")
                .sign(MESSAGE)
                .as_bytes(),
            test_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        );
        assert_eq!(
            HmacKey::new(HashAlgorithm::Sha384, b"Jefe")
                .sign(MESSAGE)
                .as_bytes(),
            test_hex(
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47
                 e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"
            )
        );
    }

    #[test]
    fn a_tag_verifies_whole_or_not_at_all() {
        let key = HmacKey::new(HashAlgorithm::Sha384, &[9; 48]);
        let tag = key.sign(MESSAGE);
        assert!(key.verify(MESSAGE, tag.as_bytes()));
        assert!(!key.verify(MESSAGE, &tag.as_bytes()[..47]));
        assert!(!key.verify(MESSAGE, b""));
        assert!(!key.verify(&[b"other"], tag.as_bytes()));
    }

    #[test]
    fn how_a_message_is_cut_does_not_matter() {
        let key = HmacKey::new(HashAlgorithm::Sha256, b"key");
        for len in [0, 1, GATHERED, GATHERED + 1, 5000] {
            let message = vec![5; len];
            let (left, right) = message.split_at(len / 3);
            assert_eq!(key.sign(&[&message]), key.sign(&[left, b"", right]));
        }
    }
}
