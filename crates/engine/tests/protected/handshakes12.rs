//! TLS 1.2: the ends of handshakes, and what follows them.

use crate::{assert_end, changed, flip_last, open, said_after};
use tessera_engine::{Input, Misbehaviour, RecordError};
use tessera_session::Side;
use tessera_testkit::Pair;
use tessera_wire::codepoint::{AlertDescription as Alert, HandshakeType};

#[test]
fn a_wrong_finished_is_noticed_by_either_end_and_costs_the_ticket() {
    // RFC 5246 §7.4.9 (1), RFC 5077 §3.3 (4).
    for sender in [Side::Client, Side::Server] {
        let mut pair = open(Pair::tls12());
        let link = changed(&mut pair, (sender, HandshakeType::FINISHED), |message| {
            flip_last(message);
        });
        let end = match sender {
            Side::Client => &link.server,
            Side::Server => &link.client,
        };
        assert_end(end, Misbehaviour::WrongFinished, Alert::DECRYPT_ERROR);
        assert!(!end.is_established() && pair.world.wallet.is_empty());
        assert!(pair.connect().server.is_established());
    }
}

#[test]
fn a_ticket_is_sent_to_a_client_that_has_proven_itself() {
    // RFC 5077 §3.3 (1, 2, 3).
    for tickets in [true, false] {
        let mut pair = open(Pair::tls12());
        pair.server.session_forms.tickets = tickets;
        let (link, said) = said_after(&mut pair, Side::Server, |_| {});
        link.agreed();
        let types: Vec<_> = said.iter().filter_map(|said| said.msg_type()).collect();
        let ticket = types.contains(&HandshakeType::NEW_SESSION_TICKET);
        assert_eq!(ticket, tickets);
    }
    let mut pair = open(Pair::tls12());
    let (mut link, mut seen) = (pair.link(None), Vec::new());
    let mut tap = tessera_testkit::Tap::default();
    link.run_tapped(&mut pair.world, &mut tap, |_, said| {
        for content in said {
            seen.extend(content.msg_type());
            if content.msg_type() == Some(HandshakeType::FINISHED) {
                flip_last(&mut content.bytes);
            }
        }
    });
    assert!(seen.contains(&HandshakeType::FINISHED));
    assert!(!seen.contains(&HandshakeType::NEW_SESSION_TICKET));
}

#[test]
fn a_flight_ends_with_its_record() {
    for (sender, last) in [
        (Side::Client, HandshakeType::CLIENT_HELLO),
        (Side::Server, HandshakeType::SERVER_HELLO_DONE),
        (Side::Client, HandshakeType::FINISHED),
        (Side::Server, HandshakeType::FINISHED),
    ] {
        let mut pair = open(Pair::tls12());
        let link = changed(&mut pair, (sender, last), |message| {
            message.push(HandshakeType::HELLO_REQUEST.0);
        });
        let end = match sender {
            Side::Client => &link.server,
            Side::Server => &link.client,
        };
        assert_end(end, RecordError::Interleaved, Alert::UNEXPECTED_MESSAGE);
    }
}

#[test]
fn no_record_comes_twice() {
    // RFC 5246 §6.1 (1), §6.2.3.3 (3).
    let mut pair = Pair::tls12();
    let mut link = pair.connect();
    let now = link.now;
    let data = Input::Plaintext(b"once");
    link.client.handle(now, data, &mut pair.world);
    let record = std::mem::take(&mut link.client.outbox);
    for _ in 0..2 {
        let record = Input::Ciphertext(&record);
        link.server.handle(now, record, &mut pair.world);
    }
    assert_end(&link.server, RecordError::BadMac, Alert::BAD_RECORD_MAC);
    assert_eq!(link.server.delivered, b"once");
}
