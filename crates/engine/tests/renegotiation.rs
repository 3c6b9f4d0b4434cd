//! TLS 1.2: a handshake on a connection that has one. Rule 7 of docs/session-rules.md.

use tessera_engine::{
    Ending, Event, Input, KeyUpdateRequest, Kind, Misbehaviour, Output, PeerChange, Renegotiation,
    Trace,
};
use tessera_session::{Alpn, ClientAuthMode, Side};
use tessera_testkit::{End, KeyType, Link, Pair};
use tessera_wire::codepoint::{AlertDescription, ProtocolVersion};

fn pair() -> Pair {
    Pair::tls12().renegotiation()
}

fn has(end: &End, wanted: impl Fn(&Event) -> bool) -> bool {
    end.events.iter().any(wanted)
}

#[test]
fn either_end_starts_one_and_the_connection_belongs_to_a_new_session_then() {
    // RFC 5746 §3.5 (1, 2, 3, 5), §3.7 (1, 3, 5, 7).
    for by_server in [true, false] {
        let mut pair = pair();
        let mut link = pair.connect();
        let (before, _) = link.agreed();
        for epoch in 1..=10 {
            link.client_says(b"before ", &mut pair.world);
            let now = link.now;
            let end = if by_server {
                &mut link.server
            } else {
                &mut link.client
            };
            end.handle(now, Input::Renegotiate, &mut pair.world);
            link.run(&mut pair.world);
            let (client, server) = link.agreed();
            assert_eq!((server.epoch, server.kind), (epoch, Kind::Renegotiated));
            assert_eq!((client.kind, client.resumed), (Kind::Renegotiated, false));
            assert_ne!(client.session.lineage, before.session.lineage);
            assert_ne!(client.keys_fingerprint, before.keys_fingerprint);
            link.server_says(b"after", &mut pair.world);
        }
        assert_eq!(link.server.delivered, b"before ".repeat(10));
        assert_eq!(link.client.delivered, b"after".repeat(10));
    }
}

#[test]
fn new_keys_come_from_the_session_the_connection_is_on() {
    for ids in [true, false] {
        for by_server in [true, false] {
            let mut pair = if ids { pair().session_ids() } else { pair() };
            let mut link = pair.connect();
            let (before, _) = link.agreed();
            let asked = pair.world.asked.len();
            let now = link.now;
            let end = if by_server {
                &mut link.server
            } else {
                &mut link.client
            };
            let wish = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
            end.handle(now, wish, &mut pair.world);
            link.run(&mut pair.world);
            let (client, _) = link.agreed();
            assert_eq!((client.epoch, client.kind), (1, Kind::Renegotiated));
            assert!(client.resumed, "abbreviated");
            assert_eq!(client.session.id, before.session.id);
            assert_eq!(client.session.lineage, before.session.lineage);
            assert_ne!(client.keys_fingerprint, before.keys_fingerprint);
            assert!(
                !pair.world.asked[asked..].contains(&"FindSession"),
                "the connection knows its own session"
            );
        }
    }
}

#[test]
fn ten_megabytes_each_way_stay_in_order_while_a_hundred_handshakes_come_and_go() {
    // RFC 5246 §6.2.1 (4), §7.1 (2).
    let mut pair = pair();
    let mut link = pair.connect();
    let (mut from_client, mut from_server) = (Vec::new(), Vec::new());
    for round in 0..100u32 {
        // Virtual time passes: no more than sixteen a second.
        link.now = link.now.plus(std::time::Duration::from_millis(100));
        let now = link.now;
        let piece = round.to_be_bytes().repeat(25_000);
        link.server
            .handle(now, Input::Plaintext(&piece), &mut pair.world);
        from_server.extend_from_slice(&piece);
        let starter = if round % 2 == 0 {
            &mut link.client
        } else {
            &mut link.server
        };
        starter.handle(now, Input::Renegotiate, &mut pair.world);
        // What is given between hello and Finished waits for the new keys.
        link.client
            .handle(now, Input::Plaintext(&piece), &mut pair.world);
        from_client.extend_from_slice(&piece);
        link.run(&mut pair.world);
    }
    let (client, _) = link.agreed();
    assert_eq!(client.epoch, 100);
    assert_eq!(from_client.len(), 10_000_000);
    assert!(link.server.delivered == from_client);
    assert!(link.client.delivered == from_server);
}

