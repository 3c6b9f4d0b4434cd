//! ```text
//! struct {
//!     opaque renegotiated_connection<0..255>;
//! } RenegotiationInfo;
//! ```
//! RFC 5746 §3.2.

use super::ExtensionBody;
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// The `verify_data` of the handshake before (TLS 1.2); empty in the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenegotiationInfo(pub Vec<u8>);

impl ExtensionBody for RenegotiationInfo {
    const TYPE: ExtensionType = ExtensionType::RENEGOTIATION_INFO;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.vec8("renegotiated_connection", 0..=255)
            .map(|data| Self(data.to_vec()))
    }

    fn encode(&self, w: &mut Writer) {
        w.vec8(|w| w.bytes(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::assert_body;

    #[test]
    fn both_the_first_and_a_later_form_come_back() {
        assert_body(&RenegotiationInfo(vec![]), &[0]);
        assert_body(&RenegotiationInfo(vec![1, 2, 3]), &[3, 1, 2, 3]);
    }
}
