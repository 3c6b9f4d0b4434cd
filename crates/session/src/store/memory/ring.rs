//! The ring and the revocations.

use crate::store::{Revocation, Revoked, Swap};
use crate::ticket::Ring;
use crate::time::Timestamp;

#[derive(Default)]
pub(super) struct Rings {
    pub(super) ring: Option<Ring>,
    pub(super) revoked_version: u64,
    revocations: Vec<Revocation>,
}

impl Rings {
    pub(super) fn replace(&mut self, expected: u64, ring: Ring) -> Swap {
        let current = self.ring.as_ref().map_or(0, Ring::version);
        if current != expected || ring.version() <= current {
            return Swap::Lost;
        }
        self.ring = Some(ring);
        Swap::Done
    }

    pub(super) fn add(&mut self, revocation: Revocation) -> u64 {
        self.revocations.push(revocation);
        self.revoked_version += 1;
        self.revoked_version
    }

    pub(super) fn revoked(&self) -> Revoked {
        Revoked::new(self.revoked_version, self.revocations.iter().cloned())
    }

    pub(super) fn lapse(&mut self, now: Timestamp) -> u64 {
        let before = self.revocations.len();
        self.revocations
            .retain(|revocation| revocation.until >= now);
        (before - self.revocations.len()) as u64
    }
}
