//! Chromium against `serve`: it offers X25519MLKEM768 and GREASE.

use std::thread::sleep;
use std::time::Duration;

use tessera_interop::{Browser, KeyType, Page, Scene};

/// Longer than the server leaves a connection idle.
const IDLE: Duration = Duration::from_millis(2_500);

#[test]
fn chromium_negotiates_the_hybrid_group_and_resumes_on_its_next_connection() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let server = scene.serve_as(&identity, &["--idle-timeout", "1s"]);
    let mut browser = Browser::start(&scene, &server.ca);
    let first = browser.visit(&server.url("/json"));
    let second = on_another_connection(&mut browser, &server.url("/json"), &first);
    first.assert_full();
    assert_eq!(first.session("group"), "X25519MLKEM768");
    // A browser opens connections ahead of need: the one that served the page and the one whose
    // ticket comes back need not be the same. All of them are full handshakes of this server.
    assert_eq!(second.session("kind"), "psk", "{second}");
    assert!(
        second.0["session"]["generation"].as_u64() >= Some(1),
        "{second}"
    );
    let keys = [&first, &second].map(|page| page.connection("keys_fingerprint"));
    assert_ne!(keys[0], keys[1], "{second}");
    let listed = scene.session("server", &["list", "--json"]).succeeded();
    let lineage = second.session("lineage");
    assert!(listed.text().contains(lineage), "{lineage} in {listed}");
    assert_eq!(second.session("group"), "X25519MLKEM768");
}

/// Visits again until another connection brings the page.
#[track_caller]
fn on_another_connection(browser: &mut Browser, url: &str, first: &Page) -> Page {
    for _ in 0..16 {
        browser.leave();
        sleep(IDLE);
        let next = browser.visit(url);
        if next.connection("id") != first.connection("id") {
            return next;
        }
    }
    panic!("always the same connection: {first}");
}
