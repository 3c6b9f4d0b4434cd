//! The ring of ticket keys in the store: read, rotated by compare-and-set, and watched, so that
//! all processes on one store seal and open with the same keys.

use super::notices::Notices;
use crate::random;
use crate::store::Store;
use std::time::Duration;
use tessera::session::store::{ProcessId, Swap};
use tessera::session::ticket::rotation;
use tessera::session::{Ring, RotationPolicy, StoreError, Tickets};
use tessera::{Timestamp, clock};

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
    notices: &Notices,
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
                notices.trouble(format_args!(
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

/// Takes the ring that is in the store, and sees that it is as it should be.
pub(crate) async fn look(
    store: &Store,
    tickets: &Tickets,
    notices: &Notices,
) -> Result<(), StoreError> {
    let now = clock::now();
    if store.ring.ring_version().await? != tickets.ring().version() || is_due(tickets, now) {
        tickets.set_ring(settle(store, &tickets.ring(), now, notices).await?);
    }
    Ok(())
}

/// Says that this process lives, and hears since when the store remembers used tickets.
pub(crate) async fn sign_of_life(
    store: &Store,
    tickets: &Tickets,
    process: ProcessId,
) -> Result<(), StoreError> {
    tickets.set_recording_since(store.sessions.recording_since().await?);
    store.register.alive(process, clock::now()).await
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

/// Forgets what is over.
pub(crate) async fn sweep(store: &Store) -> Result<(), StoreError> {
    let now = clock::now();
    store.sessions.expire(now).await?;
    store.revocations.lapse(now).await?;
    store
        .register
        .forget_connections(now.minus(REMEMBERED))
        .await?;
    Ok(())
}
