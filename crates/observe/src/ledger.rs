//! The ledger: what many connections tell, kept within bounds.

mod connection;
mod sessions;
mod trace;

use core::time::Duration;
use std::collections::{HashMap, VecDeque};

use tessera_engine::{Event, Facts};
use tessera_session::store::ConnectionId;
use tessera_session::{LineageId, TicketId, Timestamp};

use crate::delta::{Changes, Delta, Gone};
use crate::document::{ConnectionDocument, ConnectionPart, SessionPart};
use crate::metrics::Metrics;
use crate::row::{ConnectionRow, LedgerRows, LineageRow, SessionRow};
use connection::Connection;
use sessions::Sessions;

/// Connections, and the lineages of sessions they are on.
///
/// Every open connection has its row; of those that ended the last few are kept, and the others
/// counted. A session is known as long as a connection is kept that ran on it or carried its
/// ticket, so the whole is as large as the connections are many. Events of connections that were
/// never opened, or are no longer kept, change nothing but the counters.
pub struct Ledger {
    keep: usize,
    connections: HashMap<ConnectionId, Connection>,
    /// Connections that ended, in that order.
    finished: VecDeque<ConnectionId>,
    sessions: Sessions,
    dropped: u64,
    changes: Changes,
    metrics: Metrics,
}

impl Ledger {
    /// An empty ledger that keeps at most so many finished connections.
    pub fn keeping(finished: usize) -> Self {
        Self {
            keep: finished,
            connections: HashMap::new(),
            finished: VecDeque::new(),
            sessions: Sessions::default(),
            dropped: 0,
            // A connection rarely carries more than three sessions.
            changes: Changes::remembering(finished.saturating_mul(4).max(64)),
            metrics: Metrics::default(),
        }
    }

    /// A connection begins; `peer` is its address. An id that is in use already is a connection
    /// that has ended unnoticed.
    pub fn opened(&mut self, id: ConnectionId, at: Timestamp, peer: &str) {
        self.metrics.opened += 1;
        if self.connections.contains_key(&id) {
            self.finished.retain(|finished| *finished != id);
            self.forget(id);
        }
        let connection = Connection::new(at, peer, self.changes.next());
        self.connections.insert(id, connection);
    }

    /// A connection told something.
    pub fn event(&mut self, id: ConnectionId, at: Timestamp, event: &Event) {
        self.metrics.count(event);
        let Some(connection) = self
            .connections
            .get_mut(&id)
            .filter(|connection| !connection.is_closed())
        else {
            return;
        };
        connection.changed = self.changes.next();
        match event {
            Event::Established(facts) | Event::Renegotiated(facts) => {
                let forgotten = connection.established(at, facts);
                self.sessions.used(facts, &mut self.changes);
                // Tickets that went out with the handshake's last flight.
                if let Some(about) = connection.about() {
                    for ticket in connection.tickets() {
                        self.sessions.inherit(*ticket, about, &mut self.changes);
                    }
                }
                if let Some(session) = forgotten {
                    self.sessions.let_go(session, &mut self.changes);
                }
            }
            Event::TicketIssued(ticket) | Event::TicketReceived(ticket) => {
                if connection.carries(*ticket) {
                    self.sessions.issued(*ticket, id, at, &mut self.changes);
                    if let Some(about) = connection.about() {
                        self.sessions.inherit(*ticket, about, &mut self.changes);
                    }
                }
            }
            other => connection.tell(at, other),
        }
    }

