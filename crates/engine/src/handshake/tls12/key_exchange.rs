//! ECDHE parameters and their signature, both directions: RFC 8422 §5.4.

use crate::config::is_scheme_of;
use crate::fault::{Fault, LocalError, Misbehaviour};
use crate::keys::tls12::Randoms;
use tessera_crypto::{kex, sign, suite::Authentication};
use tessera_wire::codepoint::{
    CipherSuite, ClientCertificateType, NamedGroup, ProtocolVersion, SignatureScheme,
};

/// What the server signs with the key of its certificate: both randoms, so that it is good for this
/// handshake only, and its parameters: RFC 8422 §2.1 (2).
pub(crate) fn signed(randoms: &Randoms, params: &[u8]) -> Vec<u8> {
    [randoms.client.0.as_slice(), &randoms.server.0, params].concat()
}

/// Whose key signs with this scheme: what the suite's name says of the certificate. Ed25519 goes
/// with ECDSA (RFC 8422 §5.10).
pub(crate) fn authentication(scheme: SignatureScheme) -> Authentication {
    match scheme {
        SignatureScheme::RSA_PSS_RSAE_SHA256
        | SignatureScheme::RSA_PSS_RSAE_SHA384
        | SignatureScheme::RSA_PSS_RSAE_SHA512
        | SignatureScheme::RSA_PKCS1_SHA256
        | SignatureScheme::RSA_PKCS1_SHA384
        | SignatureScheme::RSA_PKCS1_SHA512 => Authentication::Rsa,
        _ => Authentication::Ecdsa,
    }
}

/// The curve of the key that signs with this scheme, if it is one of ECDSA.
pub(crate) fn curve(scheme: SignatureScheme) -> Option<NamedGroup> {
    Some(match scheme {
        SignatureScheme::ECDSA_SECP256R1_SHA256 => NamedGroup::SECP256R1,
        SignatureScheme::ECDSA_SECP384R1_SHA384 => NamedGroup::SECP384R1,
        SignatureScheme::ECDSA_SECP521R1_SHA512 => NamedGroup::SECP521R1,
        _ => return None,
    })
}

/// What CertificateRequest calls certificates of the keys that sign with this scheme.
pub(crate) fn certificate_type(scheme: SignatureScheme) -> ClientCertificateType {
    match authentication(scheme) {
        Authentication::Rsa => ClientCertificateType::RSA_SIGN,
        Authentication::Ecdsa => ClientCertificateType::ECDSA_SIGN,
    }
}

/// Whether a certificate's key is of the kind the suite names: RFC 8422 §5.3 (2, 3).
pub(crate) fn check_key(
    suite: CipherSuite,
    wanted: Authentication,
    public_key: &[u8],
) -> Result<(), Fault> {
    let found = match sign::KeyKind::of_spki(public_key) {
        Some(sign::KeyKind::Rsa) => Authentication::Rsa,
        _ => Authentication::Ecdsa,
    };
    if found == wanted {
        Ok(())
    } else {
        Err(Misbehaviour::WrongCertificateKey(suite).into())
    }
}

/// A scheme of the peer's must be one that it was told we accept.
pub(crate) fn check_scheme(
    scheme: SignatureScheme,
    accepted: &[SignatureScheme],
) -> Result<(), Fault> {
    if accepted.contains(&scheme) && is_scheme_of(ProtocolVersion::TLS1_2, scheme) {
        Ok(())
    } else {
        Err(Misbehaviour::WrongSignatureScheme(scheme).into())
    }
}

/// Checks a signature over `message`, in either direction; `wrong` says what it is about.
pub(crate) fn verify(
    scheme: SignatureScheme,
    public_key: &[u8],
    message: &[u8],
    signature: &[u8],
    wrong: Misbehaviour,
) -> Result<(), Fault> {
    sign::verify_tls12(scheme, public_key, message, signature).map_err(|error| match error {
        sign::VerifyError::BadSignature => wrong.into(),
        sign::VerifyError::KeyMismatch | sign::VerifyError::UnsupportedScheme => {
            Misbehaviour::WrongSignatureScheme(scheme).into()
        }
    })
}

/// Whose fault a failed agreement is.
pub(crate) fn agreement_failed(error: kex::KexError, group: NamedGroup) -> Fault {
    match error {
        kex::KexError::BadShare => Misbehaviour::BadKeyShare(group).into(),
        kex::KexError::Unsupported | kex::KexError::Backend => LocalError::Crypto.into(),
    }
}
