//! GnuTLS: `gnutls-cli` against `serve`, and `connect` against `gnutls-serv`.

use tessera_interop::gnutls::{GnutlsServ, gnutls_cli, resume};
use tessera_interop::{KeyType, Page, Scene, keylog};

const TLS13: &str = "NORMAL:-VERS-ALL:+VERS-TLS1.3";

const SUITES: [(&str, &str); 3] = [
    ("AES-128-GCM", "TLS_AES_128_GCM_SHA256"),
    ("AES-256-GCM", "TLS_AES_256_GCM_SHA384"),
    ("CHACHA20-POLY1305", "TLS_CHACHA20_POLY1305_SHA256"),
];

const GROUPS: [(&str, &str); 3] = [
    ("GROUP-X25519", "x25519"),
    ("GROUP-SECP256R1", "secp256r1"),
    ("GROUP-SECP384R1", "secp384r1"),
];

/// The priority string for one suite and some groups.
fn only(cipher: &str, groups: &[&str]) -> String {
    let groups = groups.join(":+");
    format!("{TLS13}:-CIPHER-ALL:+{cipher}:-GROUP-ALL:+{groups}")
}

#[test]
fn gnutls_cli_gets_a_page_with_every_suite_and_group() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    for ((cipher, suite), (group, name)) in SUITES.into_iter().zip(GROUPS) {
        let got = gnutls_cli(&scene, &server, &["--priority", &only(cipher, &[group])]);
        let page = Page::find(&got.succeeded().said("certificate is trusted").text());
        page.assert_full();
        assert_eq!(page.session("cipher_suite"), suite);
        assert_eq!(page.session("group"), name);
    }
}

#[test]
fn gnutls_cli_verifies_every_type_of_certificate() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = scene.serve_as(&scene.authority.server(key), &[]);
        let got = gnutls_cli(&scene, &server, &["--priority", TLS13]).succeeded();
        Page::find(&got.said("certificate is trusted").text()).assert_full();
    }
}

#[test]
fn gnutls_cli_resumes_with_every_suite_and_both_key_logs_agree() {
    let scene = Scene::new();
    let ours = scene.text_path("ours.log");
    let server = scene.serve(&["--keylog", &ours]);
    for (cipher, suite) in SUITES {
        let pages = resume(&scene, &server, &only(cipher, &["GROUP-X25519"]));
        let [first, second] = &pages[..] else {
            panic!("two pages: {pages:?}")
        };
        first.assert_full();
        second.assert_resumes(first);
        assert_eq!(second.session("cipher_suite"), suite);
    }
    server.stop();
    let theirs = keylog::read(&scene.path("gnutls.log"));
    keylog::assert_agree(&keylog::read(ours.as_ref()), &theirs, 6);
}

#[test]
fn gnutls_cli_that_shares_only_another_group_is_asked_again() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let priority = only("AES-128-GCM", &["GROUP-SECP521R1", "GROUP-SECP384R1"]);
    let retry = [
        "--priority",
        &priority,
        "--single-key-share",
        "--debug",
        "4",
    ];
    let got = gnutls_cli(&scene, &server, &retry)
        .succeeded()
        .said("HELLO RETRY REQUEST");
    let page = Page::find(&got.text());
    page.assert_full();
    assert_eq!(page.session("group"), "secp384r1");
}

#[test]
fn gnutls_cli_shows_a_certificate_of_every_type() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let server = scene.serve(&["--client-auth", "require", "--client-ca", &ca]);
    for key in KeyType::ALL {
        let name = format!("client with {key:?}");
        let identity = scene.authority.client(&name, key);
        let shown = [
            "--x509certfile",
            identity.cert(),
            "--x509keyfile",
            identity.key(),
        ];
        let got = gnutls_cli(
            &scene,
            &server,
            &[&shown[..], &["--priority", TLS13]].concat(),
        );
        let page = Page::find(&got.succeeded().text());
        assert!(page.session("peer_identity").contains(&name), "{page}");
    }
    let refused = gnutls_cli(&scene, &server, &["--priority", TLS13]);
    assert!(
        refused.everything().contains("Certificate is required"),
        "{refused}"
    );
}

#[test]
fn connect_meets_every_suite_and_group_of_gnutls_serv() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    for ((cipher, suite), (group, name)) in SUITES.into_iter().zip(GROUPS) {
        let priority = only(cipher, &[group]);
        let server = GnutlsServ::start(&scene, &identity, &["--priority", &priority]);
        let report = scene
            .connect(server.port, &["--get", "/", "--no-wallet"])
            .succeeded();
        report.assert_full();
        assert_eq!(report.field("cipher_suite"), suite);
        assert_eq!(report.field("group"), name);
        assert!(report.body().contains(cipher), "{}", report.body());
    }
}

#[test]
fn connect_verifies_every_type_of_certificate_of_gnutls_serv() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = GnutlsServ::start(&scene, &scene.authority.server(key), &[]);
        scene
            .connect(server.port, &["--get", "/", "--no-wallet"])
            .succeeded()
            .assert_full();
    }
}

#[test]
fn connect_resumes_with_gnutls_serv_and_both_key_logs_agree() {
    let scene = Scene::new();
    let ours = scene.text_path("ours.log");
    let server = GnutlsServ::start(&scene, &scene.authority.server(KeyType::Ed25519), &[]);
    let full = ["--get", "/", "--keylog", &ours, "--expect", "full"];
    let first = scene.connect(server.port, &full).succeeded();
    let resumed = ["--get", "/", "--keylog", &ours, "--expect", "resumed"];
    let second = scene.connect(server.port, &resumed).succeeded();
    second.assert_resumed();
    assert_eq!(
        first.only()["session"]["lineage"],
        second.only()["session"]["lineage"]
    );
    server.running.line_with("This is a resumed session");
    let theirs = keylog::read(&scene.path("gnutls.log"));
    keylog::assert_agree(&keylog::read(ours.as_ref()), &theirs, 2);
}

#[test]
fn connect_answers_a_retry_of_gnutls_serv() {
    let scene = Scene::new();
    let priority = only("AES-256-GCM", &["GROUP-SECP384R1"]);
    let args = ["--priority", &priority, "--debug", "4"];
    let server = GnutlsServ::start(&scene, &scene.authority.server(KeyType::P256), &args);
    let asks = ["--groups", "x25519,secp384r1", "--get", "/", "--no-wallet"];
    let report = scene.connect(server.port, &asks).succeeded();
    assert_eq!(report.field("group"), "secp384r1");
    server.running.line_with("HELLO RETRY REQUEST");
}

#[test]
fn connect_shows_a_certificate_of_every_type_to_gnutls_serv() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let demand = [
        "--require-client-cert",
        "--verify-client-cert",
        "--x509cafile",
        &ca,
    ];
    let server = GnutlsServ::start(&scene, &scene.authority.server(KeyType::P256), &demand);
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
        scene
            .connect(server.port, &[&shown[..], &[identity.key()]].concat())
            .succeeded();
        server.running.line_with(&name);
    }
    scene
        .connect(server.port, &["--get", "/", "--no-wallet"])
        .exited(4);
}
