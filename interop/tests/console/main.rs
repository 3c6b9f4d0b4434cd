//! The console in a real browser: every button, what it changes in the picture, and what of that is seen from outside.

mod crowd;
#[path = "../in_process/mod.rs"]
mod in_process;
mod page;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use page::{PATIENCE, Page, Picture};
use serde_json::{Value, json};
use tessera_interop::{Browser, Page as Visit, Scene, Server};

const CONSOLE: [&str; 8] = [
    "--console",
    "127.0.0.1:0",
    "--tickets",
    "6",
    "--renegotiate",
    "any",
    "--early-data",
    "16384",
];

/// `/json` of the server as the program's own client gets it.
#[track_caller]
fn visit(scene: &Scene, server: &Server, args: &[&str]) -> Value {
    let report = scene.connect_to(server, &[&["--get", "/json"][..], args].concat());
    serde_json::from_str(&report.body()).expect("a document")
}

/// What `session list --all --json` says of a lineage.
#[track_caller]
fn listed(scene: &Scene, lineage: &str) -> Vec<Value> {
    let list = scene
        .session("server", &["list", "--all", "--json"])
        .succeeded();
    let list: Value = serde_json::from_str(&list.text()).expect("a document");
    let rows = list["sessions"].as_array().expect("rows").iter();
    rows.filter(|row| row["lineage"] == lineage)
        .cloned()
        .collect()
}

fn is_running(pid: &str) -> bool {
    Path::new("/proc").join(pid).exists()
}

#[test]
fn every_button_changes_the_picture_and_the_world() {
    let scene = Scene::new();
    let server = scene.serve(&CONSOLE);
    let mut browser = Browser::start(&scene, &server.ca);
    let mut page = Page::open(&mut browser, &server, json!({}));

    page.press("New connection");
    let (line, bar) = page.shows("a line under a bar", |picture| {
        let (lines, bars) = (picture.lines("open"), picture.bars("live"));
        Some((lines.first()?.clone(), bars.first()?.clone()))
    });
    assert!(
        listed(&scene, &bar)
            .iter()
            .any(|row| row["open_connections"] == 1),
        "{bar}"
    );

    page.press("Resume");
    page.shows("two lines under one bar", |picture| {
        (picture.lines("open").len() == 2 && picture.bars("live").len() == 1).then_some(())
    });
    page.press("5 at once");
    page.shows("seven lines under one bar", |picture| {
        (picture.lines("open").len() == 7 && picture.bars("live").len() == 1).then_some(())
    });
    assert!(
        listed(&scene, &bar)
            .iter()
            .any(|row| row["open_connections"] == 7),
        "{:?}",
        listed(&scene, &bar)
    );
    page.press("Send 0-RTT");
    page.shows("one more", |picture| {
        (picture.lines("open").len() == 8).then_some(())
    });

    // The process dies: every line ends, the bar goes on, and the next line hangs under it.
    let pids = |picture: &Picture| -> Vec<String> {
        let found = picture.text().split("pid ").skip(1);
        let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect();
        found.map(digits).collect()
    };
    let before = pids(&page.look());
    page.press("Restart server");
    page.shows("no open line and the same bar", |picture| {
        (picture.lines("open").is_empty() && picture.bars("live") == [bar.clone()]).then_some(())
    });
    let old = before.first().expect("the page names the process");
    assert!(!is_running(old), "{old} still runs");
    page.press("Resume");
    page.shows("a line after the restart", |picture| {
        (picture.lines("open").len() == 1 && picture.bars("live") == [bar.clone()]).then_some(())
    });
    let document = visit(&scene, &server, &[]);
    assert_eq!(document["schema"], "tessera.connection/1");

    let key = |scene: &Scene| -> Value {
        let list = scene.keys("server", &["list", "--json"]).succeeded();
        let list: Value = serde_json::from_str(&list.text()).expect("a document");
        let mut keys = list["keys"].as_array().expect("rows").iter();
        keys.find(|key| key["phase"] == "sealing")
            .expect("one seals")["name"]
            .clone()
    };
    let sealing = key(&scene);
    page.press("Rotate key");
    let since = Instant::now();
    while key(&scene) == sealing {
        assert!(since.elapsed() < PATIENCE, "the key is still {sealing}");
        thread::sleep(Duration::from_millis(100));
    }
    let certificate = std::fs::read(scene.path("server/localhost.pem")).expect("a certificate");
    page.press("Renew certificate");
    let since = Instant::now();
    while std::fs::read(scene.path("server/localhost.pem")).expect("a certificate") == certificate {
        assert!(
            since.elapsed() < PATIENCE,
            "the certificate is still the same"
        );
        thread::sleep(Duration::from_millis(100));
    }
    page.press("Resume");
    page.shows("the bar across both", |picture| {
        (picture.lines("open").len() == 2 && picture.bars("live").contains(&bar)).then_some(())
    });

    // A session of TLS 1.2, left for another on the same connection.
    page.pick("1.2");
    let bars = page.look().bars("live").len();
    page.press("New connection");
    page.shows("a bar of TLS 1.2", |picture| {
        (picture.bars("live").len() == bars + 1).then_some(())
    });
    page.press("Renegotiate");
    page.shows("one more bar and no more lines", |picture| {
        (picture.bars("live").len() == bars + 2 && picture.lines("open").len() == 3).then_some(())
    });
    page.pick("any");

    page.browser.ask("choose", json!({"page": "console", "selector": format!("[data-lineage='{bar}']:not([data-connection])")}));
    page.press("Revoke");
    page.browser.ask(
        "press",
        json!({"page": "console", "button": "Revoke session", "within": true}),
    );
    page.shows("a revoked bar", |picture| {
        picture.bars("revoked").contains(&bar).then_some(())
    });
    assert!(
        listed(&scene, &bar)
            .iter()
            .all(|row| row["state"] == "revoked"),
        "{:?}",
        listed(&scene, &bar)
    );
    page.press("Resume");
    page.shows("the reason of the refusal", |picture| {
        picture.text().contains("revoked").then_some(())
    });
    let live = page.shows("a session in its place", |picture| {
        picture.bars("live").last().cloned()
    });
    page.browser.ask("choose", json!({"page": "console", "selector": format!("[data-lineage='{live}']:not([data-connection])")}));
    page.press("Expire session");
    page.shows("an ended bar", |picture| {
        (!picture.bars("live").contains(&live)).then_some(())
    });
    assert!(
        listed(&scene, &live)
            .iter()
            .all(|row| row["state"] != "live"),
        "{:?}",
        listed(&scene, &live)
    );
    assert!(!line.is_empty());
    page.is_quiet();
}

