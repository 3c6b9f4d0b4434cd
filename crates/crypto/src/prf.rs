//! The pseudorandom function of TLS 1.2 (RFC 5246 §5), with the hash of the suite.

use zeroize::Zeroizing;

use crate::hash::{Digest, HashAlgorithm};
use crate::hmac::HmacKey;

/// `PRF(secret, label, seed)` of `out.len()` bytes, where the seed is the concatenation of `seeds`.
pub fn prf(algorithm: HashAlgorithm, secret: &[u8], label: &[u8], seeds: &[&[u8]], out: &mut [u8]) {
    let key = HmacKey::new(algorithm, secret);
    let len = algorithm.output_len();
    let seed = [&[label], seeds].concat().concat();
    // A(i) and P(i) of the RFC's P_hash.
    let mut a = Zeroizing::new([0; Digest::MAX_LEN]);
    let mut block = Zeroizing::new([0; Digest::MAX_LEN]);
    key.sign_into(&[&seed], &mut a);
    let mut pieces = out.chunks_mut(len).peekable();
    while let Some(piece) = pieces.next() {
        key.sign_into(&[&a[..len], &seed], &mut block);
        piece.copy_from_slice(&block[..piece.len()]);
        // Behind the last piece nobody needs the next A(i).
        if pieces.peek().is_some() {
            let mut next = Zeroizing::new([0; Digest::MAX_LEN]);
            key.sign_into(&[&a[..len]], &mut next);
            a = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_hex;

    /// The vectors that were published on the TLS working group's list in 2011.
    #[test]
    fn output_is_that_of_the_known_answers() {
        let secret = test_hex("9b be 43 6b a9 40 f0 17 b1 76 52 84 9a 71 db 35");
        let seed = test_hex("a0 ba 9f 93 6c da 31 18 27 a6 f7 96 ff d5 19 8c");
        let mut out = [0; 100];
        let seeds: [&[u8]; 2] = [&seed[..5], &seed[5..]];
        prf(
            HashAlgorithm::Sha256,
            &secret,
            b"test label",
            &seeds,
            &mut out,
        );
        assert_eq!(
            out.as_slice(),
            test_hex(
                "e3 f2 29 ba 72 7b e1 7b 8d 12 26 20 55 7c d4 53 c2 aa b2 1d
                 07 c3 d4 95 32 9b 52 d4 e6 1e db 5a 6b 30 17 91 e9 0d 35 c9
                 c9 a4 6b 4e 14 ba f9 af 0f a0 22 f7 07 7d ef 17 ab fd 37 97
                 c0 56 4b ab 4f bc 91 66 6e 9d ef 9b 97 fc e3 4f 79 67 89 ba
                 a4 80 82 d1 22 ee 42 c5 a7 2e 5a 51 10 ff f7 01 87 34 7b 66"
            )
        );
    }

    #[test]
    fn a_shorter_output_is_the_front_of_a_longer_one() {
        let (mut long, mut short) = ([0; 150], [0; 49]);
        for out in [&mut long[..], &mut short[..]] {
            prf(HashAlgorithm::Sha384, b"secret", b"label", &[b"seed"], out);
        }
        assert_eq!(long[..49], short);
    }
}
