//! What every [`RingStore`] keeps to.

use super::*;
use crate::store::Swap;
use crate::ticket::{Ring, RotationPolicy, rotation, seal};

fn first(number: u32) -> Ring {
    rotation::next(
        &Ring::empty(),
        &RotationPolicy::default(),
        ISSUED,
        &mut entropy(number),
    )
    .expect("the first ring")
}

fn following(ring: &Ring, number: u32) -> Ring {
    rotation::out_of_turn(
        ring,
        &RotationPolicy::default(),
        after(60),
        &mut entropy(number),
    )
    .expect("a ring")
}

pub(super) fn there_is_no_ring_before_there_was_one(store: &impl RingStore) {
    assert!(wait(store.ring()).is_none());
    assert_eq!(wait(store.ring_version()), 0);
}

pub(super) fn a_ring_is_read_back(store: &impl RingStore) {
    let ring = first(1);
    let ticket =
        seal::seal(&samples::tls13(), &ring, ISSUED, &mut entropy(2)).expect("a key seals");
    assert_eq!(wait(store.replace_ring(0, ring)), Swap::Done);
    let read = wait(store.ring()).expect("there is one");
    assert_eq!((read.version(), wait(store.ring_version())), (1, 1));
    assert!(matches!(
        seal::open(&ticket, &read, ISSUED),
        seal::Opened::Session { .. }
    ));
}

pub(super) fn a_ring_is_replaced_only_by_who_has_read_it(store: &impl RingStore) {
    let ring = first(1);
    assert_eq!(
        wait(store.replace_ring(1, following(&ring, 2))),
        Swap::Lost,
        "there is none to replace"
    );
    assert_eq!(wait(store.replace_ring(0, ring.clone())), Swap::Done);
    assert_eq!(wait(store.replace_ring(0, first(2))), Swap::Lost);
    assert_eq!(wait(store.replace_ring(1, following(&ring, 2))), Swap::Done);
    assert_eq!(wait(store.replace_ring(1, following(&ring, 3))), Swap::Lost);
    assert_eq!(wait(store.ring_version()), 2);
}

pub(super) fn r17_an_older_ring_is_not_taken(store: &impl RingStore) {
    let ring = first(1);
    let second = following(&ring, 2);
    wait(store.replace_ring(0, ring.clone()));
    wait(store.replace_ring(1, second));
    assert_eq!(wait(store.replace_ring(2, ring)), Swap::Lost);
    assert_eq!(wait(store.ring_version()), 2);
}

pub(super) fn exactly_one_of_many_threads_rotates<S: RingStore + 'static>(store: &Arc<S>) {
    wait(store.replace_ring(0, first(1)));
    let swaps = race(store, 8, |store, thread| {
        let ring = wait(store.ring()).expect("there is one");
        (ring.version() == 1).then(|| wait(store.replace_ring(1, following(&ring, 10 + thread))))
    });
    assert_eq!(
        swaps
            .iter()
            .filter(|swap| **swap == Some(Swap::Done))
            .count(),
        1
    );
    assert_eq!(wait(store.ring_version()), 2);
}