/// The pictures in `docs` are made here: `TESSERA_SCREENSHOTS=docs cargo test -p tessera-interop --test console pictures`.
#[test]
fn pictures_are_made_in_light_and_dark() {
    let scene = Scene::new();
    let server = scene.serve(&CONSOLE);
    let folder = std::env::var_os("TESSERA_SCREENSHOTS").map_or_else(
        || scene.dir().to_owned(),
        |folder| {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("..")
                .join(folder)
        },
    );
    let mut browser = Browser::start(&scene, &server.ca);
    let mut page = Page::open(&mut browser, &server, json!({}));
    for button in [
        "New connection",
        "Resume",
        "5 at once",
        "Restart server",
        "Resume",
    ] {
        page.press(button);
        thread::sleep(Duration::from_millis(700));
    }
    page.pick("1.2");
    page.press("New connection");
    page.shows("both versions", |picture| {
        (picture.bars("live").len() == 2).then_some(())
    });
    page.press("Renegotiate");
    page.shows("three bars", |picture| {
        (picture.bars("live").len() == 3).then_some(())
    });
    page.pick("any");
    page.press("Resume");
    page.shows("a line after the restart", |picture| {
        (picture.lines("open").len() >= 3).then_some(())
    });
    // The line that is looked at is the newest, a moment later.
    thread::sleep(Duration::from_secs(2));
    page.screenshot(&folder.join("console-light.png"));
    browser.ask("close", json!({"page": "console"}));
    let mut page = Page::open(&mut browser, &server, json!({"scheme": "dark"}));
    page.shows("the same in the dark", |picture| {
        (picture.bars("live").len() == 3).then_some(())
    });
    thread::sleep(Duration::from_secs(1));
    page.screenshot(&folder.join("console-dark.png"));
    for name in ["console-light.png", "console-dark.png"] {
        let picture = std::fs::read(folder.join(name)).expect("a picture");
        assert!(
            picture.starts_with(b"\x89PNG") && picture.len() > 20_000,
            "{name}"
        );
    }
}

#[test]
fn nobody_is_shut_out_and_nothing_is_forbidden() {
    let scene = Scene::new();
    let server = scene.serve(&CONSOLE);
    let mut browser = Browser::start(&scene, &server.ca);
    for (scheme, width, height) in [
        ("light", 1280, 800),
        ("dark", 1280, 800),
        ("light", 390, 844),
    ] {
        let with = json!({"scheme": scheme, "width": width, "height": height, "motion": "reduce"});
        let mut page = Page::open(&mut browser, &server, with);
        page.press("New connection");
        page.press("5 at once");
        page.shows("lines", |picture| {
            (picture.lines("open").len() >= 5).then_some(())
        });
        for view in ["Picture", "Table", "Operator", "Refusals"] {
            page.press(view);
            page.axe(&format!("{view}, {scheme}, {width} wide"));
        }
        page.press("Guided tour");
        page.axe(&format!("the tour, {scheme}, {width} wide"));
        let scrolls = page.browser.ask("evaluate", json!({"page": "console", "expression": "[document.documentElement.scrollWidth > innerWidth, document.documentElement.scrollHeight > innerHeight]"}));
        assert_eq!(scrolls[0], false, "{width} wide, and it scrolls sideways");
        assert!(
            width < 1280 || scrolls[1] == false,
            "{width}x{height}, and it scrolls"
        );
        page.is_quiet();
        page.press("Close all");
        browser.ask("close", json!({"page": "console"}));
    }
}

