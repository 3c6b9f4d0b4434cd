//! The connections that are open here, and how they are closed from outside.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tessera::session::store::Revocable;
use tessera::session::{LineageId, Revoked, ServerName, Tickets, Timestamp};
use tessera::{ConnectionId, Facts};
use tokio::sync::watch;

/// The connections whose handshake is done.
pub(crate) struct OpenConnections {
    tickets: Arc<Tickets>,
    by_id: Mutex<HashMap<ConnectionId, Open>>,
}

struct Open {
    session: Traits,
    /// True once it is to end.
    cut: watch::Sender<bool>,
}

/// What a revocation looks at.
struct Traits {
    authenticated_at: Timestamp,
    lineage: LineageId,
    server_name: Option<ServerName>,
    peer: Option<String>,
}

impl Traits {
    fn of(facts: &Facts) -> Self {
        Self {
            authenticated_at: facts.session.authenticated_at,
            lineage: facts.session.lineage,
            server_name: facts.server_name.clone(),
            peer: facts.peer.as_ref().map(|peer| peer.subject.clone()),
        }
    }
}

impl<'a> From<&'a Traits> for Revocable<'a> {
    fn from(traits: &'a Traits) -> Self {
        Self {
            authenticated_at: traits.authenticated_at,
            lineage: traits.lineage,
            server_name: traits.server_name.as_ref(),
            peer: traits.peer.as_deref(),
        }
    }
}

impl OpenConnections {
    /// None yet; `tickets` know what is revoked.
    pub(crate) fn new(tickets: Arc<Tickets>) -> Self {
        Self {
            tickets,
            by_id: Mutex::default(),
        }
    }

    /// This is what a connection is on now.
    pub(crate) fn is_on(&self, connection: ConnectionId, facts: &Facts) {
        let session = Traits::of(facts);
        let mut by_id = self.lock();
        let known = by_id.remove(&connection).map(|open| open.cut);
        let cut = known.unwrap_or_else(|| watch::Sender::new(false));
        // Revoked between the judgement and the end of its handshake.
        if facts.resumed && self.tickets.revocations().closes(&session) {
            cut.send_replace(true);
        }
        by_id.insert(connection, Open { session, cut });
    }

    /// It is over.
    pub(crate) fn is_over(&self, connection: ConnectionId) {
        self.lock().remove(&connection);
    }

    /// Turns true when this connection is to end.
    pub(crate) fn cut(&self, connection: ConnectionId) -> watch::Receiver<bool> {
        match self.lock().get(&connection) {
            Some(open) => open.cut.subscribe(),
            // It is over already.
            None => watch::Sender::new(true).subscribe(),
        }
    }

    /// Ends the connections on sessions that are revoked so, and says how many.
    pub(crate) fn close(&self, revoked: &Revoked) -> usize {
        let by_id = self.lock();
        let closed = by_id
            .values()
            .filter(|open| revoked.closes(&open.session))
            .filter(|open| !open.cut.send_replace(true));
        closed.count()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectionId, Open>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
