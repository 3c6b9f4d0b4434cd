//! The store: each request goes to one of its threads, and the answer comes from there.

use core::fmt;
use core::time::Duration;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tessera_session::store::{ConnectionId, ProcessId, Swap, Tally, Uses, ready};
use tessera_session::{
    Claim, Listed, Page, Register, RegisteredConnection, Reply, Revocation, Revocations, Revoked,
    Ring, RingStore, Selector, SessionStore, Spend, StoreError, StoredSession, TicketId,
    TicketWallet, Timestamp, Vault, WalletKey,
};

use crate::commit::AndThen;
use crate::connection::Database;
use crate::failure::Failure;
use crate::incident::Incident;
use crate::site::{Listener, Site};
use crate::table::{register, revocations, ring, room, sessions, wallet};
use crate::threads::{self, Road, Roads};
use crate::verify::{self, Report};

/// Sessions, wallet, ring, revocations and register in one SQLite file.
pub struct SqliteStore {
    site: Arc<Site>,
    most: Most,
    /// Gone before the threads are waited for.
    roads: Option<Roads>,
    threads: Vec<JoinHandle<Database>>,
}

/// How many of each the broom leaves.
#[derive(Clone, Copy)]
struct Most {
    sessions: u64,
    tickets: u64,
}

/// How a store behaves. The defaults are for a server.
#[derive(Clone)]
pub struct Settings {
    /// How long anything waits for a lock that another process holds.
    pub deadline: Duration,
    /// How many threads read.
    pub readers: usize,
    /// The most bytes the file may have. When nine tenths are in use, sessions and tickets that end first make
    /// room for new ones; the rest is for what is never let go.
    pub most_bytes: u64,
    /// The most sessions of servers that the broom leaves: those that end first go.
    pub most_sessions: u64,
    /// The most tickets in the wallet, likewise.
    pub most_tickets: u64,
    /// Told of every incident before anything is answered from the new file: the moment to drop the ring.
    pub on_incident: Option<Listener>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("deadline", &self.deadline)
            .field("readers", &self.readers)
            .field("most_bytes", &self.most_bytes)
            .field("most_sessions", &self.most_sessions)
            .field("most_tickets", &self.most_tickets)
            .finish_non_exhaustive()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(5),
            readers: 2,
            most_bytes: 4 << 30,
            most_sessions: 1_000_000,
            most_tickets: 100_000,
            on_incident: None,
        }
    }
}

impl SqliteStore {
    /// Opens the file, or makes it, with the default settings.
    pub fn open(path: &Path, vault: Vault) -> Result<Self, StoreError> {
        Self::open_with(path, vault, Settings::default())
    }

    /// Opens the file, or makes it. A damaged one is set aside first: see [`incidents`](Self::incidents).
    pub fn open_with(path: &Path, vault: Vault, settings: Settings) -> Result<Self, StoreError> {
        let mut site = Site::new(
            path.to_owned(),
            vault,
            settings.deadline,
            settings.most_bytes,
        );
        site.listener = settings.on_incident;
        let site = Arc::new(site);
        let (roads, threads) = threads::start(&site, settings.readers)?;
        let most = Most {
            sessions: settings.most_sessions,
            tickets: settings.most_tickets,
        };
        Ok(Self {
            site,
            most,
            roads: Some(roads),
            threads,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.site.path
    }

    /// What happened to the file since it was opened, that included.
    pub fn incidents(&self) -> Vec<Incident> {
        self.site.incidents()
    }

    /// Opens every record and names each that does not open.
    pub fn verify(&self) -> Reply<'_, Report> {
        self.read(verify::verify)
    }

    fn write<T, F>(&self, work: F) -> Reply<'static, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Vault) -> Result<T, Failure> + Send + 'static,
    {
        self.send(|roads| &roads.writer, AndThen::Nothing, work)
    }

    fn write_durably<T, F>(&self, and_then: AndThen, work: F) -> Reply<'static, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Vault) -> Result<T, Failure> + Send + 'static,
    {
        self.send(|roads| &roads.durable, and_then, work)
    }

    fn read<T, F>(&self, work: F) -> Reply<'static, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Vault) -> Result<T, Failure> + Send + 'static,
    {
        self.send(|roads| &roads.readers, AndThen::Nothing, work)
    }

    fn send<T, F>(&self, road: fn(&Roads) -> &Road, and_then: AndThen, work: F) -> Reply<'static, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Vault) -> Result<T, Failure> + Send + 'static,
    {
        let vault = self.site.vault.clone();
        match &self.roads {
            Some(roads) => road(roads).ask(and_then, move |db| work(db, &vault)),
            None => ready(Err(StoreError::Unavailable("it is closed".to_owned()))),
        }
    }
}

/// What was accepted is finished; then the threads are gone, and the file is closed.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.roads = None;
        for thread in self.threads.drain(..) {
            // One connection after the other, so that the last one knows it is and empties the log into the file.
            // A thread that panicked has told whoever waited that the store is shutting down.
            drop(thread.join());
        }
    }
}

