//! A damaged file is set aside and never deleted; everybody goes on with the new one.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::setup::{Place, place, vault, wait};
use rusqlite::Connection;
use tessera_session::store::block_on::block_on;
use tessera_session::store::conformance::{after, id, spend, stored};
use tessera_session::{Claim, Revocation, Revocations, Selector, SessionStore, StoreError};
use tessera_store_sqlite::{Incident, Settings, SqliteStore};

/// Where the incidents say that the damaged file is.
fn set_aside(store: &SqliteStore) -> Vec<PathBuf> {
    let incidents = store.incidents().into_iter();
    incidents
        .filter_map(|incident| match incident {
            Incident::SetAside { to, .. } => Some(to),
            Incident::Replaced { .. } => None,
        })
        .collect()
}

/// A store of many pages, all of them in the main file.
fn filled() -> Place {
    let place = place();
    let store = place.open();
    let inserts: Vec<_> = (0..400)
        .map(|number| store.insert(stored(&vault(), number, 100)))
        .collect();
    inserts.into_iter().for_each(wait);
    drop(store);
    place
}

/// Writes over everything but the head.
fn ruin(place: &Place) {
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&place.path)
        .unwrap();
    let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
    file.write_all_at(&vec![0xff; length - 4096], 4096).unwrap();
}

#[test]
fn a_ruined_file_is_set_aside_when_it_is_opened() {
    let place = filled();
    ruin(&place);
    let before = fs::read(&place.path).unwrap();
    let store = place.open();
    let aside = set_aside(&store);
    assert_eq!(aside.len(), 1);
    let name = aside[0].file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("sessions.db.damaged-1"), "{name}");
    assert_eq!(fs::read(&aside[0]).unwrap(), before, "nothing is lost");
    assert_eq!(wait(store.find(id(1))), None);
    wait(store.insert(stored(&vault(), 1, 100)));
    drop(store);
    assert!(place.open().incidents().is_empty());
}

#[test]
fn what_is_no_database_at_all_is_set_aside() {
    let place = place();
    for round in 1..=3 {
        fs::write(&place.path, vec![b'x'; 5_000]).unwrap();
        let store = place.open();
        assert_eq!(set_aside(&store).len(), 1);
        let kept = place
            .names()
            .iter()
            .filter(|name| name.contains("damaged"))
            .count();
        assert_eq!(kept, round, "each under a name of its own");
    }
}

#[test]
fn a_file_that_lost_its_tables_is_set_aside() {
    let place = filled();
    Connection::open(&place.path)
        .unwrap()
        .execute_batch("DROP TABLE spent")
        .unwrap();
    let store = place.open();
    assert_eq!(set_aside(&store).len(), 1);
    assert_eq!(wait(store.claim(spend(1, 1))), Claim::Won);
}

#[test]
fn a_cut_off_file_is_set_aside() {
    let place = filled();
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&place.path)
        .unwrap();
    file.set_len(10_000).unwrap();
    assert_eq!(set_aside(&place.open()).len(), 1);
}

#[test]
fn a_file_that_is_ruined_in_use_is_set_aside_and_everybody_goes_on_with_the_new_one() {
    let place = filled();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let settings = Settings {
        on_incident: Some(Arc::new(move |incident: &Incident| {
            listener.lock().unwrap().push(incident.clone());
        })),
        ..Settings::default()
    };
    let store = SqliteStore::open_with(&place.path, vault(), settings).unwrap();
    let other = place.open();
    ruin(&place);

    let answers: Vec<_> = (0..400)
        .map(|number| block_on(store.find(id(number))))
        .collect();
    let damaged = answers
        .iter()
        .filter(|answer| matches!(answer, Err(StoreError::Damaged(_))))
        .count();
    assert!(damaged >= 1, "it is told");
    assert_eq!(set_aside(&store).len(), 1, "and set aside once");
    assert_eq!(told.lock().unwrap().len(), 1);
    let databases = |name: &&String| {
        name.contains("damaged") && !name.ends_with("-wal") && !name.ends_with("-shm")
    };
    assert_eq!(place.names().iter().filter(databases).count(), 1);

    wait(store.insert(stored(&vault(), 9, 100)));
    assert!(
        wait(other.find(id(9))).is_some(),
        "the other store has changed over"
    );
    assert_eq!(other.incidents(), [Incident::Replaced { path: place.path }]);
    assert_eq!(wait(other.claim(spend(9, 100))), Claim::Won);
    assert_eq!(wait(store.claim(spend(9, 100))), Claim::AlreadyUsed);
    assert!(wait(store.verify()).is_clean());
}

