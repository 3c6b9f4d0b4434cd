//! `serve --console`: what the buttons do, seen from outside.

use crate::console_page::{PATIENCE, Page, is_running, row, serving};
use crate::started::{Server, code, json, run, tessera};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const WITH_CONSOLE: [&str; 6] = [
    "--console",
    "127.0.0.1:0",
    "--tickets",
    "6",
    "--renegotiate",
    "any",
];

#[test]
fn a_session_outlives_its_connections_and_its_server() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(dir.path(), &WITH_CONSOLE);
    let page = Page::of(&server);
    let first = page.connects("1.3", false);
    let lineage = page.shows("the first connection", |picture| {
        let row = row(picture, "connections", &first)?;
        assert_eq!(
            (&row["kind"], &row["by"]),
            (&json!("full"), &json!("console"))
        );
        row["lineage"].as_str().map(str::to_owned)
    });
    let messages = page.shows("its messages", |picture| {
        row(picture, "connections", &first)?["messages"]
            .as_array()
            .cloned()
    });
    let names: Vec<_> = messages.iter().map(|message| &message["name"]).collect();
    assert_eq!(names[..2], ["client_hello", "server_hello"], "{names:?}");
    page.does("close", &json!({"connection": first}));
    page.shows("the end of it", |picture| {
        (row(picture, "connections", &first)?["state"] == "closed").then_some(())
    });
    assert_eq!(
        row(&page.picture(), "lineages", &lineage).expect("a bar")["state"],
        "live"
    );

    let five = page.does(
        "connect",
        &json!({"version": "1.3", "resume": true, "count": 5, "early_data": false}),
    );
    let ids: Vec<_> = five["connections"]
        .as_array()
        .expect("ids")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(ids.len(), 5);
    let picture = page.picture();
    let mut keys: Vec<_> = ids
        .iter()
        .map(|id| row(&picture, "connections", id).expect("a line"))
        .collect();
    assert!(
        keys.iter()
            .all(|row| row["lineage"] == json!(lineage) && row["kind"] == "psk"),
        "{keys:?}"
    );
    keys.sort_by_key(|row| row["keys_fingerprint"].to_string());
    keys.dedup_by_key(|row| row["keys_fingerprint"].to_string());
    assert_eq!(keys.len(), 5);

    // The process dies; whatever was open on it is over, and the bar goes on.
    let before = serving(&picture).expect("a process");
    assert!(is_running(before));
    page.does("restart", &json!({}));
    assert!(!is_running(before));
    let picture = page.picture();
    let after = serving(&picture).expect("another process");
    assert_ne!(before, after);
    assert!(is_running(after));
    for id in ids {
        assert_eq!(
            row(&picture, "connections", id).expect("a line")["state"],
            "closed"
        );
    }
    let bar = row(&picture, "lineages", &lineage).expect("a bar");
    assert_eq!(
        (&bar["state"], &bar["ended_at"]),
        (&json!("live"), &Value::Null)
    );
    let resumed = page.connects("1.3", true);
    let picture = page.picture();
    let line = row(&picture, "connections", &resumed).expect("a line");
    assert_eq!(
        (&line["lineage"], &line["process"]),
        (&json!(lineage), &json!(after))
    );

    // Somebody else kills it, and it is started again all the same.
    kill_process(Pid::from_raw(after).expect("a process id"), Signal::KILL).expect("it runs");
    page.shows("another process", |picture| {
        serving(picture).filter(|pid| *pid != after)
    });
    let resumed = page.connects("1.3", true);
    assert_eq!(
        row(&page.picture(), "connections", &resumed).expect("a line")["lineage"],
        json!(lineage)
    );

    server.signal(Signal::TERM);
    let (status, rest) = server.wait();
    assert_eq!((status.code(), rest.len()), (Some(0), 0), "{rest:?}");
}

