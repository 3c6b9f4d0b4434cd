//! The fleet: who resumes what whom issued, and who has to begin anew.

use serde_json::{Value, json};
use tessera_console::document::{FleetNode, FleetPair};
use tessera_console::picture::ELSEWHERE;
use tessera_console::{FleetRow, Picture};
use tessera_observe::{ConnectionRow, HandshakeRow};

use crate::kit::page::Page;
use crate::kit::rows::{full, handshaking, resumed, tell};
use crate::kit::{Clock, at, picture};

/// Two processes.
fn two() -> (Picture, Clock) {
    let (picture, clock) = picture();
    picture.server_started(902, "edge-2", at(1));
    (picture, clock)
}

fn issuing(id: &str, tickets: &[&str]) -> ConnectionRow {
    ConnectionRow {
        tickets: tickets.iter().map(|ticket| (*ticket).to_owned()).collect(),
        ..full(id, "a1")
    }
}

/// Who resumed what of whom, by process ids, and how often.
fn pairs(picture: &Picture) -> Vec<(String, String, u64)> {
    let page = Page::of(&picture.since(0));
    let name = |id: &Value| {
        let id = id.as_str().unwrap_or_default();
        id.split('@').next().unwrap_or(id).to_owned()
    };
    let pairs = page.all("resumed").into_iter().map(|pair| {
        (
            name(&pair["issued_by"]),
            name(&pair["resumed_on"]),
            pair["count"].as_u64().unwrap_or_default(),
        )
    });
    pairs.filter(|(_, _, count)| *count > 0).collect()
}

fn pair(by: &str, on: &str, count: u64) -> (String, String, u64) {
    (by.to_owned(), on.to_owned(), count)
}

#[test]
fn a_resumption_is_counted_for_who_issued_and_who_resumed() {
    let (picture, _) = two();
    tell(&picture, 811, vec![issuing("c1", &["t1", "t2"])]);
    tell(&picture, 902, vec![resumed("c2", "a1", "t1")]);
    tell(&picture, 811, vec![resumed("c3", "a1", "t2")]);
    let again = ConnectionRow {
        bytes_in: 9_999,
        ..resumed("c3", "a1", "t2")
    };
    tell(&picture, 811, vec![again]);
    assert_eq!(
        pairs(&picture),
        [pair("811", "811", 1), pair("811", "902", 1)]
    );
}

#[test]
fn feeds_have_no_order() {
    let (picture, _) = two();
    tell(
        &picture,
        902,
        vec![resumed("c2", "a1", "t1"), resumed("c3", "a1", "t1")],
    );
    assert_eq!(pairs(&picture), [pair(ELSEWHERE, "902", 2)]);
    tell(&picture, 811, vec![issuing("c1", &["t1"])]);
    assert_eq!(pairs(&picture), [pair("811", "902", 2)]);
}

#[test]
fn a_session_id_is_issued_by_its_full_handshake() {
    let (picture, _) = two();
    tell(&picture, 811, vec![full("c1", "a1")]);
    tell(&picture, 902, vec![resumed("c2", "a1", "full-c1")]);
    assert_eq!(pairs(&picture), [pair("811", "902", 1)]);
}

#[test]
fn a_process_that_died_stays_the_issuer_of_its_tickets() {
    let (picture, _) = two();
    tell(&picture, 811, vec![issuing("c1", &["t1"])]);
    picture.server_ended(811, at(50), "ended by signal 9");
    tell(&picture, 902, vec![resumed("c2", "a1", "t1")]);
    assert_eq!(pairs(&picture), [pair("811", "902", 1)]);
    let page = Page::of(&picture.since(0));
    let alive = page
        .all("nodes")
        .into_iter()
        .map(|node| (&node["label"], &node["pid"], &node["alive"]));
    let alive: Vec<_> = alive.collect();
    assert_eq!(
        alive,
        [
            (&json!("edge-1"), &json!(811), &json!(false)),
            (&json!("edge-2"), &json!(902), &json!(true))
        ]
    );
}

#[test]
fn misses_are_added_up_by_ten_seconds() {
    let (picture, clock) = two();
    let refused = |id: &str, opened: u64, code: &str| ConnectionRow {
        opened_at: at(opened),
        refusal: Some(code.to_owned()),
        ..full(id, "a1")
    };
    tell(
        &picture,
        811,
        vec![
            refused("c1", 11, "expired"),
            refused("c2", 19, "unknown_key"),
            refused("c3", 20, "expired"),
        ],
    );
    tell(
        &picture,
        902,
        vec![resumed("c4", "a1", "t1"), handshaking("c5")],
    );
    let page = Page::of(&picture.since(0));
    let sums = page.all("misses");
    let first = json!({"at": at(10).to_string(), "refused": {"expired": 1, "unknown_key": 1}, "resumed": 1, "full": 2});
    let second =
        json!({"at": at(20).to_string(), "refused": {"expired": 1}, "resumed": 0, "full": 1});
    assert_eq!(sums, [&first, &second]);
    // What is told is what changed.
    let seen = page.sequence;
    tell(
        &picture,
        902,
        vec![ConnectionRow {
            opened_at: at(25),
            ..full("c6", "a2")
        }],
    );
    let told = picture.since(seen).fleet;
    assert_eq!(
        (told.misses.len(), told.nodes.len(), told.resumed.len()),
        (1, 0, 0)
    );
    assert_eq!(told.misses[0].full, 2);
    // A connection of the future is one of now, and what is six hours old is dropped.
    tell(
        &picture,
        902,
        vec![ConnectionRow {
            opened_at: at(9_999_999),
            ..full("c7", "a2")
        }],
    );
    clock.set(15 + 6 * 60 * 60);
    let sums: Vec<_> = picture
        .since(0)
        .fleet
        .misses
        .iter()
        .map(|sum| sum.at)
        .collect();
    assert_eq!(sums, [at(20), at(100)]);
}

