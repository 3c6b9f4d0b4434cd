//! `tessera demo`: the story, from its ledger.

use crate::started::{json, run, shape, tessera};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

#[test]
fn the_story_holds_and_its_rows_have_the_documented_shape() {
    let output = run(&["demo", "--once", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let story = json(&output);
    assert_eq!(story["schema"], "tessera.demo/1");
    let rows = story["connections"].as_array().expect("rows");
    let expected = "\
.bytes_in number
.bytes_out number
.connection text
.generation number
.handshake_us number
.keys_fingerprint text
.kind text
.lineage text
.process number
.refusal null
.session text
.version text";
    assert_eq!(shape(&rows[0]), expected);
    let kinds: Vec<_> = rows
        .iter()
        .map(|row| row["kind"].as_str().unwrap_or_default())
        .collect();
    let resumed = ["resumed"; 8];
    let tls12 = [
        "full",
        "resumed",
        "full",
        "resumed",
        "resumed",
        "renegotiated",
    ];
    assert_eq!(kinds, [&["full"], &resumed[..], &["full"], &tls12].concat());
    let distinct = |field: &str| {
        rows.iter()
            .map(|row| row[field].to_string())
            .collect::<BTreeSet<_>>()
            .len()
    };
    assert_eq!(distinct("keys_fingerprint"), rows.len());
    assert_eq!((distinct("lineage"), distinct("process")), (5, 4));
    // A renegotiation is a row of its own, of the connection it happened on.
    assert_eq!(distinct("connection"), rows.len() - 1);
    assert_eq!(rows[15]["connection"], rows[14]["connection"]);
    assert_ne!(rows[15]["session"], rows[14]["session"]);
    let versions: Vec<_> = rows.iter().map(|row| row["version"].as_str()).collect();
    assert_eq!(versions[..10], [Some("TLSv1.3"); 10]);
    assert_eq!(versions[10..], [Some("TLSv1.2"); 6]);
    assert_eq!(rows[9]["refusal"], "already_used");
}

#[test]
fn without_the_ring_between_the_steps_it_fails() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut child = tessera()
        .args(["demo", "--once", "--json", "--step", "--state"])
        .arg(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    let mut said = BufReader::new(child.stderr.take().expect("piped"))
        .lines()
        .map_while(Result::ok);
    while let Some(line) = said.find(|line| line.starts_with("next: ")) {
        if line.contains("server killed") {
            let db = rusqlite::Connection::open(dir.path().join("sessions.db")).expect("the store");
            db.execute("DELETE FROM ring", []).expect("there is a ring");
        }
        stdin.write_all(b"\n").expect("it waits");
    }
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let story: Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert_eq!(story["ok"], false);
    let failed = story["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter(|step| step["ok"] == false);
    assert!(
        failed.clone().any(|step| step["step"] == "from_disk"),
        "{story}"
    );
    assert!(
        story["connections"]
            .as_array()
            .expect("rows")
            .iter()
            .any(|row| row["refusal"] == "unknown_ticket")
    );
}

#[test]
fn the_table_has_a_line_for_each_connection() {
    let output = run(&["demo", "--once"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let table = String::from_utf8_lossy(&output.stdout);
    for text in [
        "first contact",
        "already_used",
        "a new session under way",
        "15 connections",
    ] {
        assert!(table.contains(text), "no {text:?} in {table}");
    }
}