#[test]
fn no_application_data_goes_out_between_our_hello_and_our_finished() {
    let mut pair = pair();
    let mut link = pair.connect();
    let now = link.now;
    link.client.handle(now, Input::Renegotiate, &mut pair.world);
    assert!(!link.client.connection.is_sending());
    link.client
        .handle(now, Input::Plaintext(b"later"), &mut pair.world);
    assert!(
        !link
            .client
            .outbox
            .windows(3)
            .any(|record| record == [23, 3, 3]),
        "no record of application data"
    );
    link.run(&mut pair.world);
    assert!(link.client.connection.is_sending());
    assert_eq!(link.server.delivered, b"later");
}

/// What an application would see, in its order: which epoch began, and what came then.
fn seen(link: &mut Link, pair: &mut Pair, bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let (now, mut epoch) = (link.now, link.server.connection.epoch());
    link.server.connection.handle(now, Input::Ciphertext(bytes));
    let mut seen = Vec::new();
    while let Some(output) = link.server.connection.poll() {
        match output {
            Output::Deliver(bytes) => seen.push((epoch, bytes)),
            Output::Event(Event::Renegotiated(facts)) => epoch = facts.epoch,
            Output::Ask(id, question) => {
                let answer = pair.world.answer(Side::Server, question);
                link.server
                    .connection
                    .handle(now, Input::Answer(id, answer));
            }
            Output::Transmit(bytes) => link.server.outbox.extend(bytes),
            Output::DeliverEarly(_) | Output::Event(_) | Output::KeyLog(_) => {}
            Output::Ended(ending) => panic!("{ending}"),
        }
    }
    seen
}

#[test]
fn rule_07_the_application_sees_which_epoch_each_byte_came_from() {
    let mut pair = pair();
    let mut link = pair.connect();
    let now = link.now;
    // Data, an abbreviated handshake, and data again, all in one piece when it arrives.
    link.client
        .handle(now, Input::Plaintext(b"old"), &mut pair.world);
    link.client.handle(
        now,
        Input::UpdateKeys(KeyUpdateRequest::UpdateRequested),
        &mut pair.world,
    );
    let first = std::mem::take(&mut link.client.outbox);
    assert_eq!(seen(&mut link, &mut pair, &first), [(0, b"old".to_vec())]);
    let answer = std::mem::take(&mut link.server.outbox);
    link.client
        .handle(now, Input::Ciphertext(&answer), &mut pair.world);
    link.client
        .handle(now, Input::Plaintext(b"new"), &mut pair.world);
    let second = std::mem::take(&mut link.client.outbox);
    assert_eq!(seen(&mut link, &mut pair, &second), [(1, b"new".to_vec())]);

    // By the other road.
    link.client
        .handle(now, Input::Plaintext(b"by buffer"), &mut pair.world);
    let mut sealed = std::mem::take(&mut link.client.outbox);
    let received = link.server.connection.receive(now, &mut sealed);
    let range = received.plaintext.expect("a record of data");
    assert_eq!((received.epoch, &sealed[range]), (1, &b"by buffer"[..]));
}

#[test]
fn rule_07_it_is_off_by_default_and_a_client_is_told_so() {
    let mut pair = Pair::tls12();
    pair.client.renegotiation = Renegotiation::Any;
    let mut link = pair.connect();
    let now = link.now;
    link.client.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert!(has(&link.server, |event| matches!(
        event,
        Event::RenegotiationRefused
    )));
    assert!(has(&link.client, |event| matches!(
        event,
        Event::RenegotiationDeclined
    )));
    assert!(has(&link.client, |event| matches!(
        event,
        Event::AlertReceived(AlertDescription::NO_RENEGOTIATION)
    )));
    link.client_says(b"goes on", &mut pair.world);
    link.server_says(b"as before", &mut pair.world);
    assert_eq!(link.server.delivered, b"goes on");
    assert_eq!(link.client.delivered, b"as before");
    assert_eq!(link.agreed().0.epoch, 0);
}