impl SessionStore for SqliteStore {
    fn insert(&self, session: StoredSession) -> Reply<'_, ()> {
        self.write(move |db, _| sessions::insert(db, &session))
    }

    fn find(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        self.read(move |db, _| sessions::find(db, id))
    }

    /// Ever since: a file that is lost takes the ring with it, and with that every ticket whose use was
    /// marked in it.
    fn recording_since(&self) -> Reply<'_, Option<Timestamp>> {
        ready(Ok(Some(Timestamp::from_millis(0))))
    }

    /// Marks are in the file of the sessions and the ring, durable before either: what still opens was
    /// recorded.
    fn claim(&self, Spend { id, until, .. }: Spend) -> Reply<'_, Claim> {
        self.write_durably(AndThen::Nothing, move |db, vault| {
            sessions::claim(db, vault, id, until)
        })
    }

    fn remove(&self, id: TicketId) -> Reply<'_, bool> {
        self.write(move |db, _| sessions::remove(db, id))
    }

    fn revoke(&self, which: Selector) -> Reply<'_, u64> {
        self.write(move |db, vault| sessions::revoke(db, vault, &which))
    }

    fn list(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        self.read(move |db, vault| sessions::list(db, vault, page))
    }

    fn expire(&self, now: Timestamp) -> Reply<'_, u64> {
        let most = self.most.sessions;
        self.write(move |db, _| sessions::expire(db, now, most))
    }

    /// Since the file was made.
    fn evicted(&self) -> Reply<'_, u64> {
        self.read(|db, _| room::evicted(db))
    }
}

impl TicketWallet for SqliteStore {
    fn keep(&self, key: &WalletKey, session: StoredSession) -> Reply<'_, ()> {
        let key = self.site.vault.wallet_index(key);
        self.write(move |db, _| wallet::keep(db, &key, &session))
    }

    fn draw(&self, key: &WalletKey) -> Reply<'_, Option<StoredSession>> {
        let key = self.site.vault.wallet_index(key);
        self.write(move |db, _| wallet::draw(db, &key))
    }

    fn take(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        self.write(move |db, _| wallet::take(db, id))
    }

    fn forget(&self, key: &WalletKey) -> Reply<'_, u64> {
        let key = self.site.vault.wallet_index(key);
        self.write(move |db, _| wallet::forget(db, &key))
    }

    fn discard(&self, which: Selector) -> Reply<'_, u64> {
        self.write(move |db, vault| wallet::discard(db, vault, &which))
    }

    fn contents(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        self.read(move |db, vault| wallet::contents(db, vault, page))
    }

    fn sweep(&self, now: Timestamp) -> Reply<'_, u64> {
        let most = self.most.tickets;
        self.write(move |db, _| wallet::sweep(db, now, most))
    }
}

impl RingStore for SqliteStore {
    fn ring(&self) -> Reply<'_, Option<Ring>> {
        self.read(ring::ring)
    }

    fn replace_ring(&self, expected: u64, ring: Ring) -> Reply<'_, Swap> {
        self.write_durably(AndThen::EmptyLog, move |db, vault| {
            ring::replace(db, vault, expected, &ring)
        })
    }

    fn ring_version(&self) -> Reply<'_, u64> {
        self.read(|db, _| ring::version(db))
    }
}

impl Revocations for SqliteStore {
    fn add(&self, revocation: Revocation) -> Reply<'_, u64> {
        self.write_durably(AndThen::Nothing, move |db, vault| {
            revocations::add(db, vault, &revocation)
        })
    }

    fn revoked(&self) -> Reply<'_, Revoked> {
        self.read(revocations::revoked)
    }

    fn revoked_version(&self) -> Reply<'_, u64> {
        self.read(|db, _| revocations::version(db))
    }

    fn lapse(&self, now: Timestamp) -> Reply<'_, u64> {
        self.write_durably(AndThen::Nothing, move |db, _| revocations::lapse(db, now))
    }
}

impl Register for SqliteStore {
    fn opened(&self, connection: RegisteredConnection) -> Reply<'_, ()> {
        self.write(move |db, vault| register::opened(db, vault, &connection))
    }

    fn closed(&self, connection: ConnectionId, at: Timestamp) -> Reply<'_, ()> {
        self.write(move |db, _| register::closed(db, connection, at))
    }

    fn alive(&self, process: ProcessId, at: Timestamp) -> Reply<'_, ()> {
        self.write(move |db, _| register::alive(db, process, at))
    }

    fn connections(&self, of: Uses, limit: usize) -> Reply<'_, Vec<RegisteredConnection>> {
        self.read(move |db, vault| register::connections(db, vault, of, limit))
    }

    fn tally(&self, of: Uses, alive_since: Timestamp) -> Reply<'_, Tally> {
        self.read(move |db, _| register::tally(db, of, alive_since))
    }

    fn forget_connections(&self, before: Timestamp) -> Reply<'_, u64> {
        self.write(move |db, _| register::forget(db, before))
    }
}
