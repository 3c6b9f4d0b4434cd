use super::*;
use crate::test_hex;

const ALGORITHMS: [AeadAlgorithm; 3] = [
    AeadAlgorithm::Aes128Gcm,
    AeadAlgorithm::Aes256Gcm,
    AeadAlgorithm::ChaCha20Poly1305,
];

struct Known<'a> {
    algorithm: AeadAlgorithm,
    key: &'a str,
    nonce: &'a str,
    aad: &'a str,
    plaintext: &'a [u8],
    ciphertext: &'a str,
    tag: &'a str,
}

impl Known<'_> {
    fn holds(&self) {
        let key = AeadKey::new(self.algorithm, &test_hex(self.key)).unwrap();
        let nonce = test_hex(self.nonce).try_into().unwrap();
        let aad = test_hex(self.aad);

        let mut data = self.plaintext.to_vec();
        let tag = key.seal_in_place(nonce, &aad, &mut data);
        assert_eq!(data, test_hex(self.ciphertext));
        assert_eq!(tag, *test_hex(self.tag));

        data.extend_from_slice(&tag);
        assert_eq!(
            key.open_in_place(nonce, &aad, &mut data),
            Ok(self.plaintext.len())
        );
        assert_eq!(data[..self.plaintext.len()], *self.plaintext);
    }
}

#[test]
fn aes_gcm_gives_the_known_answers() {
    // McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 4 and 16.
    let plaintext = test_hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
         1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    let key = "feffe9928665731c6d6a8f9467308308";
    Known {
        algorithm: AeadAlgorithm::Aes128Gcm,
        key,
        nonce: "cafebabefacedbaddecaf888",
        aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        plaintext: &plaintext,
        ciphertext: "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e
                     21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
        tag: "5bc94fbc3221a5db94fae95ae7121a47",
    }
    .holds();
    Known {
        algorithm: AeadAlgorithm::Aes256Gcm,
        key: &[key, key].concat(),
        nonce: "cafebabefacedbaddecaf888",
        aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        plaintext: &plaintext,
        ciphertext: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
                     8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        tag: "76fc6ece0f4e1768cddf8853bb2d551b",
    }
    .holds();
}

#[test]
fn chacha20_poly1305_gives_the_answer_of_rfc_8439() {
    // §2.8.2.
    Known {
        algorithm: AeadAlgorithm::ChaCha20Poly1305,
        key: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
        nonce: "070000004041424344454647",
        aad: "50515253c0c1c2c3c4c5c6c7",
        plaintext: b"Ladies and Gentlemen of the class of '99: If I could offer you \
                     only one tip for the future, sunscreen would be it.",
        ciphertext: "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6
                     3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36
                     92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
                     3ff4def08e4b7a9de576d26586cec64b6116",
        tag: "1ae10b594f09e26a7e902ecbd0600691",
    }
    .holds();
}

#[test]
fn a_key_has_exactly_its_length() {
    for algorithm in ALGORITHMS {
        for len in [0, 12, 15, 16, 17, 24, 32, 33] {
            let made = AeadKey::new(algorithm, &vec![1; len]).is_ok();
            assert_eq!(
                made,
                len == algorithm.key_len(),
                "{algorithm:?} with {len} bytes"
            );
        }
    }
}

#[test]
fn whatever_is_changed_does_not_open() {
    for algorithm in ALGORITHMS {
        let key = AeadKey::new(algorithm, &vec![1; algorithm.key_len()]).unwrap();
        let other = AeadKey::new(algorithm, &vec![2; algorithm.key_len()]).unwrap();
        let mut sealed = *b"plaintext...............";
        let (data, tag) = sealed.split_at_mut(8);
        tag.copy_from_slice(&key.seal_in_place([3; 12], b"aad", data));

        assert_eq!(
            key.open_in_place([3; 12], b"aad", &mut sealed.clone()),
            Ok(8)
        );
        assert_eq!(
            key.open_in_place([4; 12], b"aad", &mut sealed.clone()),
            Err(OpenError)
        );
        assert_eq!(
            key.open_in_place([3; 12], b"AAD", &mut sealed.clone()),
            Err(OpenError)
        );
        assert_eq!(
            other.open_in_place([3; 12], b"aad", &mut sealed.clone()),
            Err(OpenError)
        );
        assert_eq!(
            key.open_in_place([3; 12], b"aad", &mut sealed[..23]),
            Err(OpenError)
        );
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                key.open_in_place([3; 12], b"aad", &mut flipped),
                Err(OpenError)
            );
        }
    }
}

#[test]
fn less_than_a_tag_does_not_open_and_a_bare_tag_does() {
    for algorithm in ALGORITHMS {
        let key = AeadKey::new(algorithm, &vec![1; algorithm.key_len()]).unwrap();
        let mut tag = key.seal_in_place([0; 12], b"", &mut []);
        assert_eq!(
            key.open_in_place([0; 12], b"", &mut { tag }[..15]),
            Err(OpenError)
        );
        assert_eq!(key.open_in_place([0; 12], b"", &mut []), Err(OpenError));
        assert_eq!(key.open_in_place([0; 12], b"", &mut tag), Ok(0));
    }
}

#[test]
fn gcm_siv_gives_the_answers_of_rfc_8452() {
    // Appendix C.2.
    let mut key = [0; 32];
    key[0] = 1;
    let mut nonce = [0; 12];
    nonce[0] = 3;
    let key = SivKey::new(&key);
    for (aad, plaintext, result) in [
        ("", "", "07f5f4169bbf55a8400cd47ea6fd400f"),
        (
            "",
            "0100000000000000",
            "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28",
        ),
        (
            "01",
            "0200000000000000",
            "1de22967237a813291213f267e3b452f02d01ae33e4ec854",
        ),
    ] {
        let (aad, plaintext) = (test_hex(aad), test_hex(plaintext));
        let sealed = key.seal(nonce, &aad, &plaintext);
        assert_eq!(sealed, test_hex(result));
        assert_eq!(
            key.open(nonce, &aad, &sealed).map(|open| open.to_vec()),
            Ok(plaintext)
        );
    }
}

#[test]
fn a_sealed_ticket_opens_only_under_its_own_circumstances() {
    let key = SivKey::new(&[1; 32]);
    let sealed = key.seal([2; 12], b"ticket", b"session");
    assert_eq!(*key.open([2; 12], b"ticket", &sealed).unwrap(), *b"session");
    assert!(key.open([3; 12], b"ticket", &sealed).is_err());
    assert!(key.open([2; 12], b"record", &sealed).is_err());
    assert!(
        SivKey::new(&[9; 32])
            .open([2; 12], b"ticket", &sealed)
            .is_err()
    );
    for end in 0..sealed.len() {
        assert!(key.open([2; 12], b"ticket", &sealed[..end]).is_err());
    }
}
