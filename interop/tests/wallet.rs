//! The client's wallet: one process connects, another resumes.

use std::collections::BTreeSet;

use serde_json::Value;
use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::{Page, Report, Scene, Server, keylog};

const GET: [&str; 2] = ["--get", "/json"];

#[test]
fn one_process_connects_and_another_resumes() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let first = scene
        .connect_to(&server, &[&GET[..], &["--expect", "full"]].concat())
        .succeeded();
    first.assert_full();
    let second = scene.connect_to(&server, &[&GET[..], &["--expect", "resumed"]].concat());
    let second = second.succeeded();
    second.assert_resumed();
    Page::find(&second.body()).assert_resumes(&Page::find(&first.body()));
}

#[test]
fn both_ends_call_the_session_and_the_keys_the_same() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    for kind in ["full", "psk", "psk"] {
        let report = scene.connect_to(&server, &GET).succeeded();
        let page = Page::find(&report.body());
        assert_eq!(report.field("kind"), kind);
        assert_eq!(page.session("kind"), kind);
        assert_eq!(
            report.field("keys_fingerprint"),
            page.connection("keys_fingerprint")
        );
        for field in ["version", "cipher_suite", "group", "alpn"] {
            assert_eq!(report.field(field), page.session(field), "{field}");
        }
        assert_eq!(page.session("group"), "X25519MLKEM768");
    }
}

#[test]
fn every_keys_fingerprint_follows_from_the_key_log_of_either_end() {
    let scene = Scene::new();
    let logs = [scene.text_path("server.log"), scene.text_path("client.log")];
    let server = scene.serve(&["--keylog", &logs[0]]);
    let chain = [&GET[..], &["--reconnect", "3", "--keylog", &logs[1]]].concat();
    let report = scene.connect_to(&server, &chain).succeeded();
    server.stop();
    let reported: BTreeSet<_> = report
        .connections()
        .iter()
        .filter_map(|connection| connection["keys_fingerprint"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(reported.len(), 4);
    for log in &logs {
        assert_eq!(keylog::fingerprints(&keylog::read(log.as_ref())), reported);
    }
}

#[test]
fn an_expectation_that_is_not_met_has_an_exit_code_of_its_own() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    scene
        .connect_to(&server, &[&GET[..], &["--expect", "resumed"]].concat())
        .exited(6);
    scene
        .connect_to(&server, &[&GET[..], &["--expect", "full"]].concat())
        .exited(6);
}

#[test]
fn one_process_reconnects_many_times_and_opens_several_connections_at_once() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let chain = ["--reconnect", "4", "--expect", "resumed"];
    let report = scene
        .connect_to(&server, &[&GET[..], &chain].concat())
        .succeeded();
    let kinds: Vec<_> = report
        .connections()
        .iter()
        .map(|c| c["kind"].clone())
        .collect();
    assert_eq!(kinds, ["full", "psk", "psk", "psk", "psk"]);
    let mut keys: Vec<_> = report
        .connections()
        .iter()
        .map(|c| c["keys_fingerprint"].to_string())
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 5, "{}", report.outcome);

    let tickets = scene.serve_on("many", &["--tickets", "5"]);
    scene.connect_to(&tickets, &GET).succeeded();
    let at_once = ["--parallel", "5", "--expect", "resumed"];
    let report = scene
        .connect_to(&tickets, &[&GET[..], &at_once].concat())
        .succeeded();
    assert_eq!(report.connections().len(), 5);
    report.assert_resumed();
}

#[test]
fn a_session_outlives_the_server_process_that_made_it() {
    let scene = Scene::new();
    for kind in ["sealed", "stored"] {
        let state = format!("server-{kind}");
        let serve = || scene.serve_on(&state, &["--ticket-kind", kind]);
        let server = serve();
        // The port is part of a wallet's key: connect to both processes under one name and port.
        let first = server.port;
        let get = |server: &Server, expect| {
            let to = format!("localhost:{first}:127.0.0.1:{}", server.port);
            let args = [
                "--ca-file",
                &server.ca,
                "--connect-to",
                &to,
                "--expect",
                expect,
            ];
            scene
                .connect(first, &[&GET[..], &args].concat())
                .succeeded()
        };
        let full = get(&server, "full");
        server.running.kill();
        let restarted = serve();
        let resumed = get(&restarted, "resumed");
        Page::find(&resumed.body()).assert_resumes(&Page::find(&full.body()));
    }
}

#[test]
fn tickets_made_without_verification_never_resume_a_verified_connection() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let insecure = ["--get", "/json", "--insecure"];
    scene
        .connect(server.port, &insecure)
        .succeeded()
        .assert_full();
    scene
        .connect_to(&server, &[&GET[..], &["--expect", "full"]].concat())
        .succeeded();
    scene
        .connect(
            server.port,
            &[&insecure[..], &["--expect", "resumed"]].concat(),
        )
        .succeeded();
}

#[test]
fn the_listing_shows_both_sides_and_no_secret() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let log = scene.text_path("keys.log");
    let report = scene
        .connect_to(&server, &[&GET[..], &["--keylog", &log]].concat())
        .succeeded();
    // TLS carries no name for the lineage; both ends derive the same.
    let lineage = report.only()["session"]["lineage"]
        .as_str()
        .expect("a lineage");
    let page = Page::find(&report.body());
    assert_eq!(page.session("lineage"), lineage);
    assert_eq!(
        Some(page.session("id")),
        report.only()["session"]["id"].as_str()
    );
    for side in ["client", "server"] {
        let listed = scene.session(side, &["list", "--json"]).succeeded();
        let json: Value = serde_json::from_str(&listed.text()).expect("a document");
        assert_eq!(json["schema"], "tessera.session-list/1");
        let sessions = json["sessions"].as_array().expect("sessions");
        let ours = sessions.iter().find(|s| s["lineage"] == lineage);
        let ours = ours.unwrap_or_else(|| panic!("no lineage {lineage} in {listed}"));
        assert_eq!(ours["side"], side);
        assert_eq!(ours["state"], "live");
        for secret in keylog::read(log.as_ref()).values() {
            assert!(
                !listed.everything().contains(secret),
                "a secret in {listed}"
            );
        }
    }
}

#[test]
fn a_session_saved_as_openssl_pem_is_taken_up_by_connect_and_by_s_client() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let file = scene.text_path("session.pem");
    let save = ["--session-out", &file];
    let first = scene
        .connect_to(&server, &[&GET[..], &save].concat())
        .succeeded();
    let first = Page::find(&first.body());

    let mut openssl = program("openssl");
    openssl.args([
        "s_client",
        "-tls1_3",
        "-ign_eof",
        "-servername",
        "localhost",
    ]);
    openssl.args(["-CAfile", &server.ca, "-sess_in", &file, "-sess_out", &file]);
    openssl.args(["-connect", &format!("127.0.0.1:{}", server.port)]);
    let request = b"GET /json HTTP/1.0\r\nHost: localhost\r\n\r\n";
    let second = run(&mut openssl, request).succeeded();
    let second = Page::find(&second.said("Reused, TLSv1.3").text());
    second.assert_resumes(&first);

    // A state of its own, so that nothing but the file can be what resumes.
    let load = [
        "--ca-file",
        &server.ca,
        "--session-in",
        &file,
        "--expect",
        "resumed",
    ];
    let load = [&GET[..], &load].concat();
    let mut connect = scene.connect_command("elsewhere", server.port, &load);
    let third = Report::of(run(&mut connect, b"")).succeeded();
    Page::find(&third.body()).assert_resumes(&second);
}
