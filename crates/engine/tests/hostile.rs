//! Peers that break the rules: the right alert, one of it, no panic, nothing lost.

use proptest::prelude::*;
use tessera_engine::{Fault, Input, Misbehaviour, NotTls, RecordError};
use tessera_testkit::{Direction, End, Pair};
use tessera_wire::codepoint::AlertDescription as Alert;
use tessera_wire::{DecodeError, Problem};

/// A server that gets these bytes and nothing else.
fn server_given(bytes: &[u8]) -> End {
    let mut pair = Pair::tls13();
    let mut link = pair.link(None);
    link.server
        .handle(pair.now, Input::Ciphertext(bytes), &mut pair.world);
    link.server
}

#[test]
fn strangers_are_named() {
    // RFC 9846 §5.1 (15), §5.4 (3), §E.5 (5).
    let cases: [(&[u8], RecordError, Alert); 5] = [
        (
            b"GET / HTTP/1.1\r\n\r\n",
            RecordError::NotTls(NotTls::Http),
            Alert::UNEXPECTED_MESSAGE,
        ),
        (
            b"SSH-2.0-x\r\n",
            RecordError::NotTls(NotTls::Unknown),
            Alert::UNEXPECTED_MESSAGE,
        ),
        (
            &[0x80, 0x2e, 1, 3, 0, 0],
            RecordError::NotTls(NotTls::Ssl2),
            Alert::PROTOCOL_VERSION,
        ),
        (
            &[22, 3, 1, 0x41, 0, 1],
            RecordError::TooLarge,
            Alert::RECORD_OVERFLOW,
        ),
        (
            &[22, 3, 1, 0, 0],
            RecordError::Empty,
            Alert::UNEXPECTED_MESSAGE,
        ),
    ];
    for (bytes, error, alert) in cases {
        let server = server_given(bytes);
        assert_eq!(
            (server.fault().cloned(), server.alert_sent()),
            (Some(error.into()), Some(alert)),
            "{bytes:?}"
        );
    }
}

#[test]
fn a_message_over_its_budget_is_refused_before_it_is_read() {
    let server = server_given(&[22, 3, 1, 0, 4, 1, 0x10, 0, 0]);
    assert_eq!(
        server.fault().cloned(),
        Some(Misbehaviour::MessageTooLong.into())
    );
    assert_eq!(server.alert_sent(), Some(Alert::ILLEGAL_PARAMETER));
    assert_eq!(
        server.connection.buffered(),
        0,
        "and nothing is held for it"
    );
}

#[test]
fn data_and_change_cipher_spec_before_the_hello_are_out_of_place() {
    // RFC 9846 §5 (3), §6 (5).
    for bytes in [
        &[23, 3, 3, 0, 1, 9][..],
        &[20, 3, 3, 0, 1, 1],
        &[21, 3, 3, 0, 2, 2, 200],
    ] {
        let server = server_given(bytes);
        assert!(server.fault().is_some(), "{bytes:?}");
    }
}

#[test]
fn handshake_messages_and_alerts_come_whole_and_by_themselves() {
    // RFC 9846 §5.1 (2, 3, 9, 10, 11), §5.4 (3): in pieces, in twos, empty, or in the middle of a message.
    let begun = [22, 3, 1, 0, 5, 1, 0, 1, 0, 3];
    let alert = [21, 3, 3, 0, 2, 1, 90];
    let interleaved = [begun.as_slice(), &alert].concat();
    let cases: [(&[u8], Fault, Alert); 5] = [
        (
            &[21, 3, 3, 0, 0],
            RecordError::Empty.into(),
            Alert::UNEXPECTED_MESSAGE,
        ),
        (
            &interleaved,
            RecordError::Interleaved.into(),
            Alert::UNEXPECTED_MESSAGE,
        ),
        (
            &[begun.as_slice(), &[20, 3, 3, 0, 1, 1]].concat(),
            RecordError::Interleaved.into(),
            Alert::UNEXPECTED_MESSAGE,
        ),
        (
            &[21, 3, 3, 0, 1, 1],
            decode_error("description", Problem::Truncated),
            Alert::DECODE_ERROR,
        ),
        (
            &[21, 3, 3, 0, 4, 1, 90, 1, 90],
            decode_error("Alert", Problem::TrailingData),
            Alert::DECODE_ERROR,
        ),
    ];
    for (bytes, fault, alert) in cases {
        let server = server_given(bytes);
        let expected = (Some(fault), Some(alert));
        assert_eq!((server.fault().cloned(), server.alert_sent()), expected);
    }
}

