//! ```text
//! struct {
//!     opaque certificate_request_context<0..2^8-1>;
//!     Extension extensions<0..2^16-1>;
//! } CertificateRequest;
//! ```
//! RFC 9846 §4.4.2.

use super::header::message;
use crate::codepoint::HandshakeType;
use crate::extension::{Carrier, Extensions};
use crate::reader::{DecodeError, Reader};

/// The server's request for the client's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest {
    /// What the answer is to repeat; empty during the handshake.
    pub certificate_request_context: Vec<u8>,
    /// What the certificate should be like.
    pub extensions: Extensions,
}

impl CertificateRequest {
    /// Reads the body.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            certificate_request_context: r.vec8("certificate_request_context", 0..=255)?.to_vec(),
            extensions: Extensions::decode(r, Carrier::CertificateRequest)?,
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::CERTIFICATE_REQUEST, |w| {
            w.vec8(|w| w.bytes(&self.certificate_request_context));
            self.extensions.encode(w);
        })
    }
}
