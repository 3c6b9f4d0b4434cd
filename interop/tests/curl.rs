//! curl against `serve`.

use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::{KeyType, Outcome, Page, Scene, Server, keylog};

fn curl(scene: &Scene, server: &Server, args: &[&str]) -> Outcome {
    let mut command = program("curl");
    command
        .args([
            "--tlsv1.3",
            "--silent",
            "--show-error",
            "--fail",
            "--verbose",
            "--noproxy",
            "*",
        ])
        .args(["--cacert", &server.ca])
        .args(args)
        .env("SSLKEYLOGFILE", scene.path("curl.log"));
    run(&mut command, b"")
}

#[test]
fn curl_gets_a_page_with_every_suite_and_group() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let url = server.url("/json");
    for (suite, curve, name) in [
        ("TLS_AES_128_GCM_SHA256", "X25519", "x25519"),
        ("TLS_AES_256_GCM_SHA384", "P-256", "secp256r1"),
        ("TLS_CHACHA20_POLY1305_SHA256", "P-384", "secp384r1"),
    ] {
        let got = curl(
            &scene,
            &server,
            &["--tls13-ciphers", suite, "--curves", curve, &url],
        );
        let page = Page::find(&got.succeeded().text());
        page.assert_full();
        assert_eq!(page.session("cipher_suite"), suite);
        assert_eq!(page.session("group"), name);
    }
}

#[test]
fn curl_verifies_every_type_of_certificate() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let server = scene.serve_as(&scene.authority.server(key), &[]);
        Page::find(
            &curl(&scene, &server, &[&server.url("/json")])
                .succeeded()
                .text(),
        )
        .assert_full();
    }
}

#[test]
fn curl_resumes_on_its_second_connection_and_both_key_logs_agree() {
    let scene = Scene::new();
    let ours = scene.text_path("ours.log");
    let server = scene.serve(&["--keylog", &ours]);
    let url = server.url("/json");
    // HTTP/1.0 closes after each answer, so the second page needs a second connection.
    let got = curl(&scene, &server, &["--http1.0", "--no-alpn", &url, &url]).succeeded();
    let pages = Page::find_all(&got.text());
    let [first, second] = &pages[..] else {
        panic!("two pages in {got}")
    };
    first.assert_full();
    second.assert_resumes(first);
    server.stop();
    let theirs = keylog::read(&scene.path("curl.log"));
    keylog::assert_agree(&keylog::read(ours.as_ref()), &theirs, 2);
}

#[test]
fn curl_is_asked_again_when_it_shares_only_another_group() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let got = curl(
        &scene,
        &server,
        &["--curves", "P-521:P-384", &server.url("/json")],
    );
    let page = Page::find(&got.succeeded().text());
    page.assert_full();
    assert_eq!(page.session("group"), "secp384r1");
}

#[test]
fn curl_agrees_on_http_2_and_on_http_1_1() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    for (flag, alpn) in [("--http2", "h2"), ("--http1.1", "http/1.1")] {
        let got = curl(&scene, &server, &[flag, &server.url("/json")]).succeeded();
        assert_eq!(Page::find(&got.text()).session("alpn"), alpn);
    }
    let got = curl(&scene, &server, &[&server.url("/bytes/1000000")]).succeeded();
    assert_eq!(got.stdout.len(), 1_000_000);
}

#[test]
fn curl_shows_a_certificate_of_every_type() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let server = scene.serve(&["--client-auth", "require", "--client-ca", &ca]);
    let url = server.url("/json");
    for key in KeyType::ALL {
        let name = format!("client with {key:?}");
        let identity = scene.authority.client(&name, key);
        let got = curl(
            &scene,
            &server,
            &["--cert", identity.cert(), "--key", identity.key(), &url],
        );
        let page = Page::find(&got.succeeded().text());
        assert!(page.session("peer_identity").contains(&name), "{page}");
    }
    let refused = curl(&scene, &server, &[&url]);
    assert_ne!(refused.code, Some(0), "{refused}");
    assert!(refused.stderr.contains("certificate required"), "{refused}");
}
