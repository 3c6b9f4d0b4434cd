//! What the picture shows at a moment, for deeds that have to know.

use std::sync::Arc;
use std::time::Duration;
use tessera_console::Picture;
use tessera_console::document::{Document, LineageRow, LineageState, ShownConnection};
use tessera_observe::State;

/// Everything there is.
pub(super) struct View(Document);

/// One connection, as the server tells of it.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) lineage: String,
    pub(super) kind: String,
    pub(super) resumed: bool,
    pub(super) keys: String,
    pub(super) open: bool,
    pub(super) refusal: Option<String>,
    pub(super) messages: Vec<String>,
}

impl View {
    /// The picture as it is now.
    pub(super) fn of(picture: &Picture) -> Self {
        Self(picture.since(0))
    }

    /// The connection of this id.
    pub(super) fn connection(&self, id: &str) -> Option<&ShownConnection> {
        self.find(|connection| connection.row.id == id)
    }

    /// The latest connection from this address.
    pub(super) fn connection_from(&self, peer: &str) -> Option<&ShownConnection> {
        let from = |connection: &&Arc<ShownConnection>| connection.row.peer == peer;
        self.0
            .connections
            .iter()
            .rev()
            .find(from)
            .map(|found| &**found)
    }

    /// What the guided tour looks at of a connection whose handshake is done.
    pub(super) fn shown(&self, id: &str) -> Option<Shown> {
        let row = &self.connection(id)?.row;
        let handshake = row.handshake.as_ref()?;
        let messages = handshake.traces.messages.iter();
        Some(Shown {
            id: row.id.clone(),
            lineage: handshake.lineage.clone(),
            kind: handshake.kind.clone(),
            resumed: handshake.resumed,
            keys: handshake.keys_fingerprint.clone(),
            open: row.state == State::Open,
            refusal: row.refusal.clone(),
            messages: messages.map(|message| message.name.to_string()).collect(),
        })
    }

    /// How often a server has told that it sees other revocations than before.
    pub(super) fn revocations_seen(&self) -> usize {
        let notices = self.0.notices.iter();
        notices
            .filter(|notice| notice.kind == "revocations")
            .count()
    }

    /// The process that serves.
    pub(super) fn serving(&self) -> Option<u32> {
        let mut running = self
            .0
            .processes
            .iter()
            .filter(|process| process.ended_at.is_none());
        running.next_back().map(|process| process.pid)
    }

    /// A lineage that can be resumed.
    pub(super) fn live(&self, id: &str) -> Option<&LineageRow> {
        let mut all = self.0.lineages.iter();
        all.find(|row| row.id == id && row.state == LineageState::Live)
            .map(|found| &**found)
    }

    /// How a lineage stands: `live`, `expired`, `revoked`, or `unknown`.
    pub(super) fn lineage(&self, id: &str) -> &'static str {
        let lineage = self.0.lineages.iter().find(|lineage| lineage.id == id);
        match lineage.map(|lineage| lineage.state) {
            Some(LineageState::Live) => "live",
            Some(LineageState::Expired) => "expired",
            Some(LineageState::Revoked) => "revoked",
            None => "unknown",
        }
    }

    fn find(&self, which: impl Fn(&ShownConnection) -> bool) -> Option<&ShownConnection> {
        let mut all = self.0.connections.iter();
        all.find(|connection| which(connection))
            .map(|found| &**found)
    }
}

/// Waits until the picture shows something.
pub(super) async fn wait_for<T>(
    picture: &Picture,
    within: Duration,
    seen: impl Fn(&View) -> Option<T>,
) -> Option<T> {
    let waiting = async {
        let mut changes = picture.changes();
        loop {
            changes.mark_unchanged();
            if let Some(found) = seen(&View::of(picture)) {
                return found;
            }
            // It lasts as long as the picture, which somebody holds.
            let _ = changes.changed().await;
        }
    };
    tokio::time::timeout(within, waiting).await.ok()
}

/// Waits, but not for ever, until the picture has these connections, and that they ended.
pub(crate) async fn show_the_end_of(picture: &Picture, connections: &[String]) {
    const PATIENCE: Duration = Duration::from_secs(5);
    let have_ended = |view: &View| {
        let mut ids = connections.iter();
        let ended = ids.all(|id| view.shown(id).is_some_and(|shown| !shown.open));
        ended.then_some(())
    };
    let _ = wait_for(picture, PATIENCE, have_ended).await;
}
