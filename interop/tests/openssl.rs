//! OpenSSL: `s_client` against `serve`, and `connect` against `s_server`.

use std::fs;

use serde_json::Value;
use tessera_interop::openssl::{self, SServer};
use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::{KeyType, Outcome, Page, Running, Scene, Server, keylog};

const TLS13: &str = "-tls1_3";

/// `s_client` gets `/json` and verifies the server.
fn s_client(server: &Server, args: &[&str]) -> Outcome {
    openssl::s_client(server, TLS13, args)
}

fn s_client_command(server: &Server) -> std::process::Command {
    openssl::s_client_command(server, TLS13)
}

#[test]
fn s_client_gets_a_page_with_every_suite_and_group() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    for (suite, group, name) in [
        ("TLS_AES_128_GCM_SHA256", "X25519", "x25519"),
        ("TLS_AES_256_GCM_SHA384", "P-256", "secp256r1"),
        ("TLS_CHACHA20_POLY1305_SHA256", "P-384", "secp384r1"),
    ] {
        let got = s_client(&server, &["-ciphersuites", suite, "-groups", group]).succeeded();
        let page = Page::find(&got.said("Verify return code: 0 (ok)").text());
        page.assert_full();
        assert_eq!(page.session("cipher_suite"), suite);
        assert_eq!(page.session("group"), name);
        assert_eq!(page.session("server_name"), "localhost");
    }
    server.stop();
}

#[test]
fn s_client_verifies_every_type_of_certificate() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = scene.serve_as(&scene.authority.server(key), &[]);
        let got = s_client(&server, &[])
            .succeeded()
            .said("Verify return code: 0 (ok)");
        Page::find(&got.text()).assert_full();
    }
}

#[test]
fn s_client_resumes_in_another_process_and_after_a_restart_of_ours() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let saved = scene.text_path("session.pem");
    let first = s_client(&server, &["-sess_out", &saved]).succeeded();
    let first = Page::find(&first.said("New, TLSv1.3").text());
    first.assert_full();

    let second = s_client(&server, &["-sess_in", &saved, "-sess_out", &saved]).succeeded();
    let second = Page::find(&second.said("Reused, TLSv1.3").text());
    second.assert_resumes(&first);

    server.running.kill();
    let restarted = scene.serve(&[]);
    let third = s_client(&restarted, &["-sess_in", &saved]).succeeded();
    Page::find(&third.said("Reused, TLSv1.3").text()).assert_resumes(&second);
}

#[test]
fn every_suite_resumes_with_s_client_and_a_suite_of_the_same_hash_may_take_over() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let saved = scene.text_path("session.pem");
    let (aes128, aes256, chacha) = (
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
    );
    for (before, after) in [
        (aes128, aes128),
        (aes256, aes256),
        (chacha, chacha),
        (aes128, chacha),
        (chacha, aes128),
    ] {
        let full = s_client(&server, &["-ciphersuites", before, "-sess_out", &saved]).succeeded();
        let resumed = s_client(&server, &["-ciphersuites", after, "-sess_in", &saved]).succeeded();
        let page = Page::find(&resumed.text());
        page.assert_resumes(&Page::find(&full.text()));
        assert_eq!(page.session("cipher_suite"), after);
    }
}

#[test]
fn s_client_that_shares_only_another_group_is_asked_again() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let saved = scene.text_path("session.pem");
    let retry = ["-groups", "P-521:P-256", "-msg"];
    let first = s_client(&server, &[&retry[..], &["-sess_out", &saved]].concat()).succeeded();
    assert_eq!(
        first.text().matches("ClientHello").count(),
        2,
        "no retry in {first}"
    );
    let first = Page::find(&first.text());
    first.assert_full();
    assert_eq!(first.session("group"), "secp256r1");

    let second = s_client(&server, &[&retry[..], &["-sess_in", &saved]].concat()).succeeded();
    assert_eq!(
        second.text().matches("ClientHello").count(),
        2,
        "no retry in {second}"
    );
    Page::find(&second.text()).assert_resumes(&first);
}

