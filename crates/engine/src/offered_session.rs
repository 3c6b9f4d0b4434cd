//! A session a client wants to resume, with what stands for it on the wire.

use tessera_crypto::HashAlgorithm;
use tessera_session::{Resumption, Session, TicketId};
use tessera_wire::SessionId;

/// What a wallet gives back: the session, and the ticket as it goes over the wire.
pub struct OfferedSession {
    /// The session.
    pub session: Session,
    /// The ticket's bytes; those of the session ID where TLS 1.2 resumes by that.
    pub ticket: Vec<u8>,
}

/// How a session is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// TLS 1.3: a PSK identity.
    Psk,
    /// TLS 1.2: the `session_ticket` extension (RFC 5077).
    Ticket,
    /// TLS 1.2: the session ID (RFC 5246 §7.4.1.2).
    SessionId(SessionId),
}

impl OfferedSession {
    /// The ticket's name.
    pub fn id(&self) -> TicketId {
        TicketId::of_wire(&self.ticket)
    }

    pub(crate) fn form(&self) -> Form {
        match self.session.resumption {
            Resumption::Tls13 { .. } => Form::Psk,
            Resumption::Tls12 { session_id, .. } if session_id.as_slice() == self.ticket => {
                Form::SessionId(session_id)
            }
            Resumption::Tls12 { .. } => Form::Ticket,
        }
    }

    pub(crate) fn is_tls13(&self) -> bool {
        self.form() == Form::Psk
    }

    /// The hash of the session's suite, which any suite it resumes with must share.
    pub(crate) fn hash(&self) -> HashAlgorithm {
        // A record holds a suite we know, or it does not decode; SHA-256 is the RFC's default.
        self.session.hash().unwrap_or(HashAlgorithm::Sha256)
    }
}
