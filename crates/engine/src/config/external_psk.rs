//! Keys that both ends have from elsewhere: RFC 9846 §2.2 (1), RFC 9257.

use crate::config::SettingsError;
use crate::keys::importer;
use crate::keys::tls13::PskOrigin;
use std::fmt;
use std::sync::Arc;
use tessera_crypto::{HashAlgorithm, Secret, tls13_suite};
use tessera_session::Side;
use tessera_wire::codepoint::{CipherSuite, ProtocolVersion};

/// A key that one client and one server have from elsewhere, and that authenticates both: RFC 9257.
///
/// [`ExternalPsk::between`] is the one to take: it binds the key to who is the client and who the
/// server (RFC 9258), so that whoever knows the key cannot be brought to talk to itself, or to another
/// pair's end. [`ExternalPsk::raw`] is for peers that cannot do that; such a key is of one side, for whoever is client and
/// server with the same one can be led to itself and take that for the peer (Selfie, RFC 9257).
///
/// ```
/// use tessera_engine::{ExternalPsk, PskHash};
/// use tessera_session::Side;
///
/// let key = ExternalPsk::between(b"sensor-7", &[7; 32], PskHash::Sha256, b"sensor", b"hub")?;
/// assert_eq!(key.identity(), b"sensor-7");
/// assert!(ExternalPsk::raw(Side::Client, b"sensor-7", b"too short", PskHash::Sha256).is_err());
/// # Ok::<(), tessera_engine::PskError>(())
/// ```
#[derive(Clone)]
pub struct ExternalPsk {
    identity: Vec<u8>,
    key: Secret,
    hash: HashAlgorithm,
    usage: Usage,
}

/// What keeps a key from serving both ends.
#[derive(Clone)]
enum Usage {
    /// It is configured at this side and never at the other.
    Raw(Side),
    /// It goes on the wire bound to this context.
    Imported(Vec<u8>),
}

/// Why bytes make no external key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PskError {
    /// An identity has 1 to so many bytes.
    IdentityLength {
        /// The largest number.
        most: usize,
    },
    /// A key has so many bytes: below are too few to be unguessable (RFC 9257 §6).
    KeyLength {
        /// The smallest number.
        least: usize,
        /// The largest number.
        most: usize,
    },
    /// A key of zeros is none.
    KeyOfZeros,
    /// A context or a name is longer than so many bytes.
    ContextLength {
        /// The largest number.
        most: usize,
    },
}

/// More than anybody's identity or context, and less than makes a hello unwieldy.
const LONGEST_NAME: usize = 1024;
/// 128 bits, as RFC 9257 §6 has it.
const SHORTEST_KEY: usize = 16;

impl fmt::Display for PskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdentityLength { most } => {
                write!(f, "the identity of an external key has 1 to {most} bytes")
            }
            Self::KeyLength { least, most } => {
                write!(f, "an external key has {least} to {most} bytes")
            }
            Self::KeyOfZeros => f.write_str("an external key of zeros is none"),
            Self::ContextLength { most } => {
                write!(f, "the context of an external key has at most {most} bytes")
            }
        }
    }
}

impl std::error::Error for PskError {}

impl ExternalPsk {
    /// A key for connections of this client to this server: both names and their roles are part of what
    /// goes on the wire (RFC 9258 appendix B).
    ///
    /// # Errors
    /// When something is too short or too long.
    pub fn between(
        identity: &[u8],
        key: &[u8],
        hash: HashAlgorithm,
        client: &[u8],
        server: &[u8],
    ) -> Result<Self, PskError> {
        let mut context = tessera_wire::Writer::new();
        context.vec16(|writer| writer.bytes(client));
        context.vec16(|writer| writer.bytes(server));
        Self::imported(identity, key, hash, &context.into_vec())
    }

    /// A key that is imported with a context of the application's own, which says who is the client and who the server:
    /// RFC 9258.
    ///
    /// # Errors
    /// When something is too short or too long.
    pub fn imported(
        identity: &[u8],
        key: &[u8],
        hash: HashAlgorithm,
        context: &[u8],
    ) -> Result<Self, PskError> {
        if context.len() > LONGEST_NAME {
            return Err(PskError::ContextLength { most: LONGEST_NAME });
        }
        Self::new(identity, key, hash, Usage::Imported(context.to_vec()))
    }

