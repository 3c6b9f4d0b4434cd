//! The operations over aws-lc-rs, one file a kind.

mod aead;
mod agreement;
mod cbc;
mod digest;
mod signature;

pub(crate) use aead::{AeadKey, SivKey};
pub(crate) use agreement::{Curve, CurveKey, Kem, KemKey, encapsulate};
pub(crate) use cbc::{cbc_decrypt, cbc_encrypt};
pub(crate) use digest::{HashContext, HmacKey, hash, sha1, sha512_256};
pub(crate) use signature::{KeyPair, KeyRejection, verify, verify_ecdsa};
#[cfg(test)]
pub(crate) use signature::{generate_pkcs8, sec1_of_pkcs8};
