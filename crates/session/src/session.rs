//! What two peers agreed once and may pick up again.

use core::fmt;

use tessera_crypto::{HashAlgorithm, Secret};
use tessera_wire::{CipherSuite, NamedGroup, ProtocolVersion, SessionId};

use crate::binding::Binding;
use crate::id::LineageId;
use crate::time::Timestamp;

/// What two peers agreed once and may pick up again without proving it again.
///
/// One type for both versions: what differs is confined to [`Resumption`], and the two are never
/// converted into each other.
#[derive(Clone)]
pub struct Session {
    /// The full handshake this descends from, and how many resumptions ago.
    pub lineage: Lineage,
    /// The protocol version, and the only one it resumes in.
    pub version: ProtocolVersion,
    /// The cipher suite agreed when the session was made.
    pub cipher_suite: CipherSuite,
    /// TLS 1.2: the main secret. TLS 1.3: the PSK of one ticket.
    pub secret: ResumptionSecret,
    /// Who and what it was made for.
    pub binding: Binding,
    /// From when until when.
    pub lifetime: Lifetime,
    /// How it is offered again.
    pub resumption: Resumption,
    /// Made without verifying the peer, or imported without trust: never resumes into a verified connection.
    pub taint: Option<Taint>,
    /// Opaque to TLS; carried for the application.
    pub app_data: Vec<u8>,
    /// The key exchange that gave the secret, for those who look.
    pub group: Option<NamedGroup>,
}

/// Shows everything but the secret.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("lineage", &self.lineage)
            .field("version", &self.version)
            .field("cipher_suite", &self.cipher_suite)
            .field("binding", &self.binding)
            .field("lifetime", &self.lifetime)
            .field("taint", &self.taint)
            .finish_non_exhaustive()
    }
}

/// Where a session descends from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lineage {
    /// The full handshake.
    pub id: LineageId,
    /// Resumptions between that handshake and this session.
    pub generation: u32,
}

/// From when until when. `authenticated_at` never moves; a resumption only moves `issued_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lifetime {
    /// When the peer last really proved who it is.
    pub authenticated_at: Timestamp,
    /// When this ticket was made.
    pub issued_at: Timestamp,
    /// When this ticket ends.
    pub expires_at: Timestamp,
    /// When every ticket of the lineage ends.
    pub lineage_ends_at: Timestamp,
}

impl Lifetime {
    /// What `ticket_lifetime` says: whole seconds, at most seven days (RFC 9846 §4.7.1).
    pub fn ticket_lifetime(&self) -> u32 {
        let seconds = self.expires_at.ahead_of(self.issued_at).as_secs();
        u32::try_from(seconds).unwrap_or(u32::MAX).min(604_800)
    }
}

/// How a session is offered again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumption {
    /// RFC 5246 and RFC 5077: by session id or ticket.
    Tls12 {
        /// The session's id; empty when it travels in a ticket.
        session_id: SessionId,
        /// Whether the secret is bound to its handshake: RFC 7627.
        extended_main_secret: bool,
    },
    /// By a PSK identity (RFC 9846 §4.3.11).
    Tls13 {
        /// Hides the ticket's age from observers (RFC 9846 §4.7.1).
        ticket_age_add: u32,
        /// How much early data the ticket allows; 0 for none.
        max_early_data_size: u32,
    },
}

impl Resumption {
    /// The version this form belongs to.
    pub const fn version(&self) -> ProtocolVersion {
        match self {
            Self::Tls12 { .. } => ProtocolVersion::TLS1_2,
            Self::Tls13 { .. } => ProtocolVersion::TLS1_3,
        }
    }
}

/// Why a session is not to be trusted as much as others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Taint {
    /// The peer was not verified.
    Unverified,
    /// It came from a file that nobody vouched for.
    Imported,
}

/// The end of the connection a session was kept by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// It offers sessions.
    Client,
    /// It accepts them.
    Server,
}

impl Side {
    /// `client` or `server`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A secret that a session can be resumed from: of the right length, and not all zero.
#[derive(Clone)]
pub struct ResumptionSecret(Secret);

/// Why bytes are no secret for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretError {
    /// Every byte is zero: what a library's unset field looks like.
    AllZero,
    /// Not the hash's length (TLS 1.3), or not 48 bytes (TLS 1.2).
    Length {
        /// How long it has to be.
        expected: usize,
        /// How long it is.
        found: usize,
    },
    /// Not a cipher suite of this version that we have.
    Suite(CipherSuite),
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllZero => f.write_str("the session's secret is all zero"),
            Self::Length { expected, found } => {
                write!(
                    f,
                    "the session's secret has {found} bytes where {expected} are needed"
                )
            }
            Self::Suite(suite) => write!(f, "{suite} is no cipher suite of the session's version"),
        }
    }
}

impl std::error::Error for SecretError {}

