//! Settings in, config out: a person writes settings, `try_from` checks them once, and afterwards
//! a config is never wrong.

mod client;
mod external_psk;
mod false_start;
mod groups;
mod identity;
mod limits;
mod reverification;
mod schemes;
mod server;
mod suites;
mod tls12;

pub(crate) use external_psk::PskForm;
pub(crate) use groups::groups_of;
pub(crate) use identity::{Wanted, candidates};
pub(crate) use schemes::{common_scheme, is_scheme_of, schemes_of};

pub use client::{ClientConfig, ClientSettings, EarlyDataOffer, GreaseValues, Unsuited};
pub use external_psk::{ExternalPsk, PskError, WithoutPsk};
pub use false_start::FalseStart;
pub use groups::{GroupChoice, KeyShares};
pub use identity::{Audience, Identity};
pub use reverification::Reverification;
pub use server::{Authorisation, ClientAuth, ServerConfig, ServerSettings};
pub use suites::{SuiteChoice, SuiteOrder};
pub use tls12::{ExtendedMainSecret, PeerChange, Renegotiation, SecureRenegotiation, SessionForms};

use groups::default_groups;
use schemes::{check_identity, check_schemes, default_schemes};
use std::fmt;
use tessera_crypto::{TLS12_SUITES, TLS13_SUITES};
use tessera_session::suite_hash;
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

/// What is wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsError {
    /// A server needs at least one identity, or an external key.
    NoIdentity,
    /// An identity without a certificate.
    EmptyChain {
        /// Its position.
        identity: usize,
    },
    /// An identity whose key can sign with nothing TLS allows.
    NoUsableScheme {
        /// Its position.
        identity: usize,
    },
    /// No version is left.
    NoVersion,
    /// A version this stack does not have.
    UnknownVersion(ProtocolVersion),
    /// No cipher suite is left for this version.
    NoCipherSuite(ProtocolVersion),
    /// A cipher suite this stack does not have.
    UnknownCipherSuite(CipherSuite),
    /// No group is left; TLS 1.2 has no use for one with ML-KEM.
    NoGroup,
    /// A group this stack does not have.
    UnknownGroup(NamedGroup),
    /// A key share of a group that is not offered: RFC 9846 §4.3.8 (1).
    ShareOfUnofferedGroup(NamedGroup),
    /// No signature scheme of this version is left to accept.
    NoSignatureScheme(ProtocolVersion),
    /// A signature scheme this stack cannot check.
    UnknownSignatureScheme(SignatureScheme),
    /// A lineage may last seven days at most: RFC 9846 §4.7.1.
    LineageTooLong,
    /// More tickets a handshake than are kept, by us or by a peer that is like us.
    TooManyTickets {
        /// The largest number.
        most: u8,
    },
    /// More early data than a server will ever take.
    TooMuchEarlyData {
        /// The largest number of bytes.
        most: u32,
    },
    /// External keys are TLS 1.3's.
    ExternalPskNeedsTls13,
    /// No enabled suite has the hash of this external key.
    NoSuiteForExternalPsk {
        /// Its position.
        position: usize,
    },
    /// This external key is called like one before it.
    DuplicateExternalPsk {
        /// Its position.
        position: usize,
    },
    /// This external key is as it is, and for the other end.
    ExternalPskOfOtherSide {
        /// Its position.
        position: usize,
    },
    /// Stored tickets need a vault that makes and recognises their lookup keys.
    StoredTicketsNeedVault,
    /// Tickets of other servers resume there as often as they like, whatever is used up here.
    ForeignTicketsAreNotUsedUp,
    /// Tickets for other servers carry their session: stored ones mean nothing there.
    ForeignTicketsAreSealed,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIdentity => {
                f.write_str("a server needs at least one certificate and key, or an external key")
            }
            Self::EmptyChain { identity } => write!(f, "identity {identity} has no certificate"),
            Self::NoUsableScheme { identity } => {
                write!(
                    f,
                    "the key of identity {identity} cannot make any signature TLS allows"
                )
            }
            Self::NoVersion => f.write_str("no protocol version is enabled"),
            Self::UnknownVersion(version) => write!(f, "{version} is not supported"),
            Self::NoCipherSuite(version) => write!(f, "no cipher suite of {version} is enabled"),
            Self::UnknownCipherSuite(suite) => write!(f, "cipher suite {suite} is not supported"),
            Self::NoGroup => f.write_str("no key exchange group is enabled"),
            Self::UnknownGroup(group) => write!(f, "group {group} is not supported"),
            Self::ShareOfUnofferedGroup(group) => {
                write!(f, "a key share of {group}, which is not among the groups")
            }
            Self::NoSignatureScheme(version) => {
                write!(f, "no signature scheme of {version} is accepted")
            }
            Self::UnknownSignatureScheme(scheme) => {
                write!(f, "signature scheme {scheme} is not supported")
            }
            Self::LineageTooLong => f.write_str("a lineage may last seven days at most"),
            Self::TooManyTickets { most } => write!(f, "at most {most} tickets a handshake"),
            Self::TooMuchEarlyData { most } => {
                write!(f, "at most {most} bytes of early data")
            }
            Self::ExternalPskNeedsTls13 => f.write_str("external keys need TLS 1.3"),
            Self::NoSuiteForExternalPsk { position } => {
                write!(f, "no cipher suite goes with external key {position}")
            }
            Self::DuplicateExternalPsk { position } => {
                write!(f, "external key {position} is called like one before it")
            }
            Self::ExternalPskOfOtherSide { position } => write!(
                f,
                "external key {position} is of the other end: a raw key serves one side only, a key between two names both"
            ),
            Self::StoredTicketsNeedVault => f.write_str("stored tickets need a store key"),
            Self::ForeignTicketsAreNotUsedUp => f.write_str(
                "single use cannot be promised for tickets that other servers resume, too",
            ),
            Self::ForeignTicketsAreSealed => {
                f.write_str("tickets for other servers are sealed, never stored")
            }
        }
    }
}

