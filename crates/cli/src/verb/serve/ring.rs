//! The ring of ticket keys in the store: read, rotated by compare-and-set, and watched, so that
//! all processes on one store seal and open with the same keys.

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
async fn settle(store: &Store, now: Timestamp) -> Result<Ring, StoreError> {
    let mut entropy = random::entropy();
    loop {
        let ring = match store.ring.ring().await {
            // A damaged file has been set aside by now, and a new one begun.
            Err(StoreError::Damaged(_)) => store.ring.ring().await?,
            other => other?,
        };
        let ring = ring.unwrap_or_else(Ring::empty);
        let Some(next) = rotation::next(&ring, &RotationPolicy::default(), now, &mut entropy)
        else {
            return Ok(ring);
        };
        let swap = store.ring.replace_ring(ring.version(), next.clone());
        match swap.await? {
            Swap::Done => return Ok(next),
            Swap::Lost => {}
        }
    }
}

/// Keeps ring and revocations of this process up to date, says that it lives, and sweeps.
pub(crate) async fn look_after(
    store: Store,
    tickets: Arc<Tickets>,
    process: ProcessId,
    talk: Talk,
) {
    let mut trouble: Option<String> = None;
    for look in 0_u64.. {
        let now = clock::now();
        let result = one_look(&store, &tickets, process).await;
        let result = match result {
            Ok(()) if look % SWEEP_EVERY == 0 => sweep(&store, now).await,
            other => other,
        };
        // Said when it begins and when it changes, not every second.
        let said = result.err().map(|error| error.to_string());
        if said.is_some() && said != trouble {
            talk.warn(said.as_deref().unwrap_or_default());
        }
        trouble = said;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Takes what changed in the store, and says that this process lives.
pub(crate) async fn one_look(
    store: &Store,
    tickets: &Tickets,
    process: ProcessId,
) -> Result<(), StoreError> {
    let now = clock::now();
    if store.ring.ring_version().await? != tickets.ring().version() || is_due(tickets, now) {
        tickets.set_ring(settle(store, now).await?);
    }
    let revocations = store.revocations.revoked().await?;
    tickets.set_revocations(revocations.seen_at(now));
    store.register.alive(process, now).await
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
