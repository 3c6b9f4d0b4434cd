//! TLS 1.3 and 1.2, with sessions you can hold.
//!
//! A *connection* is one live channel. A *session* is what two peers agreed once and may pick up
//! again: it outlives its connection, serves many at once, and can be kept in a file, listed,
//! expired and revoked. This crate is what a program needs for both.
//!
//! # A server and a client
//!
//! Settings become a config once; after that nothing is wrong with it.
//!
//! ```
//! # #[cfg(feature = "tokio")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use tessera::tokio::{TlsAcceptor, TlsConnector};
//! use tessera::{
//!     ClientConfig, ClientSettings, Credential, Kind, Roots, ServerConfig, ServerSettings,
//! };
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tokio::net::{TcpListener, TcpStream};
//! # let directory = tempfile::tempdir()?;
//! # let (certificate, key) = (directory.path().join("c.pem"), directory.path().join("k.pem"));
//! # let made = rcgen::generate_simple_self_signed(vec!["server.example".to_owned()])?;
//! # std::fs::write(&certificate, made.cert.pem())?;
//! # std::fs::write(&key, made.signing_key.serialize_pem())?;
//!
//! let acceptor = TlsAcceptor::from(ServerConfig::try_from(ServerSettings {
//!     credentials: vec![Credential::from_pem_files(&certificate, &key)?],
//!     ..ServerSettings::default()
//! })?);
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let address = listener.local_addr()?;
//! let server = tokio::spawn(async move {
//!     let (tcp, peer) = listener.accept().await?;
//!     let mut tls = acceptor.accept_from(tcp, peer.to_string()).await?;
//!     tls.write_all(b"welcome").await?;
//!     tls.shutdown().await // says close_notify: nothing was cut off
//! });
//!
//! // `ClientSettings::native_roots()` trusts what the machine trusts.
//! let trusting = ClientSettings::trusting(Roots::from_pem_file(&certificate)?);
//! let connector = TlsConnector::from(ClientConfig::try_from(trusting)?);
//! let tcp = TcpStream::connect(address).await?;
//! let mut tls = connector.connect("server.example".try_into()?, tcp).await?;
//! assert_eq!(tls.facts().kind, Kind::Full);
//!
//! let mut text = String::new();
//! tls.read_to_string(&mut text).await?;
//! assert_eq!(text, "welcome");
//! server.await??;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "tokio"))]
//! # fn main() {}
//! ```
//!
//! Reading ends with `Ok(0)` behind the peer's `close_notify` only. Where the transport just ends,
//! or the peer breaks the protocol, the error says so: [`TlsError::of`] has the fault, its alert
//! and whose doing it was.
//!
//! # A session outlives its process
//!
//! A [`State`] directory keeps the sessions of a server and the wallet of a client, sealed. Open
//! it again, in this process or another, and they are still there.
//!
//! ```
//! # #[cfg(all(feature = "tokio", feature = "store-sqlite"))]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use tessera::session::RotationPolicy;
//! use tessera::tokio::{TlsAcceptor, TlsConnector};
//! use tessera::{
//!     ClientConfig, ClientSettings, Credential, Kind, Roots, ServerConfig, ServerSettings, State,
//! };
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # let directory = tempfile::tempdir()?;
//! # let (certificate, key) = (directory.path().join("c.pem"), directory.path().join("k.pem"));
//! # let made = rcgen::generate_simple_self_signed(vec!["server.example".to_owned()])?;
//! # std::fs::write(&certificate, made.cert.pem())?;
//! # std::fs::write(&key, made.signing_key.serialize_pem())?;
//!
//! for expected in [Kind::Full, Kind::Psk] {
//!     // Everything is made anew, as after a restart of both.
//!     let theirs = State::open(directory.path().join("server"))?;
//!     theirs.refresh(&RotationPolicy::default()).await?;
//!     let acceptor = TlsAcceptor::from(ServerConfig::try_from(theirs.for_server(ServerSettings {
//!         credentials: vec![Credential::from_pem_files(&certificate, &key)?],
//!         policy: "example".to_owned(),
//!         ..ServerSettings::default()
//!     }))?);
//!     let ours = State::open(directory.path().join("client"))?;
//!     let trusting = ClientSettings::trusting(Roots::from_pem_file(&certificate)?);
//!     let connector = TlsConnector::from(ClientConfig::try_from(ours.for_client(trusting))?);
//!
//!     let (near, far) = tokio::io::duplex(64 * 1024);
//!     let (server, client) = tokio::join!(
//!         acceptor.accept(far),
//!         connector.connect("server.example".try_into()?, near),
//!     );
//!     let (server, mut client) = (server?, client?);
//!     assert_eq!(server.facts().kind, expected);
//!     assert_eq!(server.session().generation, u32::from(expected == Kind::Psk));
//!
//!     // Servers send tickets after the handshake; now one is in the wallet.
//!     assert!(client.wait_for_ticket().await?);
//! }
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "tokio", feature = "store-sqlite")))]
//! # fn main() {}
//! ```
//!
//! A single session can be taken out and carried elsewhere:
//! [`TlsConnector::take_session`](tokio::TlsConnector::take_session) draws it from the wallet,
//! [`interchange`] writes it as other programs read it, and [`Resume::With`] offers it.
//!
//! # Where things are
//!
//! Most programs need what stands at the root and in [`tokio`] or [`blocking`]. The crates of the
//! house are re-exported whole for the rest: [`session`] and [`sqlite`] for stores of one's own, `valkey` (with the
//! feature of that name) for the store of a fleet,
//! [`engine`] for TLS without I/O, [`wire`] for messages, [`identity`] for certificates,
//! [`starttls`] for what is said before TLS.

pub mod http;
#[cfg(feature = "store-sqlite")]
mod state;
#[cfg(feature = "valkey")]
mod tls_dial;

#[cfg(feature = "store-sqlite")]
pub use state::State;
pub use tessera_engine::{ExternalPsk, Facts, Kind, PskError, PskHash, SessionFacts, WithoutPsk};
pub use tessera_identity::{Credential, Roots, Verifier};
pub use tessera_io::{
    AlertSender, Asked, Authorise, Authorising, ClientConfig, ClientSettings, Closed,
    ConnectOptions, ConnectionId, KeyLogFile, KeyLogSink, Observer, Opened, Registration, Resume,
    ServerConfig, ServerSettings, SettingsError, TlsError, Traffic, Trouble, WhenDropped,
};
pub use tessera_session::{Alpn, ServerName, Session, Timestamp, Vault};
#[cfg(feature = "valkey")]
pub use tls_dial::{TlsDial, TlsDialError};

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
#[doc(inline)]
pub use tessera_starttls as starttls;
#[cfg(feature = "store-sqlite")]
#[doc(inline)]
pub use tessera_store_sqlite as sqlite;
#[cfg(feature = "valkey")]
#[doc(inline)]
pub use tessera_store_valkey as valkey;
#[doc(inline)]
pub use tessera_wire as wire;

/// The examples of the README, compiled.
#[cfg(all(doctest, feature = "tokio", feature = "store-sqlite"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
