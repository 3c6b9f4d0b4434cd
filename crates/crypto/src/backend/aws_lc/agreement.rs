//! Diffie-Hellman over four curves, and ML-KEM.

use std::sync::Arc;

use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::kem::{self, Ciphertext, DecapsulationKey, EncapsulationKey};

use crate::kex::KexError;
use crate::secret::Secret;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    X25519,
    P256,
    P384,
    P521,
}

impl Curve {
    fn algorithm(self) -> &'static agreement::Algorithm {
        match self {
            Self::X25519 => &agreement::X25519,
            Self::P256 => &agreement::ECDH_P256,
            Self::P384 => &agreement::ECDH_P384,
            Self::P521 => &agreement::ECDH_P521,
        }
    }
}

/// A private key on a curve; clones share it.
#[derive(Clone)]
pub(crate) struct CurveKey {
    curve: Curve,
    private: Arc<PrivateKey>,
}

impl CurveKey {
    /// `None` if `scalar` is no private key of the curve: zero, or not below
    /// the order of the group.
    pub(crate) fn from_scalar(curve: Curve, scalar: &[u8]) -> Option<Self> {
        let private = PrivateKey::from_private_key(curve.algorithm(), scalar).ok()?;
        Some(Self {
            curve,
            private: Arc::new(private),
        })
    }

    pub(crate) fn curve(&self) -> Curve {
        self.curve
    }

    pub(crate) fn public(&self) -> Result<impl AsRef<[u8]> + use<>, KexError> {
        self.private
            .compute_public_key()
            .map_err(|_| KexError::Backend)
    }

    /// The peer's share must have been checked for its form; a point that is
    /// not on the curve, and an all-zero X25519 result, are refused here. The
    /// secret keeps its leading zeros: RFC 9846 §4.3.8.2 (1), §7.4.2 (1).
    pub(crate) fn agree(&self, peer_share: &[u8]) -> Result<Secret, KexError> {
        let peer = UnparsedPublicKey::new(self.curve.algorithm(), peer_share);
        agreement::agree(&self.private, peer, KexError::BadShare, |agreed| {
            Secret::new(agreed).map_err(|_| KexError::Backend)
        })
    }
}

/// A parameter set of FIPS 203.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kem {
    MlKem768,
    MlKem1024,
}

impl Kem {
    fn algorithm(self) -> &'static kem::Algorithm {
        match self {
            Self::MlKem768 => &kem::ML_KEM_768,
            Self::MlKem1024 => &kem::ML_KEM_1024,
        }
    }
}

/// A decapsulation key. Its randomness is the library's own.
pub(crate) struct KemKey(DecapsulationKey);

impl KemKey {
    pub(crate) fn generate(kem: Kem) -> Result<Self, KexError> {
        let key = DecapsulationKey::generate(kem.algorithm()).map_err(|_| KexError::Backend)?;
        Ok(Self(key))
    }

    /// A key of known answers, as FIPS 203 §7.3 writes it; `None` if it is none.
    #[cfg(test)]
    pub(crate) fn from_expanded(kem: Kem, key: &[u8]) -> Option<Self> {
        DecapsulationKey::new(kem.algorithm(), key).ok().map(Self)
    }

    pub(crate) fn encapsulation_key(&self) -> Result<Vec<u8>, KexError> {
        let key = self.0.encapsulation_key().map_err(|_| KexError::Backend)?;
        let bytes = key.key_bytes().map_err(|_| KexError::Backend)?;
        Ok(bytes.as_ref().to_vec())
    }

    /// A ciphertext of the right length always decapsulates; one that was not
    /// made for this key gives a secret nobody else has (FIPS 203 §6.3).
    pub(crate) fn decapsulate(
        &self,
        ciphertext: &[u8],
    ) -> Result<impl AsRef<[u8]> + use<>, KexError> {
        self.0
            .decapsulate(Ciphertext::from(ciphertext))
            .map_err(|_| KexError::Backend)
    }
}

/// The ciphertext and the shared secret for the peer's encapsulation key, whose
/// coefficients are checked (FIPS 203 §7.2). The randomness is the library's own.
pub(crate) fn encapsulate(
    kem: Kem,
    encapsulation_key: &[u8],
) -> Result<(impl AsRef<[u8]> + use<>, impl AsRef<[u8]> + use<>), KexError> {
    let key = EncapsulationKey::new(kem.algorithm(), encapsulation_key)
        .map_err(|_| KexError::BadShare)?;
    key.encapsulate().map_err(|_| KexError::BadShare)
}
