//! The store: each request goes to its own thread, and the answer comes from there.

use core::future::ready as at_once;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tessera_session::store::{ConnectionId, ProcessId, Swap, Tally, Uses};
use tessera_session::{
    Claim, Listed, Page, Register, RegisteredConnection, Reply, Revocation, Revocations, Revoked,
    Ring, RingStore, Selector, SessionStore, Spend, StoreError, StoredSession, TicketId,
    TicketWallet, Timestamp, Vault, WalletKey,
};

use crate::counts::{Counters, Counts};
use crate::dial::{Dial, Plain};
use crate::document::Document;
use crate::inner::Inner;
use crate::key::Tags;
use crate::location::Location;
use crate::near::{Near, grow_old};
use crate::node::Keeping;
use crate::road::Road;
use crate::settings::Settings;
use crate::unopened::{Unopened, unopened};
use crate::workshop::Workshop;
use crate::{claims, register, revocations, ring, sessions, wallet};

/// Sessions, wallet, ring, revocations and register in Valkey or Redis.
pub struct ValkeyStore {
    inner: Arc<Inner>,
    workshop: Workshop,
}

impl ValkeyStore {
    /// The store at this place, over TCP, with the default settings.
    ///
    /// # Errors
    /// See [`open_over`](Self::open_over).
    pub fn open(location: &Location, vault: Vault) -> Result<Self, StoreError> {
        Self::open_over(Arc::new(Plain), location, vault, Settings::default())
    }

    /// The store at this place, over whatever `dial` makes. The vault is the fleet's: see [`Vault::for_fleet`].
    ///
    /// Nothing is waited for: while the store does not answer, every request fails with the reason, and it is tried again
    /// in the background for as long as this value lives.
    ///
    /// # Errors
    /// When the thread it runs on cannot be started, or TLS is asked for and [`Plain`] is what dials.
    pub fn open_over(
        dial: Arc<dyn Dial>,
        location: &Location,
        vault: Vault,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        if location.tls && !dial.is_private() {
            return Err(StoreError::Unavailable(format!(
                "{location} is spoken to over TLS, and nobody here can"
            )));
        }
        let workshop = Workshop::open()?;
        let deadline = settings.deadline;
        let near = Near::new(settings.near_bytes);
        let keeping = Keeping::new(location, dial, settings);
        let inner = Inner {
            tags: Tags::new(&vault),
            road: workshop.enter(|| Road::new(location, keeping)),
            near,
            counters: Counters::default(),
            ring: Document::new("ring", Vault::open_ring),
            revocations: Document::new("revocations", revocations::unseal),
            recording_since: AtomicU64::new(0),
            deadline,
            early_data_in_cluster: location.early_data_in_cluster,
            vault,
        };
        workshop.keep_running(grow_old(Arc::downgrade(&inner.near)));
        Ok(Self {
            inner: Arc::new(inner),
            workshop,
        })
    }

    /// Waits until the store has answered, for as long as its patience lasts.
    pub fn reachable(&self) -> Reply<'_, ()> {
        self.run(async |inner| inner.ring.version(&inner).await.map(drop))
    }

    /// Everything that is there and does not open.
    pub fn unopened(&self) -> Reply<'_, Vec<Unopened>> {
        self.run(async |inner| unopened(&inner).await)
    }

    /// What happened since it was opened.
    pub fn counts(&self) -> Counts {
        self.inner.counters.read()
    }

    fn run<T, F>(&self, work: impl FnOnce(Arc<Inner>) -> F) -> Reply<'static, T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let counted = Arc::clone(&self.inner);
        let work = work(Arc::clone(&self.inner));
        self.workshop.run(async move {
            let result = work.await;
            counted.counters.outcome(&result);
            result
        })
    }
}

