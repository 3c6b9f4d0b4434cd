//! The store away while connections come: none of them fails.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tessera_interop::process::run;
use tessera_interop::valkey::Valkey;
use tessera_interop::{Fleet, Page, Report, Scene, Server};

const CLIENTS: usize = 3;

/// One visit that offers the ticket of a file, which every server may resume again and again.
#[track_caller]
fn page(fleet: &Fleet, client: &str, server: &Server, session: &str) -> Page {
    let args = ["--session-in", session];
    Page::find(&fleet.visit_as(client, server, &args).succeeded().body())
}

/// How many connections of the ledger were refused a session for this reason.
fn counted(ledger: &str, reason: &str) -> usize {
    let lines = std::fs::read_to_string(ledger).expect("a ledger");
    let refused = lines.lines().filter(|line| {
        let line: Value = serde_json::from_str(line).expect("a document");
        line["connection"]["refusal"] == reason
    });
    refused.count()
}

/// Clients come one after the other for a minute, and their visits are counted.
fn for_a_minute(visit: impl Fn(&str) + Sync) -> usize {
    let end = Instant::now() + Duration::from_secs(60);
    let client = |number| {
        let name = format!("client-{number}");
        let mut visits = 0;
        while Instant::now() < end {
            visit(&name);
            visits += 1;
        }
        visits
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| scope.spawn(move || client(number)))
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().expect("no visit failed"))
            .sum()
    })
}

#[test]
fn a_store_that_is_away_for_a_minute_under_load_costs_full_handshakes_and_nothing_else() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let (session, ledger) = (scene.text_path("session.pem"), scene.text_path("ledger"));
    let mut fleet = Fleet::new(scene, &valkey.url());
    fleet.deadline = "300ms";
    let server = fleet.serve(0, &["--ticket-kind", "stored", "--ledger", &ledger]);
    fleet
        .visit(&server, &["--session-out", &session])
        .succeeded()
        .assert_full();
    let comes_back = || page(&fleet, "first", &server, &session).0["session"]["resumed"] == true;
    assert!((0..20).any(|_| comes_back()));

    valkey.freeze();
    // For a moment the session is remembered without the store.
    let away =
        || page(&fleet, "first", &server, &session).session("refusal") == "store_unavailable";
    assert!((0..100).any(|_| away()));
    let before = counted(&ledger, "store_unavailable");
    let visits = for_a_minute(|client| {
        let page = page(&fleet, client, &server, &session);
        page.assert_full();
        assert_eq!(page.session("refusal"), "store_unavailable", "{page}");
    });
    valkey.thaw();
    assert!((0..100).any(|_| comes_back()), "resumption is back");
    drop(server.stop());
    assert!(counted(&ledger, "store_unavailable") >= before + visits);
    println!("{visits} visits while the store was away");
}

/// Nobody stops a file, but somebody may hold its lock: readers go on, and nothing is written or claimed.
#[test]
fn a_file_that_is_locked_for_a_minute_under_load_costs_full_handshakes_and_nothing_else() {
    let scene = Scene::new();
    let ledger = scene.text_path("ledger");
    let once = ["--single-use", "--tls", "1.3", "--store-deadline", "300ms"];
    let server = scene.serve(&[&once[..], &["--ledger", &ledger]].concat());
    let save = |file: &str| {
        let args = ["--get", "/json", "--session-out", file];
        drop(scene.connect_to(&server, &args).succeeded());
    };
    let offer = |client: &str, file: &str| {
        let args = [
            "--get",
            "/json",
            "--ca-file",
            &server.ca,
            "--session-in",
            file,
        ];
        let mut command = scene.connect_command(client, server.port, &args);
        Page::find(&Report::of(run(&mut command, b"")).succeeded().body())
    };
    let (first, second) = (scene.text_path("first.pem"), scene.text_path("second.pem"));
    save(&first);
    save(&second);
    let file = scene.path("server").join("sessions.db");
    let lock = rusqlite::Connection::open(file).expect("the store");
    lock.busy_timeout(Duration::from_secs(60))
        .expect("patience");
    lock.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let visits = for_a_minute(|client| {
        let page = offer(client, &first);
        page.assert_full();
        assert_eq!(page.session("refusal"), "store_unavailable", "{page}");
    });
    lock.execute_batch("ROLLBACK").expect("unlocked");
    let page = offer("last", &second);
    assert_eq!(page.0["session"]["resumed"], true, "{page}");
    drop(server.stop());
    assert!(counted(&ledger, "store_unavailable") >= visits);
    println!("{visits} visits while the file was locked");
}
