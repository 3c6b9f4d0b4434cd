//! A live connection: data, new keys, half-close, truncation, and what it holds while idle.

use proptest::prelude::*;
use tessera_engine::{Ending, Event, Half, Input, KeyUpdateRequest};
use tessera_testkit::{Link, Pair};

fn keys_updated(events: &[Event], half: Half) -> usize {
    events
        .iter()
        .filter(|event| matches!(event, Event::KeysUpdated(which) if *which == half))
        .count()
}

#[test]
fn keys_are_replaced_both_ways_while_data_flows() {
    // RFC 9846 §4.7.3 (2, 3, 5, 7, 8), §5.3 (1).
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    let now = link.now;
    link.client
        .handle(now, Input::Plaintext(b"one "), &mut pair.world);
    link.client.handle(
        now,
        Input::UpdateKeys(KeyUpdateRequest::UpdateRequested),
        &mut pair.world,
    );
    link.client
        .handle(now, Input::Plaintext(b"two "), &mut pair.world);
    link.run(&mut pair.world);
    link.server_says(b"three ", &mut pair.world);
    link.server.handle(
        now,
        Input::UpdateKeys(KeyUpdateRequest::UpdateNotRequested),
        &mut pair.world,
    );
    link.server_says(b"four", &mut pair.world);
    assert_eq!(link.server.delivered, b"one two ");
    assert_eq!(link.client.delivered, b"three four");
    assert_eq!(keys_updated(&link.client.events, Half::Sending), 1);
    assert_eq!(
        keys_updated(&link.client.events, Half::Receiving),
        2,
        "the answer, and the server's own"
    );
}

#[test]
fn protocol_an_update_is_never_requested_twice_while_one_is_pending() {
    // RFC 9846 §4.7.3 (6).
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    let now = link.now;
    for _ in 0..3 {
        link.client.handle(
            now,
            Input::UpdateKeys(KeyUpdateRequest::UpdateRequested),
            &mut pair.world,
        );
    }
    link.run(&mut pair.world);
    assert_eq!(keys_updated(&link.server.events, Half::Receiving), 3);
    assert_eq!(
        keys_updated(&link.server.events, Half::Sending),
        1,
        "one request, one answer"
    );
}

#[test]
fn keys_are_replaced_before_they_wear_out() {
    // RFC 9846 §5.3 (2).
    // RFC 9846 §5.5 (1).
    let mut pair = Pair::tls13();
    pair.client.update_keys_after = Some(4);
    let mut link = pair.connect();
    for number in 0..20_u8 {
        link.client_says(&[number], &mut pair.world);
    }
    assert_eq!(link.server.delivered, (0..20).collect::<Vec<u8>>());
    // The handshake's Finished is under its own keys; then every four records, KeyUpdate included.
    assert!(keys_updated(&link.client.events, Half::Sending) >= 4);
}

#[test]
fn one_end_can_go_on_after_the_other_has_closed() {
    // RFC 9846 §6.1 (1, 4).
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    link.client.handle(link.now, Input::Close, &mut pair.world);
    link.run(&mut pair.world);
    assert!(link.server.connection.peer_closed());
    assert!(link.server.ending.is_none());
    link.server_says(b"still talking", &mut pair.world);
    assert_eq!(link.client.delivered, b"still talking");
    link.client_says(b"too late", &mut pair.world);
    assert_eq!(link.server.delivered, b"");
    link.server.handle(link.now, Input::Close, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(
        (link.client_ending(), link.server_ending()),
        (Some(&Ending::Closed), Some(&Ending::Closed))
    );
}

#[test]
fn a_stream_that_ends_without_close_notify_is_truncated() {
    // RFC 9846 §6.1 (5).
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    link.client
        .handle(link.now, Input::EndOfStream, &mut pair.world);
    assert_eq!(
        link.client_ending(),
        Some(&Ending::Truncated { state: "Connected" })
    );

    let mut link = pair.connect();
    link.server.handle(link.now, Input::Close, &mut pair.world);
    link.run(&mut pair.world);
    link.client
        .handle(link.now, Input::EndOfStream, &mut pair.world);
    assert_eq!(
        link.client_ending(),
        None,
        "the end was announced; we may still send"
    );
}

#[test]
fn data_given_before_the_handshake_is_done_goes_out_after_it() {
    // RFC 9846 §F.5 (5).
    // RFC 9846 §2 (2), §5.1 (17).
    let mut pair = Pair::tls13();
    let mut link = pair.link(None);
    link.client
        .handle(pair.now, Input::Plaintext(b"early bird"), &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.server.delivered, b"early bird");
}

#[test]
fn an_idle_connection_holds_no_buffers() {
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    link.client_says(&[7; 100_000], &mut pair.world);
    link.server_says(&[8; 100_000], &mut pair.world);
    assert_eq!(link.server.delivered.len(), 100_000);
    assert_eq!(link.server.connection.buffered(), 0);
    assert_eq!(link.client.connection.buffered(), 0);
}

#[test]
fn bulk_and_general_roads_carry_the_same_bytes() {
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    let now = link.now;
    let data: Vec<u8> = (0..70_000_u32).map(|number| number as u8).collect();
    let mut wire = Vec::new();
    assert_eq!(
        link.client.connection.send(now, &data, &mut wire),
        data.len()
    );
    let (mut delivered, mut start) = (Vec::new(), 0);
    loop {
        let received = link.server.connection.receive(now, &mut wire[start..]);
        if let Some(range) = received.plaintext {
            delivered.extend_from_slice(&wire[start + range.start..start + range.end]);
        }
        if received.consumed == 0 {
            break;
        }
        start += received.consumed;
    }
    assert_eq!((delivered, start), (data, wire.len()));
}

/// Everything that came out of both ends, in a form that can be compared.
#[derive(Debug, PartialEq)]
struct Outcome {
    sent: [Vec<u8>; 2],
    delivered: [Vec<u8>; 2],
    told: String,
}

fn outcome(link: &Link) -> Outcome {
    let (client, server) = (&link.client, &link.server);
    Outcome {
        sent: [client.sent.clone(), server.sent.clone()],
        delivered: [client.delivered.clone(), server.delivered.clone()],
        told: format!("{:?} {:?}", client.events, server.events),
    }
}

fn conversation(chunk: usize, messages: &[Vec<u8>]) -> Vec<Outcome> {
    let mut pair = Pair::tls13().seed(9).single_use();
    pair.chunk = chunk;
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let mut link = pair.connect();
        for message in messages {
            link.client_says(message, &mut pair.world);
            link.server_says(message, &mut pair.world);
        }
        link.close(&mut pair.world);
        outcomes.push(outcome(&link));
    }
    outcomes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_chunking_gives_the_same_outputs(
        chunk in 1_usize..2000,
        messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..600), 0..4),
    ) {
        prop_assert_eq!(conversation(chunk, &messages), conversation(usize::MAX, &messages));
    }
}

#[test]
fn the_same_seed_replays_byte_for_byte() {
    let messages = [b"hello".to_vec()];
    assert_eq!(
        conversation(usize::MAX, &messages),
        conversation(usize::MAX, &messages)
    );
}

#[test]
fn nothing_is_kept_of_what_comes_behind_a_fatal_alert() {
    let mut pair = Pair::tls13();
    let mut server = pair.link(None).server;
    // The alert, and in the same piece the beginning of another record.
    let bytes = [21, 3, 3, 0, 2, 2, 40, 22, 3, 3, 0, 9, 1];
    server.handle(pair.now, Input::Ciphertext(&bytes), &mut pair.world);
    assert!(server.ending.is_some());
    assert_eq!(server.connection.buffered(), 0);
}
