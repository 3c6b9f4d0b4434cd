//! TLS messages: bytes to the RFC's structs and back. No state, no secrets, no I/O.
//!
//! * [`reader`] and [`writer`]: a cursor that names the field it fails on, and length-prefixed writing;
//! * [`codepoint`]: the registries' numbers as newtypes, so that unknown values survive;
//! * [`record`] and [`alert`]: the record header and the two bytes of an alert;
//! * [`handshake`]: one file per message, [`extension`]: one file per extension, each with its
//!   presentation language on top.
//!
//! Section numbers are those of RFC 9846 (TLS 1.3) unless another document is named.
//!
//! Every parser is total: whatever the bytes are, it returns a value or a [`DecodeError`], and never allocates
//! more than a small multiple of what it was given.
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)
)]

pub mod alert;
pub mod codepoint;
pub mod extension;
pub mod handshake;
pub mod reader;
pub mod record;
pub mod writer;

pub use alert::Alert;
pub use codepoint::*;
pub use extension::*;
pub use handshake::*;
pub use reader::{DecodeError, Problem, Reader};
pub use record::RecordHeader;
pub use writer::Writer;
