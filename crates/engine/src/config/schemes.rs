//! Signature schemes: which there are, and which a version can use in its handshakes.

use super::{Identity, SettingsError};
use tessera_wire::codepoint::{ProtocolVersion, SignatureScheme};

/// The schemes we can check, best first. No SHA-1 in any version: RFC 9325 §4.5 (4).
const SCHEMES: [SignatureScheme; 10] = [
    SignatureScheme::ECDSA_SECP256R1_SHA256,
    SignatureScheme::ED25519,
    SignatureScheme::ECDSA_SECP384R1_SHA384,
    SignatureScheme::ECDSA_SECP521R1_SHA512,
    SignatureScheme::RSA_PSS_RSAE_SHA256,
    SignatureScheme::RSA_PSS_RSAE_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA512,
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
];

pub(crate) fn default_schemes() -> Vec<SignatureScheme> {
    SCHEMES.to_vec()
}

/// Whether handshakes of this version are signed so. PKCS#1 v1.5 is how RSA keys still sign in
/// TLS 1.2, though PSS is taken as well (RFC 9846 §4.3.3 (16), §9.1 (2)); TLS 1.3 has it inside
/// certificates only (RFC 9846 §4.5.2 (7)).
pub(crate) fn is_scheme_of(version: ProtocolVersion, scheme: SignatureScheme) -> bool {
    let pkcs1 = [
        SignatureScheme::RSA_PKCS1_SHA256,
        SignatureScheme::RSA_PKCS1_SHA384,
        SignatureScheme::RSA_PKCS1_SHA512,
    ];
    SCHEMES.contains(&scheme) && !(version == ProtocolVersion::TLS1_3 && pkcs1.contains(&scheme))
}

/// Those of a list that handshakes of this version are signed with, in its order.
pub(crate) fn schemes_of(
    version: ProtocolVersion,
    schemes: &[SignatureScheme],
) -> Vec<SignatureScheme> {
    let schemes = schemes.iter().copied();
    schemes
        .filter(|scheme| is_scheme_of(version, *scheme))
        .collect()
}

/// How our key signs for this peer: its most preferred scheme that the peer takes, and the version:
/// RFC 9846 §4.5.1.2 (2), §4.5.2 (4, 5, 6).
pub(crate) fn common_scheme(
    version: ProtocolVersion,
    identity: &Identity,
    theirs: &[SignatureScheme],
) -> Option<SignatureScheme> {
    schemes_of(version, &identity.schemes)
        .into_iter()
        .find(|scheme| theirs.contains(scheme))
}

/// Something is left for every version.
pub(super) fn check_schemes(
    versions: &[ProtocolVersion],
    schemes: &[SignatureScheme],
) -> Result<(), SettingsError> {
    if let Some(unknown) = schemes.iter().find(|scheme| !SCHEMES.contains(scheme)) {
        return Err(SettingsError::UnknownSignatureScheme(*unknown));
    }
    let lacks = |version: &&ProtocolVersion| schemes_of(**version, schemes).is_empty();
    match versions.iter().find(lacks) {
        Some(version) => Err(SettingsError::NoSignatureScheme(*version)),
        None => Ok(()),
    }
}

/// A chain, and a key that can sign in one of the versions.
pub(super) fn check_identity(
    position: usize,
    identity: &Identity,
    versions: &[ProtocolVersion],
) -> Result<(), SettingsError> {
    // RFC 9846 §4.5.1 (12).
    if identity.chain.is_empty() {
        return Err(SettingsError::EmptyChain { identity: position });
    }
    let usable = |version: &ProtocolVersion| !schemes_of(*version, &identity.schemes).is_empty();
    if versions.iter().any(usable) {
        Ok(())
    } else {
        Err(SettingsError::NoUsableScheme { identity: position })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PKCS1: SignatureScheme = SignatureScheme::RSA_PKCS1_SHA256;
    const BOTH: [ProtocolVersion; 2] = [ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2];

    #[test]
    fn pkcs1_signs_handshakes_of_tls12_only() {
        assert!(is_scheme_of(ProtocolVersion::TLS1_2, PKCS1));
        assert!(!is_scheme_of(ProtocolVersion::TLS1_3, PKCS1));
        assert_eq!(
            check_schemes(&BOTH, &[PKCS1]),
            Err(SettingsError::NoSignatureScheme(ProtocolVersion::TLS1_3))
        );
        assert_eq!(check_schemes(&[ProtocolVersion::TLS1_2], &[PKCS1]), Ok(()));
    }

    #[test]
    fn a_key_is_of_use_if_one_version_can_use_it() {
        let identity = Identity {
            chain: vec![vec![1]],
            schemes: vec![PKCS1],
            ..Identity::default()
        };
        assert_eq!(check_identity(0, &identity, &BOTH), Ok(()));
        assert_eq!(
            check_identity(3, &identity, &[ProtocolVersion::TLS1_3]),
            Err(SettingsError::NoUsableScheme { identity: 3 })
        );
    }

    #[test]
    fn a_server_has_something_to_show() {
        // RFC 9846 §4.5.1 (12).
        let error = check_identity(2, &Identity::default(), &BOTH);
        assert_eq!(error, Err(SettingsError::EmptyChain { identity: 2 }));
    }

    #[test]
    fn what_nobody_here_can_check_is_not_accepted() {
        // RFC 9325 §4.5 (4).
        let sha1 = SignatureScheme::RSA_PKCS1_SHA1;
        assert_eq!(
            check_schemes(&BOTH, &[sha1]),
            Err(SettingsError::UnknownSignatureScheme(sha1))
        );
    }
}
