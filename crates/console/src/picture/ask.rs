//! What a picture is asked by those who act on it: one thing at a time, without a copy of the rest.

use std::sync::Arc;

use super::Picture;
use crate::document::{LineageFact, ShownConnection};

impl Picture {
    /// The connection of this id.
    pub fn connection(&self, id: &str) -> Option<Arc<ShownConnection>> {
        self.edit(|state, _| state.connections.shown(id).cloned())
    }

    /// The connection from this address, the latest to change if several had it.
    pub fn connection_from(&self, peer: &str) -> Option<Arc<ShownConnection>> {
        self.edit(|state, _| {
            let from = state.connections.since(0).filter(|it| it.row.peer == peer);
            from.last().cloned()
        })
    }

    /// What is known of a lineage.
    pub fn lineage(&self, id: &str) -> Option<LineageFact> {
        self.edit(|state, _| state.lineages.known(id).cloned())
    }

    /// The process that serves, the latest if there are several.
    pub fn serving(&self) -> Option<u32> {
        self.edit(|state, _| {
            let rows = state.processes.table.since(0);
            let running = rows.filter(|process| process.ended_at.is_none());
            running.last().map(|process| process.pid)
        })
    }

    /// The number of the latest notice of a kind; 0 if there was none.
    pub fn latest(&self, kind: &str) -> u64 {
        self.edit(|state, _| state.notices.latest(kind))
    }
}
