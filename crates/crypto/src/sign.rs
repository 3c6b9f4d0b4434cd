//! Signing and verifying, by `SignatureScheme` (RFC 9846 §4.3.3).

use core::fmt;

use tessera_wire::codepoint::SignatureScheme;

use crate::backend;
use crate::der::{self, Der};

/// The kinds of key there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// ECDSA over secp256r1.
    P256,
    /// ECDSA over secp384r1.
    P384,
    /// ECDSA over secp521r1.
    P521,
    /// Ed25519.
    Ed25519,
    /// RSA under `rsaEncryption`, 2048 to 8192 bits: RFC 9325 §4.5 (3).
    Rsa,
}

impl KeyKind {
    /// The schemes such a key signs with, in order of preference. PKCS #1 v1.5 comes last: only
    /// TLS 1.2 takes it in a handshake.
    pub const fn schemes(self) -> &'static [SignatureScheme] {
        match self {
            Self::P256 => &[SignatureScheme::ECDSA_SECP256R1_SHA256],
            Self::P384 => &[SignatureScheme::ECDSA_SECP384R1_SHA384],
            Self::P521 => &[SignatureScheme::ECDSA_SECP521R1_SHA512],
            Self::Ed25519 => &[SignatureScheme::ED25519],
            Self::Rsa => &[
                SignatureScheme::RSA_PSS_RSAE_SHA256,
                SignatureScheme::RSA_PSS_RSAE_SHA384,
                SignatureScheme::RSA_PSS_RSAE_SHA512,
                SignatureScheme::RSA_PKCS1_SHA256,
                SignatureScheme::RSA_PKCS1_SHA384,
                SignatureScheme::RSA_PKCS1_SHA512,
            ],
        }
    }

    /// The kind of a `SubjectPublicKeyInfo`, if it is one of these.
    pub fn of_spki(spki_der: &[u8]) -> Option<Self> {
        split_spki(spki_der).and_then(|(kind, _)| kind)
    }

    /// By the content of an `AlgorithmIdentifier`.
    fn of_algorithm(identifier: &[u8]) -> Option<Self> {
        ALGORITHMS
            .iter()
            .find_map(|(known, kind)| (*known == identifier).then_some(*kind))
    }

    /// The kind of key a scheme signs with; PKCS #1 v1.5 is for TLS 1.2 and certificates. Ed25519 has one
    /// scheme: RFC 8422 §5.9 (3).
    fn of_scheme(scheme: SignatureScheme) -> Option<Self> {
        Some(match scheme {
            SignatureScheme::ECDSA_SECP256R1_SHA256 => Self::P256,
            SignatureScheme::ECDSA_SECP384R1_SHA384 => Self::P384,
            SignatureScheme::ECDSA_SECP521R1_SHA512 => Self::P521,
            SignatureScheme::ED25519 => Self::Ed25519,
            SignatureScheme::RSA_PSS_RSAE_SHA256
            | SignatureScheme::RSA_PSS_RSAE_SHA384
            | SignatureScheme::RSA_PSS_RSAE_SHA512
            | SignatureScheme::RSA_PKCS1_SHA256
            | SignatureScheme::RSA_PKCS1_SHA384
            | SignatureScheme::RSA_PKCS1_SHA512 => Self::Rsa,
            _ => return None,
        })
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P256 => "ECDSA P-256",
            Self::P384 => "ECDSA P-384",
            Self::P521 => "ECDSA P-521",
            Self::Ed25519 => "Ed25519",
            Self::Rsa => "RSA",
        })
    }
}

/// Why a private key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// Not a PKCS#8, SEC1 or PKCS#1 private key, or one whose parts do not fit together.
    Malformed,
    /// A key under a passphrase.
    Encrypted,
    /// A private key of an algorithm or curve that is not supported.
    UnsupportedAlgorithm,
    /// An RSA key of less than 2048 or more than 8192 bits.
    UnsupportedSize,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a valid PKCS#8, SEC1 or PKCS#1 private key",
            Self::Encrypted => "the private key is encrypted; decrypt it first",
            Self::UnsupportedAlgorithm => {
                "keys must be ECDSA (P-256, P-384, P-521), Ed25519 or RSA"
            }
            Self::UnsupportedSize => "RSA keys must have 2048 to 8192 bits",
        })
    }
}

impl std::error::Error for KeyError {}

/// Why there is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The scheme is not for this kind of key.
    UnsupportedScheme,
    /// The library below failed.
    Backend,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnsupportedScheme => "the key cannot sign with this signature scheme",
            Self::Backend => "the cryptographic library could not sign",
        })
    }
}

impl std::error::Error for SignError {}

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyError {
    /// The scheme is not for this key; in TLS 1.3 an ECDSA scheme names its curve.
    KeyMismatch,
    /// The signature is not the key's over this message.
    BadSignature,
    /// A scheme that is not supported.
    UnsupportedScheme,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyMismatch => "the signature scheme does not fit the key",
            Self::BadSignature => "the signature is wrong",
            Self::UnsupportedScheme => "the signature scheme is not supported",
        })
    }
}

impl std::error::Error for VerifyError {}

/// A private key that signs.
pub struct SigningKey {
    kind: KeyKind,
    pair: backend::KeyPair,
    spki: Vec<u8>,
}

