//! TLS 1.2 with GnuTLS, curl, Java and Python: full handshakes, session IDs and tickets.

use serde_json::json;
use tessera_interop::gnutls::{GnutlsServ, gnutls_cli, resume};
use tessera_interop::java::{self, JavaServer};
use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::scripted::{self, Peer};
use tessera_interop::{KeyType, Page, Scene};

const GNUTLS12: &str = "NORMAL:-VERS-ALL:+VERS-TLS1.2";

/// The flag that switches a form off at our server, and the form that is left.
const FORMS: [(&str, &str); 2] = [
    ("--no-tickets", "session_id"),
    ("--no-session-ids", "ticket"),
];

#[test]
fn gnutls_cli_gets_a_page_and_resumes_by_id_and_by_ticket() {
    let scene = Scene::new();
    for key in [KeyType::P256, KeyType::Rsa2048] {
        let identity = scene.authority.server(key);
        let server = scene.serve_as(&identity, &["--tls", "1.2"]);
        let got = gnutls_cli(&scene, &server, &["--priority", GNUTLS12]).succeeded();
        Page::find(&got.said("certificate is trusted").text()).assert_full_in("TLSv1.2");
    }
    for (off, kind) in FORMS {
        let server = scene.serve(&["--tls", "1.2", off]);
        let pages = resume(&scene, &server, GNUTLS12);
        let [first, second] = &pages[..] else {
            panic!("two pages: {pages:?}")
        };
        first.assert_full_in("TLSv1.2");
        second.assert_resumes_by(kind, first);
    }
}

#[test]
fn connect_resumes_with_gnutls_serv_by_ticket_and_by_id() {
    let scene = Scene::new();
    for (key, args, kind) in [
        (KeyType::P256, &["--priority", GNUTLS12][..], "ticket"),
        (
            KeyType::Rsa2048,
            &["--priority", GNUTLS12, "--noticket"],
            "session_id",
        ),
    ] {
        let server = GnutlsServ::start(&scene, &scene.authority.server(key), args);
        let first = scene.connect(server.port, &["--get", "/", "--expect", "full"]);
        assert_eq!(first.succeeded().field("version"), "TLSv1.2");
        let again = scene.connect(server.port, &["--get", "/", "--expect", "resumed"]);
        assert_eq!(again.succeeded().field("kind"), kind);
    }
}

#[test]
fn curl_which_takes_no_tickets_resumes_by_id_where_there_are_ids() {
    let scene = Scene::new();
    for (off, resumes) in [("--no-tickets", true), ("--no-session-ids", false)] {
        let server = scene.serve(&["--tls", "1.2", off]);
        let url = server.url("/json");
        let mut command = program("curl");
        command
            .args(["-sS", "--http1.1", "--tlsv1.2", "--tls-max", "1.2"])
            .args([
                "--cacert",
                &server.ca,
                "-H",
                "Connection: close",
                &url,
                &url,
            ]);
        let pages = Page::find_all(&run(&mut command, b"").succeeded().text());
        let [first, second] = &pages[..] else {
            panic!("two pages: {pages:?}")
        };
        first.assert_full_in("TLSv1.2");
        if resumes {
            second.assert_resumes_by("session_id", first);
        } else {
            second.assert_full_in("TLSv1.2");
        }
    }
}

#[test]
fn java_resumes_with_us_by_id_and_by_ticket() {
    let scene = Scene::new();
    for (off, kind) in FORMS {
        let server = scene.serve(&["--tls", "1.2", off]);
        let got = java::client(&server, &["-Dhttps.protocols=TLSv1.2"], 3, &[]);
        let pages = Page::find_all(&got.succeeded().text());
        let [first, second, third] = &pages[..] else {
            panic!("three pages: {pages:?}")
        };
        first.assert_full_in("TLSv1.2");
        second.assert_resumes_by(kind, first);
        third.assert_resumes_by(kind, first);
    }
}

#[test]
fn connect_resumes_with_a_server_in_java_by_id_and_by_ticket() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    for (tickets, kind) in [("false", "session_id"), ("true", "ticket")] {
        let tickets = format!("-Djdk.tls.server.enableSessionTicketExtension={tickets}");
        let properties = ["-Djdk.tls.server.protocols=TLSv1.2", &tickets];
        let peer = JavaServer::start(&scene, &identity, &properties);
        let first = scene.connect(peer.port, &["--get", "/", "--expect", "full"]);
        let first = first.succeeded();
        assert!(first.body().starts_with("TLSv1.2"), "{}", first.body());
        let again = scene.connect(peer.port, &["--get", "/", "--expect", "resumed"]);
        let again = again.succeeded();
        assert_eq!(again.field("kind"), kind);
        assert!(again.body().contains("reused"), "{}", again.body());
    }
}

#[test]
fn python_resumes_with_us_and_we_with_python() {
    let scene = Scene::new();
    for (off, kind) in FORMS {
        let server = scene.serve(&["--tls", "1.2", off]);
        let options = json!({"version": "TLSv1_2", "connections": 3});
        let outcome = scripted::client("python3", "client.py", &server, options).succeeded();
        let pages: Vec<_> = scripted::lines(&outcome)
            .iter()
            .map(scripted::page)
            .collect();
        pages[0].assert_full_in("TLSv1.2");
        for page in &pages[1..] {
            page.assert_resumes_by(kind, &pages[0]);
        }
    }
    let identity = scene.authority.server(KeyType::P256);
    let options = json!({"version": "TLSv1_2"});
    let server = Peer::start("python3", "server.py", &identity, options);
    scene.connect(server.port, &["--get", "/"]).succeeded();
    let again = scene.connect(server.port, &["--get", "/", "--expect", "resumed"]);
    assert_eq!(again.succeeded().field("kind"), "ticket");
    assert_eq!(server.connection(1)["reused"], true);
}
