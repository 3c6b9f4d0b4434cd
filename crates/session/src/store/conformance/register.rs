//! What every [`Register`] keeps to.

use super::*;
use crate::store::{ConnectionId, ProcessId, RegisteredConnection, Tally, Uses};

const PROCESS: ProcessId = ProcessId([7; 16]);

fn connection(number: u8, session: u32, of_lineage: u8) -> RegisteredConnection {
    RegisteredConnection {
        connection: ConnectionId([number; 16]),
        process: PROCESS,
        session: id(session),
        lineage: lineage(of_lineage),
        peer: format!("192.0.2.{number}:50000"),
        opened_at: after(u64::from(number)),
        closed_at: None,
        seen_at: after(u64::from(number)),
    }
}

pub(super) fn connections_are_found_by_session_and_lineage(store: &impl Register) {
    for (number, session, of_lineage) in [(1, 1, 1), (2, 2, 1), (3, 3, 2), (4, 2, 1)] {
        wait(store.opened(connection(number, session, of_lineage)));
    }
    let numbers = |of, limit| -> Vec<u8> {
        wait(store.connections(of, limit))
            .iter()
            .map(|connection| connection.connection.0[0])
            .collect()
    };
    assert_eq!(
        numbers(Uses::Session(id(2)), 10),
        [4, 2],
        "the latest first"
    );
    assert_eq!(numbers(Uses::Lineage(lineage(1)), 10), [4, 2, 1]);
    assert_eq!(numbers(Uses::All, 10), [4, 3, 2, 1]);
    assert_eq!(numbers(Uses::All, 2), [4, 3]);
    assert_eq!(numbers(Uses::Session(id(9)), 10), []);
    let found = wait(store.connections(Uses::Session(id(3)), 1)).remove(0);
    assert_eq!(
        found,
        RegisteredConnection {
            seen_at: after(4),
            ..connection(3, 3, 2)
        }
    );
}

pub(super) fn a_closed_connection_counts_as_used_but_not_open(store: &impl Register) {
    wait(store.opened(connection(1, 1, 1)));
    wait(store.opened(connection(2, 1, 1)));
    assert_eq!(
        wait(store.tally(Uses::Session(id(1)), ISSUED)),
        Tally { uses: 2, open: 2 }
    );
    wait(store.closed(ConnectionId([1; 16]), after(50)));
    wait(store.closed(ConnectionId([9; 16]), after(50)));
    assert_eq!(
        wait(store.tally(Uses::Lineage(lineage(1)), ISSUED)),
        Tally { uses: 2, open: 1 }
    );
    assert_eq!(
        wait(store.tally(Uses::Session(id(2)), ISSUED)),
        Tally::default()
    );
    let closed: Vec<_> = wait(store.connections(Uses::All, 9))
        .iter()
        .map(|connection| connection.closed_at)
        .collect();
    assert_eq!(closed, [None, Some(after(50))]);
}

pub(super) fn the_connections_of_a_dead_process_are_not_open(store: &impl Register) {
    wait(store.opened(connection(1, 1, 1)));
    wait(store.alive(PROCESS, after(100)));
    assert_eq!(
        wait(store.tally(Uses::All, after(90))),
        Tally { uses: 1, open: 1 }
    );
    assert_eq!(
        wait(store.tally(Uses::All, after(110))),
        Tally { uses: 1, open: 0 }
    );
    wait(store.alive(PROCESS, after(120)));
    wait(store.alive(ProcessId([8; 16]), after(500)));
    assert_eq!(
        wait(store.tally(Uses::All, after(110))),
        Tally { uses: 1, open: 1 }
    );
    assert_eq!(wait(store.connections(Uses::All, 9))[0].seen_at, after(120));
}

pub(super) fn old_connections_are_forgotten(store: &impl Register) {
    for number in 1..=3 {
        wait(store.opened(connection(number, 1, 1)));
    }
    wait(store.closed(ConnectionId([1; 16]), after(10)));
    wait(store.closed(ConnectionId([2; 16]), after(90)));
    wait(store.alive(PROCESS, after(100)));
    assert_eq!(wait(store.forget_connections(after(50))), 1);
    assert_eq!(
        wait(store.tally(Uses::All, ISSUED)),
        Tally { uses: 2, open: 1 }
    );
    assert_eq!(
        wait(store.forget_connections(after(200))),
        2,
        "its process was not seen since"
    );
    assert_eq!(wait(store.tally(Uses::All, ISSUED)), Tally::default());
}