impl SigningKey {
    /// Reads an unencrypted private key: PKCS#8, SEC1 (`EC PRIVATE KEY`) or
    /// PKCS#1 (`RSA PRIVATE KEY`), in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let kind = private_key_kind(der)?;
        let pair = backend::KeyPair::from_der(kind, der).map_err(|rejected| match rejected {
            backend::KeyRejection::Malformed => KeyError::Malformed,
            backend::KeyRejection::Size => KeyError::UnsupportedSize,
        })?;
        let spki = pair.public_key_spki().ok_or(KeyError::Malformed)?;
        Ok(Self { kind, pair, spki })
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The schemes it signs with, in order of preference; see [`KeyKind::schemes`].
    pub fn schemes(&self) -> &[SignatureScheme] {
        self.kind.schemes()
    }

    /// Signs `message`. The RSA PKCS #1 v1.5 schemes work too, for TLS 1.2.
    ///
    /// Only Ed25519 gives equal signatures for equal messages: ECDSA and
    /// RSA-PSS draw the library's own randomness.
    pub fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>, SignError> {
        if KeyKind::of_scheme(scheme) != Some(self.kind) {
            return Err(SignError::UnsupportedScheme);
        }
        self.pair.sign(scheme, message).ok_or(SignError::Backend)
    }

    /// The public key as a `SubjectPublicKeyInfo`, in DER.
    pub fn public_key_spki(&self) -> Vec<u8> {
        self.spki.clone()
    }
}

/// As [`verify`], for TLS 1.2, where an ECDSA scheme names a hash and leaves the curve to the key:
/// RFC 8422 §5.4, RFC 5246 §7.4.1.4.1, RFC 9846 §4.3.3 (15).
pub fn verify_tls12(
    scheme: SignatureScheme,
    spki_der: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    let is_ecdsa = |kind: KeyKind| matches!(kind, KeyKind::P256 | KeyKind::P384 | KeyKind::P521);
    let wanted = KeyKind::of_scheme(scheme).ok_or(VerifyError::UnsupportedScheme)?;
    match split_spki(spki_der) {
        Some((Some(kind), key)) if is_ecdsa(kind) && is_ecdsa(wanted) => {
            backend::verify_ecdsa(kind, scheme, key, message, signature)
        }
        _ => verify(scheme, spki_der, message, signature),
    }
}

/// Checks `signature` over `message` under the key of a `SubjectPublicKeyInfo`, which is of the kind the
/// scheme needs: RFC 9846 §4.3.3 (1).
pub fn verify(
    scheme: SignatureScheme,
    spki_der: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    let wanted = KeyKind::of_scheme(scheme).ok_or(VerifyError::UnsupportedScheme)?;
    match split_spki(spki_der) {
        Some((Some(kind), key)) if kind == wanted => {
            backend::verify(scheme, key, message, signature)
        }
        _ => Err(VerifyError::KeyMismatch),
    }
}

/// The content of each `AlgorithmIdentifier` we know: OIDs with their parameters. RSA keys are under
/// rsaEncryption: RFC 9846 §4.3.3 (5).
const ALGORITHMS: [(&[u8], KeyKind); 5] = [
    (
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
        KeyKind::P256,
    ),
    (
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22",
        KeyKind::P384,
    ),
    (
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23",
        KeyKind::P521,
    ),
    (b"\x06\x03\x2b\x65\x70", KeyKind::Ed25519),
    (
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00",
        KeyKind::Rsa,
    ),
];

/// The content of `AlgorithmIdentifier` in front of a named curve's OID.
const ID_EC_PUBLIC_KEY: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";

/// `SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }`
fn split_spki(spki_der: &[u8]) -> Option<(Option<KeyKind>, &[u8])> {
    let mut spki = Der::sequence_of(spki_der)?;
    let algorithm = spki.expect(der::SEQUENCE)?;
    let (&unused_bits, key) = spki.expect(der::BIT_STRING)?.split_first()?;
    (unused_bits == 0 && spki.is_empty()).then_some((KeyKind::of_algorithm(algorithm), key))
}

/// Tells the three private key formats apart by their second element.
fn private_key_kind(der: &[u8]) -> Result<KeyKind, KeyError> {
    let mut key = Der::sequence_of(der).ok_or(KeyError::Malformed)?;
    // EncryptedPrivateKeyInfo has no version in front: RFC 5958 §3.
    if key.tag() == Some(der::SEQUENCE) {
        return Err(KeyError::Encrypted);
    }
    key.expect(der::INTEGER).ok_or(KeyError::Malformed)?;
    match key.next().ok_or(KeyError::Malformed)? {
        (der::SEQUENCE, algorithm) => {
            KeyKind::of_algorithm(algorithm).ok_or(KeyError::UnsupportedAlgorithm)
        }
        (der::OCTET_STRING, scalar) => sec1_kind(scalar.len(), key),
        (der::INTEGER, _modulus) => Ok(KeyKind::Rsa),
        _ => Err(KeyError::Malformed),
    }
}

/// The curve of an `ECPrivateKey` (RFC 5915), or a guess by its length where
/// the optional parameters are left out.
fn sec1_kind(scalar_len: usize, mut rest: Der<'_>) -> Result<KeyKind, KeyError> {
    if rest.tag() == Some(der::CONTEXT_0) {
        let curve = rest.expect(der::CONTEXT_0).ok_or(KeyError::Malformed)?;
        let algorithm = [ID_EC_PUBLIC_KEY, curve].concat();
        return KeyKind::of_algorithm(&algorithm).ok_or(KeyError::UnsupportedAlgorithm);
    }
    match scalar_len {
        32 => Ok(KeyKind::P256),
        48 => Ok(KeyKind::P384),
        66 => Ok(KeyKind::P521),
        _ => Err(KeyError::UnsupportedAlgorithm),
    }
}

#[cfg(test)]
mod tests;
