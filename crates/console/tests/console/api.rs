//! Deeds: what is asked for arrives, and what came of it is answered.

use serde_json::json;
use tessera_console::Deed;
use tessera_console::deed::Version;

use crate::kit::Console;
use crate::kit::page::Page;

#[tokio::test]
async fn a_deed_arrives_with_its_parameters_and_its_outcome_comes_back() {
    let console = Console::start().await;
    let body = r#"{"version":"1.2","resume":true,"count":3,"early_data":false}"#;
    let answer = console.post("connect", body).send(console.address).await;
    assert_eq!(answer.status(), Some(200));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.json(),
        json!({"schema": "tessera.console-deed/1", "ok": true, "text": "opened", "connections": ["c1", "c1", "c1"]})
    );
    let asked = console.deeds.asked();
    let [
        Deed::Connect {
            version,
            resume,
            count,
            early_data,
        },
    ] = asked.as_slice()
    else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (*version, *resume, count.number(), *early_data),
        (Some(Version::Tls12), true, 3, false)
    );
    // Every page hears of it.
    let page = Page::of(&console.picture.since(0));
    assert_eq!(page.notices("deed"), ["opened"]);
}

#[tokio::test]
async fn every_deed_is_taken() {
    let console = Console::start().await;
    console.deeds.restarts.add_permits(1);
    let bodies = [
        (
            "connect",
            json!({"version": null, "resume": false, "count": 20, "early_data": true}),
        ),
        ("close", json!({"connection": null})),
        ("renegotiate", json!({"connection": "ab12"})),
        ("key-update", json!({"connection": "ab12"})),
        ("restart", json!({})),
        ("expire", json!({"lineage": "ab12"})),
        (
            "revoke",
            json!({"lineage": "ab12", "why": "a laptop was lost", "close": true}),
        ),
        ("rotate", json!({})),
        ("renew", json!({})),
        ("elsewhere", json!({"version": "1.3"})),
        ("export", json!({"lineage": "ab12"})),
        ("reveal", json!({"connection": "ab12"})),
        ("tour", json!({"step": 7})),
    ];
    assert_eq!(bodies.clone().map(|(name, _)| name), Deed::NAMES);
    for (name, body) in &bodies {
        let deed = Deed::parse(name, body.to_string().as_bytes());
        assert_eq!(deed.map(|deed| deed.name()), Ok(*name));
        let answer = console
            .post(name, body.to_string())
            .send(console.address)
            .await;
        assert_ne!(answer.status(), Some(400), "{name}: {answer:?}");
    }
    assert_eq!(console.deeds.asked().len(), bodies.len());
}

#[tokio::test]
async fn what_a_deed_brings_is_in_its_answer_and_nowhere_else() {
    let console = Console::start().await;
    let ask = async |name: &str, body: &str| {
        let answer = console.post(name, body).send(console.address).await;
        answer.json()
    };
    let exported = ask("export", r#"{"lineage":"ab12"}"#).await;
    assert_eq!(
        (&exported["pem"], &exported["command"]),
        (&json!("PEM"), &json!("openssl"))
    );
    let revealed = ask("reveal", r#"{"connection":"ab12"}"#).await;
    assert_eq!(
        revealed["secrets"],
        json!([{"label": "CLIENT_RANDOM", "secret": "5ec2e7"}])
    );
    let toured = ask("tour", r#"{"step":1}"#).await;
    assert_eq!(
        toured["checks"],
        json!([{"what": "it resumed", "ok": false, "found": "it did not"}])
    );
    let picture = serde_json::to_string(&console.picture.since(0)).expect("JSON");
    assert!(!picture.contains("5ec2e7") && !picture.contains("PEM"));
    assert!(!picture.contains(&console.token));
}

#[tokio::test]
async fn who_is_to_blame_shows_in_the_status() {
    let console = Console::start().await;
    let outcomes = [
        ("close", r#"{"connection":"ab12"}"#, 400, "no ab12"),
        (
            "close",
            r#"{"connection":null}"#,
            409,
            "the console holds none",
        ),
        ("rotate", "{}", 500, "the store is away"),
        (
            "renew",
            "{}",
            500,
            "the deed broke off; that is a bug of this program",
        ),
    ];
    for (name, body, status, error) in outcomes {
        let answer = console.post(name, body).send(console.address).await;
        assert_eq!(answer.status(), Some(status), "{name}");
        assert_eq!(
            answer.json(),
            json!({"schema": "tessera.console-deed/1", "ok": false, "error": error})
        );
    }
    assert!(
        Page::of(&console.picture.since(0))
            .notices("deed")
            .is_empty()
    );
}

#[tokio::test]
async fn a_deed_that_has_begun_is_finished_though_its_page_is_gone() {
    let console = Console::start().await;
    let request = console.post("restart", "{}");
    let asking = tokio::spawn(async move { request.send(console.address).await });
    let mut changes = console.picture.changes();
    while console.deeds.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    asking.abort();
    assert!(asking.await.is_err_and(|error| error.is_cancelled()));
    console.deeds.restarts.add_permits(1);
    let told = async {
        while Page::of(&console.picture.since(0)).notices("deed") != ["restarted"] {
            changes.changed().await.expect("the picture is there");
        }
    };
    told.await;
}

#[tokio::test]
async fn sixteen_deeds_are_under_way_and_the_next_is_told_to_wait() {
    let console = Console::start().await;
    let asking: Vec<_> = (0..16)
        .map(|_| {
            let (request, address) = (console.post("restart", "{}"), console.address);
            tokio::spawn(async move { request.send(address).await })
        })
        .collect();
    while console.deeds.asked().len() < 16 {
        tokio::task::yield_now().await;
    }
    let answer = console.post("rotate", "{}").send(console.address).await;
    assert_eq!(answer.status(), Some(503));
    assert_eq!(
        answer.json()["error"],
        "16 deeds are under way already; wait for one"
    );
    console.deeds.restarts.add_permits(16);
    for answer in asking {
        assert_eq!(answer.await.expect("it is answered").status(), Some(200));
    }
    let answer = console.post("rotate", "{}").send(console.address).await;
    assert_eq!(answer.status(), Some(500), "there is room again");
}

#[tokio::test]
async fn buttons_say_why_they_do_nothing() {
    let console = Console::start().await;
    let why = "serve was started without --early-data";
    console.deeds.make_unavailable("connect", why);
    // Looked at after each deed, and every second.
    console.post("rotate", "{}").send(console.address).await;
    let page = Page::of(&console.picture.since(0));
    let deeds = &page.row("console", "")["deeds"];
    assert_eq!(deeds["connect"], why);
    assert!(deeds["rotate"].is_null());
    assert_eq!(
        deeds.as_object().map(|deeds| deeds.len()),
        Some(Deed::NAMES.len())
    );
}

#[tokio::test]
async fn parameters_have_four_kibibytes_and_no_more() {
    let console = Console::start().await;
    let padded = |length| format!("{:length$}", r#"{"step":1}"#);
    let statuses = [(4_096, 200), (4_097, 413)];
    for (length, status) in statuses {
        let request = console.post("tour", padded(length));
        let answer = request.send(console.address).await;
        assert_eq!(answer.status(), Some(status), "{length}");
    }
    assert_eq!(console.deeds.asked().len(), 1);
}
