//! Settings in, config out: a person writes settings, `try_from` checks them once, and afterwards
//! a config is never wrong.

mod client;
mod server;

pub use client::{ClientConfig, ClientSettings, GreaseValues};
pub use server::{ClientAuth, ServerConfig, ServerSettings};

use std::fmt;
use tessera_session::ServerName;
use tessera_wire::codepoint::{CipherSuite, NamedGroup, SignatureScheme};

/// A certificate chain and what its private key can do. The key itself stays outside the engine:
/// signing is a [`crate::Question`].
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// DER, leaf first, without the anchor.
    pub chain: Vec<Vec<u8>>,
    /// What the private key can sign with, in order of preference.
    pub schemes: Vec<SignatureScheme>,
    /// The names it is for: DNS names (a leading `*.` matches one label) and IP addresses.
    pub names: Vec<String>,
    /// An OCSP response to staple.
    pub ocsp: Option<Vec<u8>>,
    /// Signed certificate timestamps to send.
    pub scts: Vec<Vec<u8>>,
}

impl Identity {
    /// Whether one of its names covers `name`: RFC 9525 §6.3, a wildcard stands for one whole label.
    pub fn covers(&self, name: &ServerName) -> bool {
        self.names.iter().any(|own| name.is_covered_by(own))
    }
}

/// What is wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsError {
    /// A server needs at least one identity.
    NoIdentity,
    /// An identity without a certificate.
    EmptyChain {
        /// Its position.
        identity: usize,
    },
    /// An identity whose key can sign with nothing TLS 1.3 allows.
    NoUsableScheme {
        /// Its position.
        identity: usize,
    },
    /// No cipher suite is left.
    NoCipherSuite,
    /// A cipher suite this stack does not have.
    UnknownCipherSuite(CipherSuite),
    /// No group is left.
    NoGroup,
    /// A group this stack does not have.
    UnknownGroup(NamedGroup),
    /// A lineage may last seven days at most: RFC 9846 §4.7.1.
    LineageTooLong,
    /// More tickets a handshake than a peer would keep.
    TooManyTickets {
        /// The largest number.
        most: u8,
    },
    /// Stored tickets need a vault that makes and recognises their lookup keys.
    StoredTicketsNeedVault,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIdentity => f.write_str("a server needs at least one certificate and key"),
            Self::EmptyChain { identity } => write!(f, "identity {identity} has no certificate"),
            Self::NoUsableScheme { identity } => {
                write!(
                    f,
                    "the key of identity {identity} cannot make any signature TLS 1.3 allows"
                )
            }
            Self::NoCipherSuite => f.write_str("no cipher suite is enabled"),
            Self::UnknownCipherSuite(suite) => write!(f, "cipher suite {suite} is not supported"),
            Self::NoGroup => f.write_str("no key exchange group is enabled"),
            Self::UnknownGroup(group) => write!(f, "group {group} is not supported"),
            Self::LineageTooLong => f.write_str("a lineage may last seven days at most"),
            Self::TooManyTickets { most } => write!(f, "at most {most} tickets a handshake"),
            Self::StoredTicketsNeedVault => f.write_str("stored tickets need a store key"),
        }
    }
}

impl std::error::Error for SettingsError {}

/// Everything both roles check alike.
fn check_terms(suites: &[CipherSuite], groups: &[NamedGroup]) -> Result<(), SettingsError> {
    if suites.is_empty() {
        return Err(SettingsError::NoCipherSuite);
    }
    if groups.is_empty() {
        return Err(SettingsError::NoGroup);
    }
    if let Some(suite) = suites
        .iter()
        .find(|suite| tessera_crypto::tls13_suite(**suite).is_none())
    {
        return Err(SettingsError::UnknownCipherSuite(*suite));
    }
    if let Some(group) = groups
        .iter()
        .find(|group| !tessera_crypto::kex::is_supported(**group))
    {
        return Err(SettingsError::UnknownGroup(*group));
    }
    Ok(())
}

fn check_identity(position: usize, identity: &Identity) -> Result<(), SettingsError> {
    if identity.chain.is_empty() {
        return Err(SettingsError::EmptyChain { identity: position });
    }
    if !identity
        .schemes
        .iter()
        .any(|scheme| OFFERED_SCHEMES.contains(scheme))
    {
        return Err(SettingsError::NoUsableScheme { identity: position });
    }
    Ok(())
}

/// The signature schemes we accept in CertificateVerify, best first. No SHA-1, no PKCS#1 v1.5
/// (RFC 9846 §4.3.3 forbids both there).
pub(crate) const OFFERED_SCHEMES: [SignatureScheme; 7] = [
    SignatureScheme::ECDSA_SECP256R1_SHA256,
    SignatureScheme::ED25519,
    SignatureScheme::ECDSA_SECP384R1_SHA384,
    SignatureScheme::ECDSA_SECP521R1_SHA512,
    SignatureScheme::RSA_PSS_RSAE_SHA256,
    SignatureScheme::RSA_PSS_RSAE_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA512,
];

/// The schemes we accept inside certificates: there PKCS#1 v1.5 is still how CAs sign with RSA.
pub(crate) const CERTIFICATE_SCHEMES: [SignatureScheme; 10] = [
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

pub(crate) fn default_suites() -> Vec<CipherSuite> {
    vec![
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    ]
}

pub(crate) fn default_groups() -> Vec<NamedGroup> {
    tessera_crypto::kex::GROUPS.to_vec()
}
