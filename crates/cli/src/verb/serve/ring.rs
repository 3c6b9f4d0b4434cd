//! The ring of ticket keys in the store: read, rotated by compare-and-set, and watched, so that
//! all processes on one store seal and open with the same keys. And what else is to be done now and then.

use super::ratchet::Keeper;
use crate::exit::{Failure, Outcome};
use crate::random;
use crate::report::talk::Talk;
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tessera::session::store::{ProcessId, Swap};
use tessera::session::ticket::rotation;
use tessera::session::{Ring, RotationPolicy, StoreError, Tickets};
use tessera::{Timestamp, clock};

/// Between two looks at what other processes changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Between two rounds of the broom, in looks.
const SWEEP_EVERY: u64 = 60;
/// How long connections that closed stay in the register.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

/// The ring as it should be now: read, and replaced by its successor if that is due. Of several
/// processes that replace it one wins, and the others read again.
///
/// A ring that does not open any more is replaced by what this process knows of it: there is
/// nothing else that could be done with it, and no ring means no tickets.
async fn settle(
    store: &Store,
    known: &Ring,
    now: Timestamp,
    talk: Talk,
) -> Result<Ring, StoreError> {
    let mut entropy = random::entropy();
    let policy = RotationPolicy::default();
    loop {
        let (version, ring) = match store.ring.ring().await {
            Ok(ring) => {
                let ring = ring.unwrap_or_else(Ring::empty);
                match rotation::next(&ring, &policy, now, &mut entropy) {
                    None => return Ok(ring),
                    Some(next) => (ring.version(), next),
                }
            }
            Err(StoreError::Damaged(why)) => {
                talk.warn(format_args!(
                    "{why}; it is replaced, and tickets sealed under lost keys open no more"
                ));
                let version = store.ring.ring_version().await?;
                let next = rotation::next(known, &policy, now, &mut entropy);
                let ring = next.as_ref().unwrap_or(known).renumbered(version + 1);
                (version, ring)
            }
            Err(error) => return Err(error),
        };
        match store.ring.replace_ring(version, ring.clone()).await? {
            Swap::Done => return Ok(ring),
            Swap::Lost => {}
        }
    }
}

/// What a server does every second.
pub(crate) struct Chores {
    /// Where everything is.
    pub(crate) store: Store,
    /// The ring and the revocations of this process.
    pub(crate) tickets: Arc<Tickets>,
    /// This process in the register.
    pub(crate) process: ProcessId,
    /// Where ticket keys come from, if not from the store.
    pub(crate) keeper: Option<Arc<Keeper>>,
    /// Who is told.
    pub(crate) talk: Talk,
}

impl Chores {
    /// Keeps ring and revocations of this process up to date, says that it lives, and sweeps.
    pub(crate) async fn look_after(self) {
        let mut trouble: Option<String> = None;
        for look in 0_u64.. {
            let looked = match self.one_look().await {
                Ok(()) if look % SWEEP_EVERY == 0 => sweep(&self.store, clock::now()).await,
                other => other,
            };
            let has_keys = !self.tickets.ring().keys().is_empty();
            let keys = match looked.is_ok() || has_keys {
                true => self.keys(),
                false => Ok(()),
            };
            // Said when it begins and when it changes, not every second.
            let result = looked.map_err(Failure::store).and(keys);
            let said = result.err().map(|failure| failure.to_string());
            if said.is_some() && said != trouble {
                self.talk.warn(said.as_deref().unwrap_or_default());
            }
            trouble = said;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Takes what changed in the store, and says that this process lives.
    pub(crate) async fn one_look(&self) -> Result<(), StoreError> {
        let Self { store, tickets, .. } = self;
        let now = clock::now();
        // Before the ring: with the first ring tickets open, and revoked ones among them.
        let revocations = store.revocations.revoked().await?;
        tickets.set_revocations(revocations.seen_at(now));
        let is_shared = self.keeper.is_none();
        if is_shared
            && (store.ring.ring_version().await? != tickets.ring().version()
                || is_due(tickets, now))
        {
            tickets.set_ring(settle(store, &tickets.ring(), now, self.talk).await?);
        }
        tickets.set_recording_since(store.sessions.recording_since().await?);
        store.register.alive(self.process, now).await
    }

    /// Makes the keys that are due, where they follow from a seed. Only the first wait for the store, that is
    /// for its revocations.
    pub(crate) fn keys(&self) -> Outcome<()> {
        match &self.keeper {
            Some(keeper) => keeper.look(&self.tickets, clock::now()),
            None => Ok(()),
        }
    }
}

/// Whether the ring in memory asks for a successor.
fn is_due(tickets: &Tickets, now: Timestamp) -> bool {
    let mut entropy = random::entropy();
    rotation::next(
        &tickets.ring(),
        &RotationPolicy::default(),
        now,
        &mut entropy,
    )
    .is_some()
}

async fn sweep(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    store.sessions.expire(now).await?;
    store.revocations.lapse(now).await?;
    store
        .register
        .forget_connections(now.minus(REMEMBERED))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera::ServerSettings;

    #[test]
    fn r16_every_server_has_looked_before_a_key_seals() {
        let skew = ServerSettings::default().clock_skew;
        // A look that is late, and one that takes its time.
        let propagation = LOOK_EVERY * 10;
        assert!(RotationPolicy::default().announces_in_time(skew, propagation));
    }
}
