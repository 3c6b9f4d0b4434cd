//! A server that is stopped, full, forgetful, emptied or started again: a typed answer, and everything as it should be
//! afterwards.

use std::time::Duration;

use crate::processes::time_of;
use crate::setup::{open, open_with, vault, wait};
use tessera_interop::Scene;
use tessera_interop::valkey::Valkey;
use tessera_session::store::block_on::block_on;
use tessera_session::store::conformance::{id, spend, stored};
use tessera_session::{
    Claim, Revocation, Revocations, Selector, SessionStore, Spend, StoreError, Timestamp,
};
use tessera_store_valkey::{Settings, ValkeyStore};

/// For stores that are supposed to answer too late.
fn hurried() -> Settings {
    Settings {
        deadline: Duration::from_millis(50),
        patience: Duration::from_millis(500),
        ..Settings::default()
    }
}

/// Waits until the store answers again.
fn wait_for(store: &ValkeyStore) {
    while block_on(store.reachable()).is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_stopped_server_costs_a_few_deadlines_and_is_used_again_when_it_goes_on() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let store = open_with(&server.url(), "a", hurried());
    wait_for(&store);
    wait(open(&server.url(), "a").insert(stored(&vault("a"), 1, 100)));
    server.freeze();
    let mut late = 0;
    // Nobody waits for it any more after some deadlines that were missed.
    loop {
        match block_on(store.find(id(1))) {
            Err(StoreError::Deadline(_)) => late += 1,
            Err(StoreError::Unavailable(_)) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!((1..=hurried().tolerance + 1).contains(&late), "{late}");
    assert!(matches!(
        block_on(store.claim(spend(1, 100))),
        Err(StoreError::Unavailable(_))
    ));
    let counts = store.counts();
    assert_eq!(counts.late, u64::from(late));
    assert_eq!(counts.unavailable, 2);
    server.thaw();
    wait_for(&store);
    assert!(wait(open(&server.url(), "a").find(id(1))).is_some());
}

#[test]
fn a_full_server_says_so_and_keeps_what_it_has() {
    let scene = Scene::new();
    let args = ["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"];
    let server = Valkey::start_with(scene.dir(), &args);
    let store = open(&server.url(), "a");
    let mut kept = 0;
    let refused = loop {
        match block_on(store.insert(stored(&vault("a"), kept, 100))) {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
        assert!(kept < 20_000, "it is never full");
    };
    assert!(matches!(refused, StoreError::Full(_)), "{refused}");
    let unclaimed = block_on(store.claim(spend(1, 100)));
    assert!(
        matches!(unclaimed, Err(StoreError::Full(_))),
        "{unclaimed:?}"
    );
    assert!(store.counts().full >= 2);
    let other = open(&server.url(), "a");
    assert!((0..kept).all(|number| wait(other.find(id(number))).is_some()));
    // The broom works in a full house, and then there is room.
    let all = u64::from(kept);
    assert_eq!(wait(store.expire(Timestamp::FAR_FUTURE)), all);
    wait(store.insert(stored(&vault("a"), 1, 100)));
    assert_eq!(wait(store.claim(spend(1, 100))), Claim::Won);
}

#[test]
fn r7_a_server_that_may_evict_marks_is_not_even_asked_for_a_claim() {
    let scene = Scene::new();
    let args = ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"];
    let server = Valkey::start_with(scene.dir(), &args);
    let store = open(&server.url(), "a");
    wait(store.insert(stored(&vault("a"), 1, 100)));
    assert!(wait(store.find(id(1))).is_some(), "sessions may be evicted");
    let refused = block_on(store.claim(spend(1, 100)));
    assert!(
        matches!(&refused, Err(StoreError::Forgetful(why)) if why.contains("allkeys-lru")),
        "{refused:?}"
    );
    assert_eq!(wait(store.recording_since()), None, "nor early data");
    assert_eq!(store.counts().forgetful, 1);
}

#[test]
fn r7_where_only_sessions_are_evicted_marks_and_revocations_stay() {
    let scene = Scene::new();
    let args = ["--maxmemory", "4mb", "--maxmemory-policy", "volatile-ttl"];
    let server = Valkey::start_with(scene.dir(), &args);
    let store = open(&server.url(), "a");
    for number in 0..200 {
        assert_eq!(wait(store.claim(spend(number, 100))), Claim::Won);
    }
    let revocation = Revocation::new(
        Selector::All,
        "a test",
        Timestamp::from_unix_secs(1_800_000_000),
        Duration::ZERO,
    );
    let version = wait(store.add(revocation));
    // Four times what fits.
    for number in 0..6_000 {
        wait(store.insert(stored(&vault("a"), number, 100)));
    }
    let fresh = open(&server.url(), "a");
    for number in 0..200 {
        assert_eq!(wait(fresh.claim(spend(number, 100))), Claim::AlreadyUsed);
    }
    assert_eq!(wait(fresh.revoked()).version(), version);
    // What was evicted is counted when its time is over.
    wait(fresh.expire(Timestamp::FAR_FUTURE));
    let evicted: u64 = server
        .ask(&["INFO", "stats"])
        .lines()
        .find_map(|line| line.strip_prefix("evicted_keys:")?.trim().parse().ok())
        .expect("a number");
    assert!(evicted > 1_000, "{evicted}");
    assert_eq!(fresh.counts().evicted, evicted);
    // Whoever asks hears of it, whose broom it ever was.
    assert_eq!(wait(open(&server.url(), "a").evicted()), evicted);
}

/// A ticket that was issued just now, by the server's own clock.
fn issued_now(server: &Valkey, number: u32) -> Spend {
    let now = time_of(server);
    Spend {
        issued_at: now,
        until: now.plus(Duration::from_secs(3_600)),
        ..spend(number, 0)
    }
}

#[test]
fn r8_tickets_from_before_marks_were_lost_are_not_given_away_again() {
    let scene = Scene::new();
    let mut server = Valkey::start(scene.dir());
    for how in ["flushed", "started again"] {
        let store = open(&server.url(), "a");
        wait(store.expire(Timestamp::EPOCH));
        let since = wait(store.recording_since()).expect("it remembers");
        let [used, kept] = [1, 2].map(|number| issued_now(&server, number));
        assert_eq!(wait(store.claim(used)), Claim::Won);
        assert_eq!(wait(store.claim(used)), Claim::AlreadyUsed);
        if how == "flushed" {
            server.ask(&["FLUSHALL"]);
        } else {
            server = server.restart();
            wait_for(&store);
        }
        // Nobody knows any more which of them was used.
        assert_eq!(wait(store.claim(used)), Claim::Unrecorded, "{how}");
        assert_eq!(wait(store.claim(kept)), Claim::Unrecorded, "{how}");
        wait(store.expire(Timestamp::EPOCH));
        assert!(wait(store.recording_since()) > Some(since), "{how}");
        // What is issued from now on counts again.
        let later = issued_now(&server, 3);
        assert_eq!(wait(store.claim(later)), Claim::Won, "{how}");
        assert_eq!(wait(store.claim(later)), Claim::AlreadyUsed, "{how}");
        server.ask(&["FLUSHALL"]);
    }
}

#[test]
fn r8_marks_that_come_back_from_disk_are_still_marks_and_what_may_be_missing_is_refused() {
    let scene = Scene::new();
    let args = ["--appendonly", "yes", "--appendfsync", "always"];
    let server = Valkey::start_with(scene.dir(), &args);
    let store = open(&server.url(), "a");
    wait(store.expire(Timestamp::EPOCH));
    let [used, kept] = [1, 2].map(|number| issued_now(&server, number));
    assert_eq!(wait(store.claim(used)), Claim::Won);
    let server = server.restart();
    wait_for(&store);
    assert_eq!(wait(store.claim(used)), Claim::AlreadyUsed);
    // The server cannot say whether it lost any.
    assert_eq!(wait(store.claim(kept)), Claim::Unrecorded);
    drop(server);
}

#[test]
fn a_password_and_a_database_are_used_and_a_wrong_one_is_told() {
    let scene = Scene::new();
    let server = Valkey::start_with(scene.dir(), &["--requirepass", "p@ss"]);
    let at = |userinfo: &str, db: u32| format!("valkey://{userinfo}127.0.0.1:{}/{db}", server.port);
    let store = open(&at(":p%40ss@", 3), "a");
    wait(store.insert(stored(&vault("a"), 1, 100)));
    assert!(wait(open(&at("default:p%40ss@", 3), "a").find(id(1))).is_some());
    assert_eq!(wait(open(&at(":p%40ss@", 4), "a").find(id(1))), None);
    for url in [at("", 3), at(":wrong@", 3)] {
        let refused = block_on(open(&url, "a").find(id(1)));
        let Err(StoreError::Unavailable(why)) = refused else {
            panic!("{refused:?}")
        };
        assert!(!why.contains("wrong@") && !why.contains("p@ss"), "{why}");
    }
}

#[test]
fn what_other_processes_removed_is_not_found_close_at_hand_for_long() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let (one, other) = (open(&server.url(), "a"), open(&server.url(), "a"));
    wait(one.insert(stored(&vault("a"), 1, 100)));
    for _ in 0..10 {
        assert!(wait(one.find(id(1))).is_some());
    }
    assert!(one.counts().near > 0);
    wait(other.remove(id(1)));
    while wait(one.find(id(1))).is_some() {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(wait(one.find(id(1))), None);
}