#[test]
fn rule_07_a_client_that_does_not_want_to_goes_on_as_before() {
    let mut pair = Pair::tls12();
    pair.server.renegotiation = Renegotiation::Server;
    let mut link = pair.connect();
    let now = link.now;
    link.server.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert!(has(&link.client, |event| matches!(
        event,
        Event::RenegotiationRefused
    )));
    assert!(has(&link.server, |event| matches!(
        event,
        Event::RenegotiationDeclined
    )));
    link.server_says(b"as before", &mut pair.world);
    assert_eq!(link.client.delivered, b"as before");
}

#[test]
fn rule_07_where_only_the_server_may_start_one_a_client_may_not() {
    let mut pair = Pair::tls12();
    pair.client.renegotiation = Renegotiation::Any;
    pair.server.renegotiation = Renegotiation::Server;
    let mut link = pair.connect();
    let now = link.now;
    link.client.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert!(has(&link.client, |event| matches!(
        event,
        Event::RenegotiationDeclined
    )));
    link.server.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.agreed().0.epoch, 1);
}

#[test]
fn rule_07_never_under_http_2() {
    // RFC 9113 §9.2.1 (2).
    let mut pair = pair();
    let h2 = Alpn::new(b"h2").expect("a name");
    pair.client.alpn = vec![h2.clone()];
    pair.server.alpn = vec![h2];
    let mut link = pair.connect();
    let now = link.now;
    link.server.handle(now, Input::Renegotiate, &mut pair.world);
    link.client.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.agreed().0.epoch, 0);
    for end in [&link.client, &link.server] {
        assert!(has(end, |event| matches!(
            event,
            Event::RenegotiationDeclined
        )));
    }
}

#[test]
fn rule_07_its_rate_is_limited() {
    let mut pair = pair();
    let mut link = pair.connect();
    let now = link.now;
    for _ in 0..20 {
        link.client.handle(now, Input::Renegotiate, &mut pair.world);
        link.run(&mut pair.world);
    }
    assert_eq!(link.agreed().0.epoch, 16, "sixteen in one second");
    link.now = now.plus(std::time::Duration::from_secs(1));
    let now = link.now;
    link.client.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.agreed().0.epoch, 17);
}

#[test]
fn the_server_asks_for_the_certificate_when_it_needs_it() {
    let mut pair = pair().client_certificate(KeyType::P256);
    pair.client.renegotiation = Renegotiation::Server;
    let mut link = pair.connect();
    assert!(link.agreed().1.peer.is_none());
    let now = link.now;
    link.server
        .handle(now, Input::RequestCertificate, &mut pair.world);
    link.run(&mut pair.world);
    let (_, server) = link.agreed();
    assert_eq!(server.epoch, 1);
    assert_eq!(
        server.peer.map(|peer| peer.chain),
        Some(pair.client.identities[0].chain.clone())
    );
}

