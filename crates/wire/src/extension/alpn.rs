//! ```text
//! opaque ProtocolName<1..2^8-1>;
//!
//! struct {
//!     ProtocolName protocol_name_list<2..2^16-1>
//! } ProtocolNameList;
//! ```
//! RFC 7301 §3.1.

use super::ExtensionBody;
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// The application protocols a client offers, best first; in the server's answer exactly one, which the receiver
/// checks. None is empty: RFC 7301 §3.1 (1, 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolNameList(pub Vec<Vec<u8>>);

impl ExtensionBody for ProtocolNameList {
    const TYPE: ExtensionType = ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let names = r.sub16("protocol_name_list", 2..=0xffff)?;
        names
            .each(|r| r.vec8("ProtocolName", 1..=255).map(<[u8]>::to_vec))
            .map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| self.0.iter().for_each(|name| w.vec8(|w| w.bytes(name))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codepoint::grease;
    use crate::extension::{assert_body, decode_body};
    use crate::reader::Problem;

    #[test]
    fn names_come_back_whatever_their_bytes() {
        let names = ProtocolNameList(vec![b"h2".to_vec(), grease::protocol_name(7).to_vec()]);
        assert_body(&names, b"\x00\x06\x02h2\x02\x7a\x7a");
    }

    #[test]
    fn an_empty_list_and_an_empty_name_are_refused() {
        // RFC 7301 §3.1 (2).
        let problem = |bytes: &[u8]| decode_body::<ProtocolNameList>(bytes).unwrap_err().problem;
        assert_eq!(problem(b"\x00\x00"), Problem::LengthOutOfRange);
        assert_eq!(problem(b"\x00\x04\x02h2\x00"), Problem::LengthOutOfRange);
    }
}
