//! Chromium against `serve`: it offers X25519MLKEM768 and GREASE.

use serde_json::json;
use tessera_interop::browser::trust;
use tessera_interop::peer::{program, script};
use tessera_interop::process::run;
use tessera_interop::{KeyType, Page, Scene};

#[test]
fn chromium_negotiates_the_hybrid_group_and_resumes_on_its_next_connection() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let server = scene.serve_as(&identity, &["--idle-timeout", "1s"]);

    let home = scene.path("home");
    trust(&home, &server.ca);

    let options = json!({
        "chromium": program("chromium").get_program().to_string_lossy(),
        "profile": scene.path("profile"),
        "url": server.url("/json"),
    });
    let mut driver = program("node");
    driver
        .arg(script("chromium.js"))
        .arg(options.to_string())
        .env("HOME", &home);
    let pages = Page::find_all(&run(&mut driver, b"").succeeded().text());
    let [first, second] = &pages[..] else {
        panic!("two pages: {pages:?}")
    };
    first.assert_full();
    assert_eq!(first.session("group"), "X25519MLKEM768");
    // A browser opens connections ahead of need: the one that served the page and the one whose
    // ticket comes back need not be the same. All of them are full handshakes of this server.
    assert_eq!(second.session("kind"), "psk", "{second}");
    assert!(
        second.0["session"]["generation"].as_u64() >= Some(1),
        "{second}"
    );
    let keys = [first, second].map(|page| page.connection("keys_fingerprint"));
    assert_ne!(keys[0], keys[1], "{second}");
    let listed = scene.session("server", &["list", "--json"]).succeeded();
    let lineage = second.session("lineage");
    assert!(listed.text().contains(lineage), "{lineage} in {listed}");
    assert_eq!(second.session("group"), "X25519MLKEM768");
}