impl SessionStore for ValkeyStore {
    fn insert(&self, session: StoredSession) -> Reply<'_, ()> {
        self.run(async move |inner| sessions::insert(&inner, &session).await)
    }

    fn find(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        if let Some(found) = sessions::close_at_hand(&self.inner, id) {
            return Box::pin(at_once(Ok(Some(found))));
        }
        self.run(async move |inner| sessions::find(&inner, id).await)
    }

    fn claim(&self, spend: Spend) -> Reply<'_, Claim> {
        self.run(async move |inner| claims::claim(&inner, spend).await)
    }

    fn recording_since(&self) -> Reply<'_, Option<Timestamp>> {
        self.run(async |inner| claims::recording_since(&inner).await)
    }

    fn remove(&self, id: TicketId) -> Reply<'_, bool> {
        self.run(async move |inner| sessions::remove(&inner, id).await)
    }

    fn revoke(&self, which: Selector) -> Reply<'_, u64> {
        self.run(async move |inner| sessions::revoke(&inner, &which).await)
    }

    fn list(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        self.run(async move |inner| sessions::list(&inner, page).await)
    }

    fn expire(&self, now: Timestamp) -> Reply<'_, u64> {
        self.run(async move |inner| claims::sweep(&inner, now).await)
    }

    fn evicted(&self) -> Reply<'_, u64> {
        self.run(async |inner| sessions::evicted(&inner).await)
    }
}

impl TicketWallet for ValkeyStore {
    fn keep(&self, key: &WalletKey, session: StoredSession) -> Reply<'_, ()> {
        let key = key.clone();
        self.run(async move |inner| wallet::keep(&inner, &key, &session).await)
    }

    fn draw(&self, key: &WalletKey) -> Reply<'_, Option<StoredSession>> {
        let key = key.clone();
        self.run(async move |inner| wallet::draw(&inner, &key).await)
    }

    fn take(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        self.run(async move |inner| wallet::take(&inner, id).await)
    }

    fn forget(&self, key: &WalletKey) -> Reply<'_, u64> {
        let key = key.clone();
        self.run(async move |inner| wallet::forget(&inner, &key).await)
    }

    fn discard(&self, which: Selector) -> Reply<'_, u64> {
        self.run(async move |inner| wallet::discard(&inner, &which).await)
    }

    fn contents(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        self.run(async move |inner| wallet::contents(&inner, page).await)
    }

    fn sweep(&self, now: Timestamp) -> Reply<'_, u64> {
        self.run(async move |inner| wallet::sweep(&inner, now).await)
    }
}

impl RingStore for ValkeyStore {
    fn ring(&self) -> Reply<'_, Option<Ring>> {
        self.run(async |inner| ring::ring(&inner).await)
    }

    fn replace_ring(&self, expected: u64, ring: Ring) -> Reply<'_, Swap> {
        self.run(async move |inner| ring::replace(&inner, expected, &ring).await)
    }

    fn ring_version(&self) -> Reply<'_, u64> {
        self.run(async |inner| inner.ring.version(&inner).await)
    }
}

impl Revocations for ValkeyStore {
    fn add(&self, revocation: Revocation) -> Reply<'_, u64> {
        self.run(async move |inner| revocations::add(&inner, &revocation).await)
    }

    fn revoked(&self) -> Reply<'_, Revoked> {
        self.run(async |inner| revocations::revoked(&inner).await)
    }

    fn revoked_version(&self) -> Reply<'_, u64> {
        self.run(async |inner| inner.revocations.peek(&inner).await)
    }

    fn lapse(&self, now: Timestamp) -> Reply<'_, u64> {
        self.run(async move |inner| revocations::lapse(&inner, now).await)
    }
}

impl Register for ValkeyStore {
    fn opened(&self, connection: RegisteredConnection) -> Reply<'_, ()> {
        self.run(async move |inner| register::opened(&inner, &connection).await)
    }

    fn closed(&self, connection: ConnectionId, at: Timestamp) -> Reply<'_, ()> {
        self.run(async move |inner| register::closed(&inner, connection, at).await)
    }

    fn alive(&self, process: ProcessId, at: Timestamp) -> Reply<'_, ()> {
        self.run(async move |inner| register::alive(&inner, process, at).await)
    }

    fn connections(&self, of: Uses, limit: usize) -> Reply<'_, Vec<RegisteredConnection>> {
        self.run(async move |inner| register::connections(&inner, of, limit).await)
    }

    fn tally(&self, of: Uses, alive_since: Timestamp) -> Reply<'_, Tally> {
        self.run(async move |inner| register::tally(&inner, of, alive_since).await)
    }

    fn forget_connections(&self, before: Timestamp) -> Reply<'_, u64> {
        self.run(async move |inner| register::forget(&inner, before).await)
    }
}
