//! HKDF (RFC 5869) and `HKDF-Expand-Label` (RFC 9846 §7.1).

use zeroize::Zeroizing;

use crate::hash::{Digest, HashAlgorithm};
use crate::hmac::HmacKey;
use crate::secret::Secret;

/// `HKDF-Extract(salt, IKM)`; an empty salt is the string of zeros.
pub fn extract(algorithm: HashAlgorithm, salt: &[u8], ikm: &[u8]) -> Secret {
    let mut prk = Zeroizing::new([0; Digest::MAX_LEN]);
    HmacKey::new(algorithm, salt).sign_into(&[ikm], &mut prk);
    let len = algorithm.output_len();
    Secret::filled(len, |out| out.copy_from_slice(&prk[..len]))
}

/// `HKDF-Expand(PRK, info, L)` with `L = out.len()`.
///
/// # Panics
///
/// If `out` is longer than 255 hash outputs, which RFC 5869 does not define.
pub fn expand(algorithm: HashAlgorithm, prk: &[u8], info: &[u8], out: &mut [u8]) {
    Prk::new(algorithm, prk).expand(info, out);
}

/// `HKDF-Expand-Label(Secret, Label, Context, Length)`, with `label` given
/// without its `"tls13 "`.
///
/// For several labels of one secret, [`Prk`] prepares the key once.
///
/// # Panics
///
/// If `len` is more than a [`Secret`] holds, or a label or context longer than
/// its length prefix can say; both are constants or hashes in TLS.
pub fn expand_label(
    algorithm: HashAlgorithm,
    secret: &Secret,
    label: &[u8],
    context: &[u8],
    len: usize,
) -> Secret {
    Prk::new(algorithm, secret.as_bytes()).expand_label(label, context, len)
}

/// [`expand_label`] into the caller's buffer, whose length is the Length.
///
/// # Panics
///
/// As [`expand_label`] does, and if `out` is longer than 255 hash outputs.
pub fn expand_label_into(
    algorithm: HashAlgorithm,
    secret: &Secret,
    label: &[u8],
    context: &[u8],
    out: &mut [u8],
) {
    Prk::new(algorithm, secret.as_bytes()).expand_label_into(label, context, out);
}

/// A pseudorandom key with its HMAC prepared: what several labels are expanded from.
#[derive(Clone)]
pub struct Prk {
    key: HmacKey,
}

impl Prk {
    /// Prepares `prk` for expansion.
    pub fn new(algorithm: HashAlgorithm, prk: &[u8]) -> Self {
        Self {
            key: HmacKey::new(algorithm, prk),
        }
    }

    /// The hash underneath.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.key.algorithm()
    }

    /// `HKDF-Expand` of this key; see [`expand`].
    ///
    /// # Panics
    ///
    /// As [`expand`].
    pub fn expand(&self, info: &[u8], out: &mut [u8]) {
        let hash_len = self.algorithm().output_len();
        let mut block = Zeroizing::new([0; Digest::MAX_LEN]);
        for (index, chunk) in out.chunks_mut(hash_len).enumerate() {
            let counter = u8::try_from(index + 1).expect("HKDF gives at most 255 blocks");
            // T(0) is the empty string.
            let previous = Zeroizing::new(*block);
            let previous = &previous[..if index == 0 { 0 } else { hash_len }];
            self.key
                .sign_into(&[previous, info, &[counter]], &mut block);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }

    /// `HKDF-Expand-Label` of this key; see [`expand_label`].
    ///
    /// # Panics
    ///
    /// As [`expand_label`].
    pub fn expand_label(&self, label: &[u8], context: &[u8], len: usize) -> Secret {
        assert!(len <= Secret::MAX_LEN, "no secret of TLS is this long");
        Secret::filled(len, |out| self.expand_label_into(label, context, out))
    }

    /// `HKDF-Expand-Label` of this key into `out`; see [`expand_label_into`].
    ///
    /// # Panics
    ///
    /// As [`expand_label_into`].
    pub fn expand_label_into(&self, label: &[u8], context: &[u8], out: &mut [u8]) {
        let label_len = u8::try_from(PREFIX.len() + label.len()).expect("labels are short");
        let context_len = u8::try_from(context.len()).expect("a context is a hash or shorter");
        let length = u16::try_from(out.len()).expect("HKDF gives less than 2^16 bytes");
        let fields = [
            &length.to_be_bytes(),
            &[label_len][..],
            PREFIX,
            label,
            &[context_len],
            context,
        ];
        let mut hkdf_label = [0; MAX_HKDF_LABEL];
        let mut end = 0;
        for field in fields {
            hkdf_label[end..end + field.len()].copy_from_slice(field);
            end += field.len();
        }
        self.expand(&hkdf_label[..end], out);
    }
}

