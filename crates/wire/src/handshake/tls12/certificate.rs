//! ```text
//! opaque ASN.1Cert<1..2^24-1>;
//!
//! struct {
//!     ASN.1Cert certificate_list<0..2^24-1>;
//! } Certificate;
//! ```
//! RFC 5246 §7.4.2.

use super::message;
use crate::codepoint::HandshakeType;
use crate::reader::{DecodeError, Reader};

/// A certificate chain in DER, the sender's own certificate first; a client may have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The chain.
    pub certificate_list: Vec<Vec<u8>>,
}

impl Certificate {
    /// Reads the body.
    ///
    /// # Errors
    /// When a length does not fit, or a certificate is empty.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let list = r.sub24("certificate_list", 0..=0xff_ffff)?;
        let certificate =
            |r: &mut Reader<'_>| r.vec24("ASN.1Cert", 1..=0xff_ffff).map(<[u8]>::to_vec);
        Ok(Self {
            certificate_list: list.each(certificate)?,
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::CERTIFICATE, |w| {
            w.vec24(|w| {
                let list = self.certificate_list.iter();
                list.for_each(|certificate| w.vec24(|w| w.bytes(certificate)));
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::tls12::{Handshake, assert_message};

    #[test]
    fn a_chain_comes_back() {
        for certificate_list in [vec![], vec![vec![0x30; 300], vec![0x30; 7]]] {
            assert_message(&Handshake::Certificate(Certificate { certificate_list }));
        }
        let empty = Certificate {
            certificate_list: vec![vec![]],
        };
        assert!(Handshake::decode(&empty.encode()).is_err());
    }
}
