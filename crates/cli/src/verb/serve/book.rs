//! What happens on connections is written down here: the ledger in memory, and a file of those that
//! ended.

use super::open::OpenConnections;
use crate::exit::{Failure, Outcome};
use crate::report::talk::Talk;
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
use tessera_observe::{ConnectionDocument, ConnectionRow, Ledger};

/// Finished connections that are remembered.
const KEPT: usize = 1_000;

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
    talk: Talk,
}

impl Book {
    /// An empty book; connections that are open stand in `open` as well, and those that end go to `file`.
    pub(crate) fn new(
        file: Option<&Path>,
        open_here: Arc<OpenConnections>,
        talk: Talk,
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
        let file = file.map(open).transpose()?.map(Mutex::new);
        Ok(Self {
            ledger: Mutex::new(Ledger::keeping(KEPT)),
            hellos: Mutex::default(),
            open: open_here,
            file,
            talk,
        })
    }

    /// What a visitor is told of its connection.
    pub(crate) fn document(&self, id: ConnectionId, facts: &Facts) -> Option<ConnectionDocument> {
        lock(&self.ledger).document(id, facts)
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
            self.talk.warn(format_args!("--ledger: {error}"));
        }
    }

    fn talk_of_end(&self, closed: &Closed<'_>, row: &ConnectionRow) {
        let (peer, ending) = (&row.peer, closed.ending);
        match (ending, &row.handshake) {
            (Some(Ending::Fault { fault, state, .. }), _) => {
                self.talk.say(format_args!("{peer}: {fault} (in {state})"));
            }
            (_, Some(handshake)) => self.talk.detail(format_args!(
                "{peer}: {} {} keys {} in {} out {}",
                handshake.kind,
                handshake.session,
                handshake.keys_fingerprint,
                row.bytes_in,
                row.bytes_out
            )),
            (_, None) => self
                .talk
                .detail(format_args!("{peer}: gone before the handshake was done")),
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
        self.talk.warn(trouble);
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
