//! Peers that break the rules: the right alert, one of it, no panic, nothing lost.

use proptest::prelude::*;
use tessera_engine::{Input, Misbehaviour, NotTls, RecordError};
use tessera_testkit::{Direction, End, Link, Pair};
use tessera_wire::codepoint::AlertDescription as Alert;

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

/// One bit flipped anywhere on the wire: never do both ends establish with different transcripts,
/// at most one fatal alert a side, and a later connection is well.
fn flip(position: usize, bit: u8, resumed: bool) -> (Link, Pair) {
    let mut pair = Pair::tls13().seed(5).single_use();
    if resumed {
        pair.connect();
    }
    let offered = pair.world.wallet.pop();
    let mut link = pair.link(offered);
    let mut seen = 0;
    link.run_through(&mut pair.world, |_, bytes| {
        if let Some(byte) = position
            .checked_sub(seen)
            .and_then(|inside| bytes.get_mut(inside))
        {
            *byte ^= 1 << bit;
        }
        seen += bytes.len();
    });
    (link, pair)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn one_flipped_bit_never_makes_two_truths(position in 0_usize..2400, bit in 0_u8..8, resumed: bool) {
        let (link, mut pair) = flip(position, bit, resumed);
        if let (Some(client), Some(server)) = (link.client.connection.facts(), link.server.connection.facts()) {
            prop_assert_eq!(client.keys_fingerprint, server.keys_fingerprint);
        }
        for end in [&link.client, &link.server] {
            let alerts = end.events.iter().filter(|event| matches!(event, tessera_engine::Event::AlertSent(_))).count();
            prop_assert!(alerts <= 1);
        }
        // The next connection is well, resumed or not.
        prop_assert!(pair.connect().kind().is_some());
    }

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
