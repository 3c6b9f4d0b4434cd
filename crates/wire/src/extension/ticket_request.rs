//! ```text
//! struct {
//!     uint8 new_session_count;
//!     uint8 resumption_count;
//! } ClientTicketRequest;
//!
//! struct {
//!     uint8 expected_count;
//! } ServerTicketRequestHint;
//! ```
//! RFC 9149 §3.

use super::ExtensionBody;
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// How many tickets the client would like: in its ClientHello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketRequest {
    /// After a full handshake.
    pub new_session_count: u8,
    /// After a resumption.
    pub resumption_count: u8,
}

impl ExtensionBody for TicketRequest {
    const TYPE: ExtensionType = ExtensionType::TICKET_REQUEST;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            new_session_count: r.u8("new_session_count")?,
            resumption_count: r.u8("resumption_count")?,
        })
    }

    fn encode(&self, w: &mut Writer) {
        w.u8(self.new_session_count);
        w.u8(self.resumption_count);
    }
}

/// How many tickets the client may expect: in EncryptedExtensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedTickets(pub u8);

impl ExtensionBody for ExpectedTickets {
    const TYPE: ExtensionType = ExtensionType::TICKET_REQUEST;

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u8("expected_count").map(Self)
    }

    fn encode(&self, w: &mut Writer) {
        w.u8(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::assert_body;

    #[test]
    fn both_forms_come_back() {
        assert_body(
            &TicketRequest {
                new_session_count: 4,
                resumption_count: 1,
            },
            &[4, 1],
        );
        assert_body(&ExpectedTickets(3), &[3]);
    }
}
