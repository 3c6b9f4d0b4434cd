//! The engine on a socket, with tokio and blocking: the only place where it meets the world.
//!
//! Settings become a config once ([`ServerConfig`], [`ClientConfig`]); a config in an `Arc` makes
//! connections. With tokio they come from [`tokio::TlsConnector`] and [`tokio::TlsAcceptor`],
//! without from [`blocking`]. Stores, wallets and signers answer in their own time; a store that
//! fails or is late costs a full handshake and never a connection.
//!
//! The clock and the system's generator are read in [`clock`] and nowhere else.

mod accept;
mod aside;
mod authorise;
pub mod blocking;
mod buffer;
pub mod clock;
mod config;
mod connect;
mod driver;
mod early_data;
mod error;
mod key_log;
mod limits;
mod observer;
mod options;
mod services;
#[cfg(feature = "tokio")]
pub mod tokio;

pub use authorise::{Authorise, Authorising};
pub use config::{
    ClientConfig, ClientSettings, Registration, ServerConfig, ServerSettings, SettingsError,
};
pub use error::{AlertSender, TlsError};
pub use key_log::{KeyLogFile, KeyLogSink};
pub use observer::{Asked, Closed, Observer, Opened, Traffic, Trouble};
pub use options::{ConnectOptions, Resume, WhenDropped};
pub use tessera_session::store::ConnectionId;
