//! Very many connections, made by a client that nobody here wrote.

use std::thread;

use rustls::HandshakeKind;
use rustls::client::Resumption;
use serde_json::{Value, json};
use tessera_interop::{Browser, Scene, Server};

use crate::CONSOLE;
use crate::in_process::{client, get, provider};
use crate::page::Page;

/// So many connections on each of so many sessions.
fn crowd(server: &Server, sessions: usize, connections: usize) {
    const AT_ONCE: usize = 4;
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                for _ in 0..sessions / AT_ONCE {
                    let mut config = client(provider(), &server.ca);
                    config.resumption = Resumption::in_memory_sessions(8);
                    let mut lineage = None;
                    for number in 0..connections {
                        let visit = get(&config, server.port);
                        let kind = match number {
                            0 => HandshakeKind::Full,
                            _ => HandshakeKind::Resumed,
                        };
                        assert_eq!((visit.kind, visit.tickets > 0), (kind, true));
                        let on = visit.page.session("lineage").to_owned();
                        assert_eq!(lineage.get_or_insert_with(|| on.clone()), &on);
                    }
                }
            });
        }
    });
}

#[test]
fn ten_thousand_connections_on_a_thousand_sessions_are_drawn() {
    let scene = Scene::new();
    let server = scene.serve(&CONSOLE);
    crowd(&server, 1_000, 10);
    let mut browser = Browser::start(&scene, &server.ca);
    let mut page = Page::open(&mut browser, &server, json!({}));
    page.counts("closed", "10000");
    page.counts("sessions-live", "1000");
    // How smoothly is for people to judge: it is measured here and asserted nowhere.
    for view in ["Picture", "Table", "Operator"] {
        page.press(view);
        let frames = page.browser.ask(
            "frames",
            json!({"page": "console", "count": 240, "selector": ".lanes"}),
        );
        let mut times: Vec<f64> = frames
            .as_array()
            .expect("times")
            .iter()
            .filter_map(Value::as_f64)
            .collect();
        assert_eq!(times.len(), 240);
        times.sort_by(f64::total_cmp);
        println!(
            "{view}: half of the frames within {:.0} ms, 19 of 20 within {:.0} ms, the longest {:.0} ms",
            times[120], times[228], times[239]
        );
    }
    // And it still does what it is told.
    page.press("Picture");
    page.press("New connection");
    page.counts("open", "1");
    page.is_quiet();
}
