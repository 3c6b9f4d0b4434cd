//! Somebody who can read and write the store, and has not the fleet's key.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::setup::{open, vault, wait};
use tessera_interop::Scene;
use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::valkey::Valkey;
use tessera_session::store::block_on::block_on;
use tessera_session::store::conformance::{after, id, spend, stored, ticket, wallet_key};
use tessera_session::store::{ConnectionId, ProcessId, Swap, Uses};
use tessera_session::ticket::rotation;
use tessera_session::{
    Claim, LineageId, Page, Register, RegisteredConnection, Revocation, Revocations, Ring,
    RingStore, RotationPolicy, Selector, ServerName, SessionStore, StoreError, TicketWallet,
    Timestamp,
};

fn keys(server: &Valkey, with: &str) -> Vec<String> {
    let keys = server.ask(&["--scan", "--pattern", &format!("*{with}*")]);
    let mut keys: Vec<String> = keys.lines().map(str::to_owned).collect();
    keys.sort();
    keys
}

/// The bytes under a key, and a way to put them back.
fn dump(server: &Valkey, key: &str) -> Vec<u8> {
    let mut command = program("redis-cli");
    command.args(["-p", &server.port.to_string(), "--raw", "DUMP", key]);
    let mut bytes = run(&mut command, b"").succeeded().stdout;
    assert_eq!(bytes.pop(), Some(b'\n'));
    bytes
}

fn restore(server: &Valkey, key: &str, bytes: &[u8]) {
    let mut command = program("redis-cli");
    command.args(["-p", &server.port.to_string(), "-x", "RESTORE", key, "0"]);
    // The bytes come from standard input, as the last argument: REPLACE cannot follow.
    server.ask(&["DEL", key]);
    run(&mut command, bytes).succeeded().said("OK");
}

fn ring_of(number: u8, before: &Ring, at: Timestamp) -> Ring {
    let entropy = &mut tessera_crypto::Entropy::from_seed([number; 32]);
    rotation::out_of_turn(before, &RotationPolicy::default(), at, entropy).expect("a ring")
}

#[test]
fn r3_nothing_in_the_store_can_be_read_or_used_as_a_ticket() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let store = open(&server.url(), "a");
    let key = wallet_key("secret.example");
    let ring = ring_of(1, &Ring::empty(), after(0));
    wait(store.insert(stored(&vault("a"), 1, 100)));
    wait(store.keep(&key, ticket(&vault("a"), &key, 2, 100)));
    wait(store.claim(spend(3, 100)));
    wait(store.replace_ring(0, ring.clone()));
    let name = ServerName::new("revoked.example").unwrap();
    let revocation = Revocation::new(
        Selector::ServerName(name),
        "a reason",
        after(0),
        Duration::ZERO,
    );
    wait(store.add(revocation));
    wait(store.opened(connection()));

    let all = server.everything();
    let kinds = server.ask(&["DBSIZE"]);
    assert!(all.len() > 2_000, "{} bytes, {kinds}", all.len());
    let shows = |needle: &[u8]| all.windows(needle.len()).any(|window| window == needle);
    for text in [
        "secret.example",
        "www.example.com",
        "revoked.example",
        "CN=client",
        "a reason",
        "192.0.2.1",
    ] {
        assert!(!shows(text.as_bytes()), "{text}");
    }
    for number in 1..=3 {
        assert!(!shows(&id(number).0[..8]), "an id");
        assert!(
            !shows(&id(number).to_string().as_bytes()[..16]),
            "an id in digits"
        );
    }
    // The ticket of the wallet, and its secret.
    assert!(!shows(&2_u32.to_be_bytes().repeat(2)));
    assert!(!shows(&(0xa0..0xb0).collect::<Vec<u8>>()));
    let name = ring.keys()[0].name;
    assert!(!shows(&name.0), "the name of a ticket key");
}

fn connection() -> RegisteredConnection {
    RegisteredConnection {
        connection: ConnectionId([1; 16]),
        process: ProcessId([2; 16]),
        session: id(1),
        lineage: LineageId([3; 16]),
        peer: "192.0.2.1:50000".to_owned(),
        opened_at: after(0),
        closed_at: None,
        seen_at: after(0),
    }
}

