//! Server processes: those that run, and the last ones that ended.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tessera_observe::Time;

use super::limits::ENDED;
use super::table::{Sequence, Table};
use crate::document::ProcessRow;

/// All of them.
pub(super) struct Processes {
    pub(super) table: Table<Arc<ProcessRow>>,
    /// Who has a process id now, or had it last.
    by_pid: HashMap<u32, Arc<str>>,
    ended: VecDeque<Arc<str>>,
}

impl Default for Processes {
    fn default() -> Self {
        Self {
            table: Table::remembering(ENDED),
            by_pid: HashMap::new(),
            ended: VecDeque::new(),
        }
    }
}

impl Processes {
    /// A process begins.
    pub(super) fn started(
        &mut self,
        pid: u32,
        node: &str,
        at: Time,
        sequence: &mut Sequence,
    ) -> Arc<ProcessRow> {
        let id: Arc<str> = format!("{pid}@{at}").into();
        let row = Arc::new(ProcessRow {
            id: id.to_string(),
            pid,
            node: node.to_owned(),
            started_at: at,
            ended_at: None,
            ending: None,
        });
        self.table.put(&id, Arc::clone(&row), sequence);
        self.by_pid.insert(pid, id);
        row
    }

    /// A process is over. Returns it, and the ids of those that had to make room.
    pub(super) fn ended(
        &mut self,
        pid: u32,
        at: Time,
        ending: &str,
        sequence: &mut Sequence,
    ) -> Option<(Arc<ProcessRow>, Vec<Arc<str>>)> {
        let id = Arc::clone(self.by_pid.get(&pid)?);
        self.table.get(&id).filter(|row| row.ended_at.is_none())?;
        let row = Arc::make_mut(self.table.change(&id, sequence)?);
        row.ended_at = Some(at.max(row.started_at));
        row.ending = Some(ending.to_owned());
        let row = Arc::new(row.clone());
        self.ended.push_back(id);
        let mut gone = Vec::new();
        while self.ended.len() > ENDED
            && let Some(oldest) = self.ended.pop_front()
        {
            if let Some(row) = self.table.remove(&oldest, sequence)
                && self.by_pid.get(&row.pid) == Some(&oldest)
            {
                self.by_pid.remove(&row.pid);
            }
            gone.push(oldest);
        }
        Some((row, gone))
    }

    /// Who has a process id, or had it last.
    pub(super) fn by_pid(&self, pid: u32) -> Option<&Arc<ProcessRow>> {
        self.table.get(self.by_pid.get(&pid)?)
    }

    /// Whether a process of this node has ended before.
    pub(super) fn has_ended(&self, node: &str) -> bool {
        self.table
            .rows()
            .any(|(_, row)| row.node == node && row.ended_at.is_some())
    }
}