#[test]
fn s_client_shows_a_certificate_of_every_type_and_keeps_that_identity_when_it_resumes() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let server = scene.serve(&["--client-auth", "require", "--client-ca", &ca]);
    for key in KeyType::ALL {
        let name = format!("client with {key:?}");
        let identity = scene.authority.client(&name, key);
        let saved = scene.text_path("session.pem");
        let shown = ["-cert", identity.cert(), "-key", identity.key()];
        let first = s_client(&server, &[&shown[..], &["-sess_out", &saved]].concat()).succeeded();
        let first = Page::find(&first.text());
        assert!(first.session("peer_identity").contains(&name), "{first}");

        let second = s_client(&server, &["-sess_in", &saved]).succeeded();
        let second = Page::find(&second.text());
        second.assert_resumes(&first);
        assert!(second.session("peer_identity").contains(&name), "{second}");
    }
}

#[test]
fn s_client_without_a_certificate_is_refused_when_one_is_required() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let required = scene.serve_on(
        "required",
        &["--client-auth", "require", "--client-ca", &ca],
    );
    // It sends nothing, so that nothing but the alert can end it. Alert 116 is certificate_required.
    let refused = run(s_client_command(&required).arg("-ign_eof"), b"");
    assert!(
        refused.everything().contains("SSL alert number 116"),
        "{refused}"
    );

    let stranger = Scene::new();
    let unknown = stranger.authority.client("a stranger", KeyType::P256);
    let refused = s_client(&required, &["-cert", unknown.cert(), "-key", unknown.key()]);
    assert!(
        refused.everything().contains("SSL alert number"),
        "{refused}"
    );

    let requested = scene.serve_on(
        "requested",
        &["--client-auth", "request", "--client-ca", &ca],
    );
    let page = Page::find(&s_client(&requested, &[]).succeeded().text());
    assert_eq!(page.session("peer_identity"), "");
}

#[test]
fn s_client_of_tls_1_2_is_refused_with_protocol_version_by_a_server_of_1_3_only() {
    let scene = Scene::new();
    let server = scene.serve(&["--tls", "1.3"]);
    let mut old = program("openssl");
    old.args([
        "s_client",
        "-tls1_2",
        "-connect",
        &format!("127.0.0.1:{}", server.port),
    ]);
    // Alert 70 is protocol_version.
    run(&mut old, b"").said("SSL alert number 70");
}

#[test]
fn both_key_logs_agree_when_s_client_connects_and_resumes() {
    let scene = Scene::new();
    let (ours, theirs) = (scene.text_path("ours.log"), scene.text_path("theirs.log"));
    let saved = scene.text_path("session.pem");
    let server = scene.serve(&["--keylog", &ours]);
    s_client(&server, &["-keylogfile", &theirs, "-sess_out", &saved]).succeeded();
    s_client(&server, &["-keylogfile", &theirs, "-sess_in", &saved]).succeeded();
    server.stop();
    keylog::assert_agree(
        &keylog::read(ours.as_ref()),
        &keylog::read(theirs.as_ref()),
        2,
    );
}

#[test]
fn records_are_read_however_they_are_padded() {
    const PADDED_TO: u64 = 16_000;
    let scene = Scene::new();
    let padding = ["-record_padding", &PADDED_TO.to_string()];
    let ledger = scene.text_path("ledger");
    let server = scene.serve(&["--ledger", &ledger]);
    let got = s_client(&server, &padding).succeeded();
    Page::find(&got.text()).assert_full();
    server.stop();
    let line = fs::read_to_string(&ledger).expect("a ledger");
    let line: Value = serde_json::from_str(line.trim()).expect("one connection");
    let came = line["connection"]["bytes_in"].as_u64();
    assert!(came > Some(2 * PADDED_TO), "Finished and a request: {line}");

    let identity = scene.authority.server(KeyType::P256);
    let peer = SServer::start(TLS13, &identity, &padding);
    let report = scene.connect(peer.port, &["--get", "/"]).succeeded();
    assert!(report.body().contains("s_server"), "{}", report.body());
    let came = report.only()["bytes_in"].as_u64();
    assert!(
        came > Some(5 * PADDED_TO),
        "the flight and a page: {came:?}"
    );
}

