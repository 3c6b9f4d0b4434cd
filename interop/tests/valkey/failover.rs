//! A cluster whose primary is killed. What is lost is what `docs/stores.md` says, and no ticket is given away twice.

use std::collections::BTreeSet;
use std::process::Child;
use std::time::Duration;

use crate::processes::{self, TICKETS, child, told};
use crate::setup::{KEY, open, vault, wait};
use tessera_interop::Scene;
use tessera_interop::valkey::{Cluster, Valkey};
use tessera_session::store::block_on::block_on;
use tessera_session::store::conformance::{after, id, spend, stored};
use tessera_session::{
    Claim, Reply, Revocation, Revocations, Selector, SessionStore, Spend, StoreError, Timestamp,
    Vault,
};
use tessera_store_valkey::ValkeyStore;

/// Asks until there is an answer: a cluster that holds an election has none.
fn until_answered<'a, T>(ask: impl Fn() -> Reply<'a, T>) -> T {
    loop {
        match block_on(ask()) {
            Ok(answer) => return answer,
            Err(StoreError::Unavailable(_) | StoreError::Deadline(_)) => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(other) => panic!("{other}"),
        }
    }
}

/// The cluster's own time, after all its nodes remember claims.
fn recorded_from_now(cluster: &Cluster, store: &ValkeyStore) -> Timestamp {
    wait(store.expire(Timestamp::EPOCH));
    processes::time_of(&cluster.nodes[0])
}

fn issued_at(number: u32, issued_at: Timestamp) -> Spend {
    Spend {
        issued_at,
        until: issued_at.plus(Duration::from_secs(3_600)),
        ..spend(number, 0)
    }
}

fn kill(node: &Valkey) {
    node.running.kill();
}

#[test]
fn what_a_primary_had_not_told_its_replica_is_lost_and_nothing_of_it_is_given_away_twice() {
    const NUMBERS: u32 = 200;
    let scene = Scene::new();
    let cluster = Cluster::start_nervous(scene.dir());
    let store = open(&cluster.url(), "a");
    let revocation = Revocation::new(Selector::All, "a test", after(0), Duration::ZERO);
    wait(store.add(revocation));
    for number in 0..NUMBERS {
        wait(store.insert(stored(&vault("a"), number, 100)));
    }
    let issued = recorded_from_now(&cluster, &store);
    cluster.settle(6);
    // What is written from here on, the replicas do not hear of.
    let primaries: BTreeSet<u16> = cluster.primaries().iter().map(|node| node.port).collect();
    let replicas = || {
        cluster
            .nodes
            .iter()
            .filter(|node| !primaries.contains(&node.port))
    };
    replicas().for_each(Valkey::freeze);
    let of_primaries = |node: &&Valkey| primaries.contains(&node.port);
    for primary in cluster.nodes.iter().filter(of_primaries) {
        primary.ask(&["CLIENT", "KILL", "TYPE", "replica"]);
    }
    for number in 0..NUMBERS {
        assert_eq!(wait(store.claim(issued_at(number, issued))), Claim::Won);
    }
    let late = NUMBERS..NUMBERS + 100;
    for number in late.clone() {
        wait(store.insert(stored(&vault("a"), number, 100)));
    }
    let victim = cluster.nodes.iter().find(of_primaries).unwrap();
    kill(victim);
    replicas().for_each(Valkey::thaw);
    cluster.settle(5);

    let store = open(&cluster.url(), "a");
    let mut forgotten = BTreeSet::new();
    for number in 0..NUMBERS {
        match until_answered(|| store.claim(issued_at(number, issued))) {
            Claim::AlreadyUsed => {}
            Claim::Unrecorded => assert!(forgotten.insert(number)),
            Claim::Won => panic!("{number} was given away twice"),
        }
    }
    // About a third of all: what the dead primary had.
    assert!((20..120).contains(&forgotten.len()), "{}", forgotten.len());
    // These are the claims that were lost: a ticket without a moment of issue shows it.
    for number in 0..NUMBERS {
        let again = wait(store.claim(spend(number, 100)));
        assert_eq!(again == Claim::Won, forgotten.contains(&number), "{number}");
    }
    // Sessions that the replica had heard of are there, and of the others those on the nodes that live.
    for number in 0..NUMBERS {
        assert!(wait(store.find(id(number))).is_some(), "{number}");
    }
    let found = late.filter(|number| wait(store.find(id(*number))).is_some());
    let found = found.count();
    assert!((30..95).contains(&found), "{found}");
    assert_eq!(wait(store.revoked()).len(), 1);
}

#[test]
fn sixteen_processes_claim_through_the_death_of_a_primary_and_no_ticket_is_won_twice() {
    let scene = Scene::new();
    let cluster = Cluster::start_nervous(scene.dir());
    let store = open(&cluster.url(), "a");
    let issued = recorded_from_now(&cluster, &store);
    let as_number = u32::try_from(issued.as_unix_secs()).unwrap() + 1;
    let mut children: Vec<Child> = (0..16)
        .map(|number| child("claim through trouble", &cluster.url(), number, as_number))
        .collect();
    let mut tellers: Vec<_> = children.iter_mut().map(told).collect();
    // Everybody is at work when it happens.
    let mut won: Vec<u32> = tellers.iter_mut().filter_map(Iterator::next).collect();
    let victim = cluster.primaries()[0];
    kill(victim);
    let readers: Vec<_> = tellers
        .into_iter()
        .map(|teller| std::thread::spawn(move || teller.collect::<Vec<u32>>()))
        .collect();
    for reader in readers {
        won.extend(reader.join().unwrap());
    }
    assert!(
        children
            .iter_mut()
            .all(|child| child.wait().unwrap().success())
    );
    let once: BTreeSet<u32> = won.iter().copied().collect();
    assert_eq!(once.len(), won.len(), "no ticket was won twice");
    // Whoever won was told so, and all others were refused: no ticket is left.
    let later = Timestamp::from_unix_secs(u64::from(as_number));
    for number in 0..TICKETS {
        let again = until_answered(|| store.claim(issued_at(number, later)));
        assert_ne!(again, Claim::Won, "{number}");
    }
    assert!(once.len() > 16);
}

#[test]
fn early_data_is_not_recorded_in_a_cluster_unless_somebody_says_so() {
    let scene = Scene::new();
    let cluster = Cluster::start(scene.dir());
    let store = open(&cluster.url(), "a");
    assert_eq!(wait(store.recording_since()), None);
    let told = open(&format!("{}?early-data=yes", cluster.url()), "a");
    assert!(wait(told.recording_since()).is_some());
    // Which does not make a fleet of its own.
    assert_eq!(
        Vault::for_fleet(&KEY, "a").deployment(),
        vault("a").deployment()
    );
}
