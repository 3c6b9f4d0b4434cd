//! From plaintext to the first ClientHello: the dialogue that some protocols hold before TLS begins.
//!
//! No I/O: bytes in, bytes out, like the engine. Whoever owns the socket sends what a [`Step`] says and hands over what
//! arrives, until the step is `done`; the next byte in either direction belongs to TLS.
//!
//! ```
//! use tessera_starttls::{ClientDialogue, Protocol, ServerDialogue};
//!
//! let mut server = ServerDialogue::new(Protocol::Smtp, "mail.example");
//! let mut client = ClientDialogue::new(Protocol::Smtp, "client.example");
//! let mut to_server = client.start().send;
//! let mut to_client = server.start().send;
//! loop {
//!     let step = client.receive(&to_client)?;
//!     if step.done {
//!         break;
//!     }
//!     to_server.extend(step.send);
//!     to_client = server.receive(&std::mem::take(&mut to_server))?.send;
//! }
//! # Ok::<(), tessera_starttls::StartTlsError>(())
//! ```
//!
//! Everything said here is in the clear and may be anybody's. So a dialogue keeps nothing of it and hands nothing on: what
//! the peer said it can do is to be asked again inside TLS (RFC 3207 §6, RFC 9051 §6.2.1). And nothing that was said in
//! the clear may count as said inside: **a byte behind the go-ahead ends the connection**, on both sides
//! ([`StartTlsError::PlaintextAfterGoAhead`]). That is command injection at a server (CVE-2011-0411), response injection at a
//! client (CVE-2020-14954).
//!
//! * [`Protocol`]: which ones there are, by the names the command line has for them;
//! * [`ClientDialogue`] and [`ServerDialogue`]; what they do alike is in `dialogue`;
//! * `line`: protocols that talk in lines, each a table; `ldap`: the one that does not.
//!
//! Whatever the bytes are, and however they are cut, a dialogue ends in TLS or in a [`StartTlsError`]; it never panics, and
//! holds no more than one line or message.
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)
)]

mod client;
mod dialogue;
mod error;
mod excerpt;
mod ldap;
mod limits;
mod line;
mod name;
mod protocol;
mod server;

pub use client::ClientDialogue;
pub use dialogue::Step;
pub use error::StartTlsError;
pub use excerpt::Excerpt;
pub use protocol::{Protocol, UnknownProtocol};
pub use server::ServerDialogue;
