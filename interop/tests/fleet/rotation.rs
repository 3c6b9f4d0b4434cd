//! The ring of a fleet, rotated while tickets come and go.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;
use tessera_interop::valkey::Valkey;
use tessera_interop::{Fleet, Scene};

const ROTATIONS: usize = 20;

#[test]
fn r16_twenty_rotations_under_load_refuse_no_ticket_and_a_new_node_joins() {
    let scene = Scene::new();
    let valkey = Valkey::start(scene.dir());
    let fleet = Fleet::new(scene, &valkey.url());
    let servers = [0, 1, 2].map(|number| fleet.serve(number, &[]));
    let (done, visits) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for client in ["one", "two"] {
            let (fleet, servers, done, visits) = (&fleet, &servers, &done, &visits);
            scope.spawn(move || {
                fleet
                    .visit_as(client, &servers[0], &[])
                    .succeeded()
                    .assert_full();
                for turn in 0.. {
                    if done.load(Ordering::Relaxed) {
                        return;
                    }
                    // Each ticket is offered to another server than the one that issued it.
                    let report = fleet.visit_as(client, &servers[turn % 3], &[]).succeeded();
                    report.assert_resumed();
                    visits.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for rotation in 0..ROTATIONS {
            fleet
                .run(&["keys", "rotate", "--announced-for", "2s"])
                .succeeded();
            if rotation == ROTATIONS / 2 {
                let joined = fleet.serve(3, &[]);
                fleet
                    .visit_as("three", &servers[0], &[])
                    .succeeded()
                    .assert_full();
                for server in [&joined, &servers[1], &joined] {
                    fleet
                        .visit_as("three", server, &[])
                        .succeeded()
                        .assert_resumed();
                }
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(visits.load(Ordering::Relaxed) > ROTATIONS, "{visits:?}");
    let printed = fleet.run(&["keys", "list", "--json"]).succeeded().text();
    let ring: Value = serde_json::from_str(&printed).expect("a document");
    assert!(
        ring["keys"]
            .as_array()
            .is_some_and(|keys| keys.len() > ROTATIONS),
        "{ring}"
    );
}
