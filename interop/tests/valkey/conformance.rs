//! The suite that every store passes, and what several processes see of each other.

use crate::setup::{open, vault, wait};
use tessera_interop::Scene;
use tessera_interop::valkey::{Cluster, Valkey};
use tessera_session::store::conformance::{self, id, spend, stored, ticket, wallet_key};
use tessera_session::{Claim, SessionStore, TicketWallet};

#[test]
fn one_server_passes_the_suite_that_every_store_passes() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    conformance::all(&vault("a"), || {
        server.ask(&["FLUSHALL"]);
        open(&server.url(), "a")
    });
}

#[test]
fn a_cluster_of_six_passes_the_suite_that_every_store_passes() {
    let scene = Scene::new();
    let cluster = Cluster::start(scene.dir());
    let primaries = cluster.primaries();
    assert_eq!(primaries.len(), 3);
    conformance::all(&vault("a"), || {
        for primary in &primaries {
            primary.ask(&["FLUSHALL"]);
        }
        open(&cluster.url(), "a")
    });
}

#[test]
fn two_stores_on_one_server_see_the_same() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let (one, other) = (open(&server.url(), "a"), open(&server.url(), "a"));
    wait(one.insert(stored(&vault("a"), 1, 100)));
    assert!(wait(other.find(id(1))).is_some());
    assert_eq!(wait(other.claim(spend(1, 100))), Claim::Won);
    assert_eq!(wait(one.claim(spend(1, 100))), Claim::AlreadyUsed);
    assert!(wait(other.remove(id(1))));
}

#[test]
fn r1_fleets_on_one_server_never_meet() {
    let scene = Scene::new();
    let server = Valkey::start(scene.dir());
    let (one, other) = (open(&server.url(), "a"), open(&server.url(), "b"));
    let key = wallet_key("a.example");
    wait(one.insert(stored(&vault("a"), 1, 100)));
    wait(one.keep(&key, ticket(&vault("a"), &key, 2, 100)));
    assert_eq!(wait(one.claim(spend(1, 100))), Claim::Won);
    assert_eq!(wait(other.find(id(1))), None);
    assert_eq!(wait(other.draw(&key)), None);
    assert_eq!(wait(other.claim(spend(1, 100))), Claim::Won);
}
