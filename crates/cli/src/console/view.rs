//! What the picture shows at a moment, for deeds that have to know.

use std::time::Duration;
use tessera_console::Picture;
use tessera_console::document::LineageState;
use tessera_observe::State;

/// What the guided tour looks at of a connection whose handshake is done, as the server tells of it.
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

impl Shown {
    /// The connection of this id.
    pub(super) fn of(picture: &Picture, id: &str) -> Option<Self> {
        let row = &picture.connection(id)?.row;
        let handshake = row.handshake.as_ref()?;
        let messages = handshake.traces.messages.iter();
        Some(Self {
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
}

/// Whether a connection was there, and is closed.
pub(super) fn is_closed(picture: &Picture, id: &str) -> bool {
    Shown::of(picture, id).is_some_and(|shown| !shown.open)
}

/// How a lineage stands: `live`, `expired`, `revoked`, or `unknown`.
pub(super) fn lineage_state(picture: &Picture, id: &str) -> &'static str {
    match picture.lineage(id).map(|known| known.state) {
        Some(LineageState::Live) => "live",
        Some(LineageState::Expired) => "expired",
        Some(LineageState::Revoked) => "revoked",
        None => "unknown",
    }
}

/// Waits until the picture shows something.
pub(super) async fn wait_for<T>(
    picture: &Picture,
    within: Duration,
    seen: impl Fn() -> Option<T>,
) -> Option<T> {
    let waiting = async {
        let mut changes = picture.changes();
        loop {
            changes.mark_unchanged();
            if let Some(found) = seen() {
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
    let have_ended = || {
        let mut ids = connections.iter();
        ids.all(|id| is_closed(picture, id)).then_some(())
    };
    let _ = wait_for(picture, PATIENCE, have_ended).await;
}
