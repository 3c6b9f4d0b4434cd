//! The reference implementation: in memory, gone with the process, answers at once.

mod register;
mod ring;
mod sessions;
mod wallet;

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    Claim, ConnectionId, Listed, Page, ProcessId, Register, RegisteredConnection, Reply,
    Revocation, Revocations, Revoked, RingStore, Selector, SessionStore, Spend, StoreError, Swap,
    Tally, TicketWallet, Uses, WalletKey, ready,
};
use crate::id::TicketId;
use crate::ticket::Ring;
use crate::time::Timestamp;
use crate::vault::{StoredSession, Vault};

/// Sessions, wallet, ring, revocations and register in memory.
pub struct MemoryStore {
    vault: Vault,
    sessions: Mutex<sessions::Sessions>,
    wallet: Mutex<wallet::Wallet>,
    ring: Mutex<ring::Rings>,
    register: Mutex<register::Connections>,
}

/// How much a [`MemoryStore`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Sessions; beyond that the one that ends first goes.
    pub sessions: usize,
    /// Spent marks; they are never dropped early, beyond that there are no claims.
    pub spent: usize,
    /// Tickets in the wallet; beyond that the one that ends first goes.
    pub tickets: usize,
    /// Connections in the register; beyond that the oldest closed one goes.
    pub connections: usize,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            sessions: 100_000,
            spent: 1_000_000,
            tickets: 10_000,
            connections: 100_000,
        }
    }
}

impl MemoryStore {
    /// A store of the default capacity for records sealed by this vault.
    pub fn new(vault: Vault) -> Self {
        Self::with_capacity(vault, Capacity::default())
    }

    /// A store of this capacity.
    pub fn with_capacity(vault: Vault, capacity: Capacity) -> Self {
        Self {
            vault,
            sessions: Mutex::new(sessions::Sessions::new(capacity.sessions, capacity.spent)),
            wallet: Mutex::new(wallet::Wallet::new(capacity.tickets)),
            ring: Mutex::default(),
            register: Mutex::new(register::Connections::new(capacity.connections)),
        }
    }

    fn page(
        &self,
        page: Page,
        entries: impl Iterator<Item = (StoredSession, bool)>,
    ) -> Vec<Listed> {
        let listed = entries.map(|(stored, spent)| Listed {
            id: stored.id,
            side: stored.side,
            expires_at: stored.expires_at,
            summary: self.vault.open_summary(&stored),
            spent,
        });
        listed.take(page.limit).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SessionStore for MemoryStore {
    fn insert(&self, session: StoredSession) -> Reply<'_, ()> {
        lock(&self.sessions).insert(session);
        ready(Ok(()))
    }

    fn find(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        ready(Ok(lock(&self.sessions).find(id)))
    }

    /// Ever since, for tickets of the ring that is kept here: both are lost together.
    fn recording_since(&self) -> Reply<'_, Option<Timestamp>> {
        ready(Ok(Some(Timestamp::from_millis(0))))
    }

    fn claim(&self, Spend { id, until, .. }: Spend) -> Reply<'_, Claim> {
        ready(lock(&self.sessions).claim(id, until))
    }

    fn remove(&self, id: TicketId) -> Reply<'_, bool> {
        ready(Ok(lock(&self.sessions).remove(id).is_some()))
    }

    fn revoke(&self, which: Selector) -> Reply<'_, u64> {
        ready(Ok(
            lock(&self.sessions).remove_where(|stored| selected(&self.vault, &which, stored))
        ))
    }

    fn list(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        let entries = lock(&self.sessions).behind(page.after, page.limit);
        ready(Ok(self.page(page, entries.into_iter())))
    }

    fn expire(&self, now: Timestamp) -> Reply<'_, u64> {
        ready(Ok(lock(&self.sessions).expire(now)))
    }

    fn evicted(&self) -> Reply<'_, u64> {
        let sessions = lock(&self.sessions).evicted();
        ready(Ok(sessions + lock(&self.wallet).evicted()))
    }
}

impl TicketWallet for MemoryStore {
    fn keep(&self, key: &WalletKey, session: StoredSession) -> Reply<'_, ()> {
        lock(&self.wallet).keep(self.vault.wallet_index(key), session);
        ready(Ok(()))
    }

    fn draw(&self, key: &WalletKey) -> Reply<'_, Option<StoredSession>> {
        ready(Ok(lock(&self.wallet).draw(&self.vault.wallet_index(key))))
    }

    fn take(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        ready(Ok(lock(&self.wallet).take(id)))
    }

    fn forget(&self, key: &WalletKey) -> Reply<'_, u64> {
        ready(Ok(lock(&self.wallet).forget(&self.vault.wallet_index(key))))
    }

    fn discard(&self, which: Selector) -> Reply<'_, u64> {
        ready(Ok(
            lock(&self.wallet).remove_where(|stored| selected(&self.vault, &which, stored))
        ))
    }

    fn contents(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        let entries = lock(&self.wallet).behind(page.after);
        ready(Ok(self.page(
            page,
            entries.into_iter().map(|stored| (stored, false)),
        )))
    }

    fn sweep(&self, now: Timestamp) -> Reply<'_, u64> {
        ready(Ok(
            lock(&self.wallet).remove_where(|stored| stored.expires_at < now)
        ))
    }
}