#[test]
fn r2_records_that_were_moved_cut_or_overwritten_never_open() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let writer = open(&server.url(), "a");
    let key = wallet_key("a.example");
    for number in 1..=2 {
        wait(writer.insert(stored(&vault("a"), number, 100)));
        wait(writer.keep(&key, ticket(&vault("a"), &key, 10 + number, 100)));
    }
    wait(writer.opened(connection()));
    // Every record in the place of every other one of its kind, then cut, then nonsense.
    let sessions = keys(&server, ":s:");
    let tickets = keys(&server, ":t:");
    assert_eq!((sessions.len(), tickets.len()), (2, 2));
    let originals: BTreeMap<_, _> = sessions
        .iter()
        .chain(&tickets)
        .map(|key| (key.clone(), dump(&server, key)))
        .collect();
    restore(&server, &sessions[0], &originals[&sessions[1]]);
    restore(&server, &tickets[0], &originals[&tickets[1]]);
    server.ask(&["SETRANGE", &sessions[1], "100", "x"]);
    server.ask(&["HSET", &tickets[1], "record", "nonsense"]);
    let connections = keys(&server, ":c:");
    server.ask(&["HSET", &connections[0], "record", "nonsense"]);

    let reader = open(&server.url(), "a");
    let mut named = [&sessions[..], &tickets[..], &connections[..1]].concat();
    named.sort();
    let mut unopened: Vec<String> = wait(reader.unopened())
        .into_iter()
        .map(|one| one.name)
        .collect();
    unopened.sort();
    assert_eq!(unopened.len(), named.len(), "{unopened:?} of {named:?}");
    for name in &unopened {
        assert!(named.iter().any(|key| key.ends_with(name)), "{name}");
    }
    for number in 1..=2 {
        let found = block_on(reader.find(id(number)));
        assert!(matches!(found, Err(StoreError::Damaged(_))), "{found:?}");
    }
    assert_eq!(
        wait(reader.list(Page::first(10))),
        [],
        "they are not listed"
    );
    assert_eq!(wait(reader.contents(Page::first(10))), []);
    assert_eq!(wait(reader.connections(Uses::All, 10)), []);
    for _ in 0..4 {
        let drawn = block_on(reader.draw(&key));
        assert!(
            matches!(drawn, Ok(None) | Err(StoreError::Damaged(_))),
            "{drawn:?}"
        );
    }
    assert!(reader.counts().damaged >= 4, "{:?}", reader.counts());
    // Other types of value under our keys are damage as well, and no panic.
    for (name, key) in [("s", &sessions[0]), ("s", &sessions[1])] {
        server.ask(&["DEL", key]);
        server.ask(&["LPUSH", key, name]);
    }
    assert!(block_on(reader.find(id(1))).is_err());
    wait(reader.insert(stored(&vault("a"), 1, 200)));
    assert_eq!(wait(reader.find(id(1))), Some(stored(&vault("a"), 1, 200)));
}

#[test]
fn r1_an_old_ring_that_is_put_back_is_put_right_by_who_knows_a_newer_one() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let store = open(&server.url(), "a");
    let first = ring_of(1, &Ring::empty(), after(0));
    assert_eq!(wait(store.replace_ring(0, first.clone())), Swap::Done);
    let key = keys(&server, ":ring").remove(0);
    let old = dump(&server, &key);
    let second = ring_of(2, &first, after(60));
    assert_eq!(wait(store.replace_ring(1, second)), Swap::Done);
    let newest = server.ask(&["GET", &key]);

    restore(&server, &key, &old);
    assert_eq!(wait(store.ring()).unwrap().version(), 2);
    assert_eq!(server.ask(&["GET", &key]), newest, "it is back");
    assert_eq!(store.counts().put_back, 1);

    // The same for one that is damaged, one that is gone, and the key of another type.
    server.ask(&["SETRANGE", &key, "20", "x"]);
    assert_eq!(wait(store.ring_version()), 2);
    assert_eq!(server.ask(&["GET", &key]), newest);
    server.ask(&["DEL", &key]);
    assert_eq!(wait(store.ring_version()), 2);
    assert_eq!(server.ask(&["GET", &key]), newest);
    assert_eq!(store.counts().put_back, 3);
    server.ask(&["DEL", &key]);
    server.ask(&["LPUSH", &key, "x"]);
    assert!(block_on(store.ring()).is_err());
    server.ask(&["DEL", &key]);
    assert_eq!(wait(store.ring()).unwrap().version(), 2);

    // The ring of another fleet is none, and a fresh process has nothing to put in its place.
    let other = open(&server.url(), "b");
    wait(other.replace_ring(0, ring_of(3, &Ring::empty(), after(0))));
    let theirs = keys(&server, ":ring")
        .into_iter()
        .find(|theirs| *theirs != key);
    let theirs = dump(&server, &theirs.unwrap());
    restore(&server, &key, &theirs);
    let fresh = open(&server.url(), "a");
    let refused = block_on(fresh.ring());
    assert!(
        matches!(refused, Err(StoreError::Damaged(_))),
        "{refused:?}"
    );
    assert_eq!(wait(fresh.ring_version()), 0, "which counts for nothing");
    assert_eq!(wait(store.ring()).unwrap().version(), 2);
    assert_eq!(wait(fresh.ring()).unwrap().version(), 2);
}

#[test]
fn r6_revocations_that_are_taken_away_come_back() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let (one, other) = (open(&server.url(), "a"), open(&server.url(), "a"));
    let revoke = |number| {
        let lineage = Selector::Lineage(LineageId([number; 16]));
        Revocation::new(lineage, "a test", after(0), Duration::ZERO)
    };
    wait(one.add(revoke(1)));
    let key = keys(&server, ":revocations").remove(0);
    let old = dump(&server, &key);
    wait(other.add(revoke(2)));
    assert_eq!(wait(one.revoked()).len(), 2);
    restore(&server, &key, &old);
    assert_eq!(wait(one.revoked()).len(), 2, "an older list is no list");
    assert_eq!(wait(other.revoked_version()), 2);
    server.ask(&["FLUSHALL"]);
    assert_eq!(wait(other.revoked_version()), 2);
    // A process that comes now learns both, and a third follows.
    let fresh = open(&server.url(), "a");
    assert_eq!(wait(fresh.revoked()).len(), 2);
    assert_eq!(wait(fresh.add(revoke(3))), 3);
    assert_eq!(wait(one.revoked()).len(), 3);
}

#[test]
fn a_claim_that_somebody_else_marked_is_not_won() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let store = open(&server.url(), "a");
    assert_eq!(wait(store.claim(spend(1, 100))), Claim::Won);
    let marks = keys(&server, ":m").remove(0);
    let name = server.ask(&["HKEYS", &marks]);
    server.ask(&["HSET", &marks, &name, "forged"]);
    assert_eq!(wait(store.claim(spend(1, 100))), Claim::AlreadyUsed);
}
