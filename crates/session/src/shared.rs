//! Ring and revocations as snapshots: whoever takes one keeps it for its whole handshake.

use std::sync::{Arc, PoisonError, RwLock};

use crate::store::Revoked;
use crate::ticket::Ring;
use crate::time::Timestamp;

/// The ring and the revocations of a process. A snapshot is taken when a ClientHello arrives, and nothing
/// that happens afterwards changes it.
#[derive(Debug, Default)]
pub struct Tickets {
    ring: RwLock<Arc<Ring>>,
    revocations: RwLock<Arc<Revoked>>,
    recording_since: RwLock<Option<Timestamp>>,
}

impl Tickets {
    /// With this ring, and nothing revoked.
    pub fn new(ring: Ring) -> Self {
        Self {
            ring: RwLock::new(Arc::new(ring)),
            ..Self::default()
        }
    }

    /// Since when every used ticket is remembered: early data is taken with tickets issued later.
    /// `None` where nobody promises that.
    pub fn recording_since(&self) -> Option<Timestamp> {
        *self
            .recording_since
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the store says of its memory.
    pub fn set_recording_since(&self, since: Option<Timestamp>) {
        *self
            .recording_since
            .write()
            .unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// The ring as it is now.
    pub fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a newer ring; whether it was one. An older ring is a replay: it would bring back keys that
    /// were erased.
    pub fn set_ring(&self, ring: Ring) -> bool {
        let mut current = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let newer = ring.version() > current.version();
        if newer {
            *current = Arc::new(ring);
        }
        newer
    }

    /// Takes this ring whatever its version: its store was lost, and with it the memory of which tickets
    /// were used. What older rings sealed opens no more, and early data waits for a new memory.
    pub fn reset(&self, ring: Ring) {
        self.set_recording_since(None);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// The revocations as they are now.
    pub fn revocations(&self) -> Arc<Revoked> {
        Arc::clone(
            &self
                .revocations
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// The store's set has this version still. Whether that is ours: then ours was current at this moment.
    pub fn confirm_revocations(&self, version: u64, at: Timestamp) -> bool {
        let mut current = self
            .revocations
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let same = current.version() == version;
        if same {
            *current = Arc::new(Revoked::clone(&current).seen_at(at));
        }
        same
    }

    /// Takes what is revoked in addition. What was revoked stays so until its own end.
    pub fn set_revocations(&self, revocations: Revoked) {
        let mut current = self
            .revocations
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(revocations.merged(&current));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, ISSUED};
    use crate::store::{Revocation, Selector};
    use crate::ticket::{RotationPolicy, rotation};
    use core::time::Duration;
    use tessera_crypto::Entropy;

    #[test]
    fn r17_an_older_ring_never_replaces_a_newer_one() {
        let entropy = &mut Entropy::from_seed([1; 32]);
        let policy = RotationPolicy::default();
        let first = rotation::next(&Ring::empty(), &policy, ISSUED, entropy).unwrap();
        let later = ISSUED.plus(Duration::from_secs(100 * 3600));
        let second = rotation::next(&first, &policy, later, entropy).unwrap();

        let tickets = Tickets::new(first.clone());
        let before = tickets.ring();
        assert!(tickets.set_ring(second));
        assert!(!tickets.set_ring(first.clone()));
        assert_eq!(tickets.ring().version(), first.version() + 1);
        assert_eq!(before.version(), first.version());
    }

    #[test]
    fn a_store_that_was_lost_takes_its_ring_with_it() {
        let entropy = &mut Entropy::from_seed([1; 32]);
        let ring = rotation::next(&Ring::empty(), &RotationPolicy::default(), ISSUED, entropy);
        let tickets = Tickets::new(ring.unwrap());
        tickets.reset(Ring::empty());
        assert!(tickets.ring().sealing_key(ISSUED).is_none());
    }

    #[test]
    fn what_was_revoked_stays_revoked() {
        let tickets = Tickets::default();
        let skew = Duration::from_secs(60);
        tickets.set_revocations(Revoked::new(
            1,
            [Revocation::new(Selector::All, "", ISSUED, skew)],
        ));
        tickets.set_revocations(Revoked::new(2, []));
        assert!(tickets.revocations().covers(&samples::tls13()));
        assert_eq!(tickets.revocations().version(), 2);
    }

    #[test]
    fn r6_a_copy_is_as_old_as_the_last_look_that_found_it_current() {
        let tickets = Tickets::default();
        tickets.set_revocations(Revoked::new(1, []).seen_at(ISSUED));
        let later = ISSUED.plus(Duration::from_secs(1));
        assert!(!tickets.confirm_revocations(2, later));
        assert_eq!(tickets.revocations().as_of(), ISSUED);
        assert!(tickets.confirm_revocations(1, later));
        assert_eq!(tickets.revocations().as_of(), later);
    }
}
