//! `tessera connect` against `tessera serve`: what it reports, and how it exits.

use crate::started::{Server, code, json, run, shape, unread};
use serde_json::Value;
use std::fs::OpenOptions;
use std::net::TcpListener;
use std::process::Output;

const GET: [&str; 2] = ["--get", "/json"];

#[test]
fn the_report_has_the_documented_shape() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let wallet = dir.path().join("c");
    server.connect(&wallet, &GET);
    let report = json(&server.connect(&wallet, &GET));
    assert_eq!(report["schema"], "tessera.connect/1");
    let expected = "\
.connections[].alpn null
.connections[].body text
.connections[].bytes_in number
.connections[].bytes_out number
.connections[].cipher_suite text
.connections[].early_data text
.connections[].group text
.connections[].handshake_us number
.connections[].keys_fingerprint text
.connections[].kind text
.connections[].offered text
.connections[].peer.chain[] text
.connections[].peer.subject text
.connections[].refusal null
.connections[].refusal_text null
.connections[].resumed bool
.connections[].session.generation number
.connections[].session.id text
.connections[].session.lineage text
.connections[].status number
.connections[].tickets_received number
.connections[].version text
.schema text";
    assert_eq!(shape(&report), expected);
    let one = &report["connections"][0];
    assert_eq!(
        (&one["kind"], &one["resumed"]),
        (&"psk".into(), &true.into())
    );
    assert_eq!(one["offered"], one["session"]["id"]);
    assert_eq!(one["tickets_received"], 2);
}

#[test]
fn another_process_resumes_and_expectations_have_an_exit_code() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let wallet = dir.path().join("c");
    let connect = |args: &[&str]| server.connect(&wallet, &[&GET[..], args].concat());
    let first = connect(&["--expect", "resumed"]);
    assert_eq!(code(&first), 6);
    // The report is there all the same.
    let first = json(&first);
    assert_eq!(
        (&first["connections"][0]["kind"], &first["error"]["exit"]),
        (&"full".into(), &6.into())
    );
    assert_eq!(code(&connect(&["--expect", "resumed"])), 0);
    assert_eq!(code(&connect(&["--expect", "full"])), 6);
    assert_eq!(code(&connect(&["--expect", "full", "--no-wallet"])), 0);
    let chain = json(&connect(&[
        "--no-wallet",
        "--reconnect",
        "2",
        "--expect",
        "resumed",
    ]));
    let kinds: Vec<_> = chain["connections"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds, ["full", "psk", "psk"]);
}

#[test]
fn the_same_wallet_serves_requests_and_raw_streams() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let wallet = dir.path().join("c");
    assert_eq!(code(&server.connect(&wallet, &[])), 0);
    assert_eq!(
        code(&server.connect(&wallet, &[&GET[..], &["--expect", "resumed"]].concat())),
        0
    );
    assert_eq!(code(&server.connect(&wallet, &["--expect", "resumed"])), 0);
}

#[test]
fn as_many_tickets_come_as_are_asked_for_and_allowed() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &["--max-tickets", "5"]);
    let received = |args: &[&str]| {
        let output = server.connect(&dir.path().join("c"), &[&GET[..], args].concat());
        assert_eq!(code(&output), 0, "{output:?}");
        let report = json(&output);
        let connections = report["connections"].as_array().expect("a list");
        let count = |one: &Value| one["tickets_received"].as_u64().expect("a number");
        connections.iter().map(count).collect::<Vec<_>>()
    };
    assert_eq!(
        received(&["--tickets", "4,1", "--reconnect", "2"]),
        [4, 1, 1]
    );
    assert_eq!(received(&["--tickets", "3", "--expect", "resumed"]), [3]);
    assert_eq!(received(&["--tickets", "32"]), [5]);
    assert_eq!(received(&["--tickets", "0", "--no-wallet"]), [0]);
    assert_eq!(received(&["--no-wallet"]), [2]);
}

#[test]
fn keys_are_replaced_on_request() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let report = json(&server.connect(
        &dir.path().join("c"),
        &[&GET[..], &["--key-update"]].concat(),
    ));
    let body = report["connections"][0]["body"].as_str().expect("a body");
    let page: Value = serde_json::from_str(body).expect("a document");
    assert_eq!(page["connection"]["key_updates"], 2, "{page}");
}

#[test]
fn in_tls_1_2_new_keys_take_a_handshake_that_the_server_may_decline() {
    let dir = tempfile::tempdir().expect("a directory");
    let get = [&GET[..], &["--tls", "1.2", "--key-update"]].concat();
    let willing = Server::start(&dir.path().join("s"), &["--renegotiate", "any"]);
    let report = json(&willing.connect(&dir.path().join("c"), &get));
    let connection = &report["connections"][0];
    assert_eq!(connection["kind"], "renegotiated", "{report}");
    assert_eq!(connection["resumed"], true, "of the same session");

    let unwilling = Server::start(&dir.path().join("s"), &[]);
    let output = unwilling.connect(&dir.path().join("c"), &get);
    assert_eq!(code(&output), 4);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no new keys"), "{said}");
}

