//! ```text
//! struct {
//!     SignatureScheme algorithm;
//!     opaque signature<0..2^16-1>;
//! } CertificateVerify;
//! ```
//! RFC 9846 §4.5.2.

use super::header::message;
use crate::codepoint::{HandshakeType, SignatureScheme};
use crate::reader::{DecodeError, Reader};

/// The proof that the sender has the private key of its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateVerify {
    /// How it is signed.
    pub algorithm: SignatureScheme,
    /// The signature over the transcript.
    pub signature: Vec<u8>,
}

impl CertificateVerify {
    /// Reads the body.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            algorithm: SignatureScheme(r.u16("algorithm")?),
            signature: r.vec16("signature", 0..=0xffff)?.to_vec(),
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::CERTIFICATE_VERIFY, |w| {
            w.u16(self.algorithm.0);
            w.vec16(|w| w.bytes(&self.signature));
        })
    }
}
