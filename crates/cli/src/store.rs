//! The store that a plan names, opened: sessions, wallet, ring, revocations and register.

use crate::exit::Failure;
use crate::plan::store::{StorePlan, StoreUrl};
use crate::random;
use crate::report::talk::Talk;
use std::path::Path;
use std::sync::Arc;
use tessera::Vault;
use tessera::session::store::MemoryStore;
use tessera::session::{
    Register, Revocations, Ring, RingStore, SessionStore, StoreError, TicketWallet, Tickets,
};
use tessera::sqlite::{Incident, KeySource, Report, Settings, SqliteStore, examine};

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
}

impl Store {
    /// A store of this process alone, gone with it.
    pub(crate) fn in_memory() -> Self {
        let vault = Vault::new(&random::bytes());
        Self::new(Arc::new(MemoryStore::new(vault.clone())), vault)
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

/// Opens the store. If a damaged file had to be set aside, `tickets` forget the ring it held, and
/// that is said.
pub(crate) fn open(
    plan: &StorePlan,
    tickets: Option<&Arc<Tickets>>,
    talk: Talk,
) -> Result<Store, Closed> {
    let path = match &plan.url {
        StoreUrl::Memory => return Ok(Store::in_memory()),
        StoreUrl::Sqlite(path) => path,
    };
    let vault = vault(&plan.key)?;
    let tickets = tickets.cloned();
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

/// Opens every record of a file, and changes nothing.
pub(crate) fn verify(path: &Path, key: &KeySource) -> Result<Report, Closed> {
    Ok(examine(path, &vault(key)?)?)
}

/// The vault of this key.
pub(crate) fn vault(key: &KeySource) -> Result<Vault, Closed> {
    let key = key
        .load(&mut random::entropy())
        .map_err(|error| Closed::Wrong(error.to_string()))?;
    Ok(Vault::new(key.as_bytes()))
}

impl From<StoreError> for Closed {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::WrongKey(_) | StoreError::Exposed(_) => Self::Wrong(error.to_string()),
            _ => Self::NotNow(error.to_string()),
        }
    }
}