#[test]
fn s_client_updates_keys_in_both_directions() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let mut client = Running::start(&mut s_client_command(&server));
    client.line_with("Verify return code: 0 (ok)");
    // `K` asks for an update of both directions, `k` updates its own.
    client.send(b"K\n");
    client.line_with("KEYUPDATE");
    client.send(b"k\n");
    client.line_after(1, "KEYUPDATE");
    client.send(openssl::REQUEST);
    let printed = client.output_until(|printed| !Page::find_all(printed).is_empty());
    let page = Page::find(&printed);
    assert!(
        page.0["connection"]["key_updates"].as_u64() >= Some(2),
        "{page}"
    );
}

#[test]
fn s_client_sees_close_notify_at_the_end_and_truncation_when_ours_is_killed() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let closed = s_client(&server, &[]).succeeded();
    assert!(!closed.everything().contains("unexpected eof"), "{closed}");

    let mut cut = Running::start(s_client_command(&server).arg("-ign_eof"));
    cut.line_with("Verify return code: 0 (ok)");
    server.running.kill();
    cut.close_input();
    let cut = cut.wait();
    let said = cut.everything();
    // Error 104 is ECONNRESET.
    assert!(
        said.contains("unexpected eof") || said.contains("errno=104"),
        "{cut}"
    );
}

#[test]
fn connect_meets_every_suite_and_group_of_s_server() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    for (suite, group, name) in [
        ("TLS_AES_128_GCM_SHA256", "X25519", "x25519"),
        ("TLS_AES_256_GCM_SHA384", "P-256", "secp256r1"),
        ("TLS_CHACHA20_POLY1305_SHA256", "P-384", "secp384r1"),
    ] {
        let server = SServer::start(
            TLS13,
            &identity,
            &["-ciphersuites", suite, "-groups", group],
        );
        let report = scene
            .connect(server.port, &["--get", "/", "--no-wallet"])
            .succeeded();
        report.assert_full();
        assert_eq!(report.field("version"), "TLSv1.3");
        assert_eq!(report.field("cipher_suite"), suite);
        assert_eq!(report.field("group"), name);
        assert!(report.body().contains("New, TLSv1.3"), "{}", report.body());
    }
}

#[test]
fn connect_chooses_suite_and_group_itself() {
    let scene = Scene::new();
    let server = SServer::start(TLS13, &scene.authority.server(KeyType::P256), &[]);
    for (suite, group) in [
        ("TLS_AES_128_GCM_SHA256", "secp384r1"),
        ("TLS_AES_256_GCM_SHA384", "x25519"),
        ("TLS_CHACHA20_POLY1305_SHA256", "secp256r1"),
    ] {
        let chosen = [
            "--get",
            "/",
            "--no-wallet",
            "--ciphers",
            suite,
            "--groups",
            group,
        ];
        let report = scene.connect(server.port, &chosen).succeeded();
        assert_eq!(report.field("cipher_suite"), suite);
        assert_eq!(report.field("group"), group);
    }
}

#[test]
fn connect_verifies_every_type_of_certificate() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = SServer::start(TLS13, &scene.authority.server(key), &[]);
        let report = scene
            .connect(server.port, &["--get", "/", "--no-wallet"])
            .succeeded();
        report.assert_full();
        let subject = report.only()["peer"]["subject"].to_string();
        assert!(subject.contains("localhost"), "{subject}");
    }
}

