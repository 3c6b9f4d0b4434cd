//! Connections and the processes that have them.

use core::cmp::Reverse;
use std::collections::HashMap;

use crate::store::{ConnectionId, ProcessId, RegisteredConnection, Tally, Uses};
use crate::time::Timestamp;

pub(super) struct Connections {
    most: usize,
    by_id: HashMap<ConnectionId, RegisteredConnection>,
    processes: HashMap<ProcessId, Timestamp>,
}

impl Connections {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            by_id: HashMap::new(),
            processes: HashMap::new(),
        }
    }

    pub(super) fn opened(&mut self, connection: RegisteredConnection) {
        if self.by_id.len() >= self.most {
            self.make_room();
        }
        self.alive(connection.process, connection.seen_at);
        self.by_id.insert(connection.connection, connection);
    }

    pub(super) fn closed(&mut self, connection: ConnectionId, at: Timestamp) {
        if let Some(connection) = self.by_id.get_mut(&connection) {
            connection.closed_at = Some(at);
        }
    }

    pub(super) fn alive(&mut self, process: ProcessId, at: Timestamp) {
        self.processes
            .entry(process)
            .and_modify(|seen| *seen = at.max(*seen))
            .or_insert(at);
    }

    pub(super) fn connections(&self, of: Uses, limit: usize) -> Vec<RegisteredConnection> {
        let mut connections: Vec<RegisteredConnection> = self
            .by_id
            .values()
            .filter(|connection| of.include(connection))
            .map(|c| self.seen(c))
            .collect();
        connections
            .sort_by_key(|connection| (Reverse(connection.opened_at), connection.connection));
        connections.truncate(limit);
        connections
    }

    pub(super) fn tally(&self, of: Uses, alive_since: Timestamp) -> Tally {
        let mut tally = Tally::default();
        for connection in self
            .by_id
            .values()
            .filter(|connection| of.include(connection))
        {
            tally.uses += 1;
            let open =
                connection.closed_at.is_none() && self.seen(connection).seen_at >= alive_since;
            tally.open += u64::from(open);
        }
        tally
    }

    pub(super) fn forget(&mut self, before: Timestamp) -> u64 {
        let count = self.by_id.len();
        let processes = &self.processes;
        self.by_id
            .retain(|_, connection| match connection.closed_at {
                Some(closed_at) => closed_at >= before,
                None => processes
                    .get(&connection.process)
                    .is_some_and(|seen_at| *seen_at >= before),
            });
        self.processes.retain(|_, seen_at| *seen_at >= before);
        (count - self.by_id.len()) as u64
    }

    fn seen(&self, connection: &RegisteredConnection) -> RegisteredConnection {
        let seen_at = self
            .processes
            .get(&connection.process)
            .copied()
            .unwrap_or(connection.seen_at);
        RegisteredConnection {
            seen_at,
            ..connection.clone()
        }
    }

    /// Lets the oldest connection go, a closed one if there is any.
    fn make_room(&mut self) {
        let oldest = self
            .by_id
            .values()
            .min_by_key(|connection| (connection.closed_at.is_none(), connection.opened_at));
        if let Some(id) = oldest.map(|connection| connection.connection) {
            self.by_id.remove(&id);
        }
    }
}
