//! The store of a fleet, as the program is told of it.

use serde_json::Value;
use tessera_interop::peer::{free_port, tessera};
use tessera_interop::process::run;
use tessera_interop::valkey::{Cluster, Valkey};
use tessera_interop::{Fleet, KeyType, Scene};

fn keys(fleet: &Fleet) -> Value {
    let printed = fleet.run(&["keys", "list", "--json"]).succeeded().text();
    serde_json::from_str(&printed).expect("a document")
}

/// Every kind of ticket that one server issues is resumed by the other, and everybody sees what is kept.
#[track_caller]
fn two_servers_are_one(fleet: &Fleet) {
    for kind in ["sealed", "stored"] {
        let servers = [0, 1].map(|number| fleet.serve(number, &["--ticket-kind", kind]));
        fleet
            .visit_as(kind, &servers[0], &[])
            .succeeded()
            .assert_full();
        for number in [1, 0, 1] {
            let again = fleet.visit_as(kind, &servers[number], &[]).succeeded();
            again.assert_resumed();
        }
    }
    let listed = fleet.list();
    assert!(listed.len() >= 2, "{listed:?}");
    assert!(
        listed
            .iter()
            .all(|session| session["server_name"] == "localhost")
    );
    assert_eq!(keys(fleet)["keys"].as_array().map(Vec::len), Some(1));
    fleet.run(&["keys", "rotate"]).succeeded();
    assert_eq!(keys(fleet)["keys"].as_array().map(Vec::len), Some(2));
    fleet
        .run(&["session", "verify"])
        .succeeded()
        .said("all is well");
    fleet.run(&["session", "expire", "--all"]).succeeded();
    assert!(
        fleet
            .list()
            .iter()
            .all(|session| session["state"] != "live")
    );
}

#[test]
fn servers_on_one_valkey_share_sessions_ring_and_listings() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let fleet = Fleet::new(scene, &format!("redis://127.0.0.1:{}/3", valkey.port));
    two_servers_are_one(&fleet);
    assert_eq!(valkey.ask(&["DBSIZE"]), "0", "the database is another");
    assert_ne!(valkey.ask(&["-n", "3", "DBSIZE"]), "0");
}

#[test]
fn verify_names_every_record_that_does_not_open() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let fleet = Fleet::new(scene, &valkey.url());
    let server = fleet.serve(0, &["--ticket-kind", "stored"]);
    fleet.visit(&server, &[]).succeeded().assert_full();
    drop(server.stop());
    // A session, a connection and the whole ring.
    let key = |pattern| {
        let keys = valkey.ask(&["--scan", "--pattern", pattern]);
        keys.lines().next().expect("one key").to_owned()
    };
    let (session, connection, ring) = (key("*:s:*"), key("*:c:*"), key("*:ring"));
    valkey.ask(&["SETRANGE", &session, "100", "x"]);
    valkey.ask(&["HSET", &connection, "record", "nonsense"]);
    valkey.ask(&["SETRANGE", &ring, "100", "x"]);
    let verified = fleet.run(&["session", "verify", "--json"]).exited(8);
    let verified: Value = serde_json::from_str(&verified.text()).expect("a document");
    let findings = verified["findings"].as_array().expect("a list");
    for (place, key) in [
        ("sessions", session),
        ("connections", connection),
        ("ring", String::new()),
    ] {
        let finding = findings.iter().find(|finding| finding["place"] == place);
        let finding = finding.unwrap_or_else(|| panic!("{place} in {verified}"));
        let record = finding["record"].as_str().expect("a name");
        assert!(key.ends_with(record) && record.is_empty() == key.is_empty());
        assert_ne!(finding["problem"], "");
    }
    assert_eq!(findings.len(), 3, "{verified}");
}

#[test]
fn servers_on_a_cluster_share_sessions_ring_and_listings() {
    let scene = Scene::new();
    let cluster = Cluster::start(scene.dir());
    two_servers_are_one(&Fleet::new(scene, &cluster.url()));
}

