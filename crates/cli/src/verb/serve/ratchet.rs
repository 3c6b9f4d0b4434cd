//! The ring of a server that shares no store with the others, only a seed: each goes its own way along
//! the same chain.

use crate::exit::{Failure, Outcome};
use crate::plan::ratchet::RatchetPlan;
use crate::store::KeptRatchet;
use std::sync::{Mutex, PoisonError};
use tessera::Timestamp;
use tessera::session::ticket::ratchet::{Advance, RatchetError};
use tessera::session::{Ratchet, Tickets};

/// A chain, and where it is kept from one process to the next.
pub(crate) struct Keeper {
    plan: RatchetPlan,
    /// `None` where the store is in memory: then nothing outlives the process.
    kept: Option<KeptRatchet>,
    ratchet: Mutex<Ratchet>,
}

impl Keeper {
    /// The chain that goes already, or the one of the seed, where the clock says.
    pub(crate) fn new(
        plan: RatchetPlan,
        kept: Option<KeptRatchet>,
        now: Timestamp,
    ) -> Outcome<Self> {
        let known = match &kept {
            Some(kept) => kept.read()?,
            None => None,
        };
        let seed = plan.read()?;
        let mut ratchet = match (known, &seed) {
            (Some(ratchet), _) => ratchet,
            (None, Some(seed)) => Ratchet::new(seed, plan.policy.epoch),
            (None, None) => return Err(plan.missing()),
        };
        // This once somebody may say that the way is right.
        ratchet
            .advance(seed.as_ref(), &plan.policy, now, plan.first)
            .map_err(|error| match error {
                RatchetError::TooFar { .. } => Failure::store(error)
                    .with_hint("if the clock is right, serve --ratchet-jump goes all the way"),
                other => Failure::store(other),
            })?;
        Ok(Self {
            plan,
            kept,
            ratchet: Mutex::new(ratchet),
        })
    }

    /// The deployment of all who have this seed.
    pub(crate) fn deployment(&self) -> [u8; 16] {
        self.lock().deployment()
    }

    /// Goes to where the clock says, and keeps what came of it.
    pub(crate) fn look(&self, tickets: &Tickets, now: Timestamp) -> Outcome<()> {
        let seed = self.plan.read();
        let mut ratchet = self.lock();
        // A seed that cannot be read may have something in it that the others mix in.
        let went = seed.and_then(|seed| {
            ratchet
                .advance(seed.as_ref(), &self.plan.policy, now, Advance::Unattended)
                .map_err(Failure::store)
        });
        let ring = ratchet.ring();
        if ring.version() == tickets.ring().version() {
            return went;
        }
        // What is kept is as far as what is used, or a step behind; either leads to the same keys.
        tickets.set_ring(ring);
        let written = match &self.kept {
            Some(kept) => kept.write(&ratchet),
            None => Ok(()),
        };
        went.and(written)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Ratchet> {
        self.ratchet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
