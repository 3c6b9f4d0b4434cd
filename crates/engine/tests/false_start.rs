//! False Start: RFC 7918.

use tessera_engine::{Ending, Event, FalseStart, Input, KeyLog, Kind, Misbehaviour, RecordError};
use tessera_session::{Alpn, ClientAuthMode, Side};
use tessera_testkit::tap::Tap;
use tessera_testkit::{KeyType, Link, Pair};
use tessera_wire::codepoint::{CipherSuite, ContentType, HandshakeType, NamedGroup};

const REQUEST: &[u8] = b"a request";

fn pair() -> Pair {
    let mut pair = Pair::tls12();
    pair.client.false_start = FalseStart::Always;
    pair
}

/// A link whose client has said its last word of the handshake and heard nothing since.
fn finished(pair: &mut Pair) -> Link {
    let mut link = pair.link(None);
    link.client.collect(link.now, &mut pair.world);
    while link.client.connection.state() != "WaitChangeCipherSpec" {
        let now = link.now;
        let to_server = std::mem::take(&mut link.client.outbox);
        assert!(!to_server.is_empty());
        link.server
            .handle(now, Input::Ciphertext(&to_server), &mut pair.world);
        let to_client = std::mem::take(&mut link.server.outbox);
        link.client
            .handle(now, Input::Ciphertext(&to_client), &mut pair.world);
    }
    link
}

/// Whether data goes out before the server's Finished has come.
fn starts_falsely(pair: &mut Pair) -> bool {
    finished(pair).client.connection.is_sending()
}

#[test]
fn data_goes_out_behind_our_finished_and_nothing_else_changes() {
    let mut pair = pair();
    let mut link = finished(&mut pair);
    let client = &link.client.connection;
    assert!(client.is_sending() && client.is_handshaking());
    assert!(client.facts().is_none() && client.channel_binding().is_none());
    assert!(!pair.world.asked.contains(&"Keep"), "no session yet");

    let now = link.now;
    link.client
        .handle(now, Input::Plaintext(REQUEST), &mut pair.world);
    let mut sealed = Vec::new();
    assert_eq!(link.client.connection.send(now, b", more", &mut sealed), 6);
    link.client.outbox.extend(sealed);
    let flight = std::mem::take(&mut link.client.outbox);
    link.server
        .handle(now, Input::Ciphertext(&flight), &mut pair.world);
    assert_eq!(link.server.delivered, b"a request, more");
    assert!(link.client.connection.is_handshaking());

    link.run(&mut pair.world);
    link.server_says(b"an answer", &mut pair.world);
    assert_eq!(link.client.delivered, b"an answer");
    assert_eq!(link.agreed().0.kind, Kind::Full);
    assert_eq!(pair.connect().kind(), Some(Kind::Ticket));
}

#[test]
fn what_was_given_before_waits_for_the_finished_only() {
    let mut pair = pair();
    (pair.client.key_log, pair.server.key_log) = (KeyLog::Emit, KeyLog::Emit);
    let mut link = pair.link(None);
    link.client
        .handle(link.now, Input::Plaintext(REQUEST), &mut pair.world);
    let (mut tap, mut order) = (Tap::default(), Vec::new());
    link.run_tapped(&mut pair.world, &mut tap, |sender, said| {
        order.extend(said.iter().map(|content| (sender, content.content_type)));
    });
    let data = (Side::Client, ContentType::APPLICATION_DATA);
    let change = (Side::Server, ContentType::CHANGE_CIPHER_SPEC);
    let place = |what| order.iter().position(|said| *said == what);
    assert!(place(data) < place(change), "{order:?}");
    assert_eq!(link.server.delivered, REQUEST);
}

#[test]
fn it_happens_only_where_it_may() {
    // RFC 7918 §5.3 (3).
    let mut off = Pair::tls12();
    assert!(!starts_falsely(&mut off));

    let alpn = || vec![Alpn::new(b"h").expect("a name")];
    let mut with_alpn = pair();
    with_alpn.client.false_start = FalseStart::WithAlpn;
    with_alpn.client.alpn = alpn();
    assert!(!starts_falsely(&mut with_alpn), "the server chose none");
    with_alpn.server.alpn = alpn();
    assert!(starts_falsely(&mut with_alpn));

    let mut asked = pair().client_auth(ClientAuthMode::Request);
    assert!(starts_falsely(&mut asked), "nothing was shown");
    let mut shown = asked.client_certificate(KeyType::Ed25519);
    assert!(!starts_falsely(&mut shown));
}

#[test]
fn every_suite_and_group_of_tls12_is_strong_enough() {
    // RFC 7918 §5.1 (1), §5.2 (1), §5.3 (1, 2).
    for key_type in [KeyType::P256, KeyType::Rsa2048] {
        let default = Pair::tls12().client.cipher_suites;
        for suite in default {
            let mut pair = pair()
                .both_versions()
                .only_certificate(key_type, &["server.test"]);
            pair.server.versions = Pair::tls12().server.versions;
            // An ECDSA key's curve is one of the groups, too.
            pair.client.groups = vec![NamedGroup::X25519, NamedGroup::SECP256R1];
            pair.client.cipher_suites = vec![CipherSuite::TLS_AES_128_GCM_SHA256, suite];
            let fits = suite.to_string().contains(match key_type {
                KeyType::Rsa2048 => "_RSA_",
                _ => "_ECDSA_",
            });
            if fits {
                assert!(starts_falsely(&mut pair), "{suite}");
            }
        }
    }
    let groups = [
        NamedGroup::X25519,
        NamedGroup::SECP256R1,
        NamedGroup::SECP384R1,
        NamedGroup::SECP521R1,
    ];
    for group in groups {
        let mut pair = pair();
        (pair.client.groups, pair.server.groups) = (vec![group], vec![group]);
        assert!(starts_falsely(&mut pair), "{group}");
    }
}

