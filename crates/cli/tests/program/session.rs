//! `tessera session`: what is kept, ended and checked.

use crate::started::{Server, code, json, run, shape};
use serde_json::Value;
use std::path::Path;

const GET: [&str; 2] = ["--get", "/json"];

#[track_caller]
fn session(state: &Path, args: &[&str]) -> std::process::Output {
    run(&[
        &["session"],
        args,
        &["--json", "--state", state.to_str().expect("UTF-8")],
    ]
    .concat())
}

#[track_caller]
fn list(state: &Path, args: &[&str]) -> Vec<Value> {
    let output = session(state, &[&["list"], args].concat());
    assert_eq!(code(&output), 0, "{output:?}");
    let document = json(&output);
    assert_eq!(document["schema"], "tessera.session-list/1");
    document["sessions"].as_array().expect("a list").clone()
}

#[test]
fn both_ends_list_what_they_keep() {
    let dir = tempfile::tempdir().expect("a directory");
    let (state, wallet) = (dir.path().join("s"), dir.path().join("c"));
    let server = Server::start(&state, &[]);
    server.connect(&wallet, &[&GET[..], &["--reconnect", "1"]].concat());
    let (ours, theirs) = (list(&state, &[]), list(&wallet, &[]));
    // The server's side of self-encrypted tickets is one line for all of them.
    assert_eq!(
        (ours.len(), &ours[0]["uses"], &ours[0]["side"]),
        (1, &2.into(), &"server".into())
    );
    assert_eq!((theirs.len(), &theirs[0]["side"]), (3, &"client".into()));
    let expected = "\
.authenticated_at text
.cipher_suite text
.expires_at text
.generation number
.id text
.issued_at text
.lineage text
.open_connections number
.peer text
.server_name text
.side text
.state text
.uses number
.version text";
    assert_eq!(shape(&theirs[0]), expected);
    assert_eq!(theirs[0]["peer"], "CN=localhost");
}

#[test]
fn an_expired_lineage_is_not_resumed_though_its_tickets_are_out() {
    let dir = tempfile::tempdir().expect("a directory");
    let (state, wallet) = (dir.path().join("s"), dir.path().join("c"));
    let server = Server::start(&state, &[]);
    server.connect(&wallet, &GET);
    drop(server);
    let lineage = list(&state, &[])[0]["lineage"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(code(&session(&state, &["expire", &lineage[..8]])), 0);
    assert_eq!(list(&state, &[]).len(), 0);
    assert_eq!(list(&state, &["--all"])[0]["state"], "revoked");
}

#[test]
fn a_stored_session_and_a_ticket_can_be_ended() {
    let dir = tempfile::tempdir().expect("a directory");
    let (state, wallet) = (dir.path().join("s"), dir.path().join("c"));
    let server = Server::start(&state, &["--ticket-kind", "stored"]);
    server.connect(&wallet, &GET);
    assert_eq!(list(&state, &[]).len(), 2);
    assert_eq!(json(&session(&state, &["expire", "--all"]))["expired"], 2);
    assert_eq!(list(&state, &["--all"]).len(), 0);
    let refused = server.connect(&wallet, &GET);
    assert!(
        json(&refused)["connections"][0]["body"]
            .as_str()
            .is_some_and(|body| body.contains("unknown_ticket"))
    );

    let tickets = list(&wallet, &[]).len();
    let id = list(&wallet, &[])[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(code(&session(&wallet, &["expire", &id])), 0);
    assert_eq!(list(&wallet, &[]).len(), tickets - 1);
    assert_eq!(
        json(&session(&wallet, &["expire", "--older-than", "1h"]))["expired"],
        0
    );
}

#[test]
fn one_session_is_shown_by_the_beginning_of_its_id() {
    let dir = tempfile::tempdir().expect("a directory");
    let wallet = dir.path().join("c");
    let server = Server::start(&dir.path().join("s"), &[]);
    server.connect(&wallet, &GET);
    let id = list(&wallet, &[])[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let shown = json(&session(&wallet, &["show", &id[..10]]));
    assert_eq!(shown["sessions"][0]["id"], id);
    let text = run(&[
        "session",
        "show",
        &id[..10],
        "--state",
        wallet.to_str().expect("UTF-8"),
    ]);
    assert!(String::from_utf8_lossy(&text.stdout).contains(&id));
    assert_eq!(code(&session(&wallet, &["show", "ffffffffff"])), 1);
    assert_eq!(code(&session(&wallet, &["show", "no id"])), 2);
}

#[test]
fn a_stream_of_documents_names_each() {
    let dir = tempfile::tempdir().expect("a directory");
    let wallet = dir.path().join("c");
    Server::start(&dir.path().join("s"), &[]).connect(&wallet, &GET);
    let state = wallet.to_str().expect("UTF-8");
    let lines = run(&["session", "list", "--jsonl", "--state", state]).stdout;
    let lines = String::from_utf8(lines).expect("UTF-8");
    assert_eq!(lines.lines().count(), 2);
    for line in lines.lines() {
        let row: Value = serde_json::from_str(line).expect("a document");
        assert_eq!(row["schema"], "tessera.session/1");
        assert_eq!(row["side"], "client");
    }
}

#[test]
fn whoever_only_looks_makes_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let mistyped = dir.path().join("mistyped");
    assert_eq!(list(&mistyped, &[]).len(), 0);
    assert_eq!(code(&session(&mistyped, &["verify"])), 8);
    assert_eq!(code(&session(&mistyped, &["show", "3f"])), 1);
    assert!(!mistyped.exists());
}

#[test]
fn verify_counts_what_is_well() {
    let dir = tempfile::tempdir().expect("a directory");
    let (state, wallet) = (dir.path().join("s"), dir.path().join("c"));
    let server = Server::start(&state, &["--ticket-kind", "stored"]);
    server.connect(&wallet, &GET);
    let document = json(&session(&state, &["verify"]));
    assert_eq!(
        (&document["sessions"], &document["ticket_keys"]),
        (&2.into(), &1.into())
    );
    assert_eq!(document["findings"], Value::Array(Vec::new()));
    let evicted = [
        &document["evicted"],
        &json(&session(&state, &["list"]))["evicted"],
    ];
    assert_eq!(evicted, [0, 0]);
    assert_eq!(json(&session(&wallet, &["verify"]))["wallet"], 2);
}

#[test]
fn where_there_is_no_store_nothing_is_revoked_and_nobody_is_told_so() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("mistyped").display().to_string();
    let output = run(&["session", "revoke", "--all", "--state", &state]);
    assert_eq!(code(&output), 8, "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("nothing is revoked"), "{said}");
    assert!(!dir.path().join("mistyped").exists());
}
