//! Sessions, tickets and ticket keys in the formats of other TLS stacks, and our own file.
//!
//! * [`openssl`]: the `SSL SESSION PARAMETERS` files of OpenSSL, read and written;
//! * [`boringssl`]: the sessions of BoringSSL, which begin alike and go on differently;
//! * [`botan`]: the `TLS SESSION` files of Botan, and its sealed sessions;
//! * [`curl`]: the files of `curl --ssl-sessions`;
//! * [`container`]: our own file, sealed, with a promise that later versions open it;
//! * [`format`](mod@format): which of these a file is;
//! * [`ticket_key`]: the ticket-key files of nginx, HAProxy, Apache and Envoy;
//! * [`ticket`]: tickets of servers over OpenSSL: opened, sealed, carried from one server to another.
//!
//! What comes from a file is not what a handshake proved: a session read here is tainted until
//! its reader vouches for it. Every reader is total: whatever the bytes are, it returns a session
//! or an error, and keeps no more than it was given.
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)
)]

pub mod boringssl;
pub mod botan;
pub mod container;
pub mod curl;
mod der;
mod error;
mod family;
mod foreign;
pub mod format;
mod limits;
pub mod openssl;
mod peer;
mod pem;
pub mod ticket;
pub mod ticket_key;

pub use der::DerProblem;
pub use error::{ReadError, WriteError};
pub use foreign::{ForeignSession, OtherName};
pub use format::Format;
pub use pem::PemProblem;
