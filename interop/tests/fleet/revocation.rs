//! Revocations, in force within a second in every process on the store, whoever keeps the tickets.

use std::thread;
use std::time::Duration;

use serde_json::Value;
use tessera_interop::peer::tessera;
use tessera_interop::process::run;
use tessera_interop::valkey::Valkey;
use tessera_interop::{Fleet, KeyType, Page, Report, Running, Scene, Server};

/// Why a server resumed nothing; empty if it did, or was offered nothing.
#[track_caller]
fn refusal(report: Report) -> String {
    Page::find(&report.succeeded().body())
        .session("refusal")
        .to_owned()
}

/// How old, in milliseconds, the knowledge was that a server gave up for this version.
#[track_caller]
fn acknowledged(server: &Server, version: u64) -> u64 {
    let line = server
        .running
        .line_with(&format!("in force as of version {version},"));
    let (_, rest) = line.split_once("before is ").expect("its age");
    rest.split(' ')
        .next()
        .and_then(|age| age.parse().ok())
        .expect("a number")
}

/// Odd servers issue lookup keys and even ones self-encrypted tickets; every ticket is offered to another server.
fn eight_processes(fleet: &Fleet, state: impl Fn(usize) -> usize) {
    const PROCESSES: usize = 8;
    let kind = |number: usize| ["sealed", "stored"][number % 2];
    let servers: Vec<Server> = (0..PROCESSES)
        .map(|number| fleet.serve(state(number), &["--ticket-kind", kind(number)]))
        .collect();
    let client = |number: usize| format!("client-{number}");
    for number in 0..PROCESSES {
        let elsewhere = &servers[(number + 1) % PROCESSES];
        fleet
            .visit_as(&client(number), &servers[number], &[])
            .succeeded()
            .assert_full();
        fleet
            .visit_as(&client(number), elsewhere, &[])
            .succeeded()
            .assert_resumed();
    }

    let revoked = fleet.run(&["session", "revoke", "--all", "--why", "a test", "--json"]);
    let done: Value = serde_json::from_str(&revoked.succeeded().text()).expect("a document");
    assert!(
        done["sessions"].as_u64() >= Some(PROCESSES as u64),
        "{done}"
    );

    let mut ages: Vec<u64> = servers
        .iter()
        .map(|server| acknowledged(server, 1))
        .collect();
    ages.sort_unstable();
    // The promise, for most; and for the rest what a machine may take that is busy with something else.
    assert!(
        ages[PROCESSES / 2] <= 1_000 && ages[PROCESSES - 1] <= 10_000,
        "{ages:?}"
    );
    for (number, server) in servers.iter().enumerate() {
        let again = fleet.visit_as(&client(number), server, &[]);
        assert_eq!(refusal(again), "revoked", "{number}");
    }

    let mut listed = fleet.list();
    listed.retain(|session| session["revoked"]["why"] == "a test");
    assert!(listed.len() >= PROCESSES, "{listed:?}");
    for session in listed {
        assert_eq!(session["state"], "revoked");
        assert!(
            session["revoked"]["by"]
                .as_str()
                .is_some_and(|by| by.contains('@'))
        );
    }
    fleet
        .run(&["session", "revoke", "--list"])
        .succeeded()
        .said("a test");
}

#[test]
fn r6_eight_processes_on_one_file_know_a_revocation_within_a_second() {
    let scene = Scene::new();
    let file = format!("sqlite:{}", scene.text_path("fleet.db"));
    // One machine: one state directory.
    eight_processes(&Fleet::new(scene, &file), |_| 0);
}

#[test]
fn r6_eight_processes_on_one_valkey_know_a_revocation_within_a_second() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    eight_processes(&Fleet::new(scene, &valkey.url()), |number| number);
}

