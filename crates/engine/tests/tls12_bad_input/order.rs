//! What comes early, twice, in the middle of something else, or unannounced.

use crate::{assert_end, changed, insert_before, is_message};
use tessera_engine::{Fault, RecordError};
use tessera_session::Side;
use tessera_testkit::clear::Piece;
use tessera_testkit::{Direction, Pair};
use tessera_wire::codepoint::{AlertDescription as Alert, ContentType, HandshakeType};
use tessera_wire::handshake::tls12::{CertificateStatus, NewSessionTicket};

#[test]
fn a_change_cipher_spec_before_there_are_keys_is_out_of_place() {
    let early = Piece::change_cipher_spec();
    let out_of_place = |state| Fault::Unexpected {
        state,
        came: "a change_cipher_spec",
    };
    for (before, state) in [
        (HandshakeType::CERTIFICATE, "WaitCertificate"),
        (HandshakeType::SERVER_KEY_EXCHANGE, "WaitServerKeyExchange"),
        (HandshakeType::SERVER_HELLO_DONE, "WaitServerHelloDone"),
    ] {
        let mut pair = Pair::tls12();
        let link = changed(&mut pair, false, |_, pieces| {
            insert_before(pieces, before, &early);
        });
        assert_end(&link.client, out_of_place(state), Alert::UNEXPECTED_MESSAGE);
    }
    // CVE-2014-0224: before the key exchange.
    let mut pair = Pair::tls12();
    let link = changed(&mut pair, false, |_, pieces| {
        insert_before(pieces, HandshakeType::CLIENT_KEY_EXCHANGE, &early);
    });
    let state = "WaitClientKeyExchange";
    assert_end(&link.server, out_of_place(state), Alert::UNEXPECTED_MESSAGE);
    // Before any hello: nothing of TLS 1.3's middlebox compatibility is due in TLS 1.2.
    let mut pair = Pair::tls12();
    let link = changed(&mut pair, false, |_, pieces| {
        insert_before(pieces, HandshakeType::SERVER_HELLO, &early);
    });
    let bad = RecordError::BadChangeCipherSpec;
    assert_end(&link.client, bad, Alert::UNEXPECTED_MESSAGE);
}

#[test]
fn a_second_change_cipher_spec_is_no_record_under_the_new_keys() {
    for (side, resumes) in [(Side::Server, false), (Side::Client, true)] {
        let mut pair = Pair::tls12();
        pair.connect();
        let link = changed(&mut pair, resumes, |direction, pieces| {
            let to = match direction {
                Direction::ToServer => Side::Server,
                Direction::ToClient => Side::Client,
            };
            let first = |piece: &Piece| piece.content_type == ContentType::CHANGE_CIPHER_SPEC;
            if let Some(at) = pieces.iter().position(first).filter(|_| to == side) {
                pieces.insert(at, Piece::change_cipher_spec());
            }
        });
        let end = match side {
            Side::Client => &link.client,
            Side::Server => &link.server,
        };
        assert_end(end, RecordError::BadMac, Alert::BAD_RECORD_MAC);
    }
}

#[test]
fn nothing_comes_between_the_pieces_of_a_message() {
    for kind in [
        HandshakeType::CERTIFICATE,
        HandshakeType::CLIENT_KEY_EXCHANGE,
    ] {
        for between in [
            Piece::change_cipher_spec(),
            Piece::new(ContentType::APPLICATION_DATA, b"data".to_vec()),
            Piece::new(ContentType::ALERT, [1, 0]),
        ] {
            let mut pair = Pair::tls12();
            let link = changed(&mut pair, false, |_, pieces| {
                if let Some(at) = pieces.iter().position(|piece| is_message(piece, kind)) {
                    let rest = pieces[at].bytes.split_off(10);
                    pieces.insert(at + 1, between.clone());
                    pieces.insert(at + 2, Piece::message(rest));
                }
            });
            let end = match kind {
                HandshakeType::CERTIFICATE => &link.client,
                _ => &link.server,
            };
            let fault = match between.content_type {
                // It is out of place wherever it comes.
                ContentType::APPLICATION_DATA => RecordError::UnexpectedType(23),
                _ => RecordError::Interleaved,
            };
            assert_end(end, fault, Alert::UNEXPECTED_MESSAGE);
        }
    }
}

#[test]
fn no_application_data_before_the_first_handshake_is_done() {
    let data = Piece::new(ContentType::APPLICATION_DATA, b"data".to_vec());
    for before in [
        HandshakeType::CERTIFICATE,
        HandshakeType::SERVER_HELLO_DONE,
        HandshakeType::CLIENT_KEY_EXCHANGE,
    ] {
        let mut pair = Pair::tls12();
        let link = changed(&mut pair, false, |_, pieces| {
            insert_before(pieces, before, &data);
        });
        let end = match before {
            HandshakeType::CLIENT_KEY_EXCHANGE => &link.server,
            _ => &link.client,
        };
        assert_eq!(
            end.alert_sent(),
            Some(Alert::UNEXPECTED_MESSAGE),
            "{before}"
        );
        assert!(end.delivered.is_empty());
    }
}

#[test]
fn what_was_not_announced_does_not_come() {
    let ticket = NewSessionTicket {
        ticket_lifetime_hint: 100,
        ticket: vec![1; 100],
    };
    let ticket = Piece::message(ticket.encode());
    let status = CertificateStatus {
        response: vec![1; 100],
    };
    let status = Piece::message(status.encode());
    let mut pair = Pair::tls12();
    let link = changed(&mut pair, false, |_, pieces| {
        insert_before(pieces, HandshakeType::SERVER_KEY_EXCHANGE, &status);
    });
    let unannounced = Fault::Unexpected {
        state: "WaitServerKeyExchange",
        came: "CertificateStatus",
    };
    assert_end(&link.client, unannounced, Alert::UNEXPECTED_MESSAGE);

    // A ticket that was not announced, one that was and comes twice, one that does not come.
    let out_of_place = |came| Fault::Unexpected {
        state: "WaitChangeCipherSpec",
        came,
    };
    let is_spec = |piece: &Piece| piece.content_type == ContentType::CHANGE_CIPHER_SPEC;
    for mut pair in [Pair::tls12().session_ids(), Pair::tls12()] {
        let link = changed(&mut pair, false, |direction, pieces| {
            let at = pieces.iter().position(is_spec);
            if let Some(at) = at.filter(|_| direction == Direction::ToClient) {
                pieces.insert(at, ticket.clone());
            }
        });
        let fault = out_of_place("NewSessionTicket");
        assert_eq!(link.client.fault(), Some(&fault));
        assert_eq!(link.client.alert_sent(), Some(Alert::UNEXPECTED_MESSAGE));
    }
    let mut pair = Pair::tls12();
    let link = changed(&mut pair, false, |_, pieces| {
        pieces.retain(|piece| !is_message(piece, HandshakeType::NEW_SESSION_TICKET));
    });
    let fault = out_of_place("a change_cipher_spec before the ticket");
    assert_eq!(link.client.fault(), Some(&fault));
}