#[test]
fn a_resumption_and_a_renegotiation_wait() {
    let mut pair = pair().renegotiation();
    let mut link = pair.connect();
    link.client
        .handle(link.now, Input::Renegotiate, &mut pair.world);
    let mut flights = 0;
    while !link.client.outbox.is_empty() || !link.server.outbox.is_empty() {
        let to_server = std::mem::take(&mut link.client.outbox);
        let now = link.now;
        link.server
            .handle(now, Input::Ciphertext(&to_server), &mut pair.world);
        let settled = link.client.connection.state() == "Connected";
        assert_eq!(link.client.connection.is_sending(), settled);
        let to_client = std::mem::take(&mut link.server.outbox);
        link.client
            .handle(now, Input::Ciphertext(&to_client), &mut pair.world);
        flights += 1;
    }
    assert!(flights > 1);
    assert_eq!(link.agreed().0.epoch, 1);

    let offered = pair.world.draw();
    assert!(offered.is_some());
    let mut link = pair.link(offered);
    link.client
        .handle(link.now, Input::Plaintext(REQUEST), &mut pair.world);
    link.run_through(&mut pair.world, |_, _| {});
    assert_eq!(link.kind(), Some(Kind::Ticket));
    assert_eq!(link.server.delivered, REQUEST);
}

#[test]
fn a_server_that_proves_nothing_says_nothing_and_leaves_no_session() {
    let mut pair = pair();
    pair.server.key_log = KeyLog::Emit;
    pair.client.key_log = KeyLog::Emit;
    let mut link = pair.link(None);
    link.client
        .handle(link.now, Input::Plaintext(REQUEST), &mut pair.world);
    let mut tap = Tap::default();
    link.run_tapped(&mut pair.world, &mut tap, |sender, said| {
        for content in said {
            let is_finished = content.msg_type() == Some(HandshakeType::FINISHED);
            if sender == Side::Server && is_finished {
                let last = content.bytes.len() - 1;
                content.bytes[last] ^= 1;
            }
        }
    });
    assert_eq!(
        link.client.fault(),
        Some(&Misbehaviour::WrongFinished.into())
    );
    let is_established = |event: &Event| matches!(event, Event::Established(_));
    assert!(!link.client.events.iter().any(is_established));
    assert!(pair.world.draw().is_none());

    // Nor is anything read that comes in the place of its Finished.
    let mut link = finished(&mut pair);
    let data = tessera_testkit::tap::clear(ContentType::APPLICATION_DATA, b"an answer");
    link.client
        .handle(link.now, Input::Ciphertext(&data), &mut pair.world);
    assert_eq!(
        link.client.fault(),
        Some(&RecordError::UnexpectedType(ContentType::APPLICATION_DATA.0).into())
    );
    assert!(link.client.delivered.is_empty());
}

#[test]
fn whoever_has_said_everything_may_close_and_still_hears_the_answer() {
    let mut pair = pair();
    let mut link = finished(&mut pair);
    let now = link.now;
    link.client
        .handle(now, Input::Plaintext(REQUEST), &mut pair.world);
    link.client.handle(now, Input::Close, &mut pair.world);
    assert_eq!(link.client.ending, None);
    link.run(&mut pair.world);
    assert_eq!(link.server.delivered, REQUEST);
    assert!(link.client.is_established());
    link.server_says(b"an answer", &mut pair.world);
    assert_eq!(link.client.delivered, b"an answer");
    link.server.handle(now, Input::Close, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.client.ending, Some(Ending::Closed));
    assert_eq!(link.server.ending, Some(Ending::Closed));
}

#[test]
fn our_server_bears_it_while_its_store_takes_its_time() {
    // RFC 7918 §3.
    let mut pair = pair().session_ids();
    let mut link = finished(&mut pair);
    link.client
        .handle(link.now, Input::Plaintext(REQUEST), &mut pair.world);
    link.server.answers_at_once = false;
    link.run(&mut pair.world);
    assert!(link.server.delivered.is_empty());
    assert!(link.client.connection.is_handshaking());
    while !link.server.open.is_empty() {
        let now = link.now;
        link.server.answer_open(now, &mut pair.world);
        link.run(&mut pair.world);
    }
    assert_eq!(link.server.delivered, REQUEST);
    assert!(link.client.is_established());
}

#[test]
fn cut_off_in_a_false_start_is_cut_off() {
    let mut pair = pair();
    let mut link = finished(&mut pair);
    link.client
        .handle(link.now, Input::EndOfStream, &mut pair.world);
    assert_eq!(
        link.client.ending,
        Some(Ending::Truncated {
            state: "WaitChangeCipherSpec"
        })
    );
}