#[test]
fn rule_07_the_peer_s_certificate_may_not_change_unless_settings_allow_it() {
    for change in [PeerChange::Refuse, PeerChange::Allow] {
        for whose in [Side::Client, Side::Server] {
            let mut pair = pair()
                .client_auth(ClientAuthMode::Request)
                .client_certificate(KeyType::P256);
            pair.client.peer_change = change;
            pair.server.peer_change = change;
            assert_eq!(pair.connect().how(), (Kind::Full, false));
            // The session remembers one certificate; meanwhile there is another.
            pair = match whose {
                Side::Client => pair.only_client_certificate(KeyType::P256),
                Side::Server => pair.only_certificate(KeyType::Ed25519, &["server.test"]),
            };
            let mut link = pair.connect();
            assert!(link.how().1, "resumed");
            let sessions = pair.world.sessions.len();
            let now = link.now;
            link.client.handle(now, Input::Renegotiate, &mut pair.world);
            link.run(&mut pair.world);
            if change == PeerChange::Allow {
                assert_eq!(link.agreed().0.epoch, 1);
                continue;
            }
            let (end, what) = match whose {
                Side::Client => (&link.server, "the client's certificate"),
                Side::Server => (&link.client, "the server's certificate"),
            };
            let changed = Misbehaviour::ChangedUnderWay(what);
            assert_eq!(end.fault(), Some(&changed.into()));
            assert_eq!(end.alert_sent(), Some(AlertDescription::ILLEGAL_PARAMETER));
            assert_eq!(pair.world.sessions.len(), sessions);
        }
    }
}

#[test]
fn rule_07_who_the_client_is_does_not_get_lost_in_a_later_handshake() {
    let mut pair = pair().client_certificate(KeyType::P256);
    let mut link = pair.connect();
    let now = link.now;
    link.server
        .handle(now, Input::RequestCertificate, &mut pair.world);
    link.run(&mut pair.world);
    let known = link.agreed().1.peer;
    assert!(known.is_some());
    for end in [Side::Server, Side::Client] {
        let end = match end {
            Side::Server => &mut link.server,
            Side::Client => &mut link.client,
        };
        end.handle(now, Input::Renegotiate, &mut pair.world);
        link.run(&mut pair.world);
        assert_eq!(link.agreed().1.peer, known);
    }
    assert_eq!(link.agreed().1.epoch, 3);
}

#[test]
fn rule_07_a_client_that_is_refused_again_and_again_is_let_go() {
    let mut pair = Pair::tls12();
    pair.client.renegotiation = Renegotiation::Any;
    let mut link = pair.connect();
    let mut refused = 0;
    while link.server.ending.is_none() {
        link.now = link.now.plus(std::time::Duration::from_secs(1));
        let now = link.now;
        link.client.handle(now, Input::Renegotiate, &mut pair.world);
        link.run(&mut pair.world);
        refused += 1;
    }
    assert_eq!(refused, 33, "none of them came to anything");
    let flood = Misbehaviour::TooManyRenegotiations;
    assert_eq!(link.server.fault(), Some(&flood.into()));
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::UNEXPECTED_MESSAGE)
    );
}

#[test]
fn idle_connections_renegotiate_as_often_as_they_may() {
    let mut pair = pair();
    let mut link = pair.connect();
    for round in 0..100 {
        link.now = link.now.plus(std::time::Duration::from_millis(100));
        let now = link.now;
        let end = if round % 2 == 0 {
            &mut link.client
        } else {
            &mut link.server
        };
        end.handle(now, Input::Renegotiate, &mut pair.world);
        link.run(&mut pair.world);
    }
    assert_eq!(link.agreed().0.epoch, 100);
}

#[test]
fn a_server_asks_once_and_is_told_when_nothing_comes_of_it() {
    let mut pair = Pair::tls12();
    pair.server.renegotiation = Renegotiation::Server;
    pair.server.trace = Trace::Messages;
    let mut link = pair.connect();
    let now = link.now;
    for _ in 0..3 {
        link.server.handle(now, Input::Renegotiate, &mut pair.world);
    }
    let requests =
        link.server.events.iter().filter(
            |event| matches!(event, Event::Message(message) if message.bytes == [0, 0, 0, 0]),
        );
    assert_eq!(requests.count(), 1, "RFC 5246 §7.4.1.1");
    link.run(&mut pair.world);
    let declined = |end: &End| {
        let declined = |event: &&Event| matches!(event, Event::RenegotiationDeclined);
        end.events.iter().filter(declined).count()
    };
    assert_eq!(declined(&link.server), 1);

    // Where it is the server that has had too many of them.
    let mut pair = pair_with_impatient_server();
    let mut link = pair.connect();
    for _ in 0..17 {
        link.server.handle(now, Input::Renegotiate, &mut pair.world);
        link.run(&mut pair.world);
    }
    assert_eq!(link.agreed().0.epoch, 16);
    assert_eq!(declined(&link.server), 1);
}

