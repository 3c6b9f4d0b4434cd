//! The store away while connections come: none of them fails.

use std::thread;

use serde_json::Value;
use tessera_interop::valkey::Valkey;
use tessera_interop::{Fleet, Page, Scene, Server};

const CLIENTS: usize = 3;
const VISITS: usize = 10;

/// One visit that offers the ticket of a file, which every server may resume again and again.
#[track_caller]
fn page(fleet: &Fleet, client: &str, server: &Server, session: &str) -> Page {
    let args = ["--session-in", session];
    Page::find(&fleet.visit_as(client, server, &args).succeeded().body())
}

/// How many connections of the ledger were refused a session for this reason.
fn counted(ledger: &str, reason: &str) -> usize {
    let lines = std::fs::read_to_string(ledger).expect("a ledger");
    let refused = lines.lines().filter(|line| {
        let line: Value = serde_json::from_str(line).expect("a document");
        line["connection"]["refusal"] == reason
    });
    refused.count()
}

/// A minute or a few seconds: what matters is that connections come after the store has gone, and before it is back.
#[test]
fn a_store_that_goes_away_under_load_costs_full_handshakes_and_nothing_else() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let (session, ledger) = (scene.text_path("session.pem"), scene.text_path("ledger"));
    let mut fleet = Fleet::new(scene, &valkey.url());
    fleet.deadline = "300ms";
    let server = fleet.serve(0, &["--ticket-kind", "stored", "--ledger", &ledger]);
    fleet
        .visit(&server, &["--session-out", &session])
        .succeeded()
        .assert_full();
    let comes_back = || page(&fleet, "first", &server, &session).0["session"]["resumed"] == true;
    assert!((0..20).any(|_| comes_back()));

    valkey.freeze();
    // For a moment the session is remembered without the store.
    let away =
        || page(&fleet, "first", &server, &session).session("refusal") == "store_unavailable";
    assert!((0..100).any(|_| away()));
    let before = counted(&ledger, "store_unavailable");
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (fleet, server, session) = (&fleet, &server, &session);
            scope.spawn(move || {
                for _ in 0..VISITS {
                    let page = page(fleet, &format!("client-{number}"), server, session);
                    page.assert_full();
                    assert_eq!(page.session("refusal"), "store_unavailable", "{page}");
                }
            });
        }
    });
    valkey.thaw();
    assert!((0..100).any(|_| comes_back()), "resumption is back");
    drop(server.stop());
    assert!(counted(&ledger, "store_unavailable") >= before + CLIENTS * VISITS);
}
