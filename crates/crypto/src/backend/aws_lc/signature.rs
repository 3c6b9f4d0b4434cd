//! Signatures, made and checked.

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{
    self as sig, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding,
    RsaKeyPair, VerificationAlgorithm,
};
use tessera_wire::codepoint::SignatureScheme;

use crate::sign::{KeyKind, VerifyError};

/// Why the library would not take a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyRejection {
    /// It does not parse, or its parts do not fit each other.
    Malformed,
    /// RSA below 2048 or above 8192 bits.
    Size,
}

pub(crate) enum KeyPair {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl KeyPair {
    /// Reads a PKCS#8, SEC1 or PKCS#1 key that claims to be of `kind`.
    pub(crate) fn from_der(kind: KeyKind, der: &[u8]) -> Result<Self, KeyRejection> {
        let ecdsa = |algorithm: &'static EcdsaSigningAlgorithm| {
            EcdsaKeyPair::from_private_key_der(algorithm, der)
                .map(Self::Ecdsa)
                .map_err(|_| KeyRejection::Malformed)
        };
        match kind {
            KeyKind::P256 => ecdsa(&sig::ECDSA_P256_SHA256_ASN1_SIGNING),
            KeyKind::P384 => ecdsa(&sig::ECDSA_P384_SHA384_ASN1_SIGNING),
            KeyKind::P521 => ecdsa(&sig::ECDSA_P521_SHA512_ASN1_SIGNING),
            KeyKind::Ed25519 => Ed25519KeyPair::from_pkcs8(der)
                .map(Self::Ed25519)
                .map_err(|_| KeyRejection::Malformed),
            KeyKind::Rsa => RsaKeyPair::from_pkcs8(der)
                .or_else(|_| RsaKeyPair::from_der(der))
                .map(Self::Rsa)
                .map_err(|rejected| match rejected.description_() {
                    "TooSmall" | "TooLarge" => KeyRejection::Size,
                    _ => KeyRejection::Malformed,
                }),
        }
    }
}

impl KeyPair {
    /// The `SubjectPublicKeyInfo`, in DER.
    pub(crate) fn public_key_spki(&self) -> Option<Vec<u8>> {
        let spki: PublicKeyX509Der<'static> = match self {
            Self::Ecdsa(pair) => pair.public_key().as_der(),
            Self::Ed25519(pair) => pair.public_key().as_der(),
            Self::Rsa(pair) => pair.public_key().as_der(),
        }
        .ok()?;
        Some(spki.as_ref().to_vec())
    }

    /// The signature; `None` if the scheme is not for this kind of key or the
    /// library fails. ECDSA and RSA-PSS draw the library's own randomness.
    pub(crate) fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Ecdsa(pair) => {
                let digest = digest(digest_algorithm(scheme)?, message);
                Some(pair.sign_digest(&digest).ok()?.as_ref().to_vec())
            }
            Self::Ed25519(pair) => Some(pair.try_sign(message).ok()?.as_ref().to_vec()),
            Self::Rsa(pair) => {
                let digest = digest(digest_algorithm(scheme)?, message);
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign_digest(rsa_encoding(scheme)?, &digest, &mut signature)
                    .ok()?;
                Some(signature)
            }
        }
    }
}

fn digest_algorithm(scheme: SignatureScheme) -> Option<&'static Algorithm> {
    Some(match scheme {
        SignatureScheme::ECDSA_SECP256R1_SHA256
        | SignatureScheme::RSA_PSS_RSAE_SHA256
        | SignatureScheme::RSA_PKCS1_SHA256 => &SHA256,
        SignatureScheme::ECDSA_SECP384R1_SHA384
        | SignatureScheme::RSA_PSS_RSAE_SHA384
        | SignatureScheme::RSA_PKCS1_SHA384 => &SHA384,
        SignatureScheme::ECDSA_SECP521R1_SHA512
        | SignatureScheme::RSA_PSS_RSAE_SHA512
        | SignatureScheme::RSA_PKCS1_SHA512 => &SHA512,
        _ => return None,
    })
}

/// PKCS #1 v1.5 with a DigestInfo in DER and NULL parameters: RFC 5246 §4.7 (1, 2).
fn rsa_encoding(scheme: SignatureScheme) -> Option<&'static dyn RsaEncoding> {
    Some(match scheme {
        SignatureScheme::RSA_PSS_RSAE_SHA256 => &sig::RSA_PSS_SHA256,
        SignatureScheme::RSA_PSS_RSAE_SHA384 => &sig::RSA_PSS_SHA384,
        SignatureScheme::RSA_PSS_RSAE_SHA512 => &sig::RSA_PSS_SHA512,
        SignatureScheme::RSA_PKCS1_SHA256 => &sig::RSA_PKCS1_SHA256,
        SignatureScheme::RSA_PKCS1_SHA384 => &sig::RSA_PKCS1_SHA384,
        SignatureScheme::RSA_PKCS1_SHA512 => &sig::RSA_PKCS1_SHA512,
        _ => return None,
    })
}