#[test]
fn a_renegotiation_is_no_resumption_of_the_fleet() {
    let (picture, _) = two();
    tell(&picture, 811, vec![full("c1", "a1")]);
    let mut row = full("c1", "a1");
    row.earlier = row.handshake.take().into_iter().collect();
    let resumed = resumed("c1", "a2", "t9").handshake;
    row.handshake = resumed.map(|handshake| HandshakeRow {
        epoch: 1,
        ..handshake
    });
    tell(&picture, 811, vec![row]);
    assert_eq!(pairs(&picture), []);
    assert_eq!(picture.since(0).fleet.misses[0].full, 1);
}

#[test]
fn other_consoles_bring_their_processes_and_cannot_change_ours() {
    let (picture, _) = two();
    tell(&picture, 902, vec![resumed("c2", "a1", "t1")]);
    let ours = picture.since(0).processes[0].id.clone();
    let node = |id: &str| FleetNode {
        id: id.to_owned(),
        label: format!("node {id}"),
        pid: None,
        alive: true,
    };
    let count = |by: &str, on: &str, count| FleetPair {
        issued_by: by.to_owned(),
        resumed_on: on.to_owned(),
        count,
    };
    let row = FleetRow {
        nodes: vec![node("x"), node("y"), node(&ours), node(ELSEWHERE)],
        resumed: vec![
            count("x", "y", 3),
            count(&ours, "x", 2),
            count("x", &ours, 9),
            count("nobody", "x", 1),
        ],
    };
    picture.fleet(row.clone());
    let mut page = Page::of(&picture.since(0));
    let expected = [
        pair("811", "x", 2),
        pair(ELSEWHERE, "902", 1),
        pair("x", "y", 3),
    ];
    assert_eq!(pairs(&picture), expected);
    assert_eq!(page.row("nodes", &ours)["label"], "edge-1");
    let before = page.sequence;
    picture.fleet(row);
    assert_eq!(picture.since(before).sequence, before, "that is no news");
    // A node that the store no longer knows goes, and its pairs with it.
    picture.fleet(FleetRow {
        nodes: vec![node("y")],
        resumed: Vec::new(),
    });
    page.take(&picture.since(page.sequence));
    assert_eq!(page, Page::of(&picture.since(0)));
    assert_eq!(pairs(&picture), [pair(ELSEWHERE, "902", 1)]);
}

#[test]
fn a_thousand_nodes_of_others_are_taken() {
    let (picture, _) = two();
    let nodes = (0..1_100).map(|number| FleetNode {
        id: format!("n{number}"),
        label: String::new(),
        pid: None,
        alive: true,
    });
    picture.fleet(FleetRow {
        nodes: nodes.collect(),
        resumed: Vec::new(),
    });
    assert_eq!(picture.since(0).fleet.nodes.len(), 1_024 + 2);
}

#[test]
fn tickets_of_long_ago_are_from_elsewhere() {
    let (picture, _) = two();
    tell(&picture, 811, vec![issuing("c1", &["first"])]);
    for number in 0..1_100 {
        let tickets: Vec<String> = (0..60)
            .map(|ticket| format!("t{number}-{ticket}"))
            .collect();
        let tickets: Vec<&str> = tickets.iter().map(String::as_str).collect();
        tell(
            &picture,
            811,
            vec![issuing(&format!("c{number}"), &tickets)],
        );
    }
    tell(
        &picture,
        902,
        vec![
            resumed("r1", "a1", "first"),
            resumed("r2", "a1", "t1099-59"),
        ],
    );
    assert_eq!(
        pairs(&picture),
        [pair("811", "902", 1), pair(ELSEWHERE, "902", 1)]
    );
}

#[test]
fn of_sessions_whose_issuer_is_late_some_thousands_are_remembered() {
    let (picture, _) = two();
    for number in 0..4_097 {
        tell(
            &picture,
            902,
            vec![resumed(&format!("c{number}"), "a1", &format!("t{number}"))],
        );
    }
    let same = (0..100).map(|number| resumed(&format!("d{number}"), "a1", "t4096"));
    tell(&picture, 902, same.collect());
    tell(&picture, 811, vec![issuing("i1", &["t0", "t4096"])]);
    // The first is forgotten, and of the last the first sixty-four resumptions are known.
    assert_eq!(
        pairs(&picture),
        [pair("811", "902", 64), pair(ELSEWHERE, "902", 4_197 - 64)]
    );
}
