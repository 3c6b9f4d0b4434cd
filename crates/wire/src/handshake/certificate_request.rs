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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;
    use crate::codepoint::SignatureScheme;
    use crate::extension::{
        CertificateAuthorities, CertificateStatusAck, OidFilters, SctRequest, SignatureAlgorithms,
    };

    #[test]
    fn a_request_comes_back() {
        let mut extensions = Extensions::new();
        extensions.push(&SignatureAlgorithms(vec![SignatureScheme::ED25519]));
        extensions.push(&CertificateAuthorities(vec![vec![0x30, 0]]));
        extensions.push(&OidFilters(vec![]));
        extensions.push(&CertificateStatusAck);
        extensions.push(&SctRequest);
        let message = CertificateRequest {
            certificate_request_context: vec![1, 2, 3],
            extensions,
        };
        assert_eq!(
            Handshake::decode(&message.encode()),
            Ok(Handshake::CertificateRequest(message))
        );
    }
}
