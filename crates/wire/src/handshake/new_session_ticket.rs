//! ```text
//! struct {
//!     uint32 ticket_lifetime;
//!     uint32 ticket_age_add;
//!     opaque ticket_nonce<0..255>;
//!     opaque ticket<1..2^16-1>;
//!     Extension extensions<0..2^16-1>;
//! } NewSessionTicket;
//! ```
//! RFC 9846 §4.7.1.

use super::header::message;
use crate::codepoint::HandshakeType;
use crate::extension::{Carrier, Extensions};
use crate::reader::{DecodeError, Reader};

/// A ticket a client may resume with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSessionTicket {
    /// For how many seconds from now; more than seven days is for the receiver to refuse.
    pub ticket_lifetime: u32,
    /// What hides the ticket's age when it is offered.
    pub ticket_age_add: u32,
    /// What makes this ticket's key different from its siblings'.
    pub ticket_nonce: Vec<u8>,
    /// The ticket.
    pub ticket: Vec<u8>,
    /// `early_data`, or nothing.
    pub extensions: Extensions,
}

impl NewSessionTicket {
    /// Reads the body.
    pub fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            ticket_lifetime: r.u32("ticket_lifetime")?,
            ticket_age_add: r.u32("ticket_age_add")?,
            ticket_nonce: r.vec8("ticket_nonce", 0..=255)?.to_vec(),
            ticket: r.vec16("ticket", 1..=0xffff)?.to_vec(),
            extensions: Extensions::decode(r, Carrier::NewSessionTicket)?,
        })
    }

    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        message(HandshakeType::NEW_SESSION_TICKET, |w| {
            w.u32(self.ticket_lifetime);
            w.u32(self.ticket_age_add);
            w.vec8(|w| w.bytes(&self.ticket_nonce));
            w.vec16(|w| w.bytes(&self.ticket));
            self.extensions.encode(w);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Handshake;
    use crate::codepoint::ExtensionType;
    use crate::extension::MaxEarlyDataSize;
    use crate::reader::Problem;

    fn ticket() -> NewSessionTicket {
        let mut extensions = Extensions::new();
        extensions.push(&MaxEarlyDataSize(16_384));
        extensions.push_raw(ExtensionType::grease(5), vec![0]);
        NewSessionTicket {
            ticket_lifetime: 7200,
            ticket_age_add: 0xdead_beef,
            ticket_nonce: vec![0],
            ticket: vec![3; 200],
            extensions,
        }
    }

    #[test]
    fn a_ticket_comes_back() {
        // RFC 9846 §4.7.1 (8).
        assert_eq!(
            Handshake::decode(&ticket().encode()),
            Ok(Handshake::NewSessionTicket(ticket()))
        );
    }

    #[test]
    fn the_nonce_may_be_empty_and_the_ticket_may_not() {
        let mut without_nonce = ticket();
        without_nonce.ticket_nonce.clear();
        assert!(Handshake::decode(&without_nonce.encode()).is_ok());
        let mut without_ticket = ticket();
        without_ticket.ticket.clear();
        let error = Handshake::decode(&without_ticket.encode()).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "ticket",
                problem: Problem::LengthOutOfRange
            }
        );
    }

    #[test]
    fn the_longest_ticket_fits() {
        let mut longest = ticket();
        longest.ticket = vec![1; 0xffff];
        assert_eq!(
            Handshake::decode(&longest.encode()),
            Ok(Handshake::NewSessionTicket(longest))
        );
    }
}