/// Waits until so many connections are listed as open: servers note them when they come to it.
#[track_caller]
fn open_connections(fleet: &Fleet, expected: u64) -> Vec<Value> {
    for _ in 0..200 {
        let listed = fleet.list();
        let open = listed
            .iter()
            .filter_map(|session| session["open_connections"].as_u64());
        if open.sum::<u64>() == expected {
            return listed;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("not {expected} open connections: {:?}", fleet.list());
}

#[test]
fn connections_of_all_processes_are_listed_and_closed_where_that_is_asked_for() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let fleet = Fleet::new(scene, &valkey.url());
    let servers = [0, 1, 2].map(|number| fleet.serve(number, &["--echo", "--idle-timeout", "1h"]));
    let clients: Vec<Running> = servers
        .iter()
        .enumerate()
        .map(|(number, server)| {
            let mut command = fleet.client(&format!("client-{number}"), server.port, &[]);
            Running::start(&mut command)
        })
        .collect();
    let listed = open_connections(&fleet, 3);
    let lineage = listed[0]["lineage"].as_str().expect("an id");

    let connections = |id: &str| -> Vec<Value> {
        let printed = fleet
            .run(&["session", "connections", id, "--json"])
            .succeeded()
            .text();
        let document: Value = serde_json::from_str(&printed).expect("a document");
        document["connections"]
            .as_array()
            .expect("connections")
            .clone()
    };
    let [connection] = &connections(&lineage[..10])[..] else {
        panic!("one connection of {lineage}")
    };
    assert_eq!(
        (&connection["state"], &connection["lineage"]),
        (&"open".into(), &lineage.into())
    );

    // Without --close it stays open, with it one is closed, and then all.
    fleet
        .run(&["session", "revoke", lineage])
        .succeeded()
        .said("1 connections stay open");
    for server in &servers {
        acknowledged(server, 1);
    }
    open_connections(&fleet, 3);
    fleet
        .run(&["session", "revoke", lineage, "--close"])
        .succeeded();
    open_connections(&fleet, 2);
    assert_eq!(connections(lineage)[0]["state"], "closed");
    fleet
        .run(&["session", "revoke", "--server-name", "localhost", "--close"])
        .succeeded();
    open_connections(&fleet, 0);
    // Their clients are told in TLS's own way.
    clients
        .into_iter()
        .for_each(|client| drop(client.wait().succeeded()));
}

#[test]
fn r6_a_client_is_revoked_by_its_name_and_a_copy_that_is_too_old_resumes_nobody_with_one() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let (ca, alice) = (
        scene.authority.path(),
        scene.authority.client("alice", KeyType::P256),
    );
    let bob = scene.authority.client("bob", KeyType::P256);
    let mut fleet = Fleet::new(scene, &valkey.url());
    fleet.deadline = "500ms";
    let asks = [
        "--client-auth",
        "request",
        "--client-ca",
        &ca,
        "--revocation-lag",
        "2s",
        // Which a server can still open that is cut off from the store.
        "--ticket-kind",
        "sealed",
    ];
    let server = fleet.serve(0, &asks);
    let come = |name: &str| {
        let identity = match name {
            "alice" => Some(&alice),
            "bob" => Some(&bob),
            _ => None,
        };
        let shown: Vec<&str> = identity
            .iter()
            .flat_map(|identity| ["--cert", identity.cert(), "--key", identity.key()])
            .collect();
        fleet.visit_as(name, &server, &shown)
    };
    for name in ["alice", "bob", "nobody"] {
        come(name).succeeded().assert_full();
        come(name).succeeded().assert_resumed();
    }
    fleet
        .run(&["session", "revoke", "--peer", "CN=alice"])
        .succeeded();
    acknowledged(&server, 1);
    assert_eq!(refusal(come("alice")), "revoked");
    come("bob").succeeded().assert_resumed();

    // Cut off from the store, it knows how old its copy is.
    valkey.freeze();
    let stale = |name: &str| refusal(come(name)) == "revocations_stale";
    assert!((0..100).any(|_| stale("bob")));
    come("nobody").succeeded().assert_resumed();
    valkey.thaw();
    let resumed = |name: &str| come(name).succeeded().only()["resumed"] == true;
    assert!((0..100).any(|_| resumed("bob")));
}

#[test]
fn whoever_revokes_names_one_lineage() {
    let scene = Scene::new();
    let fleet = Fleet::new(scene, "memory:");
    for args in [
        &["session", "revoke"][..],
        &["session", "revoke", "3f", "--all"],
        &["session", "revoke", "no id"],
        &["session", "revoke", "--server-name", ""],
    ] {
        let mut command = tessera();
        command
            .args(args)
            .args(["--state"])
            .arg(fleet.scene.path("none"));
        run(&mut command, b"").exited(2);
    }
}