fn decode_error(field: &'static str, problem: Problem) -> Fault {
    Fault::Decode(DecodeError { field, problem })
}

#[test]
fn an_error_is_the_end_whatever_level_it_claims_and_leaves_nothing_behind() {
    // RFC 9846 §6 (1, 2, 4, 5), §6.2 (1): alerts that are known and one that is not, as warnings.
    for alert in [Alert::HANDSHAKE_FAILURE, Alert::INTERNAL_ERROR, Alert(200)] {
        let server = server_given(&[21, 3, 3, 0, 2, 1, alert.0]);
        let ended = Fault::AlertReceived(alert);
        assert_eq!((server.fault(), server.alert_sent()), (Some(&ended), None));
    }
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    let (label, mut out) = (b"EXPORTER-test".as_slice(), [0; 32]);
    let export =
        |end: &End, out: &mut [u8]| end.connection.export_keying_material(label, Some(b""), out);
    assert_eq!(export(&link.server, &mut out), Ok(true));
    let forged = [23, 3, 3, 0, 20]
        .into_iter()
        .chain([7; 20])
        .collect::<Vec<_>>();
    let now = pair.now;
    link.server
        .handle(now, Input::Ciphertext(&forged), &mut pair.world);
    assert_eq!(link.server.alert_sent(), Some(Alert::BAD_RECORD_MAC));
    assert_eq!(export(&link.server, &mut out), Ok(false));
    link.server
        .handle(now, Input::Plaintext(b"more"), &mut pair.world);
    let before = link.server.sent.len();
    link.server
        .handle(now, Input::Ciphertext(&forged), &mut pair.world);
    assert_eq!(link.server.sent.len(), before);
}

#[test]
fn a_change_cipher_spec_after_the_handshake_is_out_of_place() {
    // RFC 9846 §5 (1, 3): one of the handshake is dropped.
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    let change = Input::Ciphertext(&[20, 3, 3, 0, 1, 1]);
    link.client.handle(pair.now, change, &mut pair.world);
    let fault = RecordError::BadChangeCipherSpec.into();
    assert_eq!(link.client.fault(), Some(&fault));
    assert_eq!(link.client.alert_sent(), Some(Alert::UNEXPECTED_MESSAGE));
    // RFC 9846 §5 (2): any other than 1.
    let server = server_given(&[20, 3, 3, 0, 1, 2]);
    assert_eq!(server.alert_sent(), Some(Alert::UNEXPECTED_MESSAGE));
}

#[test]
fn a_change_cipher_spec_flood_ends() {
    let mut pair = Pair::tls13();
    let mut link = pair.link(None);
    link.client.collect(pair.now, &mut pair.world);
    let hello = std::mem::take(&mut link.client.outbox);
    link.server
        .handle(pair.now, Input::Ciphertext(&hello), &mut pair.world);
    for _ in 0..5 {
        link.server.handle(
            pair.now,
            Input::Ciphertext(&[20, 3, 3, 0, 1, 1]),
            &mut pair.world,
        );
    }
    assert_eq!(
        link.server.fault().cloned(),
        Some(RecordError::BadChangeCipherSpec.into())
    );
}

proptest! {
    #[test]
    fn noise_never_panics_and_always_ends(noise in proptest::collection::vec(any::<u8>(), 6..400)) {
        let server = server_given(&noise);
        prop_assert!(server.events.iter().filter(|event| matches!(event, tessera_engine::Event::AlertSent(_))).count() <= 1);
    }

    #[test]
    fn a_damaged_hello_never_panics(position in 0_usize..600, value: u8) {
        let mut pair = Pair::tls13();
        let mut link = pair.link(None);
        link.run_through(&mut pair.world, |direction, bytes| {
            if direction == Direction::ToServer && let Some(byte) = bytes.get_mut(position) {
                *byte = value;
            }
        });
        prop_assert!(link.client.ending.is_none() || link.client.fault().is_some());
    }
}
