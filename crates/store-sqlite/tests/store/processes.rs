//! Several processes on one file. The children are this program again, told by a variable what to do.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::setup::{place, vault, wait};
use tessera_session::store::conformance::{id, spend, stored, ticket, wallet_key};
use tessera_session::{Claim, SessionStore, TicketWallet};
use tessera_store_sqlite::SqliteStore;

const ROLE: &str = "STORE_TEST_ROLE";
const FILE: &str = "STORE_TEST_FILE";
const NUMBER: &str = "STORE_TEST_NUMBER";

fn child(role: &str, path: &Path, number: u32) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "processes::a_child_does_what_it_is_told",
            "--nocapture",
        ])
        .env(ROLE, role)
        .env(FILE, path)
        .env(NUMBER, number.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process")
}

/// What a child prints behind `> `.
fn told(child: &mut Child) -> impl Iterator<Item = u32> + use<> {
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    lines
        .map_while(Result::ok)
        .filter_map(|line| line.split_once("> ")?.1.parse().ok())
}

fn tell(number: u32) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "> {number}")
        .and_then(|()| out.flush())
        .expect("somebody listens");
}

/// Not a test of its own: without a role it has nothing to do.
#[test]
fn a_child_does_what_it_is_told() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let path = std::env::var(FILE).expect("a file");
    let number: u32 = std::env::var(NUMBER)
        .expect("a number")
        .parse()
        .expect("a number");
    let store = SqliteStore::open(path.as_ref(), vault()).expect("it opens");
    match role.as_str() {
        "claim" => claim_everything(&store, number),
        "draw" => draw_everything(&store),
        "insert" => insert_for_ever(&store, number),
        other => panic!("no role {other}"),
    }
}

const TICKETS: u32 = 1_000;

/// Each child begins at another place, and asks for everything before it waits for anything.
fn claim_everything(store: &SqliteStore, number: u32) {
    let numbers = (0..TICKETS).map(|at| (at + number * 61) % TICKETS);
    let claims: Vec<_> = numbers
        .map(|number| (number, store.claim(spend(number, 100))))
        .collect();
    for (number, claim) in claims {
        if wait(claim) == Claim::Won {
            tell(number);
        }
    }
}

fn draw_everything(store: &SqliteStore) {
    let key = wallet_key("a.example");
    while let Some(drawn) = wait(store.draw(&key)) {
        let (_, bytes) = vault().open_from_wallet(&key, &drawn).expect("it opens");
        let bytes: [u8; 4] = bytes.expect("a ticket").try_into().expect("a number");
        tell(u32::from_be_bytes(bytes));
    }
}

fn insert_for_ever(store: &SqliteStore, number: u32) {
    for at in 0.. {
        let number = number * 1_000_000 + at;
        wait(store.insert(stored(&vault(), number, 100)));
        if at % 7 == 0 {
            wait(store.claim(spend(number, 100)));
        }
        tell(number);
    }
}

#[test]
fn sixteen_processes_claim_a_thousand_tickets_each_exactly_once() {
    let place = place();
    let mut children: Vec<Child> = (0..16)
        .map(|number| child("claim", &place.path, number))
        .collect();
    let mut won: Vec<u32> = children.iter_mut().flat_map(told).collect();
    assert!(
        children
            .iter_mut()
            .all(|child| child.wait().expect("it ends").success())
    );
    won.sort_unstable();
    assert_eq!(won, (0..TICKETS).collect::<Vec<u32>>());
}

#[test]
fn claimants_that_are_killed_leave_each_ticket_claimed_at_most_once() {
    let place = place();
    let mut children: Vec<Child> = (0..16)
        .map(|number| child("claim", &place.path, number))
        .collect();
    let mut won = Vec::new();
    for (at, child) in children.iter_mut().enumerate() {
        let mut claims = told(child);
        if at % 2 == 0 {
            // Killed in the midst of its claims.
            won.extend(claims.by_ref().take(at + 1));
            child.kill().expect("it runs, or has ended");
        }
        won.extend(claims);
        child.wait().expect("it ends");
    }
    let once: BTreeSet<u32> = won.iter().copied().collect();
    assert_eq!(once.len(), won.len(), "no ticket was won twice");
    // What was claimed stays so, whether or not anybody was told; what never was goes to the next who comes.
    let store = place.open();
    for number in 0..TICKETS {
        let again = wait(store.claim(spend(number, 100)));
        assert!(again == Claim::AlreadyUsed || !once.contains(&number));
        assert_eq!(wait(store.claim(spend(number, 100))), Claim::AlreadyUsed);
    }
}

#[test]
fn no_two_processes_draw_the_same_ticket() {
    let place = place();
    let store = place.open();
    let key = wallet_key("a.example");
    for number in 0..30 {
        wait(store.keep(&key, ticket(&vault(), &key, number, 100)));
    }
    let mut children: Vec<Child> = (0..6)
        .map(|number| child("draw", &place.path, number))
        .collect();
    let mut drawn: Vec<u32> = children.iter_mut().flat_map(told).collect();
    assert!(
        children
            .iter_mut()
            .all(|child| child.wait().expect("it ends").success())
    );
    drawn.sort_unstable();
    assert_eq!(drawn, (0..30).collect::<Vec<u32>>());
}

#[test]
fn writers_that_are_killed_lose_nothing_they_acknowledged() {
    let place = place();
    let mut acknowledged = BTreeSet::new();
    for round in 0..6 {
        let mut children: Vec<Child> = (0..3)
            .map(|number| child("insert", &place.path, round * 10 + number))
            .collect();
        for (at, child) in children.iter_mut().enumerate() {
            // Each is killed at another moment, in the midst of its work.
            let mut numbers = told(child);
            acknowledged.extend(numbers.by_ref().take(40 + 13 * at));
            child.kill().expect("it runs");
            child.wait().expect("it is gone");
            acknowledged.extend(numbers);
        }
        let store = place.open();
        let report = wait(store.verify());
        assert!(report.is_clean(), "{:?}", report.findings);
        assert!(store.incidents().is_empty());
        for number in &acknowledged {
            assert!(wait(store.find(id(*number))).is_some(), "{number}");
            if number % 1_000_000 % 7 == 0 {
                assert_eq!(
                    wait(store.claim(spend(*number, 100))),
                    Claim::AlreadyUsed,
                    "{number}"
                );
            }
        }
    }
    assert!(acknowledged.len() > 6 * 3 * 40);
}
