//! A session a client wants to resume, with the ticket that stands for it.

use tessera_crypto::{HashAlgorithm, tls13_suite};
use tessera_session::{Session, TicketId};

/// What a wallet gives back: the session, and the ticket as it goes over the wire.
pub struct OfferedSession {
    /// The session.
    pub session: Session,
    /// The ticket's bytes.
    pub ticket: Vec<u8>,
}

impl OfferedSession {
    /// The ticket's name.
    pub fn id(&self) -> TicketId {
        TicketId::of_wire(&self.ticket)
    }

    /// The hash of the session's suite, which any suite it resumes with must share.
    pub(crate) fn hash(&self) -> HashAlgorithm {
        // A record holds a suite we know, or it does not decode; SHA-256 is the RFC's default.
        tls13_suite(self.session.cipher_suite).map_or(HashAlgorithm::Sha256, |suite| suite.hash)
    }
}
