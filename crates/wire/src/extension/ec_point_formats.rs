//! ```text
//! struct {
//!     ECPointFormat ec_point_format_list<1..2^8-1>
//! } ECPointFormatList;
//! ```
//! RFC 8422 §5.1.2.

use super::ExtensionBody;
use crate::codepoint::{EcPointFormat, ExtensionType};
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// The forms of points a TLS 1.2 peer can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcPointFormats(pub Vec<EcPointFormat>);

impl ExtensionBody for EcPointFormats {
    const TYPE: ExtensionType = ExtensionType::EC_POINT_FORMATS;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let formats = r.vec8("ec_point_format_list", 1..=255)?;
        Ok(Self(formats.iter().copied().map(EcPointFormat).collect()))
    }

    fn encode(&self, w: &mut Writer) {
        w.vec8(|w| self.0.iter().for_each(|format| w.u8(format.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};

    #[test]
    fn formats_come_back_and_an_empty_list_is_refused() {
        assert_body(
            &EcPointFormats(vec![EcPointFormat::UNCOMPRESSED, EcPointFormat(9)]),
            &[2, 0, 9],
        );
        assert!(decode_body::<EcPointFormats>(&[0]).is_err());
    }
}
