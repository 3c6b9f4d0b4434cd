//! A client's tickets.

use std::collections::HashMap;

use tessera_wire::ProtocolVersion;

use crate::id::TicketId;
use crate::store::TICKETS_PER_KEY;
use crate::vault::StoredSession;

pub(super) struct Wallet {
    most: usize,
    evicted: u64,
    by_key: HashMap<[u8; 32], Vec<StoredSession>>,
}

impl Wallet {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            evicted: 0,
            by_key: HashMap::new(),
        }
    }

    pub(super) fn keep(&mut self, key: [u8; 32], session: StoredSession) {
        self.take(session.id);
        let tickets = self.by_key.entry(key).or_default();
        tickets.push(session);
        tickets.sort_by_key(|ticket| (ticket.expires_at, ticket.id));
        if tickets.len() > TICKETS_PER_KEY {
            tickets.remove(0);
            self.evicted += 1;
        }
        while self.len() > self.most {
            self.evict();
        }
    }

    pub(super) fn draw(&mut self, key: &[u8; 32]) -> Option<StoredSession> {
        let tickets = self.by_key.get_mut(key)?;
        let drawn = match tickets
            .iter()
            .rposition(|ticket| ticket.version == ProtocolVersion::TLS1_3)
        {
            Some(at) => Some(tickets.remove(at)),
            None => tickets.last().cloned(),
        };
        self.tidy();
        drawn
    }

    pub(super) fn take(&mut self, id: TicketId) -> Option<StoredSession> {
        let mut tickets = self.by_key.values_mut();
        let taken = tickets.find_map(|tickets| {
            let at = tickets.iter().position(|ticket| ticket.id == id)?;
            Some(tickets.remove(at))
        });
        self.tidy();
        taken
    }

    pub(super) fn forget(&mut self, key: &[u8; 32]) -> u64 {
        self.by_key
            .remove(key)
            .map_or(0, |tickets| tickets.len() as u64)
    }

    pub(super) fn remove_where(&mut self, mut is_meant: impl FnMut(&StoredSession) -> bool) -> u64 {
        let before = self.len();
        self.by_key
            .values_mut()
            .for_each(|tickets| tickets.retain(|ticket| !is_meant(ticket)));
        self.tidy();
        (before - self.len()) as u64
    }

    /// All tickets behind this id, in the order of ids.
    pub(super) fn behind(&self, after: Option<TicketId>) -> Vec<StoredSession> {
        let tickets = self.by_key.values().flatten();
        let mut tickets: Vec<_> = tickets
            .filter(|ticket| after.is_none_or(|after| ticket.id > after))
            .cloned()
            .collect();
        tickets.sort_by_key(|ticket| ticket.id);
        tickets
    }

    pub(super) const fn evicted(&self) -> u64 {
        self.evicted
    }

    fn len(&self) -> usize {
        self.by_key.values().map(Vec::len).sum()
    }

    fn evict(&mut self) {
        let soonest = self
            .by_key
            .values()
            .flatten()
            .min_by_key(|ticket| ticket.expires_at)
            .map(|ticket| ticket.id);
        if let Some(id) = soonest {
            self.take(id);
            self.evicted += 1;
        }
    }

    fn tidy(&mut self) {
        self.by_key.retain(|_, tickets| !tickets.is_empty());
    }
}