impl std::error::Error for SettingsError {}

/// Everything both roles check alike: what is offered can be done, and nothing below TLS 1.2 is:
/// RFC 9846 §9.3 (3), §E.5 (3).
fn check_terms(
    versions: &[ProtocolVersion],
    suites: &[CipherSuite],
    groups: &[NamedGroup],
) -> Result<(), SettingsError> {
    if versions.is_empty() {
        return Err(SettingsError::NoVersion);
    }
    let known = [ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3];
    if let Some(version) = versions.iter().find(|version| !known.contains(version)) {
        return Err(SettingsError::UnknownVersion(*version));
    }
    let has_version = |suite: &CipherSuite| {
        known
            .iter()
            .any(|version| suite_hash(*version, *suite).is_some())
    };
    if let Some(suite) = suites.iter().find(|suite| !has_version(suite)) {
        return Err(SettingsError::UnknownCipherSuite(*suite));
    }
    let lacks_suite = |version: &&ProtocolVersion| {
        !suites
            .iter()
            .any(|suite| suite_hash(**version, *suite).is_some())
    };
    if let Some(version) = versions.iter().find(lacks_suite) {
        return Err(SettingsError::NoCipherSuite(*version));
    }
    if let Some(group) = groups
        .iter()
        .find(|group| !tessera_crypto::kex::is_supported(**group))
    {
        return Err(SettingsError::UnknownGroup(*group));
    }
    if versions
        .iter()
        .any(|version| groups_of(*version, groups).next().is_none())
    {
        return Err(SettingsError::NoGroup);
    }
    Ok(())
}

/// The suites of these versions, in their order.
pub(crate) fn suites_of(
    versions: &[ProtocolVersion],
    suites: &[CipherSuite],
) -> impl Iterator<Item = CipherSuite> {
    suites.iter().copied().filter(|suite| {
        versions
            .iter()
            .any(|version| suite_hash(*version, *suite).is_some())
    })
}

pub(crate) fn default_suites() -> Vec<CipherSuite> {
    let tls13 = TLS13_SUITES.iter().map(|suite| suite.suite);
    let tls12 = TLS12_SUITES.iter().map(|suite| suite.suite);
    tls13.chain(tls12).collect()
}

/// RFC 9325 §3.1.1 (5).
pub(crate) fn default_versions() -> Vec<ProtocolVersion> {
    vec![ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2]
}
