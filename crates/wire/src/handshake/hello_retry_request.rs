//! The same structure as ServerHello, with the random that says so (RFC 9846 §4.2.4).

use super::{Random, ServerHello, SessionId};
use crate::codepoint::{CipherSuite, ProtocolVersion};
use crate::extension::{Carrier, Extensions};
use crate::reader::{DecodeError, Problem, Reader};

/// A server's request for another ClientHello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelloRetryRequest {
    /// TLS 1.2, if the server keeps to the rules.
    pub legacy_version: ProtocolVersion,
    /// The client's bytes back.
    pub legacy_session_id_echo: SessionId,
    /// The suite the ServerHello will have.
    pub cipher_suite: CipherSuite,
    /// Zero, if the server keeps to the rules.
    pub legacy_compression_method: u8,
    /// `supported_versions`, and what the next ClientHello is to change.
    pub extensions: Extensions,
}

impl HelloRetryRequest {
    /// Reads the body of a ServerHello with the special random.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let hello = ServerHello::decode_either(r, Carrier::HelloRetryRequest)?;
        if hello.random != Random::HELLO_RETRY_REQUEST {
            return Err(DecodeError::new("random", Problem::IllegalValue));
        }
        Ok(Self {
            legacy_version: hello.legacy_version,
            legacy_session_id_echo: hello.legacy_session_id_echo,
            cipher_suite: hello.cipher_suite,
            legacy_compression_method: hello.legacy_compression_method,
            extensions: hello.extensions,
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        ServerHello {
            legacy_version: self.legacy_version,
            random: Random::HELLO_RETRY_REQUEST,
            legacy_session_id_echo: self.legacy_session_id_echo,
            cipher_suite: self.cipher_suite,
            legacy_compression_method: self.legacy_compression_method,
            extensions: self.extensions.clone(),
        }
        .encode()
    }

    /// Whether the ServerHello body that comes next is one; nothing is read.
    pub(super) fn is_next(r: &Reader<'_>) -> bool {
        let mut ahead = r.clone();
        let random = ahead
            .u16("legacy_version")
            .and_then(|_| ahead.array("random"));
        random.is_ok_and(|random| Random(random) == Random::HELLO_RETRY_REQUEST)
    }
}