impl RingStore for MemoryStore {
    fn ring(&self) -> Reply<'_, Option<Ring>> {
        ready(Ok(lock(&self.ring).ring.clone()))
    }

    fn replace_ring(&self, expected: u64, ring: Ring) -> Reply<'_, Swap> {
        ready(Ok(lock(&self.ring).replace(expected, ring)))
    }

    fn ring_version(&self) -> Reply<'_, u64> {
        ready(Ok(lock(&self.ring).ring.as_ref().map_or(0, Ring::version)))
    }
}

impl Revocations for MemoryStore {
    fn add(&self, revocation: Revocation) -> Reply<'_, u64> {
        ready(Ok(lock(&self.ring).add(revocation)))
    }

    fn revoked(&self) -> Reply<'_, Revoked> {
        ready(Ok(lock(&self.ring).revoked()))
    }

    fn revoked_version(&self) -> Reply<'_, u64> {
        ready(Ok(lock(&self.ring).revoked_version))
    }

    fn lapse(&self, now: Timestamp) -> Reply<'_, u64> {
        ready(Ok(lock(&self.ring).lapse(now)))
    }
}

impl Register for MemoryStore {
    fn opened(&self, connection: RegisteredConnection) -> Reply<'_, ()> {
        lock(&self.register).opened(connection);
        ready(Ok(()))
    }

    fn closed(&self, connection: ConnectionId, at: Timestamp) -> Reply<'_, ()> {
        lock(&self.register).closed(connection, at);
        ready(Ok(()))
    }

    fn alive(&self, process: ProcessId, at: Timestamp) -> Reply<'_, ()> {
        lock(&self.register).alive(process, at);
        ready(Ok(()))
    }

    fn connections(&self, of: Uses, limit: usize) -> Reply<'_, Vec<RegisteredConnection>> {
        ready(Ok(lock(&self.register).connections(of, limit)))
    }

    fn tally(&self, of: Uses, alive_since: Timestamp) -> Reply<'_, Tally> {
        ready(Ok(lock(&self.register).tally(of, alive_since)))
    }

    fn forget_connections(&self, before: Timestamp) -> Reply<'_, u64> {
        ready(Ok(lock(&self.register).forget(before)))
    }
}

/// Whether a stored session is selected, by what it is indexed by.
fn selected(vault: &Vault, which: &Selector, stored: &StoredSession) -> bool {
    let tag = vault.tag(which);
    match which {
        Selector::Lineage(_) => tag == Some(stored.index.lineage),
        Selector::Peer(_) => tag == Some(stored.index.peer),
        Selector::ServerName(_) => tag == Some(stored.index.server_name),
        Selector::All => true,
    }
}

/// What a store that is full says.
fn full(what: &str, limit: usize) -> StoreError {
    StoreError::Full(format!("{limit} {what} are kept in memory"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::session::Side;
    use crate::store::block_on::block_on;
    use crate::store::conformance;
    use core::time::Duration;
    use std::sync::Arc;

    fn vault() -> Vault {
        Vault::new(&[7; 32])
    }

    #[test]
    fn it_passes_the_suite_that_every_store_passes() {
        conformance::all(&vault(), || Arc::new(MemoryStore::new(vault())));
    }

    fn stored(number: u8, lives: u64) -> StoredSession {
        let mut session = samples::tls13();
        session.lifetime.expires_at = samples::ISSUED.plus(Duration::from_secs(lives));
        vault()
            .seal_session(&session, None, Side::Server, TicketId([number; 32]))
            .unwrap()
    }

    #[test]
    fn rule_15_a_full_store_lets_go_of_what_ends_first_and_counts_it() {
        let store = MemoryStore::with_capacity(
            vault(),
            Capacity {
                sessions: 2,
                ..Capacity::default()
            },
        );
        for (number, lives) in [(1, 50), (2, 10), (3, 30)] {
            block_on(store.insert(stored(number, lives))).unwrap();
        }
        let kept = |number| {
            block_on(store.find(TicketId([number; 32])))
                .unwrap()
                .is_some()
        };
        assert_eq!([kept(1), kept(2), kept(3)], [true, false, true]);
        assert_eq!(block_on(store.evicted()), Ok(1));
    }

    #[test]
    fn r7_spent_marks_are_never_dropped_to_make_room() {
        let store = MemoryStore::with_capacity(
            vault(),
            Capacity {
                spent: 2,
                ..Capacity::default()
            },
        );
        let claim = |number| {
            block_on(store.claim(Spend {
                id: TicketId([number; 32]),
                issued_at: samples::ISSUED,
                until: samples::ISSUED,
            }))
        };
        assert_eq!([claim(1), claim(2)], [Ok(Claim::Won), Ok(Claim::Won)]);
        assert!(matches!(claim(3), Err(StoreError::Full(_))));
        assert_eq!(
            [claim(1), claim(2)],
            [Ok(Claim::AlreadyUsed), Ok(Claim::AlreadyUsed)]
        );
    }
}
