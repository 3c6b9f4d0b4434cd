//! Tickets: the thing that travels, and the keys that seal it.

mod foreign;
mod key;
mod migration;
mod presented;
pub mod ratchet;
mod ring;
pub mod rotation;
pub mod seal;

pub use foreign::{Dialect, ForeignKey, ForeignKeyError, ForeignRole, SessionIdContext};
pub use key::{KeyError, KeyName, Phase, TicketKey};
pub use migration::{ForeignForm, ForeignOpened, ForeignTickets};
pub use presented::{Accepted, Envelope, Host, Presented};
pub use ratchet::{Ratchet, RatchetPolicy};
pub use ring::{Ring, RingError};
pub use rotation::RotationPolicy;
pub use seal::{Opened, SealError};

use crate::vault::LOOKUP_KEY_LEN;

/// What a client presented: RFC 9846 §4.7.1 has both forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ticket<'a> {
    /// The store has the session. Exactly 32 bytes.
    LookupKey([u8; LOOKUP_KEY_LEN]),
    /// The client has it, sealed. Never 32 bytes.
    SelfEncrypted(&'a [u8]),
}

impl<'a> Ticket<'a> {
    /// Tells the two forms apart, by their length.
    pub fn of(bytes: &'a [u8]) -> Self {
        match <[u8; LOOKUP_KEY_LEN]>::try_from(bytes) {
            Ok(key) => Self::LookupKey(key),
            Err(_) => Self::SelfEncrypted(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_a_lookup_key_by_its_length() {
        assert_eq!(Ticket::of(&[1; 32]), Ticket::LookupKey([1; 32]));
        assert_eq!(Ticket::of(&[1; 31]), Ticket::SelfEncrypted(&[1; 31]));
        assert_eq!(Ticket::of(&[]), Ticket::SelfEncrypted(&[]));
    }
}