    /// How long the latest handshake really took, from someone with a finer clock than the
    /// milliseconds of the events.
    pub fn handshake_took(&mut self, id: ConnectionId, time: Duration) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.handshake_took(time);
            connection.changed = self.changes.next();
        }
    }

    /// Which web session the latest request on a connection belonged to. It is the application's: several connections
    /// on several sessions may be of one, and one connection may see several come and go.
    pub fn web_session(&mut self, id: ConnectionId, name: Option<&str>) {
        if let Some(connection) = self.connections.get_mut(&id)
            && connection.web_session(name)
        {
            connection.changed = self.changes.next();
        }
    }

    /// How many bytes a connection has received and sent so far, in all.
    pub fn bytes(&mut self, id: ConnectionId, bytes_in: u64, bytes_out: u64) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if let Some((more_in, more_out)) = connection.bytes(bytes_in, bytes_out) {
            self.metrics.bytes_in += more_in;
            self.metrics.bytes_out += more_out;
            connection.changed = self.changes.next();
        }
    }

    /// A connection is over; `ending` says how, for people.
    pub fn closed(&mut self, id: ConnectionId, at: Timestamp, ending: &str) {
        let Some(connection) = self
            .connections
            .get_mut(&id)
            .filter(|connection| !connection.is_closed())
        else {
            return;
        };
        connection.close(at, ending);
        connection.changed = self.changes.next();
        self.metrics.closed += 1;
        self.finished.push_back(id);
        while self.finished.len() > self.keep {
            let Some(oldest) = self.finished.pop_front() else {
                break;
            };
            self.forget(oldest);
            self.dropped += 1;
        }
    }

    fn forget(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.remove(&id) else {
            return;
        };
        for session in connection.sessions() {
            self.sessions.let_go(session, &mut self.changes);
        }
        self.changes.gone(Gone::Connection(id.to_string()));
    }

    /// How often things happened.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Finished connections that had to make room for later ones.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// One connection.
    pub fn connection(&self, id: ConnectionId) -> Option<ConnectionRow> {
        self.connections
            .get(&id)
            .map(|connection| connection.row(id))
    }

    /// One session.
    pub fn session(&self, id: TicketId) -> Option<SessionRow> {
        self.sessions.row(id)
    }

    /// Every connection that runs or ran on a session, in the order they were opened.
    pub fn connections_of(&self, session: TicketId) -> Vec<ConnectionRow> {
        let on_it = self.in_order(|connection| connection.ran_on(session));
        on_it.map(|(id, connection)| connection.row(*id)).collect()
    }

    /// Some of the connections, in the order they were opened.
    fn in_order(
        &self,
        which: impl Fn(&Connection) -> bool,
    ) -> impl Iterator<Item = (&ConnectionId, &Connection)> {
        let some = self.connections.iter().filter(|(_, it)| which(it));
        let mut some: Vec<_> = some.collect();
        some.sort_unstable_by_key(|(_, connection)| connection.number);
        some.into_iter()
    }

    /// What a connection's visitor is told: `tessera.connection/1`. `facts` are the connection's own.
    pub fn document(&self, id: ConnectionId, facts: &Facts) -> Option<ConnectionDocument> {
        let row = self.connection(id)?;
        let mut session = SessionPart::of(facts);
        if let Some(known) = self.session(facts.session.id) {
            session.issued_by = known.issued_by;
            session.uses = known.uses;
        }
        let connection = ConnectionPart {
            id: row.id,
            opened_at: row.opened_at,
            peer: row.peer,
            keys_fingerprint: facts.keys_fingerprint.to_string(),
            epoch: row.handshake.map_or(0, |handshake| handshake.epoch),
            key_updates: row.key_updates,
        };
        Some(ConnectionDocument::new(connection, session))
    }

    /// Everything, grouped by lineage.
    pub fn rows(&self) -> LedgerRows {
        let mut lineages: HashMap<LineageId, LineageRow> = HashMap::new();
        let mut without_session = Vec::new();
        for (id, connection) in self.in_order(|_| true) {
            let row = connection.row(*id);
            // A renegotiation leaves a lineage, and the lineage stays.
            for about in connection.abouts() {
                let lineage = about.lineage;
                lineages
                    .entry(lineage)
                    .or_insert_with(|| about.lineage_row());
            }
            let lineage = connection.about().map(|about| about.lineage);
            match lineage.and_then(|lineage| lineages.get_mut(&lineage)) {
                Some(lineage) => lineage.connections.push(row),
                None => without_session.push(row),
            }
        }
        for (lineage, row) in self.sessions.rows() {
            if let Some(lineage) = lineage.and_then(|lineage| lineages.get_mut(&lineage)) {
                lineage.sessions.push(row);
            }
        }
        let mut lineages: Vec<LineageRow> = lineages.into_values().collect();
        for lineage in &mut lineages {
            lineage.sessions.sort_by(|a, b| {
                (a.generation, a.issued_at, &a.id).cmp(&(b.generation, b.issued_at, &b.id))
            });
        }
        lineages.sort_by(|a, b| (b.authenticated_at, &a.id).cmp(&(a.authenticated_at, &b.id)));
        LedgerRows {
            schema: LedgerRows::SCHEMA.into(),
            sequence: self.changes.sequence(),
            dropped: self.dropped,
            lineages,
            without_session,
        }
    }

    /// The number of the last change.
    pub fn sequence(&self) -> u64 {
        self.changes.sequence()
    }

    /// What changed after a sequence number; 0 asks for everything.
    pub fn since(&self, sequence: u64) -> Delta {
        let everything = !self.changes.can_tell(sequence);
        let since = if everything { 0 } else { sequence };
        let connections = self.in_order(|connection| connection.changed > since);
        let mut delta = Delta {
            schema: Delta::SCHEMA.into(),
            sequence: self.changes.sequence(),
            everything,
            connections: connections
                .map(|(id, connection)| connection.row(*id))
                .collect(),
            sessions: self.sessions.rows_since(since),
            connections_gone: Vec::new(),
            sessions_gone: Vec::new(),
        };
        if !everything {
            for gone in self.changes.gone_since(since).cloned() {
                match gone {
                    Gone::Connection(id) => delta.connections_gone.push(id),
                    Gone::Session(id) => delta.sessions_gone.push(id),
                }
            }
        }
        delta
    }
}
