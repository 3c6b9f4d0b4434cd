//! Settings in, config out: what a person writes for one end of TLS on a transport, checked once.

mod client;
mod ring;
mod server;

pub use client::{ClientConfig, ClientSettings};
pub use server::{Registration, ServerConfig, ServerSettings};

pub(crate) use client::Wallet;
pub(crate) use ring::OwnRing;
pub(crate) use server::Kept;

use std::fmt;

/// What is wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsError {
    /// The engine cannot work with them.
    Engine(tessera_engine::SettingsError),
    /// A store or wallet keeps sealed records only: it needs a vault.
    NoVault {
        /// What needs it.
        what: &'static str,
    },
    /// Stored tickets need a store to keep their sessions.
    StoredTicketsNeedStore,
    /// A ticket can be used up only where there is a store to mark it.
    SingleUseNeedsStore,
    /// Early data is taken only where there is a store to mark its tickets.
    EarlyDataNeedsStore,
    /// Clients are asked for certificates, and nothing says whom to trust.
    NoClientVerifier,
    /// A client that verifies servers needs trust anchors.
    NoRoots,
    /// No ticket key could be made from the rotation policy.
    BadRotation,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(error) => write!(f, "{error}"),
            Self::NoVault { what } => write!(
                f,
                "the {what} keeps sealed records only: set `vault`, made from its store key"
            ),
            Self::StoredTicketsNeedStore => {
                f.write_str("stored tickets need a store: set `store`, or issue sealed ones")
            }
            Self::SingleUseNeedsStore => {
                f.write_str("single use needs a store that remembers what was used: set `store`")
            }
            Self::EarlyDataNeedsStore => f.write_str(
                "early data needs a store that remembers which tickets were used: set `store`",
            ),
            Self::NoClientVerifier => {
                f.write_str("clients are asked for certificates: set `client_verifier`")
            }
            Self::NoRoots => {
                f.write_str("no server could be verified: the verifier has no trust anchors")
            }
            Self::BadRotation => {
                f.write_str("no ticket key can be made: `rotation` lets keys seal for no time")
            }
        }
    }
}

impl std::error::Error for SettingsError {}

impl From<tessera_engine::SettingsError> for SettingsError {
    fn from(error: tessera_engine::SettingsError) -> Self {
        Self::Engine(error)
    }
}

/// Whether traffic secrets are to come out of the engine.
fn key_log<T: ?Sized>(sink: &Option<std::sync::Arc<T>>) -> tessera_engine::KeyLog {
    match sink {
        Some(_) => tessera_engine::KeyLog::Emit,
        None => tessera_engine::KeyLog::Off,
    }
}
