//! `struct { } HelloRequest;` and `struct { } ServerHelloDone;` (RFC 5246 §7.4.1.1, §7.4.5)

use super::message;
use crate::codepoint::HandshakeType;

/// The server would like a handshake. No part of any transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelloRequest;

impl HelloRequest {
    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::HELLO_REQUEST, |_| {})
    }
}

/// The server's flight ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerHelloDone;

impl ServerHelloDone {
    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::SERVER_HELLO_DONE, |_| {})
    }
}
