//! A server's sessions and the ids that were used up.

use core::ops::Bound;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::full;
use crate::id::TicketId;
use crate::store::{Claim, StoreError};
use crate::time::Timestamp;
use crate::vault::StoredSession;

pub(super) struct Sessions {
    most: usize,
    most_spent: usize,
    evicted: u64,
    by_id: BTreeMap<TicketId, StoredSession>,
    by_end: BTreeSet<(Timestamp, TicketId)>,
    spent: HashMap<TicketId, Timestamp>,
    spent_by_end: BTreeSet<(Timestamp, TicketId)>,
}

impl Sessions {
    pub(super) fn new(most: usize, most_spent: usize) -> Self {
        Self {
            most,
            most_spent,
            evicted: 0,
            by_id: BTreeMap::new(),
            by_end: BTreeSet::new(),
            spent: HashMap::new(),
            spent_by_end: BTreeSet::new(),
        }
    }

    pub(super) fn insert(&mut self, session: StoredSession) {
        self.remove(session.id);
        self.by_end.insert((session.expires_at, session.id));
        self.by_id.insert(session.id, session);
        while self.by_id.len() > self.most
            && let Some((_, id)) = self.by_end.pop_first()
        {
            self.by_id.remove(&id);
            self.evicted += 1;
        }
    }

    pub(super) fn find(&self, id: TicketId) -> Option<StoredSession> {
        self.by_id.get(&id).cloned()
    }

    pub(super) fn claim(&mut self, id: TicketId, until: Timestamp) -> Result<Claim, StoreError> {
        if self.spent.contains_key(&id) {
            return Ok(Claim::AlreadyUsed);
        }
        // To forget a mark early would let its ticket be used twice: then rather no claim at all.
        if self.spent.len() >= self.most_spent {
            return Err(full("used tickets", self.most_spent));
        }
        self.spent.insert(id, until);
        self.spent_by_end.insert((until, id));
        Ok(Claim::Won)
    }

    pub(super) fn remove(&mut self, id: TicketId) -> Option<StoredSession> {
        let session = self.by_id.remove(&id)?;
        self.by_end.remove(&(session.expires_at, id));
        Some(session)
    }

    pub(super) fn remove_where(&mut self, mut is_meant: impl FnMut(&StoredSession) -> bool) -> u64 {
        let ids: Vec<TicketId> = self
            .by_id
            .values()
            .filter(|stored| is_meant(stored))
            .map(|stored| stored.id)
            .collect();
        ids.into_iter().filter_map(|id| self.remove(id)).count() as u64
    }

    /// At most `limit` sessions behind this id, each with whether it was used up.
    pub(super) fn behind(
        &self,
        after: Option<TicketId>,
        limit: usize,
    ) -> Vec<(StoredSession, bool)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let sessions = self.by_id.range((from, Bound::Unbounded)).take(limit);
        sessions
            .map(|(id, stored)| (stored.clone(), self.spent.contains_key(id)))
            .collect()
    }

    pub(super) fn expire(&mut self, now: Timestamp) -> u64 {
        let mut expired = 0;
        while let Some((end, id)) = self.by_end.first().copied()
            && end < now
        {
            self.remove(id);
            expired += 1;
        }
        while let Some((end, id)) = self.spent_by_end.first().copied()
            && end < now
        {
            self.spent_by_end.remove(&(end, id));
            self.spent.remove(&id);
        }
        expired
    }

    pub(super) const fn evicted(&self) -> u64 {
        self.evicted
    }
}
