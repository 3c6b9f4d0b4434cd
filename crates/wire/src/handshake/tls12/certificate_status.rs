//! ```text
//! struct {
//!     CertificateStatusType status_type;
//!     select (status_type) {
//!         case ocsp: OCSPResponse;
//!     } response;
//! } CertificateStatus;
//!
//! opaque OCSPResponse<1..2^24-1>;
//! ```
//! RFC 6066 §8.

use super::message;
use crate::codepoint::{CertificateStatusType, HandshakeType};
use crate::reader::{DecodeError, Problem, Reader};

/// An OCSP response about the server's certificate, the only kind of status asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateStatus {
    /// The response in DER.
    pub response: Vec<u8>,
}

impl CertificateStatus {
    /// Reads the body.
    ///
    /// # Errors
    /// When the status is of another kind, or empty.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if CertificateStatusType(r.u8("status_type")?) != CertificateStatusType::OCSP {
            return Err(DecodeError::new("status_type", Problem::IllegalValue));
        }
        Ok(Self {
            response: r.vec24("response", 1..=0xff_ffff)?.to_vec(),
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::CERTIFICATE_STATUS, |w| {
            w.u8(CertificateStatusType::OCSP.0);
            w.vec24(|w| w.bytes(&self.response));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::tls12::{Handshake, assert_message};

    #[test]
    fn a_status_comes_back_and_is_of_the_one_kind() {
        let status = CertificateStatus {
            response: vec![0x30; 400],
        };
        assert_message(&Handshake::CertificateStatus(status.clone()));
        let mut other = status.encode();
        other[4] = 2;
        let error = Handshake::decode(&other).unwrap_err();
        assert_eq!(
            (error.field, error.problem),
            ("status_type", Problem::IllegalValue)
        );
    }
}