#[test]
fn each_way_to_fail_has_its_exit_code() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("c");
    let state = state.to_str().expect("UTF-8");
    let server = Server::start(&dir.path().join("s"), &[]);
    let other = Server::start(&dir.path().join("other"), &[]);
    let free = TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("a port");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = silent.local_addr().expect("its address").to_string();
    let (address, ca, other) = (server.address(), server.ca(), other.ca());
    let address = address.replace("localhost", "127.0.0.1");
    let cases: [(&[&str], i32); 5] = [
        (&[&free.to_string()], 3),
        (&[&address, "--ca-file", &ca, "--alpn", "gopher"], 4),
        (&[&address, "--ca-file", &other], 5),
        (
            &[&address, "--ca-file", &ca, "--sni", "elsewhere.example"],
            5,
        ),
        (&[&silent, "--timeout", "200ms"], 7),
    ];
    for (args, expected) in cases {
        let output = run(&[&["connect", "--state", state, "--json"], args].concat());
        assert_eq!(code(&output), expected, "{args:?}: {output:?}");
        assert_eq!(json(&output)["error"]["exit"], expected, "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn what_people_mostly_try_next_is_said() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let other = Server::start(&dir.path().join("other"), &[]);
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let address = server.address().replace("localhost", "127.0.0.1");
    let stranger = said(&run(&[
        "connect",
        &address,
        "--no-wallet",
        "--ca-file",
        &other.ca(),
    ]));
    let whole = "certificate 0 (CN=localhost): its issuer is not trusted here (in WaitVerdict; we sent the alert unknown_ca)";
    assert!(stranger.contains(whole), "{stranger}");
    assert!(stranger.contains("hint: --ca-file names"), "{stranger}");
    let unmet = said(&server.connect(&dir.path().join("c"), &["--expect", "resumed"]));
    assert!(
        unmet.contains("connection 1 is full, not resumed: there was no session to offer"),
        "{unmet}"
    );
}

#[test]
fn a_stream_of_documents_has_one_for_each_connection_and_one_for_the_failure() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let chain = [
        &GET[..],
        &["--jsonl", "--reconnect", "2", "--expect", "full"],
    ]
    .concat();
    let output = server
        .connecting(&dir.path().join("c"), &chain)
        .output()
        .expect("the program starts");
    assert_eq!(code(&output), 6);
    let documents: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a document"))
        .collect();
    let kinds: Vec<_> = documents
        .iter()
        .map(|one| &one["connections"][0]["kind"])
        .collect();
    assert_eq!(kinds, [&Value::from("full"), &"psk".into(), &Value::Null]);
    assert!(
        documents
            .iter()
            .all(|one| one["schema"] == "tessera.connect/1")
    );
    assert_eq!(documents[2]["error"]["exit"], 6);
}

#[test]
fn a_reader_who_has_had_enough_is_no_failure_and_a_full_disk_is_not_the_peer_s() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let much = ["--get", "/bytes/10000000"];
    let mut command = server.connecting(&dir.path().join("c"), &much);
    let output = command.stdout(unread()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(code(&output), 0, "{said}");
    assert!(said.contains("Session: NEW"), "{said}");

    let full = OpenOptions::new().write(true).open("/dev/full");
    let mut command = server.connecting(&dir.path().join("c"), &much);
    let output = command.stdout(full.expect("a full disk")).output();
    let output = output.expect("it starts");
    assert_eq!(code(&output), 1);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("error: stdout: "), "{said}");
}

#[test]
fn the_alert_and_its_sender_are_named() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let output = server.connect(&dir.path().join("c"), &["--alpn", "gopher"]);
    let alert = &json(&output)["error"]["alert"];
    assert_eq!(alert["description"], "no_application_protocol");
    assert_eq!(alert["sent_by"], "peer");
}

#[test]
fn what_is_offered_can_be_chosen() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let chosen = [
        "--groups",
        "P-256",
        "--ciphers",
        "TLS_AES_256_GCM_SHA384",
        "--alpn",
        "http/1.1",
        "--no-sni",
    ];
    let report = json(&server.connect(&dir.path().join("c"), &[&GET[..], &chosen].concat()));
    let one = &report["connections"][0];
    assert_eq!(
        (&one["group"], &one["cipher_suite"]),
        (&"secp256r1".into(), &"TLS_AES_256_GCM_SHA384".into())
    );
    assert_eq!(one["alpn"], "http/1.1");
    assert!(
        one["body"]
            .as_str()
            .is_some_and(|body| body.contains("\"server_name\":null")),
        "{one}"
    );
}

#[test]
fn the_trace_goes_to_stderr_and_shows_no_ticket() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let output = server.connect(&dir.path().join("c"), &[&GET[..], &["--trace"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    for message in [
        "client_hello",
        "server_hello",
        "certificate_verify",
        "finished",
        "new_session_ticket",
    ] {
        assert!(said.contains(message), "no {message} in {said}");
    }
    assert!(said.contains("not shown"), "{said}");
    json(&output);
}
