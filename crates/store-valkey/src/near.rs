//! The first level: sessions that were written or read a moment ago, found without asking.
//!
//! It is bounded in bytes, and nothing in it is older than a second: what another process forgets is found
//! here for no longer than revocations take to get around.

use core::time::Duration;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tessera_session::{StoredSession, TicketId};
use tokio::time::{MissedTickBehavior, interval};

/// Between two ticks; an entry lives for one whole one and the rest of the one it came in.
const TICK: Duration = Duration::from_millis(500);
const LIVES: u64 = 2;

/// What an entry costs beside its two halves.
const OVERHEAD: usize = 400;

/// Sessions close at hand.
pub(crate) struct Near(Mutex<Shelf>);

struct Shelf {
    most_bytes: usize,
    bytes: usize,
    now: u64,
    by_id: HashMap<TicketId, (u64, StoredSession)>,
    /// In the order in which they came; one that came again is here twice.
    order: VecDeque<(u64, TicketId)>,
}

impl Near {
    pub(crate) fn new(most_bytes: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Shelf {
            most_bytes,
            bytes: 0,
            now: 0,
            by_id: HashMap::new(),
            order: VecDeque::new(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps it for a moment.
    pub(crate) fn put(&self, session: &StoredSession) {
        self.lock().put(session);
    }

    pub(crate) fn find(&self, id: TicketId) -> Option<StoredSession> {
        let shelf = self.lock();
        shelf.by_id.get(&id).map(|(_, session)| session.clone())
    }

    pub(crate) fn remove(&self, id: TicketId) {
        self.lock().remove(id);
    }

    pub(crate) fn clear(&self) {
        let mut shelf = self.lock();
        shelf.by_id.clear();
        shelf.order.clear();
        shelf.bytes = 0;
    }

    /// Time has passed.
    fn tick(&self) {
        let mut shelf = self.lock();
        shelf.now += 1;
        let now = shelf.now;
        while let Some((came, id)) = shelf.order.front().copied()
            && came + LIVES <= now
        {
            shelf.order.pop_front();
            shelf.forget(came, id);
        }
    }
}

impl Shelf {
    fn put(&mut self, session: &StoredSession) {
        let cost = cost(session);
        if cost > self.most_bytes {
            return;
        }
        self.remove(session.id);
        self.by_id.insert(session.id, (self.now, session.clone()));
        self.order.push_back((self.now, session.id));
        self.bytes += cost;
        while self.bytes > self.most_bytes
            && let Some((came, id)) = self.order.pop_front()
        {
            self.forget(came, id);
        }
    }

    fn remove(&mut self, id: TicketId) {
        if let Some((_, session)) = self.by_id.remove(&id) {
            self.bytes -= cost(&session);
        }
    }

    /// Forgets what came then, but not what came again since.
    fn forget(&mut self, came: u64, id: TicketId) {
        if self.by_id.get(&id).is_some_and(|(then, _)| *then == came) {
            self.remove(id);
        }
    }
}

fn cost(session: &StoredSession) -> usize {
    OVERHEAD + session.listing.len() + session.sealed.len()
}

/// Lets time pass for as long as the first level is there.
pub(crate) async fn grow_old(near: Weak<Near>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match near.upgrade() {
            Some(near) => near.tick(),
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_session::Vault;
    use tessera_session::store::conformance::{id, stored};

    fn session(number: u32) -> StoredSession {
        stored(&Vault::new(&[7; 32]), number, 100)
    }

    #[test]
    fn what_came_is_there_for_two_ticks_at_most() {
        let near = Near::new(1 << 20);
        near.put(&session(1));
        near.tick();
        assert_eq!(near.find(id(1)), Some(session(1)));
        near.put(&session(2));
        near.tick();
        assert_eq!((near.find(id(1)), near.find(id(2)).is_some()), (None, true));
        near.put(&session(2));
        near.tick();
        assert!(near.find(id(2)).is_some(), "it came again");
        near.tick();
        near.tick();
        assert_eq!(near.find(id(2)), None);
        let shelf = near.lock();
        assert_eq!((shelf.bytes, shelf.order.len()), (0, 0));
    }

    #[test]
    fn rule_15_its_bytes_are_bounded() {
        let most = 10 * cost(&session(1));
        let near = Near::new(most);
        for number in 0..1_000 {
            near.put(&session(number));
            assert!(near.lock().bytes <= most);
        }
        assert_eq!(near.lock().by_id.len(), 10);
        assert!(near.find(id(999)).is_some() && near.find(id(1)).is_none());
        let none = Near::new(0);
        none.put(&session(1));
        assert_eq!(none.find(id(1)), None);
    }

    #[test]
    fn what_is_removed_is_gone_at_once() {
        let near = Near::new(1 << 20);
        near.put(&session(1));
        near.put(&session(2));
        near.remove(id(1));
        assert_eq!(near.find(id(1)), None);
        near.clear();
        assert_eq!(near.find(id(2)), None);
        assert_eq!(near.lock().bytes, 0);
    }
}
