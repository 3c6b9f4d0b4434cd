//! What changed in a ledger since the last look, for pages that follow it live.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::row::{ConnectionRow, SessionRow};

/// What changed after a sequence number. Rows are whole: put each in the place of the one with its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delta {
    /// `tessera.delta/1`.
    pub schema: Cow<'static, str>,
    /// Ask for what comes after this next.
    pub sequence: u64,
    /// Whether this is everything there is: forget all rows first. So it is at the first look, and
    /// after a pause so long that the ledger no longer knows what it dropped meanwhile.
    pub everything: bool,
    /// Connections that are new or changed, in the order they were opened.
    pub connections: Vec<ConnectionRow>,
    /// Sessions that are new or changed.
    pub sessions: Vec<SessionRow>,
    /// Ids of connections that are no longer kept.
    pub connections_gone: Vec<String>,
    /// Ids of sessions that are no longer kept.
    pub sessions_gone: Vec<String>,
}

impl Delta {
    /// The schema's name.
    pub const SCHEMA: &'static str = "tessera.delta/1";
}

/// Counts changes, and remembers what went away.
pub(crate) struct Changes {
    sequence: u64,
    gone: VecDeque<(u64, Gone)>,
    /// The last thing forgotten about; what was asked before that cannot be answered in part.
    forgotten: u64,
    remembers: usize,
}

/// What went away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    Connection(String),
    Session(String),
}

impl Changes {
    pub(crate) fn remembering(remembers: usize) -> Self {
        Self {
            sequence: 0,
            gone: VecDeque::new(),
            forgotten: 0,
            remembers,
        }
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The number of a new change.
    pub(crate) fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    pub(crate) fn gone(&mut self, what: Gone) {
        let sequence = self.next();
        self.gone.push_back((sequence, what));
        if self.gone.len() > self.remembers {
            self.forgotten = self
                .gone
                .pop_front()
                .map_or(self.forgotten, |(sequence, _)| sequence);
        }
    }

    /// Whether what changed after `since` can be told without telling everything.
    pub(crate) fn can_tell(&self, since: u64) -> bool {
        since > 0 && since >= self.forgotten && since <= self.sequence
    }

    pub(crate) fn gone_since(&self, since: u64) -> impl Iterator<Item = &Gone> {
        self.gone
            .iter()
            .filter(move |(sequence, _)| *sequence > since)
            .map(|(_, what)| what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_cannot_be_told_in_part() {
        let mut changes = Changes::remembering(2);
        assert!(!changes.can_tell(0), "the first look sees everything");
        for id in ["a", "b", "c"] {
            changes.gone(Gone::Connection(id.to_owned()));
        }
        assert!(changes.can_tell(3) && changes.can_tell(1));
        let gone: Vec<_> = changes.gone_since(1).cloned().collect();
        assert_eq!(
            gone,
            [
                Gone::Connection("b".to_owned()),
                Gone::Connection("c".to_owned())
            ]
        );
        changes.gone(Gone::Session("d".to_owned()));
        assert!(!changes.can_tell(1), "b is forgotten");
        assert!(changes.can_tell(2));
        assert!(!changes.can_tell(9), "a number from another ledger");
    }
}
