//! ```text
//! opaque SerializedSCT<1..2^16-1>;
//!
//! struct {
//!     SerializedSCT sct_list <1..2^16-1>;
//! } SignedCertificateTimestampList;
//! ```
//! RFC 6962 §3.3; where it stands in TLS 1.3: RFC 9846 §4.5.1.1.

use super::{ExtensionBody, empty_body};
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

empty_body! {
    /// The wish for timestamps: in ClientHello or CertificateRequest.
    SctRequest, SIGNED_CERTIFICATE_TIMESTAMP
}

/// The timestamps of a certificate: in its CertificateEntry, or in a TLS 1.2 ServerHello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SctList(pub Vec<Vec<u8>>);

impl ExtensionBody for SctList {
    const TYPE: ExtensionType = ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let list = r.sub16("sct_list", 1..=0xffff)?;
        list.each(|r| r.vec16("SerializedSCT", 1..=0xffff).map(<[u8]>::to_vec))
            .map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| self.0.iter().for_each(|sct| w.vec16(|w| w.bytes(sct))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};

    #[test]
    fn timestamps_come_back_and_empty_ones_are_refused() {
        assert_body(
            &SctList(vec![vec![1], vec![2, 3]]),
            &[0, 7, 0, 1, 1, 0, 2, 2, 3],
        );
        assert_body(&SctRequest, &[]);
        assert!(decode_body::<SctList>(&[0, 0]).is_err());
        assert!(decode_body::<SctList>(&[0, 2, 0, 0]).is_err());
    }
}
