//! What a connection's row says that the one before did not.

use tessera_observe::row::State;
use tessera_observe::{ConnectionRow, HandshakeRow};

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is open, or its handshake is under way.
    Open,
    /// It ended after a handshake.
    Closed,
    /// It ended without one.
    Failed,
}

impl Standing {
    pub(super) fn of(row: &ConnectionRow) -> Self {
        match (row.state, &row.handshake) {
            (State::Closed, Some(_)) => Self::Closed,
            (State::Closed, None) => Self::Failed,
            _ => Self::Open,
        }
    }
}

/// The difference between two rows of a connection. Nothing in it is counted twice, whatever is told again.
pub(super) struct Progress<'a> {
    pub(super) before: Option<&'a ConnectionRow>,
    pub(super) row: &'a ConnectionRow,
    /// Handshakes that were completed meanwhile.
    pub(super) handshakes: Vec<&'a HandshakeRow>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(before: Option<&'a ConnectionRow>, row: &'a ConnectionRow) -> Self {
        let told = before.and_then(|before| Some(before.handshake.as_ref()?.epoch));
        let all = row.earlier.iter().chain(&row.handshake);
        Self {
            before,
            row,
            handshakes: all
                .filter(|handshake| told.is_none_or(|told| handshake.epoch > told))
                .collect(),
        }
    }

    pub(super) fn stood(&self) -> Option<Standing> {
        self.before.map(Standing::of)
    }

    pub(super) fn stands(&self) -> Standing {
        Standing::of(self.row)
    }

    /// Why a session was not resumed, if that is news.
    pub(super) fn refusal(&self) -> Option<&'a str> {
        let told = self.before.is_some_and(|before| before.refusal.is_some());
        self.row.refusal.as_deref().filter(|_| !told)
    }

    /// Tickets that went over it meanwhile.
    pub(super) fn tickets(&self) -> &'a [String] {
        let told = self.before.map_or(0, |before| before.tickets.len());
        self.row.tickets.get(told..).unwrap_or_default()
    }

    /// How much a number grew.
    pub(super) fn growth(&self, number: impl Fn(&ConnectionRow) -> u64) -> u64 {
        number(self.row).saturating_sub(self.before.map_or(0, number))
    }
}

/// The lineage a connection is on.
pub(super) fn lineage(row: &ConnectionRow) -> Option<&str> {
    row.handshake
        .as_ref()
        .map(|handshake| handshake.lineage.as_str())
}
