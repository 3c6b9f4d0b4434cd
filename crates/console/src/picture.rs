//! What is known of all servers of a console: merged from their feeds, kept within bounds, and told
//! to each page as far as it has not been told.

mod ask;
mod connections;
mod counters;
mod fleet;
mod limits;
mod lineages;
mod notices;
mod processes;
mod progress;
mod recent;
mod table;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tessera_observe::{ConnectionRow, Delta, FeedLine, Time};
use tokio::sync::watch;

use crate::document::{
    ConsoleRow, Counters, Document, Gone, KeyRow, LineageFact, LineageState, ProcessRow,
    ShownConnection,
};
use crate::feed::FeedError;
use connections::Connections;
use fleet::Fleet;
use limits::KEYS;
use lineages::{Ended, Lineages};
use notices::Notices;
use processes::Processes;
use progress::Progress;
use table::{Sequence, Single, Table};

pub use fleet::{ELSEWHERE, FleetRow};
pub use notices::News;

/// What is known. Whoever learns something says it here; every page is told what it has not seen.
pub struct Picture {
    state: Mutex<State>,
    sequence: watch::Sender<u64>,
    clock: Box<dyn Fn() -> Time + Send + Sync>,
    epoch: u64,
}

struct State {
    sequence: Sequence,
    console: Single<Option<Arc<ConsoleRow>>>,
    processes: Processes,
    connections: Connections,
    lineages: Lineages,
    keys: Table<Arc<KeyRow>>,
    notices: Notices,
    counters: Single<Counters>,
    web_sessions: Single<Option<u64>>,
    fleet: Fleet,
}

impl Picture {
    /// An empty picture. The clock tells when lineages expire.
    pub fn new(clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        let state = State {
            sequence: Sequence::default(),
            console: Single::default(),
            processes: Processes::default(),
            connections: Connections::default(),
            lineages: Lineages::default(),
            keys: Table::remembering(KEYS),
            notices: Notices::default(),
            counters: Single::default(),
            web_sessions: Single::default(),
            fleet: Fleet::default(),
        };
        Self {
            state: Mutex::new(state),
            sequence: watch::Sender::new(0),
            epoch: clock().0.as_millis(),
            clock: Box::new(clock),
        }
    }

    /// The console itself. Which deeds are to be had is for whoever serves it to say.
    pub fn console(&self, row: ConsoleRow) {
        self.edit(|state, _| {
            let known = state.console.value().as_ref();
            let deeds = known.map_or_else(BTreeMap::new, |known| known.deeds.clone());
            let row = Arc::new(ConsoleRow { deeds, ..row });
            state.console.set(Some(row), &mut state.sequence);
        });
    }

    /// Which deeds are to be had: every one by name, and why it is not.
    pub(crate) fn deeds(&self, deeds: BTreeMap<String, Option<String>>) {
        self.edit(|state, _| {
            if let Some(known) = state.console.value()
                && known.deeds != deeds
            {
                let row = ConsoleRow {
                    deeds,
                    ..ConsoleRow::clone(known)
                };
                state.console.set(Some(Arc::new(row)), &mut state.sequence);
            }
        });
    }

    /// A server process begins, before any line of its feed.
    pub fn server_started(&self, pid: u32, node: &str, at: Time) {
        self.edit(|state, _| {
            let follows = state.processes.has_ended(node);
            let process = state.processes.started(pid, node, at, &mut state.sequence);
            state.fleet.process(&process, &mut state.sequence);
            if follows {
                let text = format!("process {pid} goes on on {node}");
                state.tell(News::new(at, "restart", text));
            }
        });
    }

    /// A server process is over, and its open connections with it. `ending` says how, for people.
    pub fn server_ended(&self, pid: u32, at: Time, ending: &str) {
        self.edit(|state, now| {
            let ended = state.processes.ended(pid, at, ending, &mut state.sequence);
            let Some((process, gone)) = ended else {
                return;
            };
            state.fleet.process(&process, &mut state.sequence);
            let open = state.connections.open_of(&process.id);
            let text = format!(
                "process {pid} is over: {ending}; connections that ended with it: {}",
                open.len()
            );
            for row in open {
                state.connection(&process, row, now);
            }
            state.tell(News::new(at, "restart", text));
            for process in gone {
                state.fleet.forget(&process, &mut state.sequence);
            }
        });
    }

