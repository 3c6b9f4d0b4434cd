//! Python's ssl module as client and as server.

use serde_json::{Value, json};
use tessera_interop::scripted::{self, Peer, lines, page};
use tessera_interop::{Identity, KeyType, Scene, Server, keylog};

/// Runs the client; one line a connection. `more` adds to its options.
#[track_caller]
fn client(server: &Server, more: Value) -> Vec<Value> {
    lines(&scripted::client("python3", "client.py", server, more).succeeded())
}

#[track_caller]
fn start(identity: &Identity, more: Value) -> Peer {
    Peer::start("python3", "server.py", identity, more)
}

#[test]
fn a_python_client_connects_and_resumes_and_both_key_logs_agree() {
    let scene = Scene::new();
    let (ours, theirs) = (scene.text_path("ours.log"), scene.text_path("theirs.log"));
    let server = scene.serve(&["--keylog", &ours]);
    let lines = client(&server, json!({"connections": 3, "keylog": theirs}));
    assert_eq!(lines.len(), 3);
    let reused: Vec<_> = lines.iter().map(|line| line["reused"].clone()).collect();
    assert_eq!(reused, [false, true, true]);
    page(&lines[0]).assert_full();
    page(&lines[1]).assert_resumes(&page(&lines[0]));
    page(&lines[2]).assert_resumes(&page(&lines[1]));
    server.stop();
    keylog::assert_agree(
        &keylog::read(ours.as_ref()),
        &keylog::read(theirs.as_ref()),
        3,
    );
}

#[test]
fn a_python_client_verifies_every_type_of_certificate() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = scene.serve_as(&scene.authority.server(key), &[]);
        page(&client(&server, json!({}))[0]).assert_full();
    }
}

#[test]
fn a_python_client_agrees_on_a_protocol() {
    let scene = Scene::new();
    let server = scene.serve(&["--alpn", "http/1.1"]);
    let line = &client(&server, json!({"alpn": ["spdy/1", "http/1.1"]}))[0];
    assert_eq!(line["alpn"], "http/1.1");
    assert_eq!(page(line).session("alpn"), "http/1.1");
}

#[test]
fn a_python_client_shows_a_certificate() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let server = scene.serve(&["--client-auth", "require", "--client-ca", &ca]);
    let identity = scene.authority.client("a python client", KeyType::Rsa2048);
    let lines = client(
        &server,
        json!({"cert": identity.cert(), "key": identity.key(), "connections": 2}),
    );
    for line in &lines {
        assert!(
            page(line)
                .session("peer_identity")
                .contains("a python client"),
            "{line}"
        );
    }
    page(&lines[1]).assert_resumes(&page(&lines[0]));
}

#[test]
fn a_python_client_sees_close_notify_at_the_end_of_an_answer() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    assert_eq!(client(&server, json!({}))[0]["ended"], "close_notify");
}

#[test]
fn connect_resumes_with_a_python_server_and_both_key_logs_agree() {
    let scene = Scene::new();
    let (ours, theirs) = (scene.text_path("ours.log"), scene.text_path("theirs.log"));
    let peer = start(
        &scene.authority.server(KeyType::P384),
        json!({"keylog": theirs}),
    );
    let full = ["--get", "/", "--keylog", &ours, "--expect", "full"];
    let first = scene.connect(peer.port, &full).succeeded();
    let resumed = ["--get", "/", "--keylog", &ours, "--expect", "resumed"];
    let second = scene.connect(peer.port, &resumed).succeeded();
    second.assert_resumed();
    assert_eq!(
        first.only()["session"]["lineage"],
        second.only()["session"]["lineage"]
    );
    assert_eq!(peer.connection(0)["reused"], false);
    assert_eq!(peer.connection(1)["reused"], true);
    keylog::assert_agree(
        &keylog::read(ours.as_ref()),
        &keylog::read(theirs.as_ref()),
        2,
    );
}

#[test]
fn connect_answers_a_retry_of_a_python_server() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    for (curve, name) in [("secp384r1", "secp384r1"), ("prime256v1", "secp256r1")] {
        let peer = start(&identity, json!({"group": curve}));
        let report = scene
            .connect(peer.port, &["--get", "/", "--no-wallet"])
            .succeeded();
        assert_eq!(report.field("group"), name);
    }
}

#[test]
fn connect_shows_a_certificate_to_a_python_server() {
    let scene = Scene::new();
    let identity = scene.authority.client("our client", KeyType::Ed25519);
    let demand = json!({"client_ca": scene.authority.path()});
    let peer = start(&scene.authority.server(KeyType::P256), demand);
    let shown = [
        "--get",
        "/",
        "--cert",
        identity.cert(),
        "--key",
        identity.key(),
    ];
    scene.connect(peer.port, &shown).succeeded();
    assert!(
        peer.connection(0)["subject"]
            .to_string()
            .contains("our client")
    );
}

#[test]
fn connect_tells_close_notify_from_truncation() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let closed = start(&identity, json!({"ending": "close_notify"}));
    scene
        .connect(closed.port, &["--get", "/", "--no-wallet"])
        .succeeded();

    // Without a length only close_notify says that the answer is whole.
    let cut = start(&identity, json!({"ending": "truncate"}));
    let report = scene
        .connect(cut.port, &["--get", "/", "--no-wallet"])
        .exited(1);
    let said = report.outcome.everything().to_lowercase();
    assert!(
        said.contains("close_notify") || said.contains("truncat"),
        "{}",
        report.outcome
    );
}
