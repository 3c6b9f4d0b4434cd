//! Sessions in the formats of other TLS stacks.
//!
//! * [`openssl`]: the `SSL SESSION PARAMETERS` files of OpenSSL, read and written.
//!
//! What comes from a file is not what a handshake proved: a session read here is tainted until
//! its reader vouches for it. Every reader is total: whatever the bytes are, it returns a session
//! or an error, and keeps no more than it was given.
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)
)]

mod der;
mod leaf;
pub mod openssl;
mod pem;

pub use der::DerProblem;
pub use pem::PemProblem;
