//! `serve --feed`: what a console reads of the server it started.

use crate::started::{Server, code, json, run, tessera, unread};
use rustix::process::Signal;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use tessera_observe::{ConnectionRow, FeedLine, Notice, State};

const GET: [&str; 2] = ["--get", "/json"];

/// What a console knows of a server.
#[derive(Default)]
struct Reader {
    process: u32,
    sequence: u64,
    connections: BTreeMap<String, ConnectionRow>,
    notices: Vec<Notice>,
}

impl Reader {
    /// Reads until it knows what it wants to.
    #[track_caller]
    fn until(&mut self, server: &Server, knows: impl Fn(&Self) -> bool) {
        while !knows(self) {
            self.read(&server.line());
        }
    }

    #[track_caller]
    fn read(&mut self, line: &str) {
        let line: FeedLine = serde_json::from_str(line).expect("a line of the feed");
        assert_eq!(line.schema, "tessera.feed/1");
        self.process = line.process;
        self.notices.extend(line.notice);
        if let Some(delta) = line.delta {
            assert!(delta.sequence > self.sequence, "only what changed is told");
            assert_eq!(delta.everything, self.sequence == 0);
            self.sequence = delta.sequence;
            let rows = delta.connections.into_iter();
            self.connections
                .extend(rows.map(|row| (row.id.clone(), row)));
        }
    }

    fn closed(&self) -> usize {
        let closed = |row: &&ConnectionRow| row.state == State::Closed;
        self.connections.values().filter(closed).count()
    }

    fn told(&self, kind: &str) -> Option<&Notice> {
        self.notices.iter().rfind(|notice| notice.kind == kind)
    }
}

/// What the server wrote into its own file about connections that ended, by their names.
fn ledger(file: &Path) -> BTreeMap<String, ConnectionRow> {
    let text = std::fs::read_to_string(file).expect("it is written");
    let rows = text.lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("a line of the ledger");
        serde_json::from_value::<ConnectionRow>(line["connection"].clone()).expect("a row")
    });
    rows.map(|row| (row.id.clone(), row)).collect()
}

#[track_caller]
fn connected(server: &Server, wallet: &Path, args: &[&str]) -> Value {
    let output = server.connect(wallet, &[&GET[..], args].concat());
    assert_eq!(code(&output), 0, "{output:?}");
    json(&output)["connections"][0].clone()
}

#[test]
fn a_console_reads_what_the_client_and_the_ledger_say() {
    let dir = tempfile::tempdir().expect("a directory");
    let (wallet, file) = (dir.path().join("c"), dir.path().join("ledger"));
    let flags = ["--feed", "--ledger", file.to_str().expect("UTF-8")];
    let server = Server::start(&dir.path().join("s"), &flags);
    let mut reader = Reader::default();
    let clients = [
        connected(&server, &wallet, &[]),
        connected(&server, &wallet, &["--expect", "resumed"]),
        connected(&server, &wallet, &["--no-wallet", "--tls", "1.2"]),
    ];
    reader.until(&server, |reader| reader.closed() == 3);
    server.signal(Signal::TERM);
    let (status, rest) = server.wait();
    assert_eq!(status.code(), Some(0));
    rest.iter().for_each(|line| reader.read(line));

    assert_eq!(reader.connections, ledger(&file));
    for client in clients {
        let keys = client["keys_fingerprint"].as_str().expect("text");
        let mut handshakes = reader.connections.values().flat_map(|row| &row.handshake);
        let handshake = handshakes
            .find(|handshake| handshake.keys_fingerprint == keys)
            .expect("a connection with the same keys");
        assert_eq!(client["kind"], handshake.kind);
        assert_eq!(client["version"], handshake.version);
        assert_eq!(client["session"]["lineage"], handshake.lineage);
        let [first, second, ..] = &handshake.traces.messages[..] else {
            panic!("{handshake:?}")
        };
        assert_eq!((&*first.name, first.sent), ("client_hello", false));
        assert_eq!((&*second.name, second.sent), ("server_hello", true));
    }
    let randoms = reader
        .connections
        .values()
        .filter_map(|row| row.client_random.as_ref());
    assert_eq!(randoms.map(String::len).collect::<Vec<_>>(), [64; 3]);
}

#[test]
fn what_happens_beside_the_connections_is_told_too() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("s");
    let of_state = ["--state", state.to_str().expect("UTF-8")];
    // A certificate of which somebody takes care, and one of ours for that.
    drop(Server::start(&state, &[]));
    let (cert, key) = (state.join("localhost.pem"), state.join("localhost.key"));
    let cert = cert.to_str().expect("UTF-8");
    let pair = ["--cert", cert, "--key", key.to_str().expect("UTF-8")];
    let server = Server::start(&state, &[&["--feed"][..], &pair].concat());
    let mut reader = Reader::default();
    let rotated = run(&[&["keys", "rotate", "--json"][..], &of_state].concat());
    let sealing = json(&rotated)["keys"][1]["name"]
        .as_str()
        .expect("a name")
        .to_owned();
    reader.until(&server, |reader| reader.told("ring").is_some());
    let ring = reader.told("ring").expect("just read");
    // It is told when it is announced, before it seals.
    let announced = format!("{sealing} announced");
    assert!(ring.text.contains(&announced), "{announced} in {ring:?}");

    let revoked = run(&[&["session", "revoke", "--all"][..], &of_state].concat());
    assert_eq!(code(&revoked), 0, "{revoked:?}");
    reader.until(&server, |reader| reader.told("revocations").is_some());

    server.signal(Signal::HUP);
    reader.until(&server, |reader| reader.told("reload").is_some());
    std::fs::remove_file(cert).expect("a certificate");
    server.signal(Signal::HUP);
    let failed = |reader: &Reader| {
        let reload = reader.told("reload").expect("it was read above");
        reload.text.contains("nothing reloaded")
    };
    reader.until(&server, failed);
    assert!(reader.process > 0 && reader.connections.is_empty());
}

#[test]
fn a_server_ends_with_the_one_that_started_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut server = Server::start(dir.path(), &["--feed"]);
    let connected = server
        .connecting(&dir.path().join("c"), &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut client = connected.expect("it starts");
    Reader::default().until(&server, |reader| {
        let mut rows = reader.connections.values();
        rows.any(|row| row.state == State::Open)
    });
    // Nothing is drained: the client is still there.
    server.close_stdin();
    let (status, _) = server.wait();
    assert_eq!(status.code(), Some(0));
    drop(client.stdin.take());
    client.wait().expect("it ends");
}

#[test]
fn a_server_whose_feed_nobody_reads_finishes_as_if_it_was_told_to() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = ["--state", dir.path().to_str().expect("UTF-8")];
    // So that it has something to tell as soon as it has looked.
    drop(Server::start(dir.path(), &[]));
    let revoked = run(&[&["session", "revoke", "--all"][..], &state].concat());
    assert_eq!(code(&revoked), 0, "{revoked:?}");
    let mut child = tessera()
        .args(["serve", "--listen", "127.0.0.1:0", "--feed"])
        .args(state)
        .stdin(Stdio::piped())
        .stdout(unread())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let held = child.stdin.take();
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    drop(held);
}
