//! What happens on connections is written down here: the ledger in memory, and a file of those that
//! ended.

use super::notices::Notices;
use super::open::OpenConnections;
use crate::exit::{Failure, Outcome};
use crate::plan::serve::ServePlan;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tessera::engine::{Ending, Event};
use tessera::{Closed, ConnectionId, Facts, Observer, Opened, Timestamp, Traffic, Trouble};
use tessera_observe::{ConnectionDocument, ConnectionRow, Delta, Ledger};

/// Finished connections that are remembered for visitors.
const KEPT: usize = 1_000;
/// The same for a console, which shows them all.
const KEPT_FOR_CONSOLE: usize = 10_000;

/// One line of the ledger's file: a connection of one process that ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LedgerLine {
    /// `tessera.ledger-line/1`.
    pub(crate) schema: Cow<'static, str>,
    /// The server's process id.
    pub(crate) process: u32,
    /// The connection.
    pub(crate) connection: ConnectionRow,
}

/// The ledger, and those it tells.
pub(crate) struct Book {
    ledger: Mutex<Ledger>,
    /// When a hello came, by a finer clock than the ledger's.
    hellos: Mutex<HashMap<ConnectionId, Instant>>,
    open: Arc<OpenConnections>,
    file: Option<Mutex<File>>,
    notices: Notices,
}

impl Book {
    /// An empty book; connections that are open stand in `open` as well, and those that end go to the plan's
    /// file.
    pub(crate) fn new(
        plan: &ServePlan,
        open_here: Arc<OpenConnections>,
        notices: Notices,
    ) -> Outcome<Self> {
        let open = |path: &Path| {
            OpenOptions::new()
                .append(true)
                .create(true)
                .open(path)
                .map_err(|error| {
                    Failure::internal(format_args!("--ledger {}: {error}", path.display()))
                })
        };
        let file = plan.ledger.as_deref().map(open).transpose()?;
        let kept = match plan.feed {
            true => KEPT_FOR_CONSOLE,
            false => KEPT,
        };
        Ok(Self {
            ledger: Mutex::new(Ledger::keeping(kept)),
            hellos: Mutex::default(),
            open: open_here,
            file: file.map(Mutex::new),
            notices,
        })
    }

    /// What a visitor is told of its connection.
    pub(crate) fn document(&self, id: ConnectionId, facts: &Facts) -> Option<ConnectionDocument> {
        lock(&self.ledger).document(id, facts)
    }

    /// What changed on connections after this, if anything did.
    pub(crate) fn since(&self, sequence: u64) -> Option<Delta> {
        let ledger = lock(&self.ledger);
        (ledger.sequence() != sequence).then(|| ledger.since(sequence))
    }

    /// The latest request on a connection belonged to this web session.
    pub(crate) fn web_session(&self, id: ConnectionId, name: Option<&str>) {
        lock(&self.ledger).web_session(id, name);
    }

    fn write_down(&self, connection: ConnectionRow) {
        let Some(file) = &self.file else { return };
        let line = LedgerLine {
            schema: Cow::Borrowed("tessera.ledger-line/1"),
            process: std::process::id(),
            connection,
        };
        let Ok(mut line) = serde_json::to_vec(&line) else {
            return;
        };
        line.push(b'\n');
        // One write, so that lines of several processes do not mix.
        if let Err(error) = lock(file).write_all(&line) {
            self.notices.trouble(format_args!("--ledger: {error}"));
        }
    }

    fn talk_of_end(&self, closed: &Closed<'_>, row: &ConnectionRow) {
        let (peer, ending, talk) = (&row.peer, closed.ending, self.notices.talk());
        match (ending, &row.handshake) {
            (Some(Ending::Fault { fault, state, .. }), _) => {
                talk.say(format_args!("{peer}: {fault} (in {state})"));
            }
            (_, Some(handshake)) => talk.detail(format_args!(
                "{peer}: {} {} keys {} in {} out {}",
                handshake.kind,
                handshake.session,
                handshake.keys_fingerprint,
                row.bytes_in,
                row.bytes_out
            )),
            (_, None) => talk.detail(format_args!("{peer}: gone before the handshake was done")),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Observer for Book {
    fn opened(&self, connection: ConnectionId, at: Timestamp, opened: &Opened<'_>) {
        lock(&self.ledger).opened(connection, at, opened.peer.unwrap_or_default());
    }

    fn event(&self, connection: ConnectionId, at: Timestamp, event: &Event) {
        if matches!(event, Event::HelloReceived { .. }) {
            lock(&self.hellos)
                .entry(connection)
                .or_insert_with(Instant::now);
        }
        if let Event::Established(facts)
        | Event::Renegotiated(facts)
        | Event::ClientIdentified(facts) = event
        {
            self.open.is_on(connection, facts);
        }
        let mut ledger = lock(&self.ledger);
        ledger.event(connection, at, event);
        if matches!(event, Event::Established(_) | Event::Renegotiated(_))
            && let Some(hello) = lock(&self.hellos).remove(&connection)
        {
            ledger.handshake_took(connection, hello.elapsed());
        }
    }

    fn traffic(&self, connection: ConnectionId, traffic: Traffic) {
        lock(&self.ledger).bytes(connection, traffic.received, traffic.sent);
    }

    fn trouble(&self, _: ConnectionId, _: Timestamp, trouble: &Trouble) {
        self.notices.trouble(trouble);
    }

    fn closed(&self, connection: ConnectionId, at: Timestamp, closed: &Closed<'_>) {
        lock(&self.hellos).remove(&connection);
        self.open.is_over(connection);
        let ending = match closed.ending {
            Some(ending) => ending.to_string(),
            None => "let go by the application".to_owned(),
        };
        let row = {
            let mut ledger = lock(&self.ledger);
            ledger.bytes(connection, closed.traffic.received, closed.traffic.sent);
            ledger.closed(connection, at, &ending);
            ledger.connection(connection)
        };
        if let Some(row) = row {
            self.talk_of_end(closed, &row);
            self.write_down(row);
        }
    }
}
