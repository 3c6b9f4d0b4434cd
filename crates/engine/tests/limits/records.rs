//! What costs a record: `record/limits.rs`.

use crate::tapped::{Tapped, data, other, outcome, so_many, warning};
use tessera_engine::{Event, Fault, Input, Misbehaviour, RecordError};
use tessera_session::Side;
use tessera_testkit::tap::{Content, clear};
use tessera_testkit::{KeyType, Pair};
use tessera_wire::codepoint::{AlertDescription as Alert, ContentType, HandshakeType};
use tessera_wire::extension::EarlyDataIndication;
use tessera_wire::handshake::{Handshake, NewSessionTicket};
use tessera_wire::record::MAX_PLAINTEXT;

const SIDES: [Side; 2] = [Side::Client, Side::Server];
const VERSIONS: [fn() -> Pair; 2] = [Pair::tls13, Pair::tls12];

fn unexpected(fault: impl Into<Fault>) -> (Option<Fault>, Option<Alert>) {
    (Some(fault.into()), Some(Alert::UNEXPECTED_MESSAGE))
}

#[test]
fn thirty_two_empty_records_in_a_row() {
    for version in VERSIONS {
        for side in SIDES {
            let mut tapped = Tapped::new(version());
            let ended = so_many(&mut tapped, side, &data(b""), 32);
            assert_eq!(ended, unexpected(RecordError::TooManyEmpty));
        }
    }
}

#[test]
fn four_warnings_in_a_row() {
    for (version, alert) in [
        (VERSIONS[0], Alert::USER_CANCELED),
        (VERSIONS[1], Alert::USER_CANCELED),
        (VERSIONS[1], Alert::UNRECOGNIZED_NAME),
        (VERSIONS[1], Alert::NO_RENEGOTIATION),
    ] {
        for side in SIDES {
            let mut tapped = Tapped::new(version());
            let ended = so_many(&mut tapped, side, &warning(alert), 4);
            assert_eq!(ended, unexpected(Misbehaviour::TooManyWarnings));
        }
    }
}

#[test]
fn thirty_two_key_updates_in_a_row() {
    let update = Content::message([24, 0, 0, 1, 0]);
    for side in SIDES {
        let mut tapped = Tapped::new(Pair::tls13());
        let ended = so_many(&mut tapped, side, &update, 32);
        assert_eq!(ended, unexpected(Misbehaviour::TooManyKeyUpdates));
    }
}

#[test]
fn content_counts_anew() {
    let update = Content::message([24, 0, 0, 1, 0]);
    for side in SIDES {
        let mut tapped = Tapped::new(Pair::tls13());
        for _ in 0..3 {
            for _ in 0..32 {
                tapped.says(side, &data(b""));
                tapped.says(side, &update);
            }
            for _ in 0..4 {
                tapped.says(side, &warning(Alert::USER_CANCELED));
            }
            tapped.says(side, &data(b"!"));
        }
        assert_eq!(tapped.end(other(side)).ending, None);
        assert_eq!(tapped.end(other(side)).delivered, b"!!!");
    }
}

#[test]
fn a_thousand_and_twenty_four_tickets_of_which_thirty_two_are_kept() {
    let mut tapped = Tapped::new(Pair::tls13().tickets(1));
    let ticket = tapped.message(Side::Server, HandshakeType::NEW_SESSION_TICKET);
    // One has come in the handshake.
    let ended = so_many(&mut tapped, Side::Server, &ticket, 1023);
    assert_eq!(ended, unexpected(Misbehaviour::TooManyTickets));
    assert_eq!(tapped.pair.world.wallet.len(), 32);
}

#[test]
fn the_longest_ticket_that_is_kept_fits_into_a_hello_again() {
    for (len, kept) in [(0x8000, 2), (0x8001, 1)] {
        let mut tapped = Tapped::new(Pair::tls13().tickets(1));
        let ticket = tapped.message(Side::Server, HandshakeType::NEW_SESSION_TICKET);
        let Ok(Handshake::NewSessionTicket(ticket)) = Handshake::decode(&ticket.bytes) else {
            panic!("a ticket");
        };
        let long = NewSessionTicket {
            ticket: vec![7; len],
            ..ticket
        };
        tapped.says_across(Side::Server, &[Content::message(long.encode())]);
        assert_eq!(tapped.link.client.ending, None);
        assert_eq!(tapped.pair.world.wallet.len(), kept, "{len} bytes");
        let offered = tapped.pair.world.draw();
        assert!(tapped.pair.connect_with(offered).kind().is_some());
    }
}

#[test]
fn a_server_holds_back_sixty_four_tickets_while_its_store_is_asked() {
    let pair = Pair::tls13().stored().tickets(32);
    let mut pair = pair.client_certificate(KeyType::Ed25519);
    let mut link = pair.link(None);
    let now = link.now;
    link.server.answers_at_once = false;
    let mut withheld = 0;
    for _ in 0..4 {
        // Each time somebody asks who the client is, new tickets come of it.
        link.server
            .handle(now, Input::RequestCertificate, &mut pair.world);
        loop {
            let open = std::mem::take(&mut link.server.open);
            let (holding, keeping): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|(_, question)| question.holds());
            withheld += keeping.len();
            for (id, question) in holding {
                let answer = pair.world.answer(Side::Server, question);
                link.server
                    .handle(now, Input::Answer(id, answer), &mut pair.world);
            }
            link.run(&mut pair.world);
            if link.server.open.is_empty() {
                break;
            }
        }
    }
    let not_kept = |event: &&Event| matches!(event, Event::TicketNotKept(_));
    let given_up = link.server.events.iter().filter(not_kept).count();
    assert_eq!((withheld, given_up), (64, 64), "of 32 each time");
}

