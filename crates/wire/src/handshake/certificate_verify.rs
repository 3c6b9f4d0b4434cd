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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;
    use crate::reader::Problem;

    #[test]
    fn a_signature_comes_back_whatever_its_scheme() {
        for algorithm in [
            SignatureScheme::RSA_PSS_RSAE_SHA256,
            SignatureScheme(0x1234),
        ] {
            let message = CertificateVerify {
                algorithm,
                signature: vec![8; 256],
            };
            assert_eq!(
                Handshake::decode(&message.encode()),
                Ok(Handshake::CertificateVerify(message))
            );
        }
    }

    #[test]
    fn nothing_may_follow_the_signature() {
        let error = Handshake::decode(&[15, 0, 0, 6, 8, 7, 0, 1, 0, 0]).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "CertificateVerify",
                problem: Problem::TrailingData
            }
        );
    }
}