#[test]
fn a_session_that_is_ended_is_refused_and_both_sides_of_the_console_say_why() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(dir.path(), &WITH_CONSOLE);
    let page = Page::of(&server);
    let lineage_of = |id: &str| {
        let picture = page.picture();
        row(&picture, "connections", id).expect("a line")["lineage"]
            .as_str()
            .expect("a lineage")
            .to_owned()
    };
    let first = lineage_of(&page.connects("1.3", false));
    page.does(
        "revoke",
        &json!({"lineage": first, "why": "a test", "close": true}),
    );
    page.shows("a revoked bar with a reason", |picture| {
        let bar = row(picture, "lineages", &first)?;
        let why = bar["why"].as_str()?;
        (bar["state"] == "revoked" && why.contains("a test") && !bar["ended_at"].is_null())
            .then_some(())
    });
    let listed = session(dir.path(), &["list", "--all", "--json"]);
    let states: Vec<_> = listed["sessions"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["lineage"] == json!(first))
        .map(|row| &row["state"])
        .collect();
    assert!(
        !states.is_empty() && states.iter().all(|state| **state == "revoked"),
        "{listed}"
    );
    let next = page.connects("1.3", true);
    let picture = page.picture();
    let line = row(&picture, "connections", &next).expect("a line");
    assert_eq!(
        (&line["kind"], &line["refusal"]),
        (&json!("full"), &json!("revoked"))
    );
    assert_eq!(
        picture["counters"]["refused"]["revoked"], 1,
        "{}",
        picture["counters"]
    );

    let second = lineage_of(&next);
    page.does("expire", &json!({"lineage": second}));
    page.shows("an ended bar", |picture| {
        (row(picture, "lineages", &second)?["state"] != "live").then_some(())
    });
    let after = page.connects("1.3", true);
    assert_eq!(
        row(&page.picture(), "connections", &after).expect("a line")["kind"],
        "full"
    );
}

#[test]
fn keys_and_certificates_change_and_sessions_stay() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(dir.path(), &WITH_CONSOLE);
    let page = Page::of(&server);
    let first = page.connects("1.3", false);
    let sealing = |picture: &Value| {
        let mut keys = picture["keys"].as_array()?.iter();
        keys.find(|key| key["phase"] == "sealing")?["name"]
            .as_str()
            .map(str::to_owned)
    };
    let before = page.shows("a key that seals", sealing);
    page.does("rotate", &json!({}));
    page.shows("another key that seals", |picture| {
        sealing(picture).filter(|name| *name != before)
    });
    let certificate = std::fs::read(dir.path().join("localhost.pem")).expect("a certificate");
    page.does("renew", &json!({}));
    assert_ne!(
        std::fs::read(dir.path().join("localhost.pem")).expect("a certificate"),
        certificate
    );
    page.shows("a server that has read it", |picture| {
        let mut notices = picture["notices"].as_array()?.iter();
        notices.find(|notice| notice["kind"] == "reload").map(drop)
    });
    let resumed = page.connects("1.3", true);
    let picture = page.picture();
    let lineage = |id: &str| row(&picture, "connections", id).expect("a line")["lineage"].clone();
    assert_eq!(lineage(&first), lineage(&resumed));
}

#[test]
fn one_connection_changes_its_session_and_its_keys() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(dir.path(), &WITH_CONSOLE);
    let page = Page::of(&server);
    let old = page.connects("1.2", false);
    page.does("renegotiate", &json!({"connection": old}));
    page.shows("a line on two bars", |picture| {
        let line = row(picture, "connections", &old)?;
        let earlier = line["earlier"].as_array()?.first()?;
        assert_eq!(line["state"], "open");
        (line["kind"] == "renegotiated" && line["lineage"] != earlier["lineage"]).then_some(())
    });
    let new = page.connects("1.3", false);
    page.does("key-update", &json!({"connection": new}));
    page.shows("new keys", |picture| {
        (row(picture, "connections", &new)?["key_updates"].as_u64()? >= 2).then_some(())
    });
    let answer = page.press("renegotiate", &json!({"connection": new}));
    assert_eq!(answer["ok"], false, "{answer}");
    assert!(
        answer["error"]
            .as_str()
            .is_some_and(|why| why.contains("TLS 1.3")),
        "{answer}"
    );
}

#[test]
fn a_session_goes_to_another_process_and_into_a_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(dir.path(), &WITH_CONSOLE);
    let page = Page::of(&server);
    let first = page.connects("1.3", false);
    let lineage = row(&page.picture(), "connections", &first).expect("a line")["lineage"].clone();
    let answer = page.does("elsewhere", &json!({"version": "1.3"}));
    assert!(
        answer["command"]
            .as_str()
            .is_some_and(|line| line.starts_with("tessera connect localhost:")),
        "{answer}"
    );
    page.shows("a connection that is not the console's", |picture| {
        let mut lines = picture["connections"].as_array()?.iter();
        lines
            .find(|line| {
                line["by"].is_null() && line["lineage"] == lineage && line["resumed"] == true
            })
            .map(drop)
    });
    let answer = page.does("export", &json!({"lineage": lineage}));
    let pem = answer["pem"].as_str().expect("a session");
    assert!(
        pem.starts_with("-----BEGIN SSL SESSION PARAMETERS-----"),
        "{pem}"
    );
    let file = dir.path().join("session.pem");
    std::fs::write(&file, pem).expect("a file");
    let file = file.display().to_string();
    let wallet = dir.path().join("elsewhere");
    let output = server.connect(
        &wallet,
        &[
            "--get",
            "/json",
            "--session-in",
            &file,
            "--expect",
            "resumed",
        ],
    );
    assert_eq!(code(&output), 0, "{output:?}");
}