    /// A key as it is, with which this end is the client of all connections, or the server of all. It goes with cipher
    /// suites of this hash: RFC 9846 §4.3.11 (2).
    ///
    /// # Errors
    /// When something is too short or too long.
    pub fn raw(
        side: Side,
        identity: &[u8],
        key: &[u8],
        hash: HashAlgorithm,
    ) -> Result<Self, PskError> {
        Self::new(identity, key, hash, Usage::Raw(side))
    }

    fn new(
        identity: &[u8],
        key: &[u8],
        hash: HashAlgorithm,
        usage: Usage,
    ) -> Result<Self, PskError> {
        if identity.is_empty() || identity.len() > LONGEST_NAME {
            return Err(PskError::IdentityLength { most: LONGEST_NAME });
        }
        let length = PskError::KeyLength {
            least: SHORTEST_KEY,
            most: Secret::MAX_LEN,
        };
        let key = Secret::new(key).map_err(|_| length)?;
        if key.len() < SHORTEST_KEY {
            return Err(length);
        }
        if key.is_all_zero() {
            return Err(PskError::KeyOfZeros);
        }
        Ok(Self {
            identity: identity.to_vec(),
            key,
            hash,
            usage,
        })
    }

    /// What the key is called, at both ends.
    pub fn identity(&self) -> &[u8] {
        &self.identity
    }

    /// The forms in which it goes on the wire: one for its own hash, or one for each.
    fn forms(&self, hashes: &[HashAlgorithm]) -> Vec<PskForm> {
        let form = |identity, secret, hash, origin| PskForm {
            name: self.identity.clone(),
            identity,
            secret,
            hash,
            origin,
        };
        let Usage::Imported(context) = &self.usage else {
            let (identity, key) = (self.identity.clone(), self.key.clone());
            let own = form(identity, key, self.hash, PskOrigin::External);
            return hashes
                .contains(&self.hash)
                .then_some(own)
                .into_iter()
                .collect();
        };
        let import = |hash: &HashAlgorithm| {
            let identity = importer::identity(&self.identity, context, *hash);
            let secret = importer::psk((self.hash, &self.key), &identity, *hash);
            form(identity, secret, *hash, PskOrigin::Imported)
        };
        hashes.iter().map(import).collect()
    }
}

/// Says what it is called and no more.
impl fmt::Debug for ExternalPsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternalPsk({})", self.identity.escape_ascii())
    }
}

/// What is done where no external key is chosen though some are configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum WithoutPsk {
    /// The connection ends: there is no certificate-less peer but those with a key.
    #[default]
    End,
    /// Certificates will do, in either version.
    Certificates,
}

/// An external key as it is offered and looked for.
pub(crate) struct PskForm {
    /// What the key is called.
    pub(crate) name: Vec<u8>,
    /// What it is called on the wire.
    pub(crate) identity: Vec<u8>,
    pub(crate) secret: Secret,
    pub(crate) hash: HashAlgorithm,
    pub(crate) origin: PskOrigin,
}

impl PskForm {
    /// Whether a connection with this suite can begin with it.
    pub(super) fn goes_with(&self, suite: CipherSuite) -> bool {
        tls13_suite(suite).is_some_and(|suite| suite.hash == self.hash)
    }
}

/// The forms of all keys of this side, in the order of the keys and, for each, of the suites.
pub(super) fn forms(
    keys: &[ExternalPsk],
    side: Side,
    versions: &[ProtocolVersion],
    suites: &[CipherSuite],
) -> Result<Vec<Arc<PskForm>>, SettingsError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    if !versions.contains(&ProtocolVersion::TLS1_3) {
        return Err(SettingsError::ExternalPskNeedsTls13);
    }
    let mut hashes = Vec::new();
    for suite in suites.iter().filter_map(|suite| tls13_suite(*suite)) {
        if !hashes.contains(&suite.hash) {
            hashes.push(suite.hash);
        }
    }
    let mut all: Vec<Arc<PskForm>> = Vec::new();
    for (position, key) in keys.iter().enumerate() {
        if matches!(key.usage, Usage::Raw(of) if of != side) {
            return Err(SettingsError::ExternalPskOfOtherSide { position });
        }
        let forms = key.forms(&hashes);
        if forms.is_empty() {
            return Err(SettingsError::NoSuiteForExternalPsk { position });
        }
        for form in forms {
            if all.iter().any(|other| other.identity == form.identity) {
                return Err(SettingsError::DuplicateExternalPsk { position });
            }
            all.push(Arc::new(form));
        }
    }
    Ok(all)
}
