//! ```text
//! struct {
//!     select (Handshake.msg_type) {
//!         case new_session_ticket:   uint32 max_early_data_size;
//!         case client_hello:         Empty;
//!         case encrypted_extensions: Empty;
//!     };
//! } EarlyDataIndication;
//! ```
//! RFC 9846 §4.3.10.

use super::{ExtensionBody, empty_body};
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

empty_body! {
    /// Early data follows the ClientHello, or has been accepted when it stands in EncryptedExtensions.
    EarlyDataIndication, EARLY_DATA
}

/// How much early data a ticket is good for, in bytes of application data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxEarlyDataSize(pub u32);

impl ExtensionBody for MaxEarlyDataSize {
    const TYPE: ExtensionType = ExtensionType::EARLY_DATA;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u32("max_early_data_size").map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.u32(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::assert_body;

    #[test]
    fn both_forms_come_back() {
        assert_body(&EarlyDataIndication, &[]);
        assert_body(&MaxEarlyDataSize(16_384), &[0, 0, 0x40, 0]);
    }
}
