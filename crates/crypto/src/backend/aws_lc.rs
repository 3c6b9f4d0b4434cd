//! The operations over aws-lc-rs, one file a kind.

mod aead;
mod agreement;
mod digest;
mod signature;

pub(crate) use aead::{AeadKey, SivKey};
pub(crate) use agreement::{Curve, CurveKey, KemKey, encapsulate};
pub(crate) use digest::{HashContext, HmacKey, hash};
pub(crate) use signature::{KeyPair, KeyRejection, verify, verify_ecdsa};
#[cfg(test)]
pub(crate) use signature::{generate_pkcs8, sec1_of_pkcs8};