const PREFIX: &[u8] = b"tls13 ";

/// `struct { uint16 length; opaque label<7..255>; opaque context<0..255>; } HkdfLabel;`
const MAX_HKDF_LABEL: usize = 2 + (1 + 255) + (1 + 255);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_hex;

    const SHA256: HashAlgorithm = HashAlgorithm::Sha256;

    #[test]
    fn rfc_5869_basic_test_case() {
        let prk = extract(SHA256, &test_hex("000102030405060708090a0b0c"), &[0x0b; 22]);
        assert!(prk.matches(&test_hex(
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
        )));
        let mut okm = [0; 42];
        expand(
            SHA256,
            prk.as_bytes(),
            &test_hex("f0f1f2f3f4f5f6f7f8f9"),
            &mut okm,
        );
        let expected = test_hex(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf
             34007208d5b887185865",
        );
        assert_eq!(okm, *expected);
    }

    #[test]
    fn rfc_5869_with_longer_inputs_and_outputs() {
        let ikm: Vec<u8> = (0x00..=0x4f).collect();
        let salt: Vec<u8> = (0x60..=0xaf).collect();
        let info: Vec<u8> = (0xb0..=0xff).collect();
        let prk = extract(SHA256, &salt, &ikm);
        assert!(prk.matches(&test_hex(
            "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244"
        )));
        let mut okm = [0; 82];
        expand(SHA256, prk.as_bytes(), &info, &mut okm);
        let expected = test_hex(
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c
             59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71
             cc30c58179ec3e87c14c01d5c1f3434f1d87",
        );
        assert_eq!(okm, *expected);
    }

    #[test]
    fn rfc_5869_without_salt_and_info() {
        let prk = extract(SHA256, b"", &[0x0b; 22]);
        assert!(prk.matches(&test_hex(
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04"
        )));
        let mut okm = [0; 42];
        expand(SHA256, prk.as_bytes(), b"", &mut okm);
        let expected = test_hex(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d
             9d201395faa4b61a96c8",
        );
        assert_eq!(okm, *expected);
    }

    // RFC 8448 §3, the simple 1-RTT handshake: from the early secret, which has
    // no PSK, to the write key and the IV of the server's handshake traffic.
    #[test]
    fn rfc_8448_key_schedule_up_to_the_servers_handshake_keys() {
        let early = extract(SHA256, &[], Secret::zeros(32).as_bytes());
        assert!(early.matches(&test_hex(
            "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a"
        )));

        let empty = SHA256.hash(b"");
        let derived = expand_label(SHA256, &early, b"derived", empty.as_bytes(), 32);
        assert!(derived.matches(&test_hex(
            "6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba"
        )));

        let agreed = test_hex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");
        let handshake = extract(SHA256, derived.as_bytes(), &agreed);
        assert!(handshake.matches(&test_hex(
            "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac"
        )));

        let hellos = test_hex("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8");
        let server = expand_label(SHA256, &handshake, b"s hs traffic", &hellos, 32);
        assert!(server.matches(&test_hex(
            "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"
        )));

        let mut key = [0; 16];
        let mut iv = [0; 12];
        expand_label_into(SHA256, &server, b"key", b"", &mut key);
        expand_label_into(SHA256, &server, b"iv", b"", &mut iv);
        assert_eq!(key, *test_hex("3fce516009c21727d0f2e4e86ee403bc"));
        assert_eq!(iv, *test_hex("5d313eb2671276ee13000b30"));
    }

    #[test]
    fn a_prepared_key_gives_what_the_plain_functions_give() {
        let secret = Secret::new(&[3; 48]).unwrap();
        let algorithm = HashAlgorithm::Sha384;
        let prk = Prk::new(algorithm, secret.as_bytes());
        for (label, context) in [(&b"finished"[..], &b""[..]), (b"res master", &[1; 48])] {
            let plain = expand_label(algorithm, &secret, label, context, 48);
            assert!(
                prk.expand_label(label, context, 48)
                    .matches(plain.as_bytes())
            );
        }
    }

    #[test]
    fn the_longest_label_context_and_output_are_within_bounds() {
        let prk = Prk::new(SHA256, &[1; 32]);
        let mut out = vec![0; 255 * 32];
        prk.expand_label_into(&[b'a'; 249], &[2; 255], &mut out);
        assert_ne!(out[out.len() - 32..], [0; 32]);
    }
}
