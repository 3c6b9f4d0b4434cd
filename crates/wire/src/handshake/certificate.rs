//! ```text
//! struct {
//!     select (certificate_type) {
//!         case X509:
//!             opaque cert_data<1..2^24-1>;
//!     };
//!     Extension extensions<0..2^16-1>;
//! } CertificateEntry;
//!
//! struct {
//!     opaque certificate_request_context<0..2^8-1>;
//!     CertificateEntry certificate_list<0..2^24-1>;
//! } Certificate;
//! ```
//! RFC 9846 §4.5.1. Raw public keys are not negotiated, so the other case is left out.

use super::header::message;
use crate::codepoint::HandshakeType;
use crate::extension::{Carrier, Extensions};
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// A certificate chain, the sender's own certificate first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The context of the request this answers; empty from a server.
    pub certificate_request_context: Vec<u8>,
    /// The chain; a client without a certificate sends an empty one.
    pub certificate_list: Vec<CertificateEntry>,
}

impl Certificate {
    /// Reads the body.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            certificate_request_context: r.vec8("certificate_request_context", 0..=255)?.to_vec(),
            certificate_list: r
                .sub24("certificate_list", 0..=0xff_ffff)?
                .each(CertificateEntry::decode)?,
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::CERTIFICATE, |w| {
            w.vec8(|w| w.bytes(&self.certificate_request_context));
            w.vec24(|w| {
                self.certificate_list
                    .iter()
                    .for_each(|entry| entry.encode(w));
            });
        })
    }
}

/// One certificate of a chain with what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateEntry {
    /// The certificate in DER.
    pub cert_data: Vec<u8>,
    /// Its status and timestamps, if they were asked for.
    pub extensions: Extensions,
}

impl CertificateEntry {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            cert_data: r.vec24("cert_data", 1..=0xff_ffff)?.to_vec(),
            extensions: Extensions::decode(r, Carrier::CertificateEntry)?,
        })
    }

    fn encode(&self, w: &mut Writer) {
        w.vec24(|w| w.bytes(&self.cert_data));
        self.extensions.encode(w);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;
    use crate::codepoint::ExtensionType;
    use crate::extension::{OcspResponse, SctList};
    use crate::reader::Problem;

    fn entry(cert_data: &[u8]) -> CertificateEntry {
        CertificateEntry {
            cert_data: cert_data.to_vec(),
            extensions: Extensions::new(),
        }
    }

    #[test]
    fn a_chain_comes_back() {
        let mut own = entry(&[0x30; 900]);
        own.extensions.push(&OcspResponse(vec![0x30, 1, 2]));
        own.extensions.push(&SctList(vec![vec![9; 40]]));
        let message = Certificate {
            certificate_request_context: vec![7; 32],
            certificate_list: vec![own, entry(&[0x30; 70_000])],
        };
        assert_eq!(
            Handshake::decode(&message.encode()),
            Ok(Handshake::Certificate(message))
        );
    }

    #[test]
    fn a_client_may_have_no_certificate() {
        let message = Certificate {
            certificate_request_context: vec![],
            certificate_list: vec![],
        };
        assert_eq!(message.encode(), [11, 0, 0, 4, 0, 0, 0, 0]);
        assert_eq!(
            Handshake::decode(&message.encode()),
            Ok(Handshake::Certificate(message))
        );
    }

    #[test]
    fn an_empty_certificate_is_refused() {
        let message = Certificate {
            certificate_request_context: vec![],
            certificate_list: vec![entry(&[])],
        };
        let error = Handshake::decode(&message.encode()).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "cert_data",
                problem: Problem::LengthOutOfRange
            }
        );
    }

    #[test]
    fn each_entry_answers_for_its_own_extensions() {
        let mut stray = entry(&[1]);
        stray
            .extensions
            .push_raw(ExtensionType::SERVER_NAME, vec![]);
        let mut twice = entry(&[1]);
        twice.extensions.push_raw(ExtensionType(0x4242), vec![]);
        twice.extensions.push_raw(ExtensionType(0x4242), vec![]);
        for (last, problem) in [
            (stray, Problem::NotAllowedHere),
            (twice, Problem::Duplicate),
        ] {
            let message = Certificate {
                certificate_request_context: vec![],
                certificate_list: vec![entry(&[1]), last],
            };
            assert_eq!(
                Handshake::decode(&message.encode()).unwrap_err().problem,
                problem
            );
        }
    }
}
