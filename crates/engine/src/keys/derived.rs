//! The key tree: which secret comes from which, told by names and fingerprints.

use std::borrow::Cow;
use std::fmt;
use tessera_crypto::{HashAlgorithm, HashContext, Secret};

/// One secret of a connection's key schedule, named and not told. Both ends tell the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// TLS 1.3: `psk`, `early`, `client_early_traffic`, `handshake`, `client_handshake_traffic`,
    /// `server_handshake_traffic`, `main`, `client_traffic`, `server_traffic`, `exporter`, `resumption`,
    /// `ticket_psk`, and after key updates `client_traffic_1`, `server_traffic_1` and so on. TLS 1.2:
    /// `premaster`, `main`, `key_block`.
    pub what: Cow<'static, str>,
    /// What it was derived from; `None` where that is no secret of this schedule.
    pub from: Option<Cow<'static, str>>,
    /// Tells it apart from every other secret.
    pub fingerprint: SecretFingerprint,
}

/// `SHA-256("tessera key tree" ‖ secret)`, cut to eight bytes: equal for equal secrets, at both ends
/// and on every connection that has them.
///
/// Whoever knows one can try whether a guess is right, and nothing else. A guess is hopeless, for what
/// is named here are 32 uniformly random bytes or more; external keys, which may have been thought up
/// by somebody, are never named, nor what follows from them alone. Nobody else hashes a secret behind
/// these words, so no hash of this kind is part of another computation.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretFingerprint(pub [u8; 8]);

impl SecretFingerprint {
    pub(crate) fn of(secret: &[u8]) -> Self {
        let mut hash = HashContext::new(HashAlgorithm::Sha256);
        hash.update(b"tessera key tree");
        hash.update(secret);
        let digest = hash.finish();
        Self(digest.as_bytes().first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Display for SecretFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SecretFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A name in the tree, and the name it comes from.
pub(crate) type Branch = (&'static str, Option<&'static str>);

impl Derived {
    pub(crate) fn new((what, from): Branch, secret: &[u8]) -> Self {
        Self {
            what: what.into(),
            from: from.map(Into::into),
            fingerprint: SecretFingerprint::of(secret),
        }
    }

    /// The successor of a traffic secret, after so many updates.
    pub(crate) fn updated(what: &'static str, updates: u64, secret: &Secret) -> Self {
        let from = match updates {
            0 | 1 => what.into(),
            _ => format!("{what}_{}", updates - 1).into(),
        };
        Self {
            what: format!("{what}_{updates}").into(),
            from: Some(from),
            fingerprint: SecretFingerprint::of(secret.as_bytes()),
        }
    }
}
