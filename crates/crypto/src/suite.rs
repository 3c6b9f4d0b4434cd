//! A cipher suite as a value: what it stands for, and how long its keys last.

use tessera_wire::codepoint::CipherSuite;

use crate::aead::AeadAlgorithm;
use crate::hash::HashAlgorithm;

/// What a TLS 1.3 cipher suite stands for (RFC 9846 appendix B.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuiteParameters {
    /// Its number on the wire.
    pub suite: CipherSuite,
    /// The hash of its transcript and key schedule.
    pub hash: HashAlgorithm,
    /// What protects its records.
    pub aead: AeadAlgorithm,
    /// How many records one key may protect before it must be updated.
    pub record_limit: u64,
}

/// 2^24.5 full-size records, rounded down: RFC 9846 §5.5.
const AES_GCM_RECORD_LIMIT: u64 = 23_726_566;

/// The sequence number would wrap before ChaCha20-Poly1305's margin is used up
/// (RFC 9846 §5.5), so this is a limit in name only.
const CHACHA20_POLY1305_RECORD_LIMIT: u64 = 1 << 62;

/// The suites there are, in order of preference: RFC 9846 §9.1 (1).
pub const TLS13_SUITES: &[SuiteParameters] = &[
    SuiteParameters {
        suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        hash: HashAlgorithm::Sha256,
        aead: AeadAlgorithm::Aes128Gcm,
        record_limit: AES_GCM_RECORD_LIMIT,
    },
    SuiteParameters {
        suite: CipherSuite::TLS_AES_256_GCM_SHA384,
        hash: HashAlgorithm::Sha384,
        aead: AeadAlgorithm::Aes256Gcm,
        record_limit: AES_GCM_RECORD_LIMIT,
    },
    SuiteParameters {
        suite: CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
        hash: HashAlgorithm::Sha256,
        aead: AeadAlgorithm::ChaCha20Poly1305,
        record_limit: CHACHA20_POLY1305_RECORD_LIMIT,
    },
];

/// What a TLS 1.2 cipher suite stands for, beside the ECDHE that all of them here have: RFC 5289,
/// RFC 7905.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tls12Suite {
    /// Its number on the wire.
    pub suite: CipherSuite,
    /// The hash of its transcript and PRF.
    pub hash: HashAlgorithm,
    /// What protects its records.
    pub aead: AeadAlgorithm,
    /// The kind of the server's key.
    pub authentication: Authentication,
    /// How many records one key may protect.
    pub record_limit: u64,
}

/// The kind of key a TLS 1.2 suite has the server sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authentication {
    /// ECDSA, and Ed25519 (RFC 8422 §5.10).
    Ecdsa,
    /// RSA, with either padding.
    Rsa,
}

const fn tls12(
    suite: CipherSuite,
    authentication: Authentication,
    aead: AeadAlgorithm,
) -> Tls12Suite {
    let (hash, record_limit) = match aead {
        AeadAlgorithm::Aes128Gcm => (HashAlgorithm::Sha256, AES_GCM_RECORD_LIMIT),
        AeadAlgorithm::Aes256Gcm => (HashAlgorithm::Sha384, AES_GCM_RECORD_LIMIT),
        AeadAlgorithm::ChaCha20Poly1305 => (HashAlgorithm::Sha256, CHACHA20_POLY1305_RECORD_LIMIT),
    };
    Tls12Suite {
        suite,
        hash,
        aead,
        authentication,
        record_limit,
    }
}

/// The TLS 1.2 suites there are, in order of preference: RFC 9113 §9.2.2 (2).
pub const TLS12_SUITES: &[Tls12Suite] = &[
    tls12(
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        Authentication::Ecdsa,
        AeadAlgorithm::Aes128Gcm,
    ),
    tls12(
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        Authentication::Rsa,
        AeadAlgorithm::Aes128Gcm,
    ),
    tls12(
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        Authentication::Ecdsa,
        AeadAlgorithm::Aes256Gcm,
    ),
    tls12(
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        Authentication::Rsa,
        AeadAlgorithm::Aes256Gcm,
    ),
    tls12(
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        Authentication::Ecdsa,
        AeadAlgorithm::ChaCha20Poly1305,
    ),
    tls12(
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        Authentication::Rsa,
        AeadAlgorithm::ChaCha20Poly1305,
    ),
];

/// The parameters of `suite`, if it is one of [`TLS12_SUITES`].
pub fn tls12_suite(suite: CipherSuite) -> Option<&'static Tls12Suite> {
    TLS12_SUITES.iter().find(|known| known.suite == suite)
}

/// The parameters of `suite`, if it is one of [`TLS13_SUITES`].
pub fn tls13_suite(suite: CipherSuite) -> Option<&'static SuiteParameters> {
    TLS13_SUITES.iter().find(|known| known.suite == suite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_is_found_by_its_number() {
        for known in TLS13_SUITES {
            assert_eq!(tls13_suite(known.suite), Some(known));
        }
        for known in TLS12_SUITES {
            assert_eq!(tls12_suite(known.suite), Some(known));
            assert_eq!(tls13_suite(known.suite), None);
        }
        assert_eq!(tls13_suite(CipherSuite(0x1a1a)), None);
        assert_eq!(tls13_suite(CipherSuite::TLS_FALLBACK_SCSV), None);
    }

    #[test]
    fn the_aes_gcm_limit_is_two_to_the_twenty_four_and_a_half() {
        let limit = u128::from(AES_GCM_RECORD_LIMIT);
        assert!(limit * limit <= 1 << 49);
        assert!((limit + 1) * (limit + 1) > 1 << 49);
    }
}
