//! Node's tls module as client and as server.

use serde_json::{Value, json};
use tessera_interop::scripted::{self, Peer, lines, page};
use tessera_interop::{Identity, KeyType, Outcome, Scene, Server, keylog};

/// Runs the client. `more` adds to its options.
fn client(server: &Server, more: Value) -> Outcome {
    scripted::client("node", "client.js", server, more)
}

#[track_caller]
fn start(identity: &Identity, more: Value) -> Peer {
    Peer::start("node", "server.js", identity, more)
}

#[test]
fn a_node_client_connects_with_every_suite_and_group() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    for (suite, curve, name) in [
        ("TLS_AES_128_GCM_SHA256", "X25519", "x25519"),
        ("TLS_AES_256_GCM_SHA384", "P-256", "secp256r1"),
        ("TLS_CHACHA20_POLY1305_SHA256", "P-384", "secp384r1"),
        ("TLS_AES_128_GCM_SHA256", "P-521:P-384", "secp384r1"),
    ] {
        let got = client(&server, json!({"ciphers": suite, "curves": curve})).succeeded();
        let page = page(&lines(&got)[0]);
        page.assert_full();
        assert_eq!(page.session("cipher_suite"), suite);
        assert_eq!(page.session("group"), name);
    }
}

#[test]
fn a_node_client_resumes_and_both_key_logs_agree() {
    let scene = Scene::new();
    let (ours, theirs) = (scene.text_path("ours.log"), scene.text_path("theirs.log"));
    let server = scene.serve(&["--keylog", &ours]);
    let got = client(&server, json!({"connections": 3, "keylog": theirs})).succeeded();
    let lines = lines(&got);
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
fn a_node_client_verifies_every_type_of_certificate() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = scene.serve_as(&scene.authority.server(key), &[]);
        page(&lines(&client(&server, json!({})).succeeded())[0]).assert_full();
    }
}

#[test]
fn a_node_client_shows_a_certificate_when_one_is_required() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let server = scene.serve(&["--client-auth", "require", "--client-ca", &ca]);
    let identity = scene.authority.client("a node client", KeyType::P521);
    let shown = json!({"cert": identity.cert(), "key": identity.key(), "connections": 2});
    for line in lines(&client(&server, shown).succeeded()) {
        assert!(
            page(&line)
                .session("peer_identity")
                .contains("a node client"),
            "{line}"
        );
    }
    let refused = client(&server, json!({}));
    assert!(refused.stderr.contains("CERTIFICATE_REQUIRED"), "{refused}");
}

#[test]
fn connect_resumes_with_a_node_server_and_both_key_logs_agree() {
    let scene = Scene::new();
    let (ours, theirs) = (scene.text_path("ours.log"), scene.text_path("theirs.log"));
    let peer = start(
        &scene.authority.server(KeyType::P521),
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
fn connect_meets_every_suite_and_group_of_a_node_server() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::Rsa2048);
    for (suite, curve, name) in [
        ("TLS_AES_128_GCM_SHA256", "P-384", "secp384r1"),
        ("TLS_AES_256_GCM_SHA384", "X25519", "x25519"),
        ("TLS_CHACHA20_POLY1305_SHA256", "P-256", "secp256r1"),
    ] {
        let peer = start(&identity, json!({"ciphers": suite, "curves": curve}));
        let report = scene
            .connect(peer.port, &["--get", "/", "--no-wallet"])
            .succeeded();
        report.assert_full();
        assert_eq!(report.field("cipher_suite"), suite);
        assert_eq!(report.field("group"), name);
    }
}

#[test]
fn connect_shows_a_certificate_to_a_node_server() {
    let scene = Scene::new();
    let identity = scene.authority.client("our client", KeyType::P384);
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
    assert_eq!(peer.connection(0)["subject"], "our client");
    let refused = scene
        .connect(peer.port, &["--get", "/", "--no-wallet"])
        .exited(4);
    assert!(
        refused.outcome.stderr.contains("certificate_required"),
        "{}",
        refused.outcome
    );
}