#[test]
fn a_browser_comes_back_on_the_same_session_and_the_web_session_is_another_thing() {
    let scene = Scene::new();
    let server = scene.serve(&[&CONSOLE[..], &["--idle-timeout", "2s"]].concat());
    let mut browser = Browser::start(&scene, &server.ca);
    let first = browser.visit(&server.url("/json"));
    let signing = "fetch('/sign-in', {method: 'POST', headers: {accept: 'application/json'}}).then((answer) => answer.json())";
    let signed = browser.ask(
        "evaluate",
        json!({"page": "visitor", "expression": signing}),
    );
    browser.leave();
    let web = signed["web_session"]["id"].clone();
    assert!(web.is_string(), "{signed}");

    let mut page = Page::open(&mut browser, &server, json!({}));
    let lineage = first.session("lineage").to_owned();
    page.shows("the browser's session", |picture| {
        picture.bars("live").contains(&lineage).then_some(())
    });
    page.shows("the web session beside it", |picture| {
        picture.text().contains("Web session").then_some(())
    });
    // Idle connections are closed, all of them; sessions are not.
    page.shows("the end of all lines", |picture| {
        picture.lines("open").is_empty().then_some(())
    });
    let Visit(again) = browser.visit(&server.url("/json"));
    assert_ne!(again["connection"]["id"], first.0["connection"]["id"]);
    assert_eq!(again["session"]["resumed"], true, "{again}");
    assert_eq!(again["web_session"]["id"], web, "{again}");
    let signing = "fetch('/sign-out', {method: 'POST', headers: {accept: 'application/json'}}).then(() => fetch('/sign-in', {method: 'POST', headers: {accept: 'application/json'}})).then((answer) => answer.json())";
    let other = browser.ask(
        "evaluate",
        json!({"page": "visitor", "expression": signing}),
    );
    assert_ne!(other["web_session"]["id"], web, "{other}");
    let after = browser.ask(
        "evaluate",
        json!({"page": "visitor", "expression": "fetch('/json').then((answer) => answer.json())"}),
    );
    assert_eq!(
        after["session"]["lineage"], again["session"]["lineage"],
        "{after}"
    );
    assert_eq!(after["web_session"]["id"], other["web_session"]["id"]);
}

#[test]
fn another_origin_neither_reads_nor_presses() {
    let scene = Scene::new();
    let server = scene.serve(&CONSOLE);
    let (address, token) = server.console.split_once("/#").expect("a token");
    let mut browser = Browser::start(&scene, &server.ca);
    // Even with the token: a page of the TLS server itself, on the same host.
    browser.ask(
        "open",
        json!({"page": "foreign", "url": server.url("/json")}),
    );
    let asks = [
        format!("fetch('{address}/events', {{headers: {{authorization: 'Bearer {token}'}}}})"),
        format!("fetch('{address}/events', {{mode: 'no-cors'}})"),
        format!(
            "fetch('{address}/api/restart', {{method: 'POST', body: '{{}}', headers: {{authorization: 'Bearer {token}', 'content-type': 'application/json'}}}})"
        ),
        format!(
            "fetch('{address}/api/restart', {{method: 'POST', body: '{{}}', mode: 'no-cors'}})"
        ),
    ];
    let mut page = Page::open(&mut browser, &server, json!({}));
    page.shows("the page", |picture| {
        picture.text().contains("live").then_some(())
    });
    for ask in asks {
        let expression =
            format!("{ask}.then((answer) => answer.text()).then((text) => text, () => '')");
        let read = browser.ask(
            "evaluate",
            json!({"page": "foreign", "expression": expression}),
        );
        assert_eq!(read, "", "{ask}");
    }
    let mut page = Page {
        browser: &mut browser,
    };
    let picture = page.look();
    assert!(!picture.text().contains("restart"), "{}", picture.text());
    // It would have been seen.
    page.press("Restart server");
    page.shows("a restart", |picture| {
        picture.text().contains("restart").then_some(())
    });
    // What the browser is told to allow: our own files and nothing else.
    let policy = "fetch('/').then((answer) => answer.headers.get('content-security-policy'))";
    let policy = browser.ask("evaluate", json!({"page": "console", "expression": policy}));
    let policy = policy.as_str().expect("a policy");
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe-"),
        "{policy}"
    );
}

#[test]
fn the_page_finds_its_console_again() {
    let scene = Scene::new();
    let server = scene.serve(&CONSOLE);
    let mut browser = Browser::start(&scene, &server.ca);
    let mut page = Page::open(&mut browser, &server, json!({}));
    page.press("New connection");
    let bar = page.shows("a bar", |picture| picture.bars("live").first().cloned());
    let address = server
        .console
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    server.running.kill();
    drop(server);
    let mut again = vec!["--console", address.as_str()];
    again.extend(&CONSOLE[2..]);
    let server = scene.serve(&again);
    page.shows("no line, and the bar from before", |picture| {
        (picture.lines("open").is_empty() && picture.bars("live").contains(&bar)).then_some(())
    });
    page.press("New connection");
    page.shows("a line again", |picture| {
        (!picture.lines("open").is_empty()).then_some(())
    });
    drop(server);
}
