//! What all parts of the store share, and how they ask.

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use redis::{Cmd, Value};
use tessera_session::{Revocation, Ring, StoreError, Timestamp, Vault};
use tokio::task::JoinSet;

use crate::counts::Counters;
use crate::document::Document;
use crate::key::{Tag, Tags};
use crate::near::Near;
use crate::road::Road;

/// After so long without us the store's own broom takes what has an end: longer than any lineage lives (7 days).
pub(crate) const KEPT_FOR: Duration = Duration::from_secs(8 * 24 * 3600);
/// Shelves asked at once.
const AT_ONCE: usize = 16;

/// What all parts share.
pub(crate) struct Inner {
    pub(crate) vault: Vault,
    pub(crate) tags: Tags,
    pub(crate) road: Arc<Road>,
    pub(crate) near: Arc<Near>,
    pub(crate) counters: Counters,
    pub(crate) ring: Document<Ring>,
    pub(crate) revocations: Document<Vec<Revocation>>,
    /// What the broom found last: since when marks are remembered. 0 before it looked.
    pub(crate) recording_since: AtomicU64,
    pub(crate) deadline: Duration,
    pub(crate) early_data_in_cluster: bool,
}

impl Inner {
    /// A question that a handshake waits for.
    pub(crate) async fn ask_soon(&self, tag: &Tag, command: &Cmd) -> Result<Value, StoreError> {
        self.road.ask(tag, command, self.deadline).await
    }

    /// Any other question.
    pub(crate) async fn ask(&self, tag: &Tag, command: &Cmd) -> Result<Value, StoreError> {
        self.road.ask(tag, command, self.road.patience()).await
    }

    /// Does the same for all shelves, some at once, in any order; the first failure is the answer.
    pub(crate) async fn on_all_shelves<T, F>(
        self: &Arc<Self>,
        work: impl Fn(Arc<Self>, Tag) -> F,
    ) -> Result<Vec<T>, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let mut results = Vec::with_capacity(self.tags.shelves().len());
        for some in self.tags.shelves().chunks(AT_ONCE) {
            let mut under_way = JoinSet::new();
            for tag in some {
                under_way.spawn(work(Arc::clone(self), tag.clone()));
            }
            while let Some(joined) = under_way.join_next().await {
                let result = joined.map_err(|error| StoreError::Unavailable(error.to_string()))?;
                results.push(result?);
            }
        }
        Ok(results)
    }
}

/// A moment as a node orders by it: exact up to the year 287,396, and no number is larger.
pub(crate) fn score(at: Timestamp) -> u64 {
    at.as_millis().min((1 << 53) - 1)
}

/// How long something is kept without us, in milliseconds.
pub(crate) fn kept_for() -> u64 {
    KEPT_FOR.as_millis() as u64 // eight days
}
