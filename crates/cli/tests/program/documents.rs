//! What every verb prints for other programs: `--json` is one document, `--jsonl` one on each line, and each says
//! what it is.

use crate::started::{Server, code, run};
use serde_json::Value;
use std::process::Output;

const GET: [&str; 2] = ["--get", "/json"];

/// What the documents of an output are called.
#[track_caller]
fn schemas(output: &Output) -> Vec<String> {
    assert_eq!(code(output), 0, "{output:?}");
    let schema = |line: &str| {
        let document: Value = serde_json::from_str(line).expect(line);
        document["schema"].as_str().expect(line).to_owned()
    };
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(schema).collect()
}

/// The command line in words, run in either form: one document, and the documents of a stream.
#[track_caller]
fn both(words: &[&str], document: &str, lines: &[&str]) {
    let of = |form| schemas(&run(&[words, &[form]].concat()));
    assert_eq!(of("--json"), [document], "{words:?}");
    assert_eq!(of("--jsonl"), lines, "{words:?}");
}

#[test]
fn every_document_of_every_verb_says_what_it_is() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();
    let (servers, clients) = (path("s"), path("c"));
    let server = Server::start(servers.as_ref(), &["--ticket-kind", "stored"]);
    assert_eq!(server.ready["schema"], "tessera.serve/1");
    let connect = |form| {
        let args = [&GET[..], &["--reconnect", "1", form]].concat();
        let mut command = server.connecting(clients.as_ref(), &args);
        schemas(&command.output().expect("the program starts"))
    };
    assert_eq!(connect("--json"), ["tessera.connect/1"]);
    assert_eq!(connect("--jsonl"), ["tessera.connect/1"; 2]);

    let servers = ["--state", &servers];
    let clients = ["--state", &clients];
    let of_server = |words: &[&str], document, lines: &[&str]| {
        both(&[words, &servers].concat(), document, lines);
    };
    let list = "tessera.session-list/1";
    let session = "tessera.session/1";
    let kept = schemas(&run(
        &[&["session", "list", "--jsonl"], &servers[..]].concat()
    ));
    assert!(!kept.is_empty());
    let kept: Vec<_> = kept.iter().map(String::as_str).collect();
    assert_eq!(kept, vec![session; kept.len()]);
    of_server(&["session", "list"], list, &kept);
    let listed = run(&[&["session", "list", "--json"], &servers[..]].concat());
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("a document");
    let (id, lineage) = (
        listed["sessions"][0]["id"].as_str().expect("an id"),
        listed["sessions"][0]["lineage"].as_str().expect("an id"),
    );
    of_server(&["session", "show", id], list, &[session]);
    let connections = "tessera.session-connections/1";
    of_server(
        &["session", "connections", lineage],
        connections,
        &["tessera.session-connection/1"; 4],
    );
    let verified = "tessera.session-verify/1";
    of_server(&["session", "verify"], verified, &[verified]);
    let revoked = "tessera.session-revoke/1";
    of_server(&["session", "revoke", lineage], revoked, &[revoked]);
    let revocations = "tessera.revocation-list/1";
    of_server(
        &["session", "revoke", "--list"],
        revocations,
        &["tessera.revocation/1"],
    );
    let expired = "tessera.session-expire/1";
    of_server(&["session", "expire", "--all"], expired, &[expired]);

    let file = path("session.pem");
    let drawn = run(&[&["session", "list", "--json"], &clients[..]].concat());
    let drawn: Value = serde_json::from_slice(&drawn.stdout).expect("a document");
    let id = drawn["sessions"][0]["id"].as_str().expect("an id");
    // Where the data is a file, there is nothing else to print.
    let exported = run(&[
        &["session", "export", id, "-o", &file, "--json"],
        &clients[..],
    ]
    .concat());
    assert!(schemas(&exported).is_empty());
    let imported = "tessera.session-import/1";
    both(
        &[&["session", "import", &file], &clients[..]].concat(),
        imported,
        &[imported],
    );

    let (keys, key) = ("tessera.key-list/1", "tessera.key/1");
    of_server(&["keys", "list"], keys, &[key]);
    of_server(
        &["keys", "rotate", "--announced-for", "0s"],
        keys,
        &[key; 3],
    );
    let nginx = path("nginx.key");
    std::fs::write(&nginx, [7; 48]).expect("written");
    of_server(
        &["keys", "import", &nginx, "--dialect", "nginx"],
        keys,
        &[key; 4],
    );
    let ring = run(&[&["keys", "list", "--json"], &servers[..]].concat());
    let ring: Value = serde_json::from_slice(&ring.stdout).expect("a document");
    for (at, form, named) in [(0, "--json", vec![keys]), (1, "--jsonl", vec![key; 2])] {
        let name = ring["keys"][at]["name"].as_str().expect("a name");
        let retired = run(&[&["keys", "retire", name, form], &servers[..]].concat());
        assert_eq!(schemas(&retired), named);
    }

    let told = schemas(&run(&["demo", "--once", "--json"]));
    assert_eq!(told, ["tessera.demo/1"]);
    let told = schemas(&run(&["demo", "--once", "--jsonl"]));
    assert!(
        told.iter()
            .all(|one| ["tessera.demo-row/1", "tessera.demo-step/1"].contains(&one.as_str()))
    );
    assert!(told.len() > 2);
}
