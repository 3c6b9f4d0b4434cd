//! The suite that every store passes, on files; and what it promises beyond.

use std::sync::{Arc, Mutex};

use crate::setup::{place, vault, wait};
use tessera_crypto::Entropy;
use tessera_session::store::Swap;
use tessera_session::store::conformance::{self, after, id, spend, stored, ticket, wallet_key};
use tessera_session::ticket::rotation;
use tessera_session::{Claim, Ring, RingStore, RotationPolicy, SessionStore, TicketWallet};
use tessera_store_sqlite::SqliteStore;

#[test]
fn it_passes_the_suite_that_every_store_passes() {
    let places = Mutex::new(Vec::new());
    conformance::all(&vault(), || {
        let place = place();
        let store = Arc::new(place.open());
        places.lock().unwrap().push(place);
        store
    });
}

#[test]
fn everything_is_there_when_the_file_is_opened_again() {
    let place = place();
    let key = wallet_key("a.example");
    let ring = rotation::next(
        &Ring::empty(),
        &RotationPolicy::default(),
        after(0),
        &mut Entropy::from_seed([1; 32]),
    );
    {
        let store = place.open();
        wait(store.insert(stored(&vault(), 1, 100)));
        wait(store.keep(&key, ticket(&vault(), &key, 2, 100)));
        assert_eq!(wait(store.claim(spend(3, 100))), Claim::Won);
        assert_eq!(wait(store.replace_ring(0, ring.unwrap())), Swap::Done);
    }
    let store = place.open();
    assert_eq!(wait(store.find(id(1))), Some(stored(&vault(), 1, 100)));
    assert!(wait(store.draw(&key)).is_some());
    assert_eq!(wait(store.claim(spend(3, 100))), Claim::AlreadyUsed);
    assert_eq!(wait(store.ring_version()), 1);
    assert!(store.incidents().is_empty());
    assert!(wait(store.verify()).is_clean());
}

#[test]
fn two_stores_on_one_file_see_the_same() {
    let place = place();
    let (one, other) = (place.open(), place.open());
    wait(one.insert(stored(&vault(), 1, 100)));
    assert!(wait(other.find(id(1))).is_some());
    assert_eq!(wait(other.claim(spend(1, 100))), Claim::Won);
    assert_eq!(wait(one.claim(spend(1, 100))), Claim::AlreadyUsed);
    assert!(wait(one.remove(id(1))));
    assert_eq!(wait(other.find(id(1))), None);
}

#[test]
fn what_was_asked_is_done_even_if_nobody_waits_for_the_answer() {
    let place = place();
    {
        let store = place.open();
        for number in 0..300 {
            drop(store.insert(stored(&vault(), number, 100)));
        }
    }
    assert_eq!(wait(place.open().expire(after(200))), 300);
}

#[test]
fn rule_23_the_files_are_for_their_owner_only_and_tell_no_names() {
    use std::os::unix::fs::MetadataExt;
    let place = place();
    let store = place.open();
    let key = wallet_key("secret.example");
    wait(store.insert(stored(&vault(), 1, 100)));
    wait(store.keep(&key, ticket(&vault(), &key, 2, 100)));
    for name in place.names() {
        let mode = std::fs::metadata(place.path.with_file_name(&name))
            .unwrap()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    for name in ["secret.example", "www.example.com", "CN=client"] {
        assert!(place.files_with(name.as_bytes()).is_empty(), "{name}");
    }
}

#[test]
fn r16_a_replaced_ring_is_nowhere_in_the_files_any_more() {
    let place = place();
    let store = place.open();
    let entropy = &mut Entropy::from_seed([1; 32]);
    let policy = RotationPolicy::default();
    let first = rotation::next(&Ring::empty(), &policy, after(0), entropy).unwrap();
    let second = rotation::out_of_turn(&first, &policy, after(60), entropy).unwrap();
    let sealed = vault().seal_ring(&first);
    assert_eq!(wait(store.replace_ring(0, first)), Swap::Done);
    assert_ne!(place.files_with(&sealed[..32]), [""; 0]);
    assert_eq!(wait(store.replace_ring(1, second)), Swap::Done);
    assert_eq!(place.files_with(&sealed[..32]), [""; 0]);
}

#[test]
fn a_closed_store_answers_whoever_still_waits() {
    let place = place();
    let store: SqliteStore = place.open();
    let found = store.find(id(1));
    assert_eq!(wait(found), None);
    drop(store);
    assert_eq!(
        place.names(),
        ["sessions.db", "sessions.db.lock"],
        "the log went into the file"
    );
}