#[test]
fn early_data_and_secrets_are_there_for_who_asked_for_them() {
    let dir = tempfile::tempdir().expect("a directory");
    let asked = json!({"version": "1.3", "resume": true, "count": 1, "early_data": true});
    let server = Server::start(dir.path(), &WITH_CONSOLE);
    let page = Page::of(&server);
    let first = page.connects("1.3", false);
    let answer = page.press("connect", &asked);
    assert!(
        answer["error"]
            .as_str()
            .is_some_and(|why| why.contains("--early-data")),
        "{answer}"
    );
    let deeds = &page.shows("what cannot be done", |picture| {
        Some(picture["console"]["deeds"].clone()).filter(|deeds| deeds["reveal"].is_string())
    });
    assert!(
        deeds["early-data"].is_string() && deeds["connect"].is_null(),
        "{deeds}"
    );
    let answer = page.press("reveal", &json!({"connection": first}));
    assert!(
        answer["error"]
            .as_str()
            .is_some_and(|why| why.contains("--learn")),
        "{answer}"
    );
    drop(server);

    let server = Server::start(
        dir.path(),
        &[&WITH_CONSOLE[..], &["--learn", "--early-data", "16384"]].concat(),
    );
    let page = Page::of(&server);
    page.connects("1.3", false);
    let done = page.does("connect", &asked);
    let id = done["connections"][0].as_str().expect("an id");
    let picture = page.picture();
    assert_eq!(
        row(&picture, "connections", id).expect("a line")["early_data"],
        "accepted",
        "{picture:#}"
    );
    let answer = page.does("reveal", &json!({"connection": id}));
    let labels: Vec<_> = answer["secrets"]
        .as_array()
        .expect("secrets")
        .iter()
        .map(|line| &line["label"])
        .collect();
    assert!(
        labels
            .iter()
            .any(|label| **label == "CLIENT_TRAFFIC_SECRET_0"),
        "{labels:?}"
    );
    let secret = answer["secrets"][0]["secret"].as_str().expect("hex");
    assert!(
        !page.picture().to_string().contains(secret),
        "a secret in the stream"
    );
}

#[test]
fn a_page_finds_the_console_again_after_it_was_away_and_the_bars_are_there() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(dir.path(), &WITH_CONSOLE);
    let page = Page::of(&server);
    let first = page.connects("1.3", false);
    let lineage = row(&page.picture(), "connections", &first).expect("a line")["lineage"]
        .as_str()
        .expect("a lineage")
        .to_owned();
    let child = serving(&page.picture()).expect("a process");
    server.signal(Signal::KILL);
    server.wait();
    let since = Instant::now();
    while is_running(child) {
        assert!(since.elapsed() < PATIENCE, "the server outlives its keeper");
        std::thread::sleep(Duration::from_millis(20));
    }
    let again = Server::start(dir.path(), &["--console", &page.address]);
    assert_eq!(Page::of(&again).token, page.token);
    page.shows("the bar from before", |picture| {
        (row(picture, "lineages", &lineage)?["state"] == "live").then_some(())
    });
}

#[test]
fn a_console_is_for_this_machine_alone() {
    for address in ["0.0.0.0:0", "192.0.2.1:80", "nonsense"] {
        let output = run(&["serve", "--console", address]);
        assert_eq!(code(&output), 2, "{address}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("--console"), "{said}");
    }
    let output = run(&["serve", "--learn"]);
    assert_eq!(code(&output), 2, "{output:?}");
}

#[test]
fn a_server_that_does_not_start_says_why_and_so_does_its_keeper() {
    let dir = tempfile::tempdir().expect("a directory");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = taken.local_addr().expect("an address").to_string();
    let mut command = tessera();
    command
        .args([
            "serve",
            "--console",
            "127.0.0.1:0",
            "--listen",
            &listen,
            "--state",
        ])
        .arg(dir.path());
    let output = command.output().expect("the program starts");
    assert_eq!(code(&output), 1, "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("somebody listens there already"), "{said}");
}

/// `tessera session` on a state directory.
#[track_caller]
fn session(state: &Path, args: &[&str]) -> Value {
    let mut command = tessera();
    let output = command
        .arg("session")
        .args(args)
        .arg("--state")
        .arg(state)
        .output();
    json(&output.expect("the program starts"))
}
