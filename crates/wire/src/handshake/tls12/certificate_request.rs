//! ```text
//! opaque DistinguishedName<1..2^16-1>;
//!
//! struct {
//!     ClientCertificateType certificate_types<1..2^8-1>;
//!     SignatureAndHashAlgorithm supported_signature_algorithms<2..2^16-2>;
//!     DistinguishedName certificate_authorities<0..2^16-1>;
//! } CertificateRequest;
//! ```
//! RFC 5246 §7.4.4.

use super::message;
use crate::codepoint::{ClientCertificateType, HandshakeType, SignatureScheme};
use crate::reader::{DecodeError, Reader};

/// The server's request for the client's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest {
    /// The kinds of key it takes.
    pub certificate_types: Vec<ClientCertificateType>,
    /// How the key may sign.
    pub supported_signature_algorithms: Vec<SignatureScheme>,
    /// Who may have signed the certificate, as names in DER; empty for anybody.
    pub certificate_authorities: Vec<Vec<u8>>,
}

impl CertificateRequest {
    /// Reads the body.
    ///
    /// # Errors
    /// When a length does not fit.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let types = r.vec8("certificate_types", 1..=255)?;
        let name =
            |r: &mut Reader<'_>| r.vec16("DistinguishedName", 1..=0xffff).map(<[u8]>::to_vec);
        Ok(Self {
            certificate_types: types.iter().copied().map(ClientCertificateType).collect(),
            supported_signature_algorithms: r
                .sub16("supported_signature_algorithms", 2..=0xfffe)?
                .each(|r| r.u16("SignatureAndHashAlgorithm").map(SignatureScheme))?,
            certificate_authorities: r.sub16("certificate_authorities", 0..=0xffff)?.each(name)?,
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::CERTIFICATE_REQUEST, |w| {
            w.vec8(|w| self.certificate_types.iter().for_each(|kind| w.u8(kind.0)));
            w.vec16(|w| {
                let schemes = self.supported_signature_algorithms.iter();
                schemes.for_each(|scheme| w.u16(scheme.0));
            });
            w.vec16(|w| {
                let names = self.certificate_authorities.iter();
                names.for_each(|name| w.vec16(|w| w.bytes(name)));
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::tls12::{Handshake, assert_message};

    #[test]
    fn a_request_comes_back_and_names_at_least_one_type_and_scheme() {
        let request = CertificateRequest {
            certificate_types: vec![ClientCertificateType::ECDSA_SIGN, ClientCertificateType(9)],
            supported_signature_algorithms: vec![SignatureScheme::ED25519],
            certificate_authorities: vec![vec![0x30, 0], vec![1]],
        };
        assert_message(&Handshake::CertificateRequest(request.clone()));
        let without_types = CertificateRequest {
            certificate_types: vec![],
            ..request.clone()
        };
        assert!(Handshake::decode(&without_types.encode()).is_err());
        let without_schemes = CertificateRequest {
            supported_signature_algorithms: vec![],
            ..request
        };
        assert!(Handshake::decode(&without_schemes.encode()).is_err());
    }
}
