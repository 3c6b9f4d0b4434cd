//! Java: HttpsURLConnection against `serve`, and `connect` against a server socket.

use tessera_interop::java::{JavaServer, PASSWORD, client, pkcs12};
use tessera_interop::{KeyType, Page, Scene};

/// Suites and groups, each at least once, by their names in Java and in our report.
const CHOICES: [(&str, &str); 3] = [
    ("TLS_AES_128_GCM_SHA256", "x25519"),
    ("TLS_AES_256_GCM_SHA384", "secp256r1"),
    ("TLS_CHACHA20_POLY1305_SHA256", "secp384r1"),
];

#[test]
fn java_resumes_through_its_session_cache() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let pages = Page::find_all(&client(&server, &[], 3, &[]).succeeded().text());
    let [first, second, third] = &pages[..] else {
        panic!("three pages: {pages:?}")
    };
    first.assert_full();
    second.assert_resumes(first);
    third.assert_resumes(first);
}

#[test]
fn java_connects_with_every_suite_and_group() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    for (suite, group) in CHOICES {
        let properties = [
            format!("-Dhttps.cipherSuites={suite}"),
            format!("-Djdk.tls.namedGroups={group}"),
        ];
        let got = client(&server, &properties.each_ref().map(String::as_str), 1, &[]).succeeded();
        let page = Page::find(&got.text());
        page.assert_full();
        assert_eq!(page.session("cipher_suite"), suite);
        assert_eq!(page.session("group"), group);
    }
}

#[test]
fn java_is_asked_again_when_it_shares_only_another_group() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let groups = "-Djdk.tls.namedGroups=secp521r1,secp384r1";
    let page = Page::find(&client(&server, &[groups], 1, &[]).succeeded().text());
    page.assert_full();
    assert_eq!(page.session("group"), "secp384r1");
}

#[test]
fn java_verifies_every_type_of_certificate() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = scene.serve_as(&scene.authority.server(key), &[]);
        Page::find(&client(&server, &[], 1, &[]).succeeded().text()).assert_full();
    }
}

#[test]
fn java_shows_a_certificate_and_keeps_that_identity_when_it_resumes() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let server = scene.serve(&["--client-auth", "require", "--client-ca", &ca]);
    let identity = scene.authority.client("a java client", KeyType::P256);
    let file = pkcs12(&scene, &identity);
    let pages = Page::find_all(
        &client(&server, &[], 2, &[&file, PASSWORD])
            .succeeded()
            .text(),
    );
    let [first, second] = &pages[..] else {
        panic!("two pages: {pages:?}")
    };
    second.assert_resumes(first);
    for page in &pages {
        assert!(
            page.session("peer_identity").contains("a java client"),
            "{page}"
        );
    }
}

#[test]
fn connect_meets_every_suite_and_group_of_a_server_in_java_and_resumes() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    // Tickets that Java seals, and sessions that it keeps itself.
    for tickets in ["true", "false"] {
        let tickets = format!("-Djdk.tls.server.enableSessionTicketExtension={tickets}");
        let peer = JavaServer::start(&scene, &identity, &[&tickets]);
        for (suite, group) in CHOICES {
            let chosen = ["--get", "/", "--ciphers", suite, "--groups", group];
            let visit = |expect| {
                let args = [&chosen[..], &["--expect", expect]].concat();
                scene.connect(peer.port, &args).succeeded()
            };
            let (first, second) = (visit("full"), visit("resumed"));
            first.assert_full();
            second.assert_resumed();
            for report in [&first, &second] {
                assert_eq!(report.field("cipher_suite"), suite);
                assert_eq!(report.field("group"), group);
            }
            assert!(first.body().ends_with("new"), "{}", first.body());
            assert!(second.body().ends_with("reused"), "{}", second.body());
            let ended = scene.session("client", &["expire", "--all"]);
            ended.succeeded();
        }
    }
}

#[test]
fn connect_verifies_other_types_of_certificate_of_a_server_in_java() {
    let scene = Scene::new();
    for kind in [KeyType::Rsa2048, KeyType::Ed25519] {
        let peer = JavaServer::start(&scene, &scene.authority.server(kind), &[]);
        let once = ["--get", "/", "--no-wallet"];
        scene.connect(peer.port, &once).succeeded().assert_full();
    }
}

#[test]
fn connect_answers_a_retry_of_a_server_in_java() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let groups = ["-Djdk.tls.namedGroups=secp384r1"];
    let peer = JavaServer::start(&scene, &identity, &groups);
    let report = scene.connect(peer.port, &["--get", "/"]).succeeded();
    assert_eq!(report.field("group"), "secp384r1");
    let again = ["--get", "/", "--expect", "resumed"];
    scene
        .connect(peer.port, &again)
        .succeeded()
        .assert_resumed();
}