    /// A line of a server's feed.
    pub fn feed(&self, line: FeedLine) -> Result<(), FeedError> {
        if line.schema != FeedLine::SCHEMA {
            return Err(FeedError::Schema(line.schema.into_owned()));
        }
        self.edit(|state, now| {
            let process = state.processes.by_pid(line.process).cloned();
            let process = process.ok_or(FeedError::Process(line.process))?;
            if let Some(delta) = line.delta {
                if delta.schema != Delta::SCHEMA {
                    return Err(FeedError::Schema(delta.schema.into_owned()));
                }
                state.delta(&process, delta, now);
            }
            if let Some(number) = line.web_sessions {
                state.web_sessions.set(Some(number), &mut state.sequence);
            }
            if let Some(notice) = line.notice {
                state.tell(News::new(notice.at, notice.kind, notice.text));
            }
            Ok(())
        })
    }

    /// What the store says of lineages. Of those it does not name, nothing changes.
    pub fn lineages(&self, facts: Vec<LineageFact>) {
        self.edit(|state, now| {
            for fact in facts {
                let ended = state.lineages.fact(fact, now, &mut state.sequence);
                state.ended(ended, now);
            }
        });
    }

    /// All ticket keys there are.
    pub fn keys(&self, keys: Vec<KeyRow>) {
        self.edit(|state, _| {
            let table = &mut state.keys;
            let gone = table.rows().map(|(name, _)| name);
            let gone = gone.filter(|name| !keys.iter().any(|key| key.name == ***name));
            let gone: Vec<Arc<str>> = gone.cloned().collect();
            for name in gone {
                table.remove(&name, &mut state.sequence);
            }
            for key in keys.into_iter().take(KEYS) {
                if table.get(&key.name).is_none_or(|known| **known != key) {
                    let name = key.name.clone();
                    table.put(&name, Arc::new(key), &mut state.sequence);
                }
            }
        });
    }

    /// Something happened that no feed tells.
    pub fn notice(&self, news: News) {
        self.edit(|state, _| state.tell(news));
    }

    /// The console opened these connections itself; their servers tell of them before or after.
    pub fn mine(&self, connections: &[String]) {
        self.edit(|state, _| state.connections.mine(connections, &mut state.sequence));
    }

    /// What the store says of the processes of other consoles, in place of what it said before.
    pub fn fleet(&self, row: FleetRow) {
        self.edit(|state, _| {
            let processes = &state.processes.table;
            let is_ours = |id: &str| processes.get(id).is_some();
            state.fleet.others(row, is_ours, &mut state.sequence);
        });
    }

    /// What changed after a sequence number; 0 asks for everything. What changes by the clock has
    /// changed by now.
    pub fn since(&self, sequence: u64) -> Document {
        self.edit(|state, now| state.since(sequence, now))
    }

    /// Lets happen what happens by the clock.
    pub fn tick(&self) {
        self.edit(|_, _| {});
    }

