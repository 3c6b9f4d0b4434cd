//! TLS 1.3 with sessions you can hold.

pub use tessera_engine::{Facts, Kind, SessionFacts};
pub use tessera_identity::{Credential, Roots, Verifier};
pub use tessera_io::{
    AlertSender, Asked, ClientConfig, ClientSettings, Closed, ConnectOptions, ConnectionId,
    KeyLogFile, KeyLogSink, Observer, Opened, Registration, Resume, ServerConfig, ServerSettings,
    SettingsError, TlsError, Traffic, Trouble,
};
pub use tessera_session::{Alpn, ServerName, Session, Timestamp, Vault};

#[doc(inline)]
pub use tessera_io::blocking;
#[doc(inline)]
pub use tessera_io::clock;
#[cfg(feature = "tokio")]
#[doc(inline)]
pub use tessera_io::tokio;

#[doc(inline)]
pub use tessera_crypto as crypto;
#[doc(inline)]
pub use tessera_engine as engine;
#[doc(inline)]
pub use tessera_identity as identity;
#[doc(inline)]
pub use tessera_interchange as interchange;
#[doc(inline)]
pub use tessera_session as session;
#[cfg(feature = "store-sqlite")]
#[doc(inline)]
pub use tessera_store_sqlite as sqlite;
#[doc(inline)]
pub use tessera_wire as wire;

/// The examples of the README, compiled.
#[cfg(all(doctest, feature = "tokio", feature = "store-sqlite"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
