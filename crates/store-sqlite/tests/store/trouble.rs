//! A file that is locked, full, somebody else's or under another key: a typed answer, and no harm to the file.

use core::time::Duration;
use std::fs;

use crate::setup::{place, vault, wait};
use rusqlite::Connection;
use tessera_session::store::block_on::block_on;
use tessera_session::store::conformance::{after, id, spend, stored};
use tessera_session::{SessionStore, StoreError, Vault};
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

#[test]
fn a_full_file_says_so_and_keeps_what_it_has() {
    let place = place();
    let settings = Settings {
        most_bytes: 300_000,
        ..Settings::default()
    };
    let store = SqliteStore::open_with(&place.path, vault(), settings).unwrap();
    let mut kept = 0;
    let refused = loop {
        match block_on(store.insert(stored(&vault(), kept, 100))) {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
        assert!(kept < 10_000, "it is never full");
    };
    assert!(matches!(refused, StoreError::Full(_)), "{refused}");
    assert!(kept > 10);
    assert!((0..kept).all(|number| wait(store.find(id(number))).is_some()));
    assert!(store.incidents().is_empty(), "full is not damaged");
    assert_eq!(wait(store.expire(after(200))), u64::from(kept));
    wait(store.insert(stored(&vault(), 1, 100)));
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
