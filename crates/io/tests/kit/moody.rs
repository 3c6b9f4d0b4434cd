//! A store in a mood.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tessera_session::store::{MemoryStore, ready};
use tessera_session::{
    Claim, Listed, Page, Reply, Selector, SessionStore, Spend, StoreError, StoredSession, TicketId,
    TicketWallet, Timestamp, WalletKey,
};

/// A store that takes its time, and can be told to fail, or never to answer.
pub(crate) struct Moody {
    inner: Arc<MemoryStore>,
    delay: Duration,
    pub(crate) hangs: AtomicBool,
    pub(crate) fails: AtomicBool,
}

impl Moody {
    pub(crate) fn new(inner: &Arc<MemoryStore>) -> Arc<Self> {
        Self::slow(inner, Duration::ZERO)
    }

    /// One that answers so much later.
    pub(crate) fn slow(inner: &Arc<MemoryStore>, delay: Duration) -> Arc<Self> {
        Arc::new(Self {
            inner: Arc::clone(inner),
            delay,
            hangs: AtomicBool::new(false),
            fails: AtomicBool::new(false),
        })
    }

    fn or<'a, T: Send + 'a>(&self, reply: impl FnOnce() -> Reply<'a, T>) -> Reply<'a, T> {
        if self.hangs.load(Ordering::Relaxed) {
            return Box::pin(pending());
        }
        if self.fails.load(Ordering::Relaxed) {
            return ready(Err(StoreError::Unavailable("gone fishing".to_owned())));
        }
        let reply = reply();
        if self.delay.is_zero() {
            return reply;
        }
        let delay = self.delay;
        Box::pin(async move {
            tokio::time::sleep(delay).await;
            reply.await
        })
    }
}

impl SessionStore for Moody {
    fn insert(&self, session: StoredSession) -> Reply<'_, ()> {
        self.or(|| self.inner.insert(session))
    }

    fn find(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        self.or(|| self.inner.find(id))
    }

    fn claim(&self, spend: Spend) -> Reply<'_, Claim> {
        self.or(|| self.inner.claim(spend))
    }

    fn remove(&self, id: TicketId) -> Reply<'_, bool> {
        self.or(|| self.inner.remove(id))
    }

    fn revoke(&self, which: Selector) -> Reply<'_, u64> {
        self.or(|| self.inner.revoke(which))
    }

    fn list(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        self.or(|| self.inner.list(page))
    }

    fn expire(&self, now: Timestamp) -> Reply<'_, u64> {
        self.or(|| self.inner.expire(now))
    }
}

impl TicketWallet for Moody {
    fn keep(&self, key: &WalletKey, session: StoredSession) -> Reply<'_, ()> {
        self.or(|| self.inner.keep(key, session))
    }

    fn draw(&self, key: &WalletKey) -> Reply<'_, Option<StoredSession>> {
        self.or(|| self.inner.draw(key))
    }

    fn take(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        self.or(|| self.inner.take(id))
    }

    fn forget(&self, key: &WalletKey) -> Reply<'_, u64> {
        self.or(|| self.inner.forget(key))
    }

    fn discard(&self, which: Selector) -> Reply<'_, u64> {
        self.or(|| self.inner.discard(which))
    }

    fn contents(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        self.or(|| self.inner.contents(page))
    }

    fn sweep(&self, now: Timestamp) -> Reply<'_, u64> {
        self.or(|| self.inner.sweep(now))
    }
}
