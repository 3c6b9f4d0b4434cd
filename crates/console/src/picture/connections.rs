//! Connections: every open one, and the last ones that ended.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use tessera_observe::row::State;
use tessera_observe::{ConnectionRow, Time};

use super::limits::{CONNECTIONS, MINE};
use super::table::{Sequence, Table};
use crate::document::{By, ProcessRow, ShownConnection};

/// A connection and the process it is of.
struct Connection {
    shown: Arc<ShownConnection>,
    process: Arc<str>,
}

/// All of them.
pub(super) struct Connections {
    table: Table<Connection>,
    /// Those that ended, in that order.
    ended: VecDeque<Arc<str>>,
    /// The console's own, known before or after their servers tell of them.
    mine: HashSet<Arc<str>>,
    mine_in_order: VecDeque<Arc<str>>,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            table: Table::remembering(CONNECTIONS),
            ended: VecDeque::new(),
            mine: HashSet::new(),
            mine_in_order: VecDeque::new(),
        }
    }
}

impl Connections {
    /// A connection as it is shown.
    pub(super) fn shown(&self, id: &str) -> Option<&Arc<ShownConnection>> {
        self.table.get(id).map(|connection| &connection.shown)
    }

    /// What is known of a connection.
    pub(super) fn row(&self, id: &str) -> Option<&ConnectionRow> {
        self.table.get(id).map(|connection| &connection.shown.row)
    }

    /// A connection is new or another.
    pub(super) fn put(
        &mut self,
        process: &ProcessRow,
        row: ConnectionRow,
        sequence: &mut Sequence,
    ) {
        let id: Arc<str> = row.id.as_str().into();
        let has_ended = row.state == State::Closed;
        let had_ended = self.row(&id).is_some_and(|row| row.state == State::Closed);
        let by = self.mine.contains(&id).then_some(By::Console);
        let connection = Connection {
            shown: Arc::new(ShownConnection {
                row,
                process: process.pid,
                by,
            }),
            process: process.id.as_str().into(),
        };
        self.table.put(&id, connection, sequence);
        match (had_ended, has_ended) {
            (false, true) => self.ended.push_back(id),
            (true, false) => self.ended.retain(|ended| *ended != id),
            _ => {}
        }
        while self.table.len() > CONNECTIONS
            && let Some(oldest) = self.ended.pop_front()
        {
            self.table.remove(&oldest, sequence);
        }
    }

    /// The console opened these itself.
    pub(super) fn mine(&mut self, ids: &[String], sequence: &mut Sequence) {
        for id in ids {
            let id: Arc<str> = id.as_str().into();
            if !self.mine.insert(Arc::clone(&id)) {
                continue;
            }
            self.mine_in_order.push_back(Arc::clone(&id));
            if self.mine_in_order.len() > MINE
                && let Some(oldest) = self.mine_in_order.pop_front()
            {
                self.mine.remove(&oldest);
            }
            if let Some(connection) = self.table.change(&id, sequence) {
                Arc::make_mut(&mut connection.shown).by = Some(By::Console);
            }
        }
    }

    /// What is known of a connection that is open.
    pub(super) fn open(&self, id: &str) -> Option<&ConnectionRow> {
        self.row(id).filter(|row| row.state != State::Closed)
    }

    /// Rows of the connections of a process that are open.
    pub(super) fn open_of(&self, process: &str) -> Vec<ConnectionRow> {
        let rows = self.table.rows().filter(|(_, connection)| {
            &*connection.process == process && connection.shown.row.state != State::Closed
        });
        rows.map(|(_, connection)| connection.shown.row.clone())
            .collect()
    }

    pub(super) fn since(&self, since: u64) -> impl Iterator<Item = &Arc<ShownConnection>> {
        self.table.since(since).map(|connection| &connection.shown)
    }

    pub(super) fn gone_since(&self, since: u64) -> impl Iterator<Item = String> {
        self.table.gone_since(since)
    }

    pub(super) fn can_tell(&self, since: u64) -> bool {
        self.table.can_tell(since)
    }
}

/// The row as it is once its server is gone or knows it no longer.
pub(super) fn closed(row: ConnectionRow, at: Time, ending: &str) -> ConnectionRow {
    ConnectionRow {
        state: State::Closed,
        closed_at: Some(at.max(row.opened_at)),
        ending: Some(ending.to_owned()),
        ..row
    }
}

/// The row as it is given what became of its process, which cannot have told that itself.
pub(super) fn of_process(process: &ProcessRow, row: ConnectionRow) -> ConnectionRow {
    match (process.ended_at, &process.ending) {
        (Some(at), Some(ending)) if row.state != State::Closed => {
            let ending = format!("its process {} is over: {ending}", process.pid);
            closed(row, at, &ending)
        }
        _ => row,
    }
}
