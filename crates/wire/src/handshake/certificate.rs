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