#[test]
fn connect_resumes_with_s_server_in_another_process() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    for args in [
        &[][..],
        &["-no_ticket"],
        &["-ciphersuites", "TLS_AES_256_GCM_SHA384"],
    ] {
        let server = SServer::start(TLS13, &identity, args);
        let first = scene
            .connect(server.port, &["--get", "/", "--expect", "full"])
            .succeeded();
        first.assert_full();
        let second = scene.connect(server.port, &["--get", "/", "--expect", "resumed"]);
        let second = second.succeeded();
        second.assert_resumed();
        assert_eq!(
            first.only()["session"]["lineage"],
            second.only()["session"]["lineage"]
        );
        assert_ne!(
            first.field("keys_fingerprint"),
            second.field("keys_fingerprint")
        );
        assert!(
            second.body().contains("Reused, TLSv1.3"),
            "{}",
            second.body()
        );
    }
}

#[test]
fn connect_answers_a_retry_of_s_server_and_resumes_through_one() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let server = SServer::start(TLS13, &identity, &["-groups", "P-384", "-msg"]);
    let asks = ["--groups", "x25519,secp384r1", "--get", "/"];
    let first = scene.connect(server.port, &asks).succeeded();
    first.assert_full();
    assert_eq!(first.field("group"), "secp384r1");
    let hellos = server
        .running
        .so_far()
        .text()
        .matches("ClientHello")
        .count();
    assert_eq!(hellos, 2, "no retry in {}", server.running.so_far());

    let again = [&asks[..], &["--expect", "resumed"]].concat();
    let second = scene.connect(server.port, &again).succeeded();
    second.assert_resumed();
    assert_eq!(
        server
            .running
            .so_far()
            .text()
            .matches("ClientHello")
            .count(),
        4
    );
}

#[test]
fn connect_shows_a_certificate_of_every_type_to_s_server() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let demand = ["-Verify", "1", "-verify_return_error", "-CAfile", &ca];
    let server = SServer::start(TLS13, &scene.authority.server(KeyType::P256), &demand);
    for key in KeyType::ALL {
        let name = format!("client with {key:?}");
        let identity = scene.authority.client(&name, key);
        let shown = [
            "--get",
            "/",
            "--no-wallet",
            "--cert",
            identity.cert(),
            "--key",
        ];
        let report = scene.connect(server.port, &[&shown[..], &[identity.key()]].concat());
        assert!(report.succeeded().body().contains("New, TLSv1.3"));
        server.running.line_with(&name);
    }
    let refused = scene
        .connect(server.port, &["--get", "/", "--no-wallet"])
        .exited(4);
    assert!(
        refused.outcome.stderr.contains("certificate_required"),
        "{}",
        refused.outcome
    );
}

#[test]
fn both_key_logs_agree_when_connect_meets_s_server_and_resumes() {
    let scene = Scene::new();
    let (ours, theirs) = (scene.text_path("ours.log"), scene.text_path("theirs.log"));
    let server = SServer::start(
        TLS13,
        &scene.authority.server(KeyType::P256),
        &["-keylogfile", &theirs],
    );
    scene
        .connect(server.port, &["--get", "/", "--keylog", &ours])
        .succeeded();
    let resumed = ["--get", "/", "--keylog", &ours, "--expect", "resumed"];
    scene.connect(server.port, &resumed).succeeded();
    keylog::assert_agree(
        &keylog::read(ours.as_ref()),
        &keylog::read(theirs.as_ref()),
        2,
    );
}

#[test]
fn connect_refuses_a_server_it_cannot_verify() {
    let scene = Scene::new();
    let authority = &scene.authority;
    let elsewhere = Scene::new();
    for (identity, reason) in [
        (authority.expired_server(), "expired"),
        (authority.other_server(), "elsewhere.test"),
        (elsewhere.authority.server(KeyType::P256), "issuer"),
    ] {
        let server = SServer::start(TLS13, &identity, &[]);
        let refused = scene
            .connect(server.port, &["--get", "/", "--no-wallet"])
            .exited(5);
        assert!(
            refused.outcome.stderr.contains(reason),
            "{}",
            refused.outcome
        );
        let insecure = ["--get", "/", "--no-wallet", "--insecure"];
        scene.connect(server.port, &insecure).succeeded();
    }
}