#[test]
fn many_that_find_the_same_damage_set_it_aside_once() {
    let place = Arc::new(filled());
    ruin(&place);
    let openers: Vec<_> = (0..8)
        .map(|_| {
            let place = Arc::clone(&place);
            std::thread::spawn(move || {
                let store = place.open();
                set_aside(&store).len()
            })
        })
        .collect();
    let total: usize = openers
        .into_iter()
        .map(|opener| opener.join().unwrap())
        .sum();
    assert_eq!(total, 1);
}

#[test]
fn a_file_that_somebody_deleted_is_made_anew() {
    let place = filled();
    let store = place.open();
    for name in place.names() {
        fs::remove_file(place.path.with_file_name(name)).unwrap();
    }
    wait(store.insert(stored(&vault(), 1000, 100)));
    assert_eq!(store.incidents(), [Incident::Replaced { path: place.path }]);
    assert!(wait(store.find(id(1000))).is_some());
    assert_eq!(wait(store.find(id(1))), None);
}

/// Changes rows behind the store's back.
fn meddle(place: &Place, sql: &str) {
    let changed = Connection::open(&place.path)
        .unwrap()
        .execute(sql, [])
        .unwrap();
    assert!(changed > 0, "{sql}");
}

#[test]
fn verify_names_every_record_that_does_not_open() {
    let place = filled();
    let store = place.open();
    assert_eq!(wait(store.claim(spend(1, 100))), Claim::Won);
    wait(store.add(Revocation::new(
        Selector::All,
        "",
        after(0),
        core::time::Duration::ZERO,
    )));
    let report = wait(store.verify());
    assert!(report.is_clean(), "{:?}", report.findings);
    assert_eq!(
        (report.sessions, report.spent, report.revocations),
        (400, 1, 1)
    );

    let hex = |number| format!("x'{}'", id(number));
    meddle(
        &place,
        &format!(
            "UPDATE sessions SET sealed = zeroblob(200) WHERE id = {}",
            hex(5)
        ),
    );
    meddle(
        &place,
        &format!(
            "UPDATE sessions SET expires_at = expires_at + 1 WHERE id = {}",
            hex(6)
        ),
    );
    meddle(
        &place,
        &format!("UPDATE sessions SET scope = x'00' WHERE id = {}", hex(7)),
    );
    meddle(&place, "UPDATE spent SET until = until + 1");
    meddle(&place, "UPDATE revocations SET sealed = zeroblob(40)");
    let report = wait(store.verify());
    let mut named: Vec<_> = report
        .findings
        .iter()
        .map(|found| (found.place, found.record.clone()))
        .collect();
    let mut expected: Vec<_> = [5, 6, 7]
        .map(|number| ("sessions", id(number).to_string()))
        .to_vec();
    expected.extend([
        ("spent", id(1).to_string()),
        ("revocations", "1".to_owned()),
    ]);
    named.sort();
    expected.sort();
    assert_eq!(named, expected);
}

#[test]
fn verify_reports_a_ruined_file_and_leaves_it_where_it_is() {
    let place = filled();
    let store = place.open();
    ruin(&place);
    let report = wait(store.verify());
    assert!(!report.is_clean());
    assert!(store.incidents().is_empty());
    assert!(place.names().iter().all(|name| !name.contains("damaged")));
}

#[test]
fn r1_a_hostile_writer_cannot_hide_a_revocation_or_free_a_used_ticket() {
    let place = filled();
    let store = place.open();
    wait(store.claim(spend(1, 100)));
    wait(store.add(Revocation::new(
        Selector::All,
        "",
        after(0),
        core::time::Duration::ZERO,
    )));
    meddle(&place, "UPDATE spent SET mark = zeroblob(16)");
    meddle(&place, "UPDATE revocations SET sealed = zeroblob(40)");
    assert_eq!(wait(store.claim(spend(1, 100))), Claim::AlreadyUsed);
    let answer = block_on(store.revoked());
    assert!(
        matches!(answer, Err(StoreError::Damaged(_))),
        "no set rather than one with a hole"
    );
    assert!(
        store.incidents().is_empty(),
        "a bad record is no reason to give up the file"
    );
}
