//! The few cryptographic operations TLS needs, as plain types and functions.
//!
//! * [`hash`], [`hmac`], [`hkdf`], [`prf`]: the transcript and the key schedules.
//! * [`aead`]: records and tickets.
//! * [`kex`]: key shares: curves, ML-KEM, and both together.
//! * [`sign`]: `CertificateVerify`, both directions.
//! * [`cbc`], [`foreign_mac`]: what other stacks protect their tickets with; no record ever is.
//! * [`suite`]: what a cipher suite stands for.
//! * [`secret`]: bytes that are wiped and never shown.
//! * [`entropy`]: the only source of randomness.
//!
//! Nothing here does I/O, and nothing above `backend` names the library that
//! does the arithmetic.

pub mod aead;
mod backend;
pub mod cbc;
mod der;
pub mod entropy;
pub mod foreign_mac;
pub mod hash;
pub mod hkdf;
pub mod hmac;
pub mod kex;
pub mod prf;
pub mod secret;
pub mod sign;
pub mod suite;
#[cfg(test)]
mod wycheproof;

pub use aead::{AeadAlgorithm, AeadKey, InvalidKeyLength, OpenError, SivKey};
pub use cbc::CbcKey;
pub use entropy::Entropy;
pub use hash::{Digest, HashAlgorithm, HashContext, sha1};
pub use hkdf::{Prk, expand, expand_label, expand_label_into, extract};
pub use hmac::HmacKey;
pub use kex::{DEFAULT_GROUPS, GROUPS, KexError, KeyShare, is_supported, respond};
pub use secret::{Secret, TooLong};
pub use sign::{KeyError, SignError, SigningKey, VerifyError, verify};
pub use suite::{
    Authentication, SuiteParameters, TLS12_SUITES, TLS13_SUITES, Tls12Suite, tls12_suite,
    tls13_suite,
};

/// Bytes from hexadecimal digits with blanks anywhere, for known answers.
#[cfg(test)]
fn test_hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    data_encoding::HEXLOWER_PERMISSIVE
        .decode(&digits)
        .expect("an even number of digits")
}