#[test]
fn a_store_behind_tls_is_spoken_to_over_our_own() {
    let scene = Scene::new();
    let port = free_port().to_string();
    let identity = scene.authority.server(KeyType::P256);
    let client = scene.authority.client("fleet", KeyType::P256);
    let ca = scene.authority.path();
    let tls = ["--tls-port", &port, "--tls-ca-cert-file", &ca];
    let own = [
        "--tls-cert-file",
        identity.cert(),
        "--tls-key-file",
        identity.key(),
    ];
    let valkey = Valkey::start_with(scene.dir(), &[&tls[..], &own].concat());
    // It wants to know its clients as well.
    let url = format!(
        "rediss://:secret@localhost:{port}?ca={ca}&cert={}&key={}",
        client.cert(),
        client.key()
    );
    valkey.ask(&["CONFIG", "SET", "requirepass", "secret"]);
    two_servers_are_one(&Fleet::new(scene, &url));
}

#[test]
fn r1_a_store_that_nobody_vouches_for_gets_nothing() {
    let scene = Scene::new();
    let port = free_port().to_string();
    let identity = scene.authority.server(KeyType::P256);
    let ca = scene.authority.path();
    let args = [
        "--tls-port",
        &port,
        "--tls-auth-clients",
        "no",
        "--tls-ca-cert-file",
        &ca,
        "--tls-cert-file",
        identity.cert(),
        "--tls-key-file",
        identity.key(),
    ];
    let _valkey = Valkey::start_with(scene.dir(), &args);
    let fleet = Fleet::new(scene, &format!("valkeys://localhost:{port}"));
    fleet
        .run(&["session", "list", "--store-ca", &ca])
        .succeeded();
    let stranger = Scene::new();
    let other = stranger.authority.path();
    let refused = fleet
        .run(&["session", "list", "--store-ca", &other])
        .exited(8);
    for word in ["valkeys://localhost", &port, "not trusted here"] {
        assert!(refused.stderr.contains(word), "{refused}");
    }
}

#[test]
fn r1_without_a_key_the_program_refuses_to_start() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    for verb in [
        &["serve"][..],
        &["session", "list"],
        &["keys", "list"],
        &["connect", "localhost"],
    ] {
        let mut command = tessera();
        command
            .args(verb)
            .args(["--store", &valkey.url(), "--state"])
            .arg(scene.path("state"));
        let refused = run(&mut command, b"").exited(2);
        assert!(refused.stderr.contains("--store-key-file"), "{refused}");
    }
    assert_eq!(valkey.ask(&["DBSIZE"]), "0");
}

#[test]
fn r1_a_fleet_of_another_name_meets_nothing_of_this_one() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let mut fleet = Fleet::new(scene, &valkey.url());
    let server = fleet.serve(0, &[]);
    fleet.visit(&server, &[]).succeeded().assert_full();
    assert_eq!(fleet.list().len(), 1);
    fleet.store.push_str("?fleet=west");
    assert_eq!(fleet.list(), Vec::<Value>::new());
    let western = fleet.serve(1, &[]);
    let report = fleet.visit(&western, &[]).succeeded();
    report.assert_full();
    assert!(!report.field("offered").is_empty(), "{}", report.outcome);
}

#[test]
fn a_client_s_wallet_may_be_in_the_fleet_s_store() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let fleet = Fleet::new(scene, &valkey.url());
    let server = fleet.serve(0, &[]);
    let flags = fleet.store_flags();
    fleet
        .visit_as("here", &server, &flags)
        .succeeded()
        .assert_full();
    fleet
        .visit_as("there", &server, &flags)
        .succeeded()
        .assert_resumed();
}

#[test]
fn a_server_that_starts_while_its_store_is_away_serves_and_says_so() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let fleet = Fleet::new(scene, &valkey.url());
    valkey.freeze();
    let server = fleet.serve(0, &[]);
    server
        .running
        .line_with("until it answers there are no tickets");
    fleet.visit(&server, &[]).succeeded().assert_full();
    let refused = fleet.run(&["session", "list"]).exited(8);
    assert!(refused.stderr.contains(&valkey.url()), "{refused}");
    valkey.thaw();
    // It has a ring when it has seen the store.
    while fleet.visit(&server, &[]).succeeded().connections()[0]["resumed"] != true {}
}

#[test]
fn r16_servers_that_lost_their_store_keep_the_last_ring_they_saw() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let fleet = Fleet::new(scene, &valkey.url());
    let servers = [0, 1].map(|number| fleet.serve(number, &[]));
    fleet.visit(&servers[0], &[]).succeeded().assert_full();
    drop(valkey);
    for server in [&servers[1], &servers[0], &servers[1]] {
        // What one seals the other opens, and neither has anybody to ask.
        fleet.visit(server, &[]).succeeded().assert_resumed();
    }
}
