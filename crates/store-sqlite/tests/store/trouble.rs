//! A file that is locked, full, somebody else's or under another key: a typed answer, and no harm to the file.

use core::time::Duration;
use std::fs;

use crate::setup::{Place, place, vault, wait};
use rusqlite::Connection;
use tessera_session::store::block_on::block_on;
use tessera_session::store::conformance::{after, id, spend, stored};
use tessera_session::store::{ConnectionId, ProcessId, Uses};
use tessera_session::{
    Claim, LineageId, Register as _, RegisteredConnection, SessionStore, StoreError, Vault,
};
use tessera_store_sqlite::{Settings, SqliteStore};

#[test]
fn another_key_is_told_at_once_and_the_file_left_alone() {
    let place = place();
    wait(place.open().insert(stored(&vault(), 1, 100)));
    let before = fs::read(&place.path).unwrap();
    let error = SqliteStore::open(&place.path, Vault::new(&[8; 32]))
        .err()
        .unwrap();
    assert!(matches!(error, StoreError::WrongKey(_)), "{error}");
    assert!(error.to_string().contains("another key"));
    assert_eq!(fs::read(&place.path).unwrap(), before);
    assert_eq!(place.names(), ["sessions.db", "sessions.db.lock"]);
    assert!(wait(place.open().find(id(1))).is_some());
}

#[test]
fn a_file_that_somebody_else_holds_is_locked_and_not_waited_for_for_ever() {
    let place = place();
    let settings = Settings {
        deadline: Duration::from_millis(50),
        ..Settings::default()
    };
    let store = SqliteStore::open_with(&place.path, vault(), settings).unwrap();
    let holder = Connection::open(&place.path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    for answer in [
        block_on(store.insert(stored(&vault(), 1, 100))),
        block_on(store.claim(spend(1, 1))).map(drop),
    ] {
        assert!(matches!(answer, Err(StoreError::Locked(_))), "{answer:?}");
    }
    assert_eq!(wait(store.find(id(1))), None, "reading goes on");
    holder.execute_batch("ROLLBACK").unwrap();
    wait(store.insert(stored(&vault(), 1, 100)));
    assert!(store.incidents().is_empty());
}

const SMALL: u64 = 300_000;

fn small(place: &Place) -> SqliteStore {
    let settings = Settings {
        most_bytes: SMALL,
        most_sessions: 20,
        ..Settings::default()
    };
    SqliteStore::open_with(&place.path, vault(), settings).unwrap()
}

#[test]
fn rule_15_a_file_grows_no_further_and_counts_what_it_lets_go() {
    let place = place();
    let store = small(&place);
    // Of all that come, those that come later end later.
    for number in 0..2_000 {
        wait(store.insert(stored(&vault(), number, 100 + u64::from(number))));
        assert!(wait(store.find(id(number))).is_some());
    }
    assert!(wait(store.find(id(0))).is_none());
    let left = (0..2_000).filter(|number| wait(store.find(id(*number))).is_some());
    let left = left.collect::<Vec<_>>();
    assert!(left.len() > 20 && left.windows(2).all(|two| two[0] + 1 == two[1]));
    assert_eq!(wait(store.evicted()), 2_000 - left.len() as u64);
    assert!(store.incidents().is_empty(), "full is not damaged");
    // The broom leaves as many as it was told to, and none that is over.
    assert_eq!(wait(store.expire(after(99))), 0);
    assert_eq!(wait(store.evicted()), 1_980);
    assert!(wait(store.find(id(1_980))).is_some() && wait(store.find(id(1_979))).is_none());
    assert_eq!(wait(store.verify()).evicted, 1_980);
    drop(store);
    assert!(fs::metadata(&place.path).unwrap().len() <= SMALL);
    assert_eq!(wait(place.open().evicted()), 1_980);
}

#[test]
fn rule_15_the_register_takes_no_room_from_sessions_for_ever() {
    let place = place();
    let store = small(&place);
    for number in 0..3_000 {
        let opened = RegisteredConnection {
            connection: ConnectionId(id(number).0[..16].try_into().unwrap()),
            process: ProcessId([1; 16]),
            session: id(1),
            lineage: LineageId([1; 16]),
            peer: "192.0.2.1:443".to_owned(),
            opened_at: after(u64::from(number)),
            closed_at: Some(after(u64::from(number) + 1)),
            seen_at: after(u64::from(number)),
        };
        wait(store.opened(opened));
    }
    let listed = wait(store.connections(Uses::Session(id(1)), 3_000));
    assert!(
        listed.len() > 100 && listed.len() < 3_000,
        "{}",
        listed.len()
    );
    wait(store.insert(stored(&vault(), 1, 100)));
    assert!(wait(store.find(id(1))).is_some());
}

#[test]
fn r7_marks_of_used_tickets_make_no_room_for_anything() {
    let place = place();
    let store = small(&place);
    let mut used = 0;
    let refused = loop {
        wait(store.insert(stored(&vault(), used, 100)));
        match block_on(store.claim(spend(used, 100))) {
            Ok(claim) => assert_eq!(claim, Claim::Won),
            Err(error) => break error,
        }
        used += 1;
        assert!(used < 20_000, "it is never full");
    };
    // No room is no claim.
    assert!(matches!(refused, StoreError::Full(_)), "{refused}");
    assert!(wait(store.evicted()) > 0 && used > 100);
    for number in 0..used {
        assert_eq!(wait(store.claim(spend(number, 100))), Claim::AlreadyUsed);
    }
    assert!(store.incidents().is_empty(), "full is not damaged");
    wait(store.expire(after(200)));
    assert_eq!(wait(store.claim(spend(used, 300))), Claim::Won);
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let place = place();
    Connection::open(&place.path)
        .unwrap()
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    let before = fs::read(&place.path).unwrap();
    let error = SqliteStore::open(&place.path, vault()).err().unwrap();
    assert!(
        matches!(&error, StoreError::Unavailable(why) if why.contains("another program")),
        "{error}"
    );
    assert_eq!(fs::read(&place.path).unwrap(), before);
}

#[test]
fn a_file_of_a_later_version_is_refused_and_left_alone() {
    let place = place();
    drop(place.open());
    Connection::open(&place.path)
        .unwrap()
        .pragma_update(None, "user_version", 2)
        .unwrap();
    let error = SqliteStore::open(&place.path, vault()).err().unwrap();
    assert!(
        matches!(&error, StoreError::Unavailable(why) if why.contains("later version")),
        "{error}"
    );
    assert_eq!(place.names(), ["sessions.db", "sessions.db.lock"]);
}

#[test]
fn a_place_where_no_file_can_be_is_an_error_and_no_panic() {
    for path in ["/proc/sessions.db", "/nonexistent/sessions.db", "/"] {
        let error = SqliteStore::open(path.as_ref(), vault()).err().unwrap();
        let named = matches!(error, StoreError::Unavailable(_) | StoreError::ReadOnly(_));
        assert!(named, "{path}: {error:?}");
    }
}
