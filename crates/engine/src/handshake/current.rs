//! The session a connection is on, alike for both ends.

use crate::facts::{Kind, SessionFacts};
use std::time::Duration;
use tessera_session::{Lifetime, Lineage, LineageId, Session, Taint, TicketId, Timestamp};

/// Which session this is, and what it inherits: a resumption renews none of it.
pub(crate) struct Current {
    pub(crate) id: TicketId,
    pub(crate) lineage: Lineage,
    pub(crate) lifetime: Lifetime,
    pub(crate) taint: Option<Taint>,
    /// How it came here.
    pub(crate) kind: Kind,
}

impl Current {
    /// A full handshake founds a lineage; it gets its name when the handshake is done.
    pub(crate) fn founded(now: Timestamp, lineage_lifetime: Duration) -> Self {
        let end = now.plus(lineage_lifetime);
        Self {
            id: TicketId([0; 32]),
            lineage: Lineage {
                id: LineageId([0; 16]),
                generation: 0,
            },
            lifetime: Lifetime {
                authenticated_at: now,
                issued_at: now,
                expires_at: end,
                lineage_ends_at: end,
            },
            taint: None,
            kind: Kind::Full,
        }
    }

    /// The session of the ticket with this id.
    pub(crate) fn resumed(id: TicketId, session: &Session, kind: Kind) -> Self {
        Self {
            id,
            lineage: session.lineage,
            lifetime: session.lifetime,
            taint: session.taint,
            kind,
        }
    }

    /// What a full handshake founded has the same name at both ends.
    pub(crate) fn name(&mut self, (id, lineage): (TicketId, LineageId)) {
        if !self.is_resumed() {
            self.id = id;
            self.lineage.id = lineage;
        }
    }

    pub(crate) fn is_resumed(&self) -> bool {
        self.kind != Kind::Full
    }

    pub(crate) fn facts(&self) -> SessionFacts {
        SessionFacts {
            id: self.id,
            lineage: self.lineage.id,
            generation: self.lineage.generation,
            authenticated_at: self.lifetime.authenticated_at,
            issued_at: self.lifetime.issued_at,
            expires_at: self.lifetime.expires_at,
            lineage_ends_at: self.lifetime.lineage_ends_at,
            taint: self.taint,
        }
    }
}
