//! A ring of ticket keys that is this process's own: made at the start, rotated as connections
//! come.

use crate::clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tessera_crypto::Entropy;
use tessera_session::ticket::rotation;
use tessera_session::{RotationPolicy, Tickets, Timestamp};

/// Between two looks at whether a key is due.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// A ring that nobody else rotates.
pub(crate) struct OwnRing {
    tickets: Arc<Tickets>,
    policy: RotationPolicy,
    looks_at: AtomicU64,
}

impl OwnRing {
    /// With its first key; `None` if the policy allows none.
    pub(crate) fn new(tickets: Arc<Tickets>, policy: RotationPolicy) -> Option<Self> {
        let ring = Self {
            tickets,
            policy,
            looks_at: AtomicU64::new(0),
        };
        let now = clock::now();
        // Its tickets are younger than this config, and so than any memory of their use.
        ring.tickets.set_recording_since(Some(now));
        ring.look(now);
        ring.tickets
            .ring()
            .sealing_key(now)
            .is_some()
            .then_some(ring)
    }

    /// Makes the next key if it is due.
    pub(crate) fn look(&self, now: Timestamp) {
        let due = self.looks_at.load(Ordering::Relaxed);
        let next = now.plus(LOOK_EVERY).as_millis();
        let is_ours = now.as_millis() >= due
            && self
                .looks_at
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if !is_ours {
            return;
        }
        let mut entropy = Entropy::from_seed(clock::seed());
        if let Some(ring) = rotation::next(&self.tickets.ring(), &self.policy, now, &mut entropy) {
            self.tickets.set_ring(ring);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_always_has_a_key_that_seals() {
        let tickets = Arc::new(Tickets::default());
        let ring = OwnRing::new(Arc::clone(&tickets), RotationPolicy::default()).unwrap();
        let start = clock::now();
        for hours in 0..100 {
            let now = start.plus(Duration::from_secs(hours * 3600 + 60));
            ring.look(now);
            assert!(
                tickets.ring().sealing_key(now).is_some(),
                "after {hours} hours"
            );
        }
        assert!(tickets.ring().version() >= 8);
    }

    #[test]
    fn a_policy_without_time_to_seal_gives_no_ring() {
        let policy = RotationPolicy {
            seals_for: Duration::ZERO,
            ..RotationPolicy::default()
        };
        assert!(OwnRing::new(Arc::default(), policy).is_none());
    }
}