    /// The number of the last change, to be waited on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.sequence.subscribe()
    }

    /// Tells this picture from those of consoles before it.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The console's clock.
    pub(crate) fn now(&self) -> Time {
        (self.clock)()
    }

    fn edit<T>(&self, edit: impl FnOnce(&mut State, Time) -> T) -> T {
        let now = self.now();
        let mut state = self.lock();
        state.clock(now);
        let result = edit(&mut state, now);
        state.count_lineages();
        // Told under the lock, so that the numbers only grow.
        let last = state.sequence.last();
        self.sequence
            .send_if_modified(|sequence| std::mem::replace(sequence, last) != last);
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn clock(&mut self, now: Time) {
        let ended = self.lineages.expire(now, &mut self.sequence);
        self.ended(ended, now);
        self.fleet.forget_until(now, &mut self.sequence);
        self.count_lineages();
    }

    fn count_lineages(&mut self) {
        let live = self.lineages.live();
        if self.counters.value().sessions_live != live {
            self.counters.change(&mut self.sequence).sessions_live = live;
        }
    }

    fn delta(&mut self, process: &ProcessRow, delta: Delta, now: Time) {
        for session in &delta.sessions {
            self.lineages.session(session, now, &mut self.sequence);
        }
        // Of connections that ended, this picture keeps more than a server's ledger.
        let mut lost: Vec<ConnectionRow> = Vec::new();
        if delta.everything {
            let told = delta.connections.iter().map(|row| row.id.as_str());
            let told: HashSet<&str> = told.collect();
            lost = self.connections.open_of(&process.id);
            lost.retain(|row| !told.contains(row.id.as_str()));
        }
        for row in delta.connections {
            self.connection(process, row, now);
        }
        let gone = delta.connections_gone.iter();
        lost.extend(gone.filter_map(|id| self.connections.open(id)).cloned());
        for row in lost {
            let row = connections::closed(row, now, "its server no longer knows it");
            self.connection(process, row, now);
        }
    }

    /// A connection is new or another.
    fn connection(&mut self, process: &ProcessRow, row: ConnectionRow, now: Time) {
        let row = connections::of_process(process, row);
        let before = self.connections.row(&row.id);
        if before == Some(&row) {
            return;
        }
        let progress = Progress::new(before, &row);
        let sequence = &mut self.sequence;
        self.counters.change(sequence).count(&progress);
        self.lineages.connection(&progress, now, sequence);
        self.fleet.connection(&process.id, &progress, now, sequence);
        let refused = progress.refusal().map(|code| refused(&row, code));
        self.connections.put(process, row, sequence);
        if let Some(refused) = refused {
            self.tell(refused);
        }
    }

    fn ended(&mut self, ended: impl IntoIterator<Item = Ended>, now: Time) {
        for Ended(lineage) in ended {
            let (kind, what) = match lineage.state {
                LineageState::Revoked => ("revoked", "is revoked"),
                _ => ("expired", "has expired"),
            };
            let name = lineage.server_name.as_deref().unwrap_or("no name");
            let why = lineage.why.as_deref();
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            let text = format!("session {} for {name} {what}{why}", short(&lineage.id));
            self.tell(News {
                lineage: Some(lineage.id.clone()),
                ..News::new(lineage.ended_at.unwrap_or(now), kind, text)
            });
        }
    }

    fn tell(&mut self, news: News) {
        self.notices.push(news, &mut self.sequence);
    }

    fn since(&self, sequence: u64, now: Time) -> Document {
        let known = 1..=self.sequence.last();
        let can_tell = known.contains(&sequence)
            && self.connections.can_tell(sequence)
            && self.lineages.can_tell(sequence)
            && self.processes.table.can_tell(sequence)
            && self.keys.can_tell(sequence)
            && self.fleet.can_tell(sequence);
        let since = if can_tell { sequence } else { 0 };
        let mut document = Document {
            schema: Cow::Borrowed(Document::SCHEMA),
            sequence: self.sequence.last(),
            everything: !can_tell,
            at: now,
            console: self.console.since(since).cloned().flatten(),
            processes: self.processes.table.since(since).cloned().collect(),
            lineages: self.lineages.since(since).cloned().collect(),
            connections: self.connections.since(since).cloned().collect(),
            keys: self.keys.since(since).cloned().collect(),
            notices: self.notices.since(since).cloned().collect(),
            counters: self.counters.since(since).cloned(),
            web_sessions: self.web_sessions.since(since).copied().flatten(),
            fleet: self.fleet.since(since),
            gone: Gone::default(),
        };
        if can_tell {
            document.gone = Gone {
                connections: self.connections.gone_since(since).collect(),
                lineages: self.lineages.gone_since(since).collect(),
                processes: self.processes.table.gone_since(since).collect(),
                keys: self.keys.gone_since(since).collect(),
                nodes: self.fleet.gone_since(since).collect(),
            };
        }
        let opened = |it: &Arc<ShownConnection>| (it.row.opened_at, it.row.id.clone());
        document.connections.sort_by_cached_key(opened);
        document
    }
}

fn refused(row: &ConnectionRow, code: &str) -> News {
    let why = row.refusal_text.as_deref().unwrap_or(code);
    let text = format!(
        "connection {} offered a session and got a full handshake: {why}",
        short(&row.id)
    );
    News {
        lineage: progress::lineage(row).map(ToOwned::to_owned),
        connection: Some(row.id.clone()),
        ..News::new(row.opened_at, "refused", text)
    }
}

/// As pages name it.
fn short(id: &str) -> &str {
    id.get(..4).unwrap_or(id)
}
