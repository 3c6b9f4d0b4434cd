//! How many tickets a client asks for, and what it gets: RFC 9149 §3.

use tessera_engine::{
    ClientConfig, Event, Fault, Kind, Misbehaviour, OfferedSession, SettingsError,
};
use tessera_testkit::{Direction, Link, Pair};
use tessera_wire::codepoint::NamedGroup;
use tessera_wire::extension::TicketRequest;

fn asking(pair: &mut Pair, new_session_count: u8, resumption_count: u8) {
    pair.client.ticket_request = Some(TicketRequest {
        new_session_count,
        resumption_count,
    });
}

fn received(link: &Link) -> usize {
    let is_ticket = |event: &&Event| matches!(event, Event::TicketReceived(_));
    link.client.events.iter().filter(is_ticket).count()
}

/// How many tickets came; each end knows how many were due.
#[track_caller]
fn due_and_received(link: &Link) -> (Option<u8>, usize) {
    let (client, server) = link.agreed();
    assert_eq!(client.expected_tickets, server.expected_tickets);
    (client.expected_tickets, received(link))
}

#[test]
fn protocol_a_full_handshake_and_a_resumption_have_numbers_of_their_own() {
    // RFC 9149 §3 (1).
    let mut pair = Pair::tls13();
    asking(&mut pair, 5, 1);
    let full = pair.connect();
    assert_eq!(
        (full.kind(), due_and_received(&full)),
        (Some(Kind::Full), (Some(5), 5))
    );
    for _ in 0..3 {
        let resumed = pair.connect();
        assert_eq!(resumed.kind(), Some(Kind::Psk));
        assert_eq!(due_and_received(&resumed), (Some(1), 1));
    }
    asking(&mut pair, 5, 0);
    assert_eq!(due_and_received(&pair.connect()), (Some(0), 0));
}

#[test]
fn protocol_a_refused_resumption_counts_as_a_full_handshake() {
    let mut pair = Pair::tls13().single_use();
    asking(&mut pair, 3, 1);
    pair.connect();
    let ticket = pair.world.wallet.pop().expect("a ticket");
    let copy = OfferedSession {
        session: ticket.session.clone(),
        ticket: ticket.ticket.clone(),
    };
    assert_eq!(
        due_and_received(&pair.connect_with(Some(ticket))),
        (Some(1), 1)
    );
    let again = pair.connect_with(Some(copy));
    assert_eq!(again.kind(), Some(Kind::Full));
    assert_eq!(due_and_received(&again), (Some(3), 3));
}

#[test]
fn a_server_gives_no_more_than_its_maximum_and_none_where_tickets_are_off() {
    let mut pair = Pair::tls13();
    asking(&mut pair, 20, 20);
    pair.server.tickets.most = 6;
    assert_eq!(due_and_received(&pair.connect()), (Some(6), 6));
    let mut off = Pair::tls13().tickets(0);
    asking(&mut off, 20, 20);
    assert_eq!(due_and_received(&off.connect()), (Some(0), 0));
}

#[test]
fn a_client_that_does_not_ask_is_told_nothing() {
    let mut pair = Pair::tls13().tickets(4);
    assert_eq!(due_and_received(&pair.connect()), (None, 4));
    // TLS 1.2 has one ticket, within the handshake, whatever is asked.
    let mut pair = Pair::tls12().both_versions();
    pair.server.versions.remove(0);
    asking(&mut pair, 9, 9);
    let link = pair.connect();
    assert_eq!(link.kind(), Some(Kind::Full));
    assert_eq!(link.agreed().0.expected_tickets, None);
}

#[test]
fn a_retry_leaves_the_request_as_it_was() {
    let mut pair = Pair::tls13();
    pair.client.groups = vec![NamedGroup::SECP384R1, NamedGroup::X25519];
    pair.server.groups = vec![NamedGroup::X25519];
    asking(&mut pair, 3, 1);
    let link = pair.connect();
    assert!(link.agreed().0.retried);
    assert_eq!(due_and_received(&link), (Some(3), 3));

    let mut link = pair.link(None);
    let mut hellos = 0;
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToServer {
            hellos += 1;
            if hellos == 2 {
                change_the_request(bytes);
            }
        }
    });
    let changed = Fault::Peer(Misbehaviour::ChangedClientHello);
    assert_eq!(link.server.fault(), Some(&changed));
}

/// Asks for one ticket more, in the ClientHello among these records.
fn change_the_request(bytes: &mut [u8]) {
    let request = [0, 58, 0, 2, 3, 1];
    let at = bytes
        .windows(request.len())
        .position(|window| window == request)
        .expect("the hello has the request");
    bytes[at + 4] += 1;
}

#[test]
fn nobody_asks_for_more_than_it_keeps() {
    let mut pair = Pair::tls13();
    pair.client.tickets_kept = 4;
    asking(&mut pair, 4, 4);
    assert!(ClientConfig::try_from(pair.client.clone()).is_ok());
    asking(&mut pair, 1, 5);
    let error = ClientConfig::try_from(pair.client.clone()).err();
    assert_eq!(error, Some(SettingsError::TooManyTickets { most: 4 }));
}
