//! Compliance policies: fixed lists of algorithms, as BoringSSL's of the same names.

use crate::options::Policy;
use tessera_crypto::kex::DEFAULT_GROUPS;
use tessera_wire::codepoint::{
    CipherSuite as C, NamedGroup as G, ProtocolVersion as V, SignatureScheme as S,
};

/// What a policy leaves of everything.
pub(super) struct Lists {
    pub(super) versions: &'static [V],
    pub(super) cipher_suites: &'static [C],
    pub(super) groups: &'static [G],
    /// For our signatures and the peer's.
    pub(super) schemes: &'static [S],
}

const BOTH: &[V] = &[V::TLS1_3, V::TLS1_2];

/// SP 800-52r2.
const FIPS_202205: Lists = Lists {
    versions: BOTH,
    cipher_suites: &[
        C::TLS_AES_128_GCM_SHA256,
        C::TLS_AES_256_GCM_SHA384,
        C::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        C::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        C::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        C::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ],
    groups: &[G::SECP256R1, G::SECP384R1],
    schemes: &[
        S::RSA_PKCS1_SHA256,
        S::RSA_PKCS1_SHA384,
        S::RSA_PKCS1_SHA512,
        S::ECDSA_SECP256R1_SHA256,
        S::ECDSA_SECP384R1_SHA384,
        S::RSA_PSS_RSAE_SHA256,
        S::RSA_PSS_RSAE_SHA384,
        S::RSA_PSS_RSAE_SHA512,
    ],
};

const AES_256: &[C] = &[
    C::TLS_AES_256_GCM_SHA384,
    C::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    C::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
];

/// WPA version 3.1, section 3.5.
const WPA_202304: Lists = Lists {
    versions: BOTH,
    cipher_suites: AES_256,
    groups: &[G::SECP384R1],
    schemes: &[
        S::RSA_PKCS1_SHA384,
        S::RSA_PKCS1_SHA512,
        S::ECDSA_SECP384R1_SHA384,
        S::RSA_PSS_RSAE_SHA384,
        S::RSA_PSS_RSAE_SHA512,
    ],
};

/// Everything, with AES-256 first.
const CNSA_202407: Lists = Lists {
    versions: BOTH,
    cipher_suites: &[
        C::TLS_AES_256_GCM_SHA384,
        C::TLS_AES_128_GCM_SHA256,
        C::TLS_CHACHA20_POLY1305_SHA256,
        C::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        C::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ],
    groups: &DEFAULT_GROUPS,
    schemes: FIPS_202205.schemes,
};

const CNSA_SCHEMES: &[S] = &[
    S::RSA_PKCS1_SHA384,
    S::ECDSA_SECP384R1_SHA384,
    S::RSA_PSS_RSAE_SHA384,
];

/// CNSA 1.0, and of 2.0 the key exchange.
const CNSA1: Lists = Lists {
    versions: BOTH,
    cipher_suites: AES_256,
    groups: &[G::MLKEM1024, G::SECP384R1],
    schemes: CNSA_SCHEMES,
};

/// CNSA 2.0, with the signatures of 1.0.
const CNSA2: Lists = Lists {
    versions: &[V::TLS1_3],
    cipher_suites: &[C::TLS_AES_256_GCM_SHA384],
    groups: &[G::MLKEM1024],
    schemes: CNSA_SCHEMES,
};

pub(super) fn lists(policy: Policy) -> &'static Lists {
    match policy {
        Policy::Fips202205 => &FIPS_202205,
        Policy::Wpa202304 => &WPA_202304,
        Policy::Cnsa202407 => &CNSA_202407,
        Policy::Cnsa1 => &CNSA1,
        Policy::Cnsa2 => &CNSA2,
    }
}
