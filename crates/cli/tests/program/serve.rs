//! `tessera serve` as a process: its first line, its signals, its pages.

use crate::started::{Server, code, json, run, shape, tessera};
use rustix::process::Signal;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

const GET: [&str; 2] = ["--get", "/json"];

/// `/json` as the server answers it.
#[track_caller]
fn page(server: &Server, wallet: &Path, args: &[&str]) -> Value {
    let output = server.connect(wallet, &[&GET[..], args].concat());
    assert_eq!(code(&output), 0, "{output:?}");
    let body = json(&output)["connections"][0]["body"]
        .as_str()
        .expect("a body")
        .to_owned();
    serde_json::from_str(&body).expect("a document")
}

#[test]
fn the_first_line_says_where_it_listens_and_nothing_follows() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut child = tessera()
        .args(["serve", "--listen", "127.0.0.1:0", "--state"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    stdout.read_line(&mut line).expect("stdout can be read");
    let port = line
        .trim_end()
        .strip_prefix("listening https://127.0.0.1:")
        .expect(&line);
    assert!(port.parse::<u16>().is_ok_and(|port| port > 0), "{line}");
    child.kill().expect("it runs");
    child.wait().expect("it ends");

    let server = Server::start(dir.path(), &[]);
    assert_eq!(
        shape(&server.ready),
        ".ca text\n.console null\n.listening text\n.schema text"
    );
    assert_eq!(server.ready["schema"], "tessera.serve/1");
    server.signal(Signal::TERM);
    let (status, rest) = server.wait();
    assert_eq!((status.code(), rest), (Some(0), vec![]));
}

#[test]
fn the_page_about_a_connection_has_the_documented_shape() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let document = page(&server, &dir.path().join("c"), &["--alpn", "http/1.1"]);
    assert_eq!(document["schema"], "tessera.connection/1");
    let expected = "\
.connection.epoch number
.connection.id text
.connection.key_updates number
.connection.keys_fingerprint text
.connection.opened_at text
.connection.peer text
.schema text
.session.alpn text
.session.authenticated_at text
.session.cipher_suite text
.session.expires_at text
.session.generation number
.session.group text
.session.id text
.session.issued_by null
.session.kind text
.session.lineage text
.session.peer_identity null
.session.refusal null
.session.refusal_text null
.session.resumed bool
.session.server_name text
.session.uses number
.session.version text
.web_session null";
    assert_eq!(shape(&document), expected);
    let session = &document["session"];
    assert_eq!(
        (&session["kind"], &session["uses"]),
        (&"full".into(), &1.into())
    );
    assert_eq!(
        (&session["version"], &session["server_name"]),
        (&"TLSv1.3".into(), &"localhost".into())
    );
}

#[test]
fn a_refused_resumption_is_said_on_the_page() {
    let dir = tempfile::tempdir().expect("a directory");
    let (state, wallet) = (dir.path().join("s"), dir.path().join("c"));
    let copy = dir.path().join("copy.pem");
    let copy = copy.to_str().expect("UTF-8");
    let server = Server::start(&state, &["--single-use"]);
    page(&server, &wallet, &["--session-out", copy]);
    let carried = ["--no-wallet", "--session-in", copy];
    assert_eq!(page(&server, &wallet, &carried)["session"]["kind"], "psk");
    let refused = page(&server, &wallet, &carried);
    assert_eq!(refused["session"]["kind"], "full");
    assert_eq!(refused["session"]["refusal"], "already_used");
    assert!(
        refused["session"]["refusal_text"]
            .as_str()
            .is_some_and(|text| text.contains("already"))
    );
}