#[test]
fn four_change_cipher_specs_in_a_handshake() {
    let mut pair = Pair::tls13();
    let mut link = pair.link(None);
    let now = link.now;
    link.client.collect(now, &mut pair.world);
    let hello = std::mem::take(&mut link.client.outbox);
    let mut give = |bytes: &[u8]| {
        link.server
            .handle(now, Input::Ciphertext(bytes), &mut pair.world);
        outcome(&link.server)
    };
    assert_eq!(give(&hello), (None, None));
    let dummy = clear(ContentType::CHANGE_CIPHER_SPEC, &[1]);
    for _ in 0..4 {
        assert_eq!(give(&dummy), (None, None));
    }
    assert_eq!(give(&dummy), unexpected(RecordError::BadChangeCipherSpec));
}

#[test]
fn thirty_two_wishes_for_a_handshake_that_come_to_nothing() {
    let request = Content::message([0, 0, 0, 0]);
    let mut tapped = Tapped::new(Pair::tls12());
    let ended = so_many(&mut tapped, Side::Server, &request, 32);
    assert_eq!(ended, unexpected(Misbehaviour::TooManyRenegotiations));

    let mut tapped = Tapped::new(Pair::tls12());
    let hello = tapped.message(Side::Client, HandshakeType::CLIENT_HELLO);
    let ended = so_many(&mut tapped, Side::Client, &hello, 32);
    assert_eq!(ended, unexpected(Misbehaviour::TooManyRenegotiations));

    // TLS 1.3: for a certificate, after the handshake.
    let mut tapped = Tapped::new(Pair::tls13().client_certificate(KeyType::Ed25519));
    let now = tapped.link.now;
    tapped
        .link
        .server
        .handle(now, Input::RequestCertificate, &mut tapped.pair.world);
    tapped.pass(Side::Server);
    let request = tapped.message(Side::Server, HandshakeType::CERTIFICATE_REQUEST);
    let ended = so_many(&mut tapped, Side::Server, &request, 31);
    assert_eq!(ended, unexpected(Misbehaviour::TooManyRenegotiations));
}

#[test]
fn sixty_four_kibibytes_behind_the_end() {
    let closing = Content::new(ContentType::ALERT, [1, 0]);
    for piece in [100, 1 << 20] {
        let mut tapped = Tapped::new(Pair::tls12());
        tapped.says(Side::Client, &closing);
        for bytes in vec![7; 100_000].chunks(piece) {
            tapped.hears(Side::Server, bytes);
        }
        let left = tapped.link.server.connection.take_leftover();
        assert_eq!(left.len(), 64 * 1024);
    }
    // All of it in one piece with what went before.
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    let now = link.now;
    link.client.handle(now, Input::Close, &mut pair.world);
    let mut bytes = std::mem::take(&mut link.client.outbox);
    bytes.extend(vec![7; 100_000]);
    link.server
        .handle(now, Input::Ciphertext(&bytes), &mut pair.world);
    assert_eq!(link.server.connection.take_leftover().len(), 64 * 1024);
}

#[test]
fn sixty_four_kibibytes_of_early_data_that_nobody_reads() {
    // A session of keys the server has lost, so that its binder is not looked at, and early data with it.
    let mut pair = Pair::tls13();
    pair.connect();
    pair.server.shared = Default::default();
    let offered = pair.world.draw();
    let mut link = pair.link(offered);
    let now = link.now;
    link.client.collect(now, &mut pair.world);
    let sent = std::mem::take(&mut link.client.outbox);
    let Ok(Handshake::ClientHello(mut hello)) = Handshake::decode(&sent[5..]) else {
        panic!("a hello");
    };
    let psks = hello.extensions.iter().last().cloned().expect("the PSKs");
    hello.extensions.remove(psks.extension_type);
    hello.extensions.push(&EarlyDataIndication);
    hello.extensions.push_raw(psks.extension_type, psks.data);
    let mut give = |bytes: &[u8]| {
        link.server
            .handle(now, Input::Ciphertext(bytes), &mut pair.world);
        outcome(&link.server)
    };
    assert_eq!(
        give(&clear(ContentType::HANDSHAKE, &hello.encode())),
        (None, None)
    );
    let record = |len: usize| clear(ContentType::APPLICATION_DATA, &vec![7; len - 5]);
    for _ in 0..3 {
        assert_eq!(give(&record(16 * 1024)), (None, None));
    }
    // To the last byte; and then the smallest record there is.
    assert_eq!(give(&record(16 * 1024)), (None, None));
    assert_eq!(give(&record(5)), unexpected(Misbehaviour::TooMuchEarlyData));
}

#[test]
fn a_record_has_two_to_the_fourteen_bytes_and_no_more() {
    for version in VERSIONS {
        for side in SIDES {
            let mut tapped = Tapped::new(version());
            tapped.says(side, &data(&[7; MAX_PLAINTEXT]));
            assert_eq!(tapped.end(other(side)).delivered.len(), MAX_PLAINTEXT);
            tapped.says(side, &data(&[7; MAX_PLAINTEXT + 1]));
            let too_large = RecordError::TooLarge.into();
            assert_eq!(
                outcome(tapped.end(other(side))),
                (Some(too_large), Some(Alert::RECORD_OVERFLOW))
            );
        }
    }
}
