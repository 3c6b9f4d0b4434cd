//! TLS 1.2 with OpenSSL: full handshakes, session IDs and tickets, as client and as server.

use tessera_interop::openssl::{REQUEST, SServer, s_client, s_client_command};
use tessera_interop::process::run;
use tessera_interop::{KeyType, Page, Scene, keylog};

const TLS12: &str = "-tls1_2";

const SUITES: [(KeyType, &str, &str); 6] = [
    (
        KeyType::P256,
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    ),
    (
        KeyType::P256,
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    ),
    (
        KeyType::P256,
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
    (
        KeyType::Rsa2048,
        "ECDHE-RSA-AES128-GCM-SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ),
    (
        KeyType::Rsa2048,
        "ECDHE-RSA-AES256-GCM-SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    ),
    (
        KeyType::Rsa2048,
        "ECDHE-RSA-CHACHA20-POLY1305",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
];

const GROUPS: [(&str, &str); 3] = [
    ("X25519", "x25519"),
    ("P-256", "secp256r1"),
    ("P-384", "secp384r1"),
];

/// The flag that switches a form off at our server, the form that is left, and its name.
const FORMS: [(&str, &str); 2] = [
    ("--no-tickets", "session_id"),
    ("--no-session-ids", "ticket"),
];

#[test]
fn s_client_gets_a_page_with_every_suite_group_and_signature() {
    // RFC 7627 §5.1 (1), RFC 9846 §4.3.3 (12, 16), RFC 9113 §9.2.2 (2), RFC 5246 §4.7 (1, 2), §7.4.9 (2).
    let scene = Scene::new();
    for key in [KeyType::P256, KeyType::Rsa2048] {
        let server = scene.serve_as(&scene.authority.server(key), &["--tls", "1.2"]);
        let of_key = SUITES.iter().filter(|(suited, ..)| *suited == key);
        for ((_, theirs, ours), (curve, name)) in of_key.zip(GROUPS) {
            // The curve of an ECDSA certificate is one that the client can do: RFC 8422 §5.1.
            let curves = match key {
                KeyType::Rsa2048 => curve.to_owned(),
                _ if curve == "P-256" => curve.to_owned(),
                _ => format!("{curve}:P-256"),
            };
            let got = s_client(&server, TLS12, &["-cipher", theirs, "-groups", &curves]);
            let got = got.succeeded().said("Extended master secret: yes");
            let page = Page::find(&got.said("Verify return code: 0 (ok)").text());
            page.assert_full_in("TLSv1.2");
            assert_eq!(page.session("cipher_suite"), *ours);
            let second_best = key != KeyType::Rsa2048 && curve == "P-384";
            assert_eq!(
                page.session("group"),
                if second_best { "secp256r1" } else { name }
            );
        }
        // RSA-PSS where it is offered, PKCS #1 v1.5 where only that is.
        let schemes: &[(&str, &str)] = match key {
            KeyType::Rsa2048 => &[("RSA-PSS+SHA256", "RSA-PSS"), ("RSA+SHA256", "RSA")],
            _ => &[("ECDSA+SHA256", "ECDSA")],
        };
        for (offer, named) in schemes {
            let got = s_client(&server, TLS12, &["-sigalgs", offer]).succeeded();
            got.said(&format!("Peer signature type: {named}\n"));
        }
    }
}

#[test]
fn s_client_verifies_every_type_of_certificate_there_is_in_tls_1_2() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = scene.serve_as(&scene.authority.server(key), &["--tls", "1.2"]);
        let got = s_client(&server, TLS12, &[]).succeeded();
        Page::find(&got.said("Verify return code: 0 (ok)").text()).assert_full_in("TLSv1.2");
    }
}

#[test]
fn s_client_reconnects_five_times_on_one_session() {
    let scene = Scene::new();
    for (off, _) in FORMS {
        let server = scene.serve(&["--tls", "1.2", off]);
        let printed = run(
            s_client_command(&server, TLS12).args(["-reconnect", "-ign_eof"]),
            REQUEST,
        );
        let text = printed.succeeded().text();
        assert_eq!(text.matches("New, TLSv1.2").count(), 1, "{text}");
        assert_eq!(text.matches("Reused, TLSv1.2").count(), 5, "{text}");
        server.stop();
    }
}

#[test]
fn s_client_resumes_in_another_process_and_after_kill_9_of_ours() {
    let scene = Scene::new();
    for (off, kind) in FORMS {
        let server = scene.serve(&["--tls", "1.2", off]);
        let saved = scene.text_path("session.pem");
        let first = s_client(&server, TLS12, &["-sess_out", &saved]).succeeded();
        let first = Page::find(&first.said("New, TLSv1.2").text());
        first.assert_full_in("TLSv1.2");

        let second = s_client(&server, TLS12, &["-sess_in", &saved]).succeeded();
        let second = second
            .said("Reused, TLSv1.2")
            .said("Extended master secret: yes");
        Page::find(&second.text()).assert_resumes_by(kind, &first);

        server.running.kill();
        let restarted = scene.serve(&["--tls", "1.2", off]);
        let third = s_client(&restarted, TLS12, &["-sess_in", &saved]).succeeded();
        Page::find(&third.said("Reused, TLSv1.2").text()).assert_resumes_by(kind, &first);
    }
}

#[test]
fn a_server_of_both_versions_gives_each_client_its_own() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    for (flag, version) in [(TLS12, "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let page = Page::find(&s_client(&server, flag, &[]).succeeded().text());
        page.assert_full_in(version);
    }
    // Alert 86 is inappropriate_fallback, alert 70 protocol_version: RFC 7507 §3, RFC 5246 §7.2.2.
    let fallback = s_client(&server, TLS12, &["-fallback_scsv"]);
    fallback.said("SSL alert number 86");
    for old in ["-tls1_1", "-tls1"] {
        s_client(&server, old, &["-cipher", "ALL:@SECLEVEL=0"]).said("SSL alert number 70");
    }
}

#[test]
fn s_client_that_offers_only_what_is_gone_is_refused_by_name() {
    let scene = Scene::new();
    let server = scene.serve(&["--tls", "1.2"]);
    for (offer, named) in [
        (
            "ECDHE-ECDSA-AES128-SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        ),
        ("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"),
        (
            "DHE-RSA-AES128-GCM-SHA256",
            "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        ),
        ("AECDH-AES128-SHA", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA"),
    ] {
        let cipher = format!("{offer}:@SECLEVEL=0");
        let refused = s_client(&server, TLS12, &["-cipher", &cipher]);
        // Alert 40 is handshake_failure.
        refused.said("SSL alert number 40");
        server.running.line_with(named);
    }
}

#[test]
fn s_client_shows_its_certificate_and_keeps_that_identity_when_it_resumes() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    for (off, kind) in FORMS {
        let asks = [
            "--tls",
            "1.2",
            off,
            "--client-auth",
            "require",
            "--client-ca",
            &ca,
        ];
        let server = scene.serve(&asks);
        for key in [KeyType::P256, KeyType::Rsa2048, KeyType::Ed25519] {
            let name = format!("client with {key:?}");
            let identity = scene.authority.client(&name, key);
            let saved = scene.text_path("session.pem");
            let shown = ["-cert", identity.cert(), "-key", identity.key()];
            let first = [&shown[..], &["-sess_out", &saved]].concat();
            let first = Page::find(&s_client(&server, TLS12, &first).succeeded().text());
            assert!(first.session("peer_identity").contains(&name), "{first}");
            let second = s_client(&server, TLS12, &["-sess_in", &saved]).succeeded();
            let second = Page::find(&second.text());
            second.assert_resumes_by(kind, &first);
            assert!(second.session("peer_identity").contains(&name), "{second}");
        }
    }
}

#[test]
fn single_use_turns_the_resumption_of_tls_1_2_off_and_says_so() {
    let scene = Scene::new();
    let server = scene.serve(&["--single-use"]);
    server
        .running
        .line_with("TLS 1.2 connections resume nothing");
    let printed = run(
        s_client_command(&server, TLS12).args(["-reconnect", "-ign_eof"]),
        REQUEST,
    );
    let text = printed.succeeded().text();
    assert_eq!(text.matches("New, TLSv1.2").count(), 6, "{text}");
}

#[test]
fn both_key_logs_agree() {
    let scene = Scene::new();
    let (ours, theirs) = (scene.text_path("ours.log"), scene.text_path("theirs.log"));
    let saved = scene.text_path("session.pem");
    let server = scene.serve(&["--tls", "1.2", "--keylog", &ours]);
    s_client(
        &server,
        TLS12,
        &["-keylogfile", &theirs, "-sess_out", &saved],
    )
    .succeeded();
    s_client(
        &server,
        TLS12,
        &["-keylogfile", &theirs, "-sess_in", &saved],
    )
    .succeeded();
    server.stop();
    let (ours, theirs) = (keylog::read(ours.as_ref()), keylog::read(theirs.as_ref()));
    keylog::assert_agree(&ours, &theirs, 2);
}

#[test]
fn connect_meets_every_suite_and_group_of_s_server() {
    let scene = Scene::new();
    for (number, (key, theirs, ours)) in SUITES.into_iter().enumerate() {
        let identity = scene.authority.server(key);
        let (curve, name) = GROUPS[number % GROUPS.len()];
        let server = SServer::start(TLS12, &identity, &["-cipher", theirs, "-groups", curve]);
        let report = scene.connect(server.port, &["--get", "/", "--no-wallet"]);
        let report = report.succeeded();
        report.assert_full();
        assert_eq!(report.field("version"), "TLSv1.2");
        assert_eq!(report.field("cipher_suite"), ours);
        assert_eq!(report.field("group"), name);
    }
}

#[test]
fn connect_resumes_with_s_server_in_another_process_by_ticket_and_by_id() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    for (args, kind) in [(&[][..], "ticket"), (&["-no_ticket"], "session_id")] {
        let server = SServer::start(TLS12, &identity, args);
        let get = ["--get", "/", "--expect", "full"];
        let first = scene.connect(server.port, &get).succeeded();
        let get = ["--get", "/", "--expect", "resumed", "--reconnect", "2"];
        let again = scene.connect(server.port, &get).succeeded();
        for connection in again.connections() {
            assert_eq!(connection["kind"], kind);
            let lineage = &connection["session"]["lineage"];
            assert_eq!(*lineage, first.only()["session"]["lineage"]);
            assert!(connection["body"].to_string().contains("Reused, TLSv1.2"));
        }
    }
}

#[test]
fn a_session_travels_in_openssl_s_file_in_both_directions() {
    let scene = Scene::new();
    let server = scene.serve(&["--tls", "1.2"]);
    let (ours, theirs) = (scene.text_path("ours.pem"), scene.text_path("theirs.pem"));
    let first = scene.connect_to(&server, &["--get", "/json", "--session-out", &ours]);
    let first = Page::find(&first.succeeded().body());
    let resumed = s_client(&server, TLS12, &["-sess_in", &ours]).succeeded();
    Page::find(&resumed.said("Reused, TLSv1.2").text()).assert_resumes_by("ticket", &first);

    let first = s_client(&server, TLS12, &["-sess_out", &theirs]).succeeded();
    let first = Page::find(&first.text());
    let take = [
        "--get",
        "/json",
        "--session-in",
        &theirs,
        "--expect",
        "resumed",
    ];
    let resumed = scene.connect_to(&server, &take).succeeded();
    Page::find(&resumed.body()).assert_resumes_by("ticket", &first);
}

#[test]
fn twenty_connections_at_once_on_one_session_id_have_twenty_key_blocks() {
    let scene = Scene::new();
    let server = scene.serve(&["--tls", "1.2", "--no-tickets"]);
    let first = scene.connect_to(&server, &["--get", "/json"]).succeeded();
    let at_once = ["--get", "/json", "--parallel", "20", "--expect", "resumed"];
    let report = scene.connect_to(&server, &at_once).succeeded();
    let mut keys: Vec<_> = report
        .connections()
        .iter()
        .map(|connection| {
            assert_eq!(connection["kind"], "session_id");
            assert_eq!(connection["session"], first.only()["session"]);
            connection["keys_fingerprint"].to_string()
        })
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 20);
}
