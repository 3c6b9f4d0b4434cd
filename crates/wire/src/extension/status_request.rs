//! ```text
//! struct {
//!     CertificateStatusType status_type;
//!     select (status_type) {
//!         case ocsp: OCSPStatusRequest;
//!     } request;
//! } CertificateStatusRequest;
//!
//! struct {
//!     ResponderID responder_id_list<0..2^16-1>;
//!     Extensions  request_extensions;
//! } OCSPStatusRequest;
//!
//! opaque ResponderID<1..2^16-1>;
//! opaque Extensions<0..2^16-1>;
//!
//! struct {
//!     CertificateStatusType status_type;
//!     select (status_type) {
//!         case ocsp: OCSPResponse;
//!     } response;
//! } CertificateStatus;
//!
//! opaque OCSPResponse<1..2^24-1>;
//! ```
//! RFC 6066 §8; where the forms stand in TLS 1.3: RFC 9846 §4.5.1.1.

use super::{ExtensionBody, empty_body};
use crate::codepoint::{CertificateStatusType, ExtensionType};
use crate::reader::{DecodeError, Problem, Reader};
use crate::writer::Writer;

/// A client's wish for a statement of the certificate's status: in its ClientHello, RFC 6066 §8 (1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateStatusRequest {
    /// An OCSP response is wished for.
    Ocsp {
        /// Responders the client trusts, in DER; none means any.
        responder_id_list: Vec<Vec<u8>>,
        /// Extensions for the OCSP request, in DER.
        request_extensions: Vec<u8>,
    },
    /// A form nobody has defined.
    Unknown {
        /// Its number.
        status_type: CertificateStatusType,
        /// What followed.
        request: Vec<u8>,
    },
}

impl CertificateStatusRequest {
    /// The wish for an OCSP response from any responder.
    pub const fn ocsp() -> Self {
        Self::Ocsp {
            responder_id_list: Vec::new(),
            request_extensions: Vec::new(),
        }
    }
}

impl ExtensionBody for CertificateStatusRequest {
    const TYPE: ExtensionType = ExtensionType::STATUS_REQUEST;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let status_type = CertificateStatusType(r.u8("status_type")?);
        if status_type != CertificateStatusType::OCSP {
            return Ok(Self::Unknown {
                status_type,
                request: r.rest().to_vec(),
            });
        }
        let responders = r.sub16("responder_id_list", 0..=0xffff)?;
        Ok(Self::Ocsp {
            responder_id_list: responders
                .each(|r| r.vec16("ResponderID", 1..=0xffff).map(<[u8]>::to_vec))?,
            request_extensions: r.vec16("request_extensions", 0..=0xffff)?.to_vec(),
        })
    }

    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Ocsp {
                responder_id_list,
                request_extensions,
            } => {
                w.u8(CertificateStatusType::OCSP.0);
                w.vec16(|w| {
                    responder_id_list
                        .iter()
                        .for_each(|id| w.vec16(|w| w.bytes(id)));
                });
                w.vec16(|w| w.bytes(request_extensions));
            }
            Self::Unknown {
                status_type,
                request,
            } => {
                w.u8(status_type.0);
                w.bytes(request);
            }
        }
    }
}

empty_body! {
    /// A server's wish for the client certificate's status, in CertificateRequest; in a TLS 1.2 ServerHello the
    /// promise of a CertificateStatus message.
    CertificateStatusAck, STATUS_REQUEST
}

/// An OCSP response in DER: with the certificate it speaks of, in its CertificateEntry, as the
/// CertificateStatus of TLS 1.2 (RFC 9846 §4.5.1.1 (1)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspResponse(pub Vec<u8>);

impl ExtensionBody for OcspResponse {
    const TYPE: ExtensionType = ExtensionType::STATUS_REQUEST;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if CertificateStatusType(r.u8("status_type")?) != CertificateStatusType::OCSP {
            return Err(DecodeError::new("status_type", Problem::IllegalValue));
        }
        r.vec24("OCSPResponse", 1..=0xff_ffff)
            .map(|response| Self(response.to_vec()))
    }

    fn encode(&self, w: &mut Writer) {
        w.u8(CertificateStatusType::OCSP.0);
        w.vec24(|w| w.bytes(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};

    #[test]
    fn a_request_comes_back() {
        // RFC 6066 §8 (1), RFC 9846 §4.3 (1).
        assert_body(&CertificateStatusRequest::ocsp(), &[1, 0, 0, 0, 0]);
        let particular = CertificateStatusRequest::Ocsp {
            responder_id_list: vec![vec![7, 8]],
            request_extensions: vec![9],
        };
        assert_body(&particular, &[1, 0, 4, 0, 2, 7, 8, 0, 1, 9]);
    }

    #[test]
    fn a_request_of_an_unknown_form_is_kept() {
        let unknown = CertificateStatusRequest::Unknown {
            status_type: CertificateStatusType(2),
            request: vec![1, 2],
        };
        assert_eq!(
            decode_body::<CertificateStatusRequest>(&[2, 1, 2]),
            Ok(unknown)
        );
    }

    #[test]
    fn a_response_comes_back_and_one_of_another_form_is_refused() {
        // RFC 9846 §4.5.1.1 (1).
        assert_body(&OcspResponse(vec![0x30, 0]), &[1, 0, 0, 2, 0x30, 0]);
        let error = decode_body::<OcspResponse>(&[2, 0, 0, 1, 0]).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "status_type",
                problem: Problem::IllegalValue
            }
        );
        assert!(decode_body::<OcspResponse>(&[1, 0, 0, 0]).is_err());
    }
}
