//! A thousand malformed requests change nothing.

use serde_json::{Map, Value, json};

use crate::kit::Console;
use crate::kit::client::Request;

/// Numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).expect("it is smaller than sides")
    }

    fn pick<'a, T>(&mut self, some: &'a [T]) -> &'a T {
        &some[self.throw(some.len())]
    }
}

/// A deed as it should be, as JSON.
fn good(dice: &mut Dice) -> (&'static str, Map<String, Value>) {
    let deeds = [
        (
            "connect",
            json!({"version": "1.3", "resume": true, "count": 5, "early_data": false}),
        ),
        ("close", json!({"connection": "ab12"})),
        ("renegotiate", json!({"connection": "ab12"})),
        ("key-update", json!({"connection": "ab12"})),
        ("restart", json!({})),
        ("expire", json!({"lineage": "ab12"})),
        (
            "revoke",
            json!({"lineage": "ab12", "why": "lost", "close": true}),
        ),
        ("rotate", json!({})),
        ("renew", json!({})),
        ("elsewhere", json!({"version": "1.2"})),
        ("export", json!({"lineage": "ab12"})),
        ("reveal", json!({"connection": "ab12"})),
        ("tour", json!({"step": 3})),
    ];
    let (name, body) = dice.pick(&deeds).clone();
    (name, body.as_object().cloned().unwrap_or_default())
}

/// Values that none of the parameters may have.
fn bad_values() -> [Value; 10] {
    [
        json!(-1),
        json!(0),
        json!(21),
        json!(1.5),
        json!("1.1"),
        json!("AB12"),
        json!("a".repeat(300)),
        json!("two\nlines"),
        json!([]),
        json!({"count": 1}),
    ]
}

/// A request that was good before one thing about it was changed.
fn malformed(console: &Console, dice: &mut Dice) -> Request {
    let (name, mut body) = good(dice);
    let text = Value::Object(body.clone()).to_string();
    match dice.throw(12) {
        0 => console.post(&format!("{name}{}", dice.throw(100)), text),
        1 => {
            body.insert(format!("extra{}", dice.throw(100)), json!(true));
            console.post(name, Value::Object(body).to_string())
        }
        2 => {
            // Almost anything may be a reason.
            let keys = body.keys().filter(|key| *key != "why").cloned();
            let keys: Vec<String> = keys.collect();
            let value = dice.pick(&bad_values()).clone();
            // Where there is no parameter, there is none to add either.
            let key = keys.get(dice.throw(keys.len().max(1)));
            let key = key.map_or("count", String::as_str).to_owned();
            body.insert(key, value);
            console.post(name, Value::Object(body).to_string())
        }
        3 => console.post(name, &text.as_bytes()[..dice.throw(text.len())]),
        4 => console.post(
            name,
            format!("{text}{}", dice.pick(&["}", "{}", "x", ",", "[]", "\0"])),
        ),
        5 => {
            let wrong = [
                "[]",
                "null",
                "1",
                "\"{}\"",
                "{",
                "{]",
                "\u{feff}{}",
                "{'a':1}",
                "{\"a\":}",
            ];
            console.post(name, *dice.pick(&wrong))
        }
        6 => {
            let wrong = [
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "application/jsonp",
                "",
            ];
            let said = *dice.pick(&wrong);
            console.post(name, text).header("Content-Type", said)
        }
        7 => console.post(
            name,
            format!("{text}{}", " ".repeat(4_096 + dice.throw(4_096))),
        ),
        8 => Request {
            method: (*dice.pick(&["GET", "PUT", "PATCH", "DELETE", "BREW"])).to_owned(),
            ..console.post(name, text)
        },
        9 => {
            let mut token = console.token.clone().into_bytes();
            let at = dice.throw(token.len());
            token[at] = if token[at] == b'A' { b'B' } else { b'A' };
            let token = String::from_utf8(token).expect("letters");
            console
                .post(name, text)
                .header("Authorization", &format!("Bearer {token}"))
        }
        10 => {
            let bytes: Vec<u8> = (0..=dice.throw(200))
                .map(|_| dice.throw(256).to_le_bytes()[0])
                .collect();
            console.post(name, bytes)
        }
        _ => {
            let path = *dice.pick(&[
                "/api",
                "/api/",
                "/api//",
                "/api/%",
                "/API/restart",
                "/api/restart/now",
                "//api/restart",
                "/api/../api/restart",
                "/api/%2e%2e/restart",
            ]);
            Request {
                path: path.to_owned(),
                ..console.post(name, text)
            }
        }
    }
}

#[tokio::test]
async fn a_thousand_malformed_requests_change_nothing() {
    let console = Console::start().await;
    // The first look at what deeds there are is behind us.
    console.get("/").send(console.address).await;
    let before = console.picture.since(0).sequence;
    let mut dice = Dice(1);
    for number in 0..1_000 {
        let request = malformed(&console, &mut dice);
        let answer = request.send(console.address).await;
        let status = answer.status();
        assert!(
            status.is_none_or(|status| (400..500).contains(&status)),
            "{number}: {} {} {:?} {}: {answer:?}",
            request.method,
            request.path,
            request.headers,
            String::from_utf8_lossy(&request.body)
        );
    }
    assert!(
        console.deeds.asked().is_empty(),
        "{:?}",
        console.deeds.asked()
    );
    assert_eq!(console.picture.since(0).sequence, before);
    let answer = console
        .post("tour", r#"{"step":1}"#)
        .send(console.address)
        .await;
    assert_eq!(answer.status(), Some(200), "and the next good one is done");
}
