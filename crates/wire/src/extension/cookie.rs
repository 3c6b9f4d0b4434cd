//! ```text
//! struct {
//!     opaque cookie<1..2^16-1>;
//! } Cookie;
//! ```
//! RFC 9846 §4.3.2.

use super::ExtensionBody;
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// What a server gives with a HelloRetryRequest to have it back in the next ClientHello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie(pub Vec<u8>);

impl ExtensionBody for Cookie {
    const TYPE: ExtensionType = ExtensionType::COOKIE;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.vec16("cookie", 1..=0xffff)
            .map(|cookie| Self(cookie.to_vec()))
    }

    fn encode(&self, w: &mut Writer) {
        w.vec16(|w| w.bytes(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{assert_body, decode_body};
    use crate::reader::Problem;

    #[test]
    fn a_cookie_comes_back_and_an_empty_one_is_refused() {
        assert_body(&Cookie(vec![7, 8]), &[0, 2, 7, 8]);
        assert_eq!(
            decode_body::<Cookie>(&[0, 0]).unwrap_err().problem,
            Problem::LengthOutOfRange
        );
    }
}
