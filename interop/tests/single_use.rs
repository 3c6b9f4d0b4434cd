//! `--single-use`: a ticket resumes once, ever, across all processes on the store.

use std::time::Duration;

use serde_json::{Value, json};
use tessera_interop::peer::{program, script};
use tessera_interop::process::run_within;
use tessera_interop::{Page, Scene, Server};

const PROCESSES: usize = 16;
const TICKETS: usize = 500;
/// How many processes are offered the same ticket at the same moment.
const AT_ONCE: usize = 4;

/// Gets `tickets` tickets, and offers each to several of the servers at once.
#[track_caller]
fn race(servers: &[Server], tickets: usize) -> Value {
    let ports: Vec<u16> = servers.iter().map(|server| server.port).collect();
    let options =
        json!({"ports": ports, "ca": servers[0].ca, "tickets": tickets, "at_once": AT_ONCE});
    let mut command = program("python3");
    command.arg(script("race.py")).arg(options.to_string());
    let printed = run_within(Duration::from_secs(300), &mut command, b"")
        .succeeded()
        .text();
    serde_json::from_str(&printed).expect("a document")
}

fn sixteen_processes_claim_each_ticket_once(kind: &str) {
    let scene = Scene::new();
    let args = [
        "--single-use",
        "--policy",
        "fleet",
        "--tickets",
        "1",
        "--ticket-kind",
        kind,
    ];
    let servers: Vec<Server> = (0..PROCESSES).map(|_| scene.serve(&args)).collect();
    let outcome = race(&servers, TICKETS);
    let expected = json!({"1": TICKETS});
    assert_eq!(
        outcome["tally"], expected,
        "how many of {AT_ONCE} offers resumed: how often"
    );

    // Later is no better than at once, and the reason is told.
    let later = outcome["later"].as_array().expect("pages");
    assert_eq!(later.len(), PROCESSES);
    for page in later {
        let page = Page(page.clone());
        page.assert_full();
        assert_eq!(page.session("refusal"), "already_used", "{page}");
    }
    drop(servers);
    scene.session("server", &["verify"]).succeeded();
}

#[test]
fn sixteen_processes_on_one_store_claim_each_of_500_sealed_tickets_exactly_once() {
    sixteen_processes_claim_each_ticket_once("sealed");
}

#[test]
fn sixteen_processes_on_one_store_claim_each_of_500_stored_tickets_exactly_once() {
    sixteen_processes_claim_each_ticket_once("stored");
}

#[test]
fn without_single_use_a_ticket_opens_several_connections() {
    let scene = Scene::new();
    let servers = [(); 3].map(|()| scene.serve(&["--policy", "fleet"]));
    assert_eq!(race(&servers, 5)["tally"], json!({AT_ONCE.to_string(): 5}));
}
