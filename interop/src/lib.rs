//! Starts the real programs at both ends of a connection, for the tests in `tests/`.
//!
//! A [`Scene`] is a temporary directory with a certificate authority in it. From it a test starts
//! `tessera serve` ([`Server`]), runs `tessera connect` ([`Report`]), and starts the programs of
//! others ([`peer`]). Whatever was started ends with the value that started it.

mod browser;
pub mod certificates;
mod fleet;
pub mod gnutls;
pub mod httpd;
pub mod java;
pub mod keylog;
pub mod openssl;
pub mod peer;
pub mod process;
mod report;
mod scene;
pub mod scripted;
mod server;
pub mod terminator;
pub mod valkey;

pub use browser::Browser;
pub use certificates::{Authority, Identity, KeyType};
pub use fleet::Fleet;
pub use process::{Outcome, Running};
pub use report::Report;
pub use scene::Scene;
pub use server::{Page, Server};