#[test]
fn sighup_reloads_certificates_and_keeps_sessions() {
    let dir = tempfile::tempdir().expect("a directory");
    let (state, wallet) = (dir.path().join("s"), dir.path().join("c"));
    let server = Server::start(&state, &[]);
    let chain = |args: &[&str]| {
        let output = server.connect(&wallet, &[&GET[..], args].concat());
        assert_eq!(code(&output), 0, "{output:?}");
        json(&output)["connections"][0]["peer"]["chain"][0].clone()
    };
    let before = chain(&[]);
    // The authority stays, so clients need to know nothing new.
    std::fs::remove_file(state.join("localhost.pem")).expect("a certificate");
    server.signal(Signal::HUP);
    server.said("certificates reloaded");
    assert_ne!(chain(&["--no-wallet", "--expect", "full"]), before);
    chain(&["--expect", "resumed"]);
}

#[test]
fn people_are_told_whom_to_trust_and_what_to_try() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut child = tessera()
        .args(["serve", "--listen", "127.0.0.1:0", "--state"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stderr = BufReader::new(child.stderr.take().expect("piped"));
    let said: Vec<_> = stderr.lines().map_while(Result::ok).take(2).collect();
    child.kill().and_then(|()| child.wait()).expect("it ends");
    let ca = dir.path().join("ca.pem").display().to_string();
    assert!(said[0].ends_with(&ca), "{said:?}");
    let curl = format!("curl --cacert {ca} https://localhost:");
    assert!(said[1].contains(&curl), "{said:?}");
}

#[test]
fn a_certificate_that_is_gone_at_sighup_leaves_the_old_one() {
    let dir = tempfile::tempdir().expect("a directory");
    let dev = Server::start(&dir.path().join("dev"), &[]);
    let (cert, key) = (
        dir.path().join("dev/localhost.pem"),
        dir.path().join("dev/localhost.key"),
    );
    let pair = [
        "--cert",
        cert.to_str().expect("UTF-8"),
        "--key",
        key.to_str().expect("UTF-8"),
    ];
    let server = Server::start(&dir.path().join("s"), &pair);
    assert_eq!(server.ready["ca"], Value::Null);
    std::fs::remove_file(&cert).expect("a certificate");
    server.signal(Signal::HUP);
    server.said("nothing reloaded");
    let output = server.connect(
        &dir.path().join("c"),
        &[&GET[..], &["--ca-file", &dev.ca()]].concat(),
    );
    assert_eq!(code(&output), 0, "{output:?}");
}

#[test]
fn lines_come_back_with_echo() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &["--echo"]);
    let mut command = tessera();
    command
        .args([
            "connect",
            &server.address(),
            "--ca-file",
            &server.ca(),
            "-4",
            "--state",
        ])
        .arg(dir.path().join("c"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), b"one\r\ntwo\n")
        .expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(0), &b"one\r\ntwo\n"[..])
    );
}

#[test]
fn files_of_a_directory_are_served_and_nothing_else() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(dir.path().join("www")).expect("made");
    std::fs::write(dir.path().join("www/index.html"), "<p>hello").expect("written");
    std::fs::write(dir.path().join("secret"), "no").expect("written");
    let www = dir.path().join("www");
    let server = Server::start(
        &dir.path().join("s"),
        &["--dir", www.to_str().expect("UTF-8")],
    );
    let wallet = dir.path().join("c");
    let get =
        |path: &str| json(&server.connect(&wallet, &["--get", path]))["connections"][0].clone();
    assert_eq!(get("/")["body"], "<p>hello");
    for path in ["/../secret", "/%2e%2e/secret", "/nothing"] {
        assert_eq!(get(path)["status"], 404, "{path}");
    }
}

#[test]
fn a_store_key_that_is_none_is_exit_8_and_names_the_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let key = dir.path().join("short.key");
    std::fs::write(&key, "short").expect("written");
    let (state, key) = (
        dir.path().join("s"),
        key.to_str().expect("UTF-8").to_owned(),
    );
    let output = run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--state",
        state.to_str().expect("UTF-8"),
        "--store-key-file",
        &key,
    ]);
    assert_eq!(code(&output), 8, "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("short.key"));
}
