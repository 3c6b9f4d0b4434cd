//! What the two ends of a replay are set to, in a closed set of words.

use crate::{KeyType, Pair};
use std::collections::BTreeSet;
use std::fmt;
use tessera_engine::{Renegotiation, Trace};
use tessera_session::ClientAuthMode;
use tessera_wire::codepoint::{CipherSuite, NamedGroup};

/// What both ends are set to: versions, and what differs from [`Pair::tls13`] or [`Pair::tls12`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The versions both ends speak.
    pub versions: Versions,
    /// What else is set.
    pub settings: BTreeSet<Setting>,
}

/// Defines an enum of words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`.")] $(#[$word_doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word a file has for it.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

words! {
    /// The versions of both ends.
    Versions {
        Tls13 = "tls13",
        Tls12 = "tls12",
        Both = "both_versions",
    }
}

words! {
    /// One thing that is set.
    Setting {
        /// AES-256-GCM, and so SHA-384.
        Aes256 = "aes256",
        ChaCha20 = "chacha20",
        /// The client has a certificate to show.
        ClientCertificate = "client_certificate",
        /// The server insists on one.
        ClientRequired = "client_required",
        /// Either end may start a renegotiation.
        Renegotiation = "renegotiation",
        /// The server may start one, and the client agrees.
        RenegotiationByServer = "renegotiation_by_server",
        /// The client would, and the server would not.
        RenegotiationRefused = "renegotiation_refused",
        /// The client's key share is of a group that the server does not have.
        Retry = "retry",
        /// TLS 1.2: no tickets, so sessions are picked up by their IDs.
        SessionIds = "session_ids",
        /// A ticket resumes once.
        SingleUse = "single_use",
        /// Tickets are lookup keys of the server's store.
        StoredTickets = "stored_tickets",
    }
}

impl Scenario {
    /// These versions, and everything else as it is.
    pub const fn new(versions: Versions) -> Self {
        Self {
            versions,
            settings: BTreeSet::new(),
        }
    }

    /// One setting more.
    #[must_use]
    pub fn with(mut self, setting: Setting) -> Self {
        self.settings.insert(setting);
        self
    }

    /// The ends and the world around them. Handshake messages are told, so that a replay can name them.
    pub fn pair(&self, seed: u8) -> Pair {
        let mut pair = match self.versions {
            Versions::Tls13 => Pair::tls13(),
            Versions::Tls12 => Pair::tls12(),
            Versions::Both => Pair::tls13().both_versions(),
        };
        pair.client.trace = Trace::Messages;
        pair.server.trace = Trace::Messages;
        let settings = self.settings.iter().copied();
        settings.fold(pair.seed(seed), Setting::apply)
    }
}

impl Setting {
    fn apply(pair: Pair, setting: Self) -> Pair {
        let mut pair = pair;
        match setting {
            Self::Aes256 => {
                pair.client.cipher_suites = vec![
                    CipherSuite::TLS_AES_256_GCM_SHA384,
                    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                ];
            }
            Self::ChaCha20 => {
                pair.client.cipher_suites = vec![
                    CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
                    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                ];
            }
            Self::ClientCertificate => return pair.client_certificate(KeyType::Ed25519),
            Self::ClientRequired => return pair.client_auth(ClientAuthMode::Require),
            Self::Renegotiation => return pair.renegotiation(),
            Self::RenegotiationByServer => {
                pair.client.renegotiation = Renegotiation::Server;
                pair.server.renegotiation = Renegotiation::Server;
            }
            Self::RenegotiationRefused => {
                pair.client.renegotiation = Renegotiation::Any;
                pair.server.renegotiation = Renegotiation::Never;
            }
            Self::Retry => {
                pair.client.groups = vec![NamedGroup::SECP256R1, NamedGroup::X25519];
                pair.server.groups = vec![NamedGroup::X25519];
            }
            Self::SessionIds => return pair.session_ids(),
            Self::SingleUse => return pair.single_use(),
            Self::StoredTickets => return pair.stored(),
        }
        pair
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.versions.word())?;
        self.settings
            .iter()
            .try_for_each(|setting| write!(f, " {}", setting.word()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_can_be_played() {
        for versions in Versions::ALL {
            for chosen in 0..1_u32 << Setting::ALL.len() {
                let mut scenario = Scenario::new(*versions);
                for (at, setting) in Setting::ALL.iter().enumerate() {
                    if chosen & 1 << at != 0 {
                        scenario = scenario.with(*setting);
                    }
                }
                // Whatever two ends make of it, their settings are right.
                scenario.pair(0).link(None);
            }
        }
    }
}