impl ResumptionSecret {
    /// Checks a secret for a session of this version and cipher suite.
    pub fn new(
        secret: Secret,
        version: ProtocolVersion,
        suite: CipherSuite,
    ) -> Result<Self, SecretError> {
        let hash = suite_hash(version, suite).ok_or(SecretError::Suite(suite))?;
        // RFC 5246 §8.1: the main secret has 48 bytes whatever the suite; RFC 9846 §4.7.1: a PSK has Hash.length.
        let expected = if version == ProtocolVersion::TLS1_3 {
            hash.output_len()
        } else {
            48
        };
        if secret.len() != expected {
            return Err(SecretError::Length {
                expected,
                found: secret.len(),
            });
        }
        if secret.is_all_zero() {
            return Err(SecretError::AllZero);
        }
        Ok(Self(secret))
    }

    /// The secret, for the key schedule.
    pub const fn secret(&self) -> &Secret {
        &self.0
    }

    /// The bytes, for the key schedule.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Session {
    /// The hash of the session's cipher suite, which in TLS 1.3 is all that a resumption has to keep.
    pub fn hash(&self) -> Option<HashAlgorithm> {
        suite_hash(self.version, self.cipher_suite)
    }
}

/// The hash of a cipher suite in this version; `None` for a suite that the version does not have.
pub fn suite_hash(version: ProtocolVersion, suite: CipherSuite) -> Option<HashAlgorithm> {
    use CipherSuite as Suite;
    match version {
        ProtocolVersion::TLS1_3 => match suite {
            Suite::TLS_AES_128_GCM_SHA256 | Suite::TLS_CHACHA20_POLY1305_SHA256 => {
                Some(HashAlgorithm::Sha256)
            }
            Suite::TLS_AES_256_GCM_SHA384 => Some(HashAlgorithm::Sha384),
            _ => None,
        },
        ProtocolVersion::TLS1_2 => match suite {
            Suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | Suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
            | Suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            | Suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => Some(HashAlgorithm::Sha256),
            Suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
            | Suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => Some(HashAlgorithm::Sha384),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const AES128: CipherSuite = CipherSuite::TLS_AES_128_GCM_SHA256;
    const AES256: CipherSuite = CipherSuite::TLS_AES_256_GCM_SHA384;
    const ECDHE: CipherSuite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;

    fn refused(bytes: &[u8], version: ProtocolVersion, suite: CipherSuite) -> Option<SecretError> {
        ResumptionSecret::new(Secret::new(bytes).unwrap(), version, suite).err()
    }

    #[test]
    fn rule_14_a_secret_of_zeros_is_refused() {
        assert_eq!(
            refused(&[0; 32], ProtocolVersion::TLS1_3, AES128),
            Some(SecretError::AllZero)
        );
        assert_eq!(
            refused(&[0; 48], ProtocolVersion::TLS1_2, ECDHE),
            Some(SecretError::AllZero)
        );
    }

    #[test]
    fn rule_13_a_secret_has_the_hashs_length_or_48_bytes() {
        let length = |expected, found| Some(SecretError::Length { expected, found });
        assert_eq!(
            refused(&[1; 48], ProtocolVersion::TLS1_3, AES128),
            length(32, 48)
        );
        assert_eq!(
            refused(&[1; 32], ProtocolVersion::TLS1_3, AES256),
            length(48, 32)
        );
        assert_eq!(
            refused(&[1; 32], ProtocolVersion::TLS1_2, ECDHE),
            length(48, 32)
        );
        assert_eq!(refused(&[], ProtocolVersion::TLS1_3, AES128), length(32, 0));
        assert_eq!(refused(&[1; 48], ProtocolVersion::TLS1_3, AES256), None);
        assert_eq!(refused(&[1; 48], ProtocolVersion::TLS1_2, ECDHE), None);
    }

    #[test]
    fn rule_14_a_suite_belongs_to_one_version() {
        for (version, suite) in [
            (ProtocolVersion::TLS1_2, AES128),
            (ProtocolVersion::TLS1_3, ECDHE),
            (ProtocolVersion::TLS1_1, ECDHE),
        ] {
            assert_eq!(
                refused(&[1; 48], version, suite),
                Some(SecretError::Suite(suite))
            );
        }
    }

    #[test]
    fn a_session_shows_itself_without_its_secret() {
        let shown = format!("{:?}", samples::tls13());
        assert!(shown.contains("www.example.com"));
        assert!(!shown.contains("secret") && !shown.contains("160, 161"));
    }

    #[test]
    fn rule_17_a_session_keeps_who_the_peer_is_and_since_when() {
        let session = samples::tls13();
        let (kept, _) =
            crate::record::decode(&crate::record::encode(&session, None).unwrap()).unwrap();
        assert_eq!(kept.binding, session.binding);
        assert_eq!(
            kept.lifetime.authenticated_at,
            session.lifetime.authenticated_at
        );
    }
}
