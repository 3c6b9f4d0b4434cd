//! Java's HttpsURLConnection against `serve`.

use tessera_interop::peer::{program, script};
use tessera_interop::process::run;
use tessera_interop::{Identity, KeyType, Outcome, Page, Scene, Server};

const PASSWORD: &str = "tessera";

/// Gets `/json` over `connections` connections that share one session cache.
fn java(server: &Server, properties: &[&str], connections: usize, more: &[&str]) -> Outcome {
    let mut command = program("java");
    command.args(properties).arg(script("Client.java"));
    command
        .args([&server.url("/json"), &server.ca, &connections.to_string()])
        .args(more);
    run(&mut command, b"")
}

fn pkcs12(scene: &Scene, identity: &Identity) -> String {
    let file = scene.text_path("identity.p12");
    let mut command = program("openssl");
    command.args([
        "pkcs12",
        "-export",
        "-out",
        &file,
        "-passout",
        &format!("pass:{PASSWORD}"),
    ]);
    command.args([
        "-in",
        identity.cert(),
        "-inkey",
        identity.key(),
        "-name",
        "client",
    ]);
    run(&mut command, b"").succeeded();
    file
}

#[test]
fn java_resumes_through_its_session_cache() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let pages = Page::find_all(&java(&server, &[], 3, &[]).succeeded().text());
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
    for (suite, group) in [
        ("TLS_AES_128_GCM_SHA256", "x25519"),
        ("TLS_AES_256_GCM_SHA384", "secp256r1"),
        ("TLS_CHACHA20_POLY1305_SHA256", "secp384r1"),
    ] {
        let properties = [
            format!("-Dhttps.cipherSuites={suite}"),
            format!("-Djdk.tls.namedGroups={group}"),
        ];
        let got = java(&server, &properties.each_ref().map(String::as_str), 1, &[]).succeeded();
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
    let page = Page::find(&java(&server, &[groups], 1, &[]).succeeded().text());
    page.assert_full();
    assert_eq!(page.session("group"), "secp384r1");
}

#[test]
fn java_verifies_every_type_of_certificate() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = scene.serve_as(&scene.authority.server(key), &[]);
        Page::find(&java(&server, &[], 1, &[]).succeeded().text()).assert_full();
    }
}

#[test]
fn java_shows_a_certificate_and_keeps_that_identity_when_it_resumes() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let server = scene.serve(&["--client-auth", "require", "--client-ca", &ca]);
    let identity = scene.authority.client("a java client", KeyType::P256);
    let file = pkcs12(&scene, &identity);
    let pages = Page::find_all(&java(&server, &[], 2, &[&file, PASSWORD]).succeeded().text());
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
