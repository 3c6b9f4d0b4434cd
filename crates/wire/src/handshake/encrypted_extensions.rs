//! ```text
//! struct {
//!     Extension extensions<0..2^16-1>;
//! } EncryptedExtensions;
//! ```
//! RFC 9846 §4.4.1.

use super::header::message;
use crate::codepoint::HandshakeType;
use crate::extension::{Carrier, Extensions};
use crate::reader::{DecodeError, Reader};

/// The server's answers to extensions that the key exchange does not need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedExtensions {
    /// The answers.
    pub extensions: Extensions,
}

impl EncryptedExtensions {
    /// Reads the body.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            extensions: Extensions::decode(r, Carrier::EncryptedExtensions)?,
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::ENCRYPTED_EXTENSIONS, |w| {
            self.extensions.encode(w);
        })
    }
}
