//! Whatever happens, a page that takes what it is told knows what there is.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tessera_console::document::{FleetNode, FleetPair, KeyRow, LineageState};
use tessera_console::{FleetRow, LineageFact, News, Picture};
use tessera_observe::{ConnectionRow, Delta, FeedLine, SessionRow};

use crate::kit::page::Page;
use crate::kit::rows::{closed, console, delta, fact, full, handshaking, resumed, session};
use crate::kit::{Clock, at, picture};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Connections(u32, Vec<ConnectionRow>),
    Everything(u32, Vec<ConnectionRow>),
    Gone(u32, Vec<String>),
    Sessions(Vec<SessionRow>),
    Facts(Vec<LineageFact>),
    Started(u32),
    Ended(u32),
    Keys(Vec<u8>),
    Mine(Vec<String>),
    Fleet(Vec<u8>, u64),
    Notice,
    Logins(u64),
    Later(u64),
    /// The page looks.
    Look,
}

fn id(letter: &'static str) -> impl Strategy<Value = String> {
    (0..6u8).prop_map(move |number| format!("{letter}{number}"))
}

fn connection() -> impl Strategy<Value = ConnectionRow> {
    let ids = (id("c"), id("a"), id("t"), vec(id("t"), 0..3));
    (ids, 0..4u8, any::<bool>(), 0..3u64).prop_map(
        |((id, lineage, session, tickets), kind, ends, bytes)| {
            let row = match kind {
                0 => handshaking(&id),
                1 => full(&id, &lineage),
                2 => resumed(&id, &lineage, &session),
                _ => ConnectionRow {
                    refusal: Some("expired".to_owned()),
                    ..full(&id, &lineage)
                },
            };
            let row = ConnectionRow {
                tickets,
                bytes_in: bytes * 1_000,
                ..row
            };
            if ends { closed(row) } else { row }
        },
    )
}

fn known_session() -> impl Strategy<Value = SessionRow> {
    (id("t"), id("a"), 0..9_000u64).prop_map(|(id, lineage, ends)| SessionRow {
        expires_at: Some(at(ends)),
        ..session(&id, &lineage)
    })
}

fn known_lineage() -> impl Strategy<Value = LineageFact> {
    let states = [
        LineageState::Live,
        LineageState::Expired,
        LineageState::Revoked,
    ];
    (id("a"), select(states.to_vec()), 0..9_000u64).prop_map(|(id, state, ends)| LineageFact {
        state,
        expires_at: Some(at(ends)),
        ..fact(&id)
    })
}

fn step() -> impl Strategy<Value = Step> {
    let process = || select(vec![811u32, 902]);
    prop_oneof![
        6 => (process(), vec(connection(), 1..4)).prop_map(|(pid, rows)| Step::Connections(pid, rows)),
        1 => (process(), vec(connection(), 0..4)).prop_map(|(pid, rows)| Step::Everything(pid, rows)),
        1 => (process(), vec(id("c"), 1..3)).prop_map(|(pid, ids)| Step::Gone(pid, ids)),
        2 => vec(known_session(), 1..4).prop_map(Step::Sessions),
        2 => vec(known_lineage(), 1..4).prop_map(Step::Facts),
        1 => process().prop_map(Step::Started),
        1 => process().prop_map(Step::Ended),
        1 => vec(0..5u8, 0..4).prop_map(Step::Keys),
        1 => vec(id("c"), 1..3).prop_map(Step::Mine),
        1 => (vec(0..5u8, 0..4), 0..3u64).prop_map(|(nodes, count)| Step::Fleet(nodes, count)),
        1 => Just(Step::Notice),
        1 => (0..3u64).prop_map(Step::Logins),
        1 => (0..4_000u64).prop_map(Step::Later),
        6 => Just(Step::Look),
    ]
}

fn happen(picture: &Picture, clock: &Clock, step: Step, now: &mut u64) {
    // A process that nobody started is refused, and that is part of the game.
    let feed = |pid, delta| drop(picture.feed(FeedLine::delta(pid, delta)));
    match step {
        Step::Connections(pid, rows) => feed(pid, delta(rows, Vec::new())),
        Step::Everything(pid, rows) => feed(
            pid,
            Delta {
                everything: true,
                ..delta(rows, Vec::new())
            },
        ),
        Step::Gone(pid, connections_gone) => feed(
            pid,
            Delta {
                connections_gone,
                ..delta(Vec::new(), Vec::new())
            },
        ),
        Step::Sessions(rows) => feed(811, delta(Vec::new(), rows)),
        Step::Facts(facts) => picture.lineages(facts),
        Step::Started(pid) => picture.server_started(pid, "edge-1", at(*now)),
        Step::Ended(pid) => picture.server_ended(pid, at(*now), "ended by signal 9"),
        Step::Keys(names) => picture.keys(names.into_iter().map(key).collect()),
        Step::Mine(ids) => picture.mine(&ids),
        Step::Fleet(nodes, count) => picture.fleet(fleet(&nodes, count)),
        Step::Notice => picture.notice(News::new(at(*now), "renewed", "a new certificate")),
        Step::Logins(number) => drop(picture.feed(FeedLine::web_sessions(811, number))),
        Step::Later(seconds) => {
            *now += seconds;
            clock.set(*now);
        }
        Step::Look => {}
    }
}

fn key(name: u8) -> KeyRow {
    KeyRow {
        name: name.to_string(),
        dialect: "tessera".into(),
        phase: "sealing".into(),
        seals_from: None,
        seals_until: None,
        opens_until: at(9),
        context_known: None,
    }
}

fn fleet(nodes: &[u8], count: u64) -> FleetRow {
    let node = |number: &u8| FleetNode {
        id: format!("n{number}"),
        label: String::new(),
        pid: None,
        alive: count > 0,
    };
    let pair = |number: &u8| FleetPair {
        issued_by: "n0".to_owned(),
        resumed_on: format!("n{number}"),
        count,
    };
    FleetRow {
        nodes: nodes.iter().map(node).collect(),
        resumed: nodes.iter().map(pair).collect(),
    }
}

proptest! {
    #[test]
    fn taking_changes_and_taking_everything_come_to_the_same(steps in vec(step(), 1..60)) {
        let (picture, clock) = picture();
        picture.console(console());
        let mut page = Page::of(&picture.since(0));
        let mut now = 100;
        for step in steps {
            let looks = matches!(step, Step::Look);
            happen(&picture, &clock, step, &mut now);
            if looks {
                let document = picture.since(page.sequence);
                prop_assert!(!document.everything);
                page.take(&document);
                let everything = Page::of(&picture.since(0));
                prop_assert_eq!(&page.rows, &everything.rows);
                prop_assert_eq!(picture.since(page.sequence).sequence, page.sequence);
            }
        }
    }
}