fn pair_with_impatient_server() -> Pair {
    let mut pair = pair();
    pair.server.renegotiation = Renegotiation::Server;
    pair
}

#[test]
fn a_wish_that_nobody_can_grant_is_answered() {
    let declined = |end: &End| has(end, |event| matches!(event, Event::RenegotiationDeclined));
    let unasked = |end: &End| has(end, |event| matches!(event, Event::CannotAsk));
    for mut pair in [pair(), Pair::tls13()] {
        let mut link = pair.connect();
        let now = link.now;
        // Nobody asks a server for its certificate; it has shown it.
        link.client
            .handle(now, Input::RequestCertificate, &mut pair.world);
        assert!(unasked(&link.client));
        let is_new = link.agreed().0.version == ProtocolVersion::TLS1_3;
        if is_new {
            link.server.handle(now, Input::Renegotiate, &mut pair.world);
            assert!(declined(&link.server));
        }
        link.client.handle(now, Input::Close, &mut pair.world);
        link.client.handle(now, Input::Renegotiate, &mut pair.world);
        assert!(declined(&link.client));
        link.server.handle(now, Input::Close, &mut pair.world);
        link.server
            .handle(now, Input::RequestCertificate, &mut pair.world);
        assert!(unasked(&link.server));
    }
}

#[test]
fn protocol_keys_of_tls_1_2_are_replaced_before_they_wear_out() {
    for side in [Side::Client, Side::Server] {
        let mut pair = pair();
        match side {
            Side::Client => pair.client.update_keys_after = Some(20),
            Side::Server => pair.server.update_keys_after = Some(20),
        }
        let mut link = pair.connect();
        for _ in 0..100 {
            match side {
                Side::Client => link.client_says(b"x", &mut pair.world),
                Side::Server => link.server_says(b"x", &mut pair.world),
            }
        }
        assert!(link.agreed().0.epoch >= 4);
        let delivered = match side {
            Side::Client => &link.server.delivered,
            Side::Server => &link.client.delivered,
        };
        assert_eq!(delivered.len(), 100);
    }
    // Where nobody renegotiates it is tried once, and data goes on.
    let mut pair = Pair::tls12();
    pair.client.update_keys_after = Some(20);
    let mut link = pair.connect();
    for _ in 0..100 {
        link.client_says(b"x", &mut pair.world);
    }
    assert_eq!(link.server.delivered.len(), 100);
    let declined = |event: &&Event| matches!(event, Event::RenegotiationDeclined);
    assert_eq!(link.client.events.iter().filter(declined).count(), 1);
}

#[test]
fn after_close_notify_nothing_is_renegotiated() {
    let mut pair = pair();
    let mut link = pair.connect();
    let now = link.now;
    link.server.handle(now, Input::Close, &mut pair.world);
    link.run(&mut pair.world);
    link.client.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.facts().map(|facts| facts.epoch), Some(0));
    assert!(link.server.fault().is_none());
}

#[test]
fn twice_tls_on_one_transport_and_the_bytes_between_are_kept() {
    let mut pair = Pair::tls12();
    let mut link = pair.connect();
    let now = link.now;
    link.client.handle(now, Input::Close, &mut pair.world);
    let mut closing = std::mem::take(&mut link.client.outbox);
    closing.extend_from_slice(b"plaintext behind it");
    link.server
        .handle(now, Input::Ciphertext(&closing), &mut pair.world);
    link.server.handle(now, Input::Close, &mut pair.world);
    assert_eq!(link.server.ending, Some(Ending::Closed));
    assert_eq!(
        link.server.connection.take_leftover(),
        b"plaintext behind it"
    );
    let again = pair.connect();
    assert!(again.facts().is_some_and(|facts| facts.resumed));
}
