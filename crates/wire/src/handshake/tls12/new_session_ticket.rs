//! ```text
//! struct {
//!     uint32 ticket_lifetime_hint;
//!     opaque ticket<0..2^16-1>;
//! } NewSessionTicket;
//! ```
//! RFC 5077 §3.3.

use super::message;
use crate::codepoint::HandshakeType;
use crate::reader::{DecodeError, Reader};

/// A ticket a client may resume with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSessionTicket {
    /// For how many seconds from now; 0 says nothing.
    pub ticket_lifetime_hint: u32,
    /// The ticket; empty when the server changed its mind.
    pub ticket: Vec<u8>,
}

impl NewSessionTicket {
    /// Reads the body.
    ///
    /// # Errors
    /// When a length does not fit.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            ticket_lifetime_hint: r.u32("ticket_lifetime_hint")?,
            ticket: r.vec16("ticket", 0..=0xffff)?.to_vec(),
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::NEW_SESSION_TICKET, |w| {
            w.u32(self.ticket_lifetime_hint);
            w.vec16(|w| w.bytes(&self.ticket));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::tls12::{Handshake, assert_message};

    #[test]
    fn a_ticket_comes_back_and_may_be_empty() {
        for ticket in [vec![], vec![7; 200]] {
            assert_message(&Handshake::NewSessionTicket(NewSessionTicket {
                ticket_lifetime_hint: 7200,
                ticket,
            }));
        }
    }
}
