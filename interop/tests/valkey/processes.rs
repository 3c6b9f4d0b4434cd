//! Several processes on one store. The children are this program again, told by a variable what to do.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::setup::{open, vault, wait};
use tessera_interop::Scene;
use tessera_interop::valkey::{Cluster, Valkey};
use tessera_session::store::block_on::block_on;
use tessera_session::store::conformance::{id, spend, stored, ticket, wallet_key};
use tessera_session::{Claim, SessionStore, Spend, TicketWallet, Timestamp};
use tessera_store_valkey::ValkeyStore;

const ROLE: &str = "STORE_TEST_ROLE";
const URL: &str = "STORE_TEST_URL";
const NUMBER: &str = "STORE_TEST_NUMBER";
const ISSUED: &str = "STORE_TEST_ISSUED";

/// A child with this role on the store at this place. Some are told when tickets were issued, in seconds.
pub(crate) fn child(role: &str, url: &str, number: u32, issued: u32) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "processes::a_child_does_what_it_is_told",
            "--nocapture",
        ])
        .env(ROLE, role)
        .env(URL, url)
        .env(NUMBER, number.to_string())
        .env(ISSUED, issued.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process")
}

/// What a child prints behind `> `.
pub(crate) fn told(child: &mut Child) -> impl Iterator<Item = u32> + use<> {
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
    let url = std::env::var(URL).expect("a location");
    let told = |name| -> u32 {
        let told = std::env::var(name).expect("a number");
        told.parse().expect("a number")
    };
    let number = told(NUMBER);
    let store = open(&url, "a");
    match role.as_str() {
        "claim" => claim_everything(&store, number),
        "claim through trouble" => claim_through_trouble(&store, number, told(ISSUED)),
        "draw" => draw_everything(&store),
        "insert" => insert_for_ever(&store, number),
        other => panic!("no role {other}"),
    }
}

pub(crate) const TICKETS: u32 = 1_000;

/// Each child begins at another place, and asks for everything before it waits for anything.
fn claim_everything(store: &ValkeyStore, number: u32) {
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

/// One after the other, each until it is decided.
fn claim_through_trouble(store: &ValkeyStore, number: u32, issued: u32) {
    let issued_at = Timestamp::from_unix_secs(u64::from(issued));
    for number in (0..TICKETS).map(|at| (at + number * 61) % TICKETS) {
        let spend = Spend {
            issued_at,
            until: issued_at.plus(Duration::from_secs(3_600)),
            ..spend(number, 0)
        };
        loop {
            match block_on(store.claim(spend)) {
                Ok(Claim::Won) => break tell(number),
                Ok(Claim::AlreadyUsed | Claim::Unrecorded) => break,
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

/// What a server takes for the time.
pub(crate) fn time_of(server: &Valkey) -> Timestamp {
    let time = server.ask(&["TIME"]);
    let mut parts = time.lines().map(|part| part.trim().parse::<u64>().unwrap());
    let (seconds, micros) = (parts.next().unwrap(), parts.next().unwrap());
    Timestamp::from_millis(seconds * 1_000 + micros / 1_000)
}

fn draw_everything(store: &ValkeyStore) {
    let key = wallet_key("a.example");
    while let Some(drawn) = wait(store.draw(&key)) {
        let opened = vault("a").open_from_wallet(&key, &drawn);
        let (_, bytes) = opened.expect("it opens");
        let bytes: [u8; 4] = bytes.expect("a ticket").try_into().expect("a number");
        tell(u32::from_be_bytes(bytes));
    }
}

fn insert_for_ever(store: &ValkeyStore, number: u32) {
    for at in 0.. {
        let number = number * 1_000_000 + at;
        wait(store.insert(stored(&vault("a"), number, 100)));
        if at % 7 == 0 {
            wait(store.claim(spend(number, 100)));
        }
        tell(number);
    }
}

fn sixteen_processes_claim(url: &str) {
    let mut children: Vec<Child> = (0..16)
        .map(|number| child("claim", url, number, 0))
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
fn sixteen_processes_claim_a_thousand_tickets_each_exactly_once_on_one_server() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    sixteen_processes_claim(&server.url());
}

#[test]
fn sixteen_processes_claim_a_thousand_tickets_each_exactly_once_on_a_cluster() {
    let scene = Scene::new();
    let cluster = Cluster::start(scene.dir());
    sixteen_processes_claim(&cluster.url());
}

#[test]
fn claimants_that_are_killed_leave_each_ticket_claimed_at_most_once() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let mut children: Vec<Child> = (0..16)
        .map(|number| child("claim", &server.url(), number, 0))
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
    // What nobody was told of, and what was never claimed: the next to come gets the latter.
    let store = open(&server.url(), "a");
    for number in 0..TICKETS {
        let again = wait(store.claim(spend(number, 100)));
        assert!(again == Claim::AlreadyUsed || !once.contains(&number));
        assert_eq!(wait(store.claim(spend(number, 100))), Claim::AlreadyUsed);
    }
}

#[test]
fn no_two_processes_draw_the_same_ticket() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let store = open(&server.url(), "a");
    let key = wallet_key("a.example");
    for number in 0..30 {
        wait(store.keep(&key, ticket(&vault("a"), &key, number, 100)));
    }
    let mut children: Vec<Child> = (0..6)
        .map(|number| child("draw", &server.url(), number, 0))
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
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let mut acknowledged = BTreeSet::new();
    for round in 0..3 {
        let mut children: Vec<Child> = (0..3)
            .map(|number| child("insert", &server.url(), round * 10 + number, 0))
            .collect();
        for (at, child) in children.iter_mut().enumerate() {
            let mut numbers = told(child);
            acknowledged.extend(numbers.by_ref().take(40 + 13 * at));
            child.kill().expect("it runs");
            child.wait().expect("it is gone");
            acknowledged.extend(numbers);
        }
    }
    let store = open(&server.url(), "a");
    for number in &acknowledged {
        assert!(wait(store.find(id(*number))).is_some(), "{number}");
        if number % 1_000_000 % 7 == 0 {
            let again = wait(store.claim(spend(*number, 100)));
            assert_eq!(again, Claim::AlreadyUsed, "{number}");
        }
    }
    assert!(acknowledged.len() > 3 * 3 * 40);
}