/// Checks a signature with the bare key of an SPKI, whose kind fits the scheme.
pub(crate) fn verify(
    scheme: SignatureScheme,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    // The salt of RSA-PSS is as long as the digest: RFC 9846 §4.3.3 (4).
    let algorithm: &'static dyn VerificationAlgorithm = match scheme {
        SignatureScheme::ECDSA_SECP256R1_SHA256 => &sig::ECDSA_P256_SHA256_ASN1,
        SignatureScheme::ECDSA_SECP384R1_SHA384 => &sig::ECDSA_P384_SHA384_ASN1,
        SignatureScheme::ECDSA_SECP521R1_SHA512 => &sig::ECDSA_P521_SHA512_ASN1,
        SignatureScheme::ED25519 => &sig::ED25519,
        SignatureScheme::RSA_PSS_RSAE_SHA256 => &sig::RSA_PSS_2048_8192_SHA256,
        SignatureScheme::RSA_PSS_RSAE_SHA384 => &sig::RSA_PSS_2048_8192_SHA384,
        SignatureScheme::RSA_PSS_RSAE_SHA512 => &sig::RSA_PSS_2048_8192_SHA512,
        SignatureScheme::RSA_PKCS1_SHA256 => &sig::RSA_PKCS1_2048_8192_SHA256,
        SignatureScheme::RSA_PKCS1_SHA384 => &sig::RSA_PKCS1_2048_8192_SHA384,
        SignatureScheme::RSA_PKCS1_SHA512 => &sig::RSA_PKCS1_2048_8192_SHA512,
        _ => return Err(VerifyError::UnsupportedScheme),
    };
    sig::UnparsedPublicKey::new(algorithm, key)
        .verify(message, signature)
        .map_err(|_| VerifyError::BadSignature)
}

/// Checks an ECDSA signature of any curve with the hash of the scheme: RFC 8422 §5.10 (4).
pub(crate) fn verify_ecdsa(
    kind: KeyKind,
    scheme: SignatureScheme,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    use SignatureScheme as Scheme;
    let algorithm: &'static dyn VerificationAlgorithm = match (kind, scheme) {
        (KeyKind::P256, Scheme::ECDSA_SECP256R1_SHA256) => &sig::ECDSA_P256_SHA256_ASN1,
        (KeyKind::P256, Scheme::ECDSA_SECP384R1_SHA384) => &sig::ECDSA_P256_SHA384_ASN1,
        (KeyKind::P256, Scheme::ECDSA_SECP521R1_SHA512) => &sig::ECDSA_P256_SHA512_ASN1,
        (KeyKind::P384, Scheme::ECDSA_SECP256R1_SHA256) => &sig::ECDSA_P384_SHA256_ASN1,
        (KeyKind::P384, Scheme::ECDSA_SECP384R1_SHA384) => &sig::ECDSA_P384_SHA384_ASN1,
        (KeyKind::P384, Scheme::ECDSA_SECP521R1_SHA512) => &sig::ECDSA_P384_SHA512_ASN1,
        (KeyKind::P521, Scheme::ECDSA_SECP256R1_SHA256) => &sig::ECDSA_P521_SHA256_ASN1,
        (KeyKind::P521, Scheme::ECDSA_SECP384R1_SHA384) => &sig::ECDSA_P521_SHA384_ASN1,
        (KeyKind::P521, Scheme::ECDSA_SECP521R1_SHA512) => &sig::ECDSA_P521_SHA512_ASN1,
        _ => return Err(VerifyError::UnsupportedScheme),
    };
    sig::UnparsedPublicKey::new(algorithm, key)
        .verify(message, signature)
        .map_err(|_| VerifyError::BadSignature)
}

/// A fresh private key of each kind, for tests.
#[cfg(test)]
pub(crate) fn generate_pkcs8(kind: KeyKind) -> Vec<u8> {
    use aws_lc_rs::encoding::Pkcs8V1Der;
    use aws_lc_rs::rsa::KeySize;

    let ecdsa = |algorithm| {
        let pair = EcdsaKeyPair::generate(algorithm).unwrap();
        pair.to_pkcs8v1().unwrap().as_ref().to_vec()
    };
    match kind {
        KeyKind::P256 => ecdsa(&sig::ECDSA_P256_SHA256_ASN1_SIGNING),
        KeyKind::P384 => ecdsa(&sig::ECDSA_P384_SHA384_ASN1_SIGNING),
        KeyKind::P521 => ecdsa(&sig::ECDSA_P521_SHA512_ASN1_SIGNING),
        KeyKind::Ed25519 => {
            let pair = Ed25519KeyPair::generate().unwrap();
            pair.to_pkcs8v1().unwrap().as_ref().to_vec()
        }
        KeyKind::Rsa => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
            AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
                .unwrap()
                .as_ref()
                .to_vec()
        }
    }
}

/// The SEC1 form, with its curve, of an ECDSA key.
#[cfg(test)]
pub(crate) fn sec1_of_pkcs8(kind: KeyKind, pkcs8: &[u8]) -> Vec<u8> {
    use aws_lc_rs::encoding::EcPrivateKeyRfc5915Der;

    let Ok(KeyPair::Ecdsa(pair)) = KeyPair::from_der(kind, pkcs8) else {
        panic!("an ECDSA key");
    };
    AsDer::<EcPrivateKeyRfc5915Der<'_>>::as_der(&pair.private_key())
        .unwrap()
        .as_ref()
        .to_vec()
}
