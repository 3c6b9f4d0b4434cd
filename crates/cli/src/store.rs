//! The store that a plan names, opened: sessions, wallet, ring, revocations and register.

mod fleet;
mod ratchet;

pub(crate) use ratchet::KeptRatchet;

use crate::exit::Failure;
use crate::plan::store::{StorePlan, StoreUrl};
use crate::random;
use crate::report::talk::Talk;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tessera::Vault;
use tessera::session::store::MemoryStore;
use tessera::session::{
    Listed, Page, Register, Revocations, Ring, RingStore, SessionStore, Side, StoreError,
    TicketWallet, Tickets,
};
use tessera::sqlite::{Incident, KeySource, Report, Settings, SqliteStore, StoreKey, examine};

/// Everything a store is, and the vault that seals what goes in.
#[derive(Clone)]
pub(crate) struct Store {
    /// A server's sessions.
    pub(crate) sessions: Arc<dyn SessionStore>,
    /// A client's tickets.
    pub(crate) wallet: Arc<dyn TicketWallet>,
    /// The ring of ticket keys.
    pub(crate) ring: Arc<dyn RingStore>,
    /// What must not be resumed.
    pub(crate) revocations: Arc<dyn Revocations>,
    /// Which connections use what.
    pub(crate) register: Arc<dyn Register>,
    /// Seals what goes in.
    pub(crate) vault: Vault,
    /// The deployment of everybody on it, where they are a fleet; else each state directory is one.
    pub(crate) deployment: Option<[u8; 16]>,
}

/// Entries read at once.
const PAGE: usize = 500;

/// What a store is opened for.
#[derive(Clone, Copy)]
pub(crate) enum For<'a> {
    /// One thing, for which somebody waits: a store that does not answer is a failure.
    Once,
    /// Connections, which go on without a store that does not answer.
    Serving {
        /// Forget the ring of a file that had to be set aside.
        tickets: &'a Arc<Tickets>,
        /// How long a handshake waits.
        deadline: Duration,
    },
}

impl Store {
    /// A store of this process alone, gone with it.
    pub(crate) fn in_memory() -> Self {
        let vault = Vault::new(&random::bytes());
        Self::new(Arc::new(MemoryStore::new(vault.clone())), vault)
    }

    /// Everything it keeps of this side, in an order of its own.
    pub(crate) async fn listed(&self, side: Side) -> Result<Vec<Listed>, StoreError> {
        let mut listed: Vec<Listed> = Vec::new();
        loop {
            let after = listed.last().map(|last| last.id);
            let page = Page { after, limit: PAGE };
            let some = match side {
                Side::Server => self.sessions.list(page).await?,
                Side::Client => self.wallet.contents(page).await?,
            };
            let complete = some.len() < PAGE;
            listed.extend(some);
            if complete {
                return Ok(listed);
            }
        }
    }

    /// Whether it is on another machine, which may be away while this one is not.
    pub(crate) fn is_of_a_fleet(&self) -> bool {
        self.deployment.is_some()
    }

    fn new<S>(store: Arc<S>, vault: Vault) -> Self
    where
        S: SessionStore + TicketWallet + RingStore + Revocations + Register + 'static,
    {
        Self {
            sessions: Arc::clone(&store) as _,
            wallet: Arc::clone(&store) as _,
            ring: Arc::clone(&store) as _,
            revocations: Arc::clone(&store) as _,
            register: store,
            vault,
            deployment: None,
        }
    }
}

/// Why there is no store.
#[derive(Debug)]
pub(crate) enum Closed {
    /// Something a person has to mend first: the key file, or the key.
    Wrong(String),
    /// Perhaps it is just busy, full, or out of reach.
    NotNow(String),
}

impl From<Closed> for Failure {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Wrong(why) | Closed::NotNow(why) => Self::store(why),
        }
    }
}

/// Opens the store. If a damaged file had to be set aside, the tickets of whoever serves forget the ring it
/// held, and that is said.
pub(crate) fn open(plan: &StorePlan, what_for: For<'_>, talk: Talk) -> Result<Store, Closed> {
    match &plan.url {
        StoreUrl::Memory => Ok(Store::in_memory()),
        StoreUrl::Sqlite(path) => in_file(path, vault(&plan.key)?, what_for, talk),
        StoreUrl::Valkey(location) => fleet::open(location, &plan.key, what_for),
    }
}

fn in_file(path: &Path, vault: Vault, what_for: For<'_>, talk: Talk) -> Result<Store, Closed> {
    let tickets = match what_for {
        For::Serving { tickets, .. } => Some(Arc::clone(tickets)),
        For::Once => None,
    };
    let on_incident = move |incident: &Incident| {
        talk.warn(incident);
        if let Some(tickets) = &tickets {
            // The next look at the store finds its new ring.
            tickets.reset(Ring::empty());
        }
    };
    let settings = Settings {
        on_incident: Some(Arc::new(on_incident)),
        ..Settings::default()
    };
    let store = SqliteStore::open_with(path, vault.clone(), settings)?;
    Ok(Store::new(Arc::new(store), vault))
}

/// Opens every record, and changes nothing. Of a store that keeps none there is no report.
pub(crate) fn verify(plan: &StorePlan) -> Result<Option<Report>, Closed> {
    match &plan.url {
        StoreUrl::Memory => Ok(None),
        StoreUrl::Sqlite(path) => Ok(Some(examine(path, &vault(&plan.key)?)?)),
        StoreUrl::Valkey(location) => fleet::verify(location, &plan.key).map(Some),
    }
}

/// The vault of this key, for a store in a file and for session files.
pub(crate) fn vault(key: &KeySource) -> Result<Vault, Closed> {
    load(key).map(|key| Vault::new(key.as_bytes()))
}

fn load(key: &KeySource) -> Result<StoreKey, Closed> {
    key.load(&mut random::entropy())
        .map_err(|error| Closed::Wrong(error.to_string()))
}

impl From<StoreError> for Closed {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::WrongKey(_) | StoreError::Exposed(_) => Self::Wrong(error.to_string()),
            _ => Self::NotNow(error.to_string()),
        }
    }
}
