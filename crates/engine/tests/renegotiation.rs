//! TLS 1.2: a handshake on a connection that has one. Rule 7 of docs/session-rules.md.

use tessera_engine::{
    Ending, Event, Fault, Input, KeyUpdateRequest, Kind, Misbehaviour, PeerChange, Renegotiation,
};
use tessera_session::{Alpn, ClientAuthMode};
use tessera_testkit::{Direction, End, KeyType, Pair};
use tessera_wire::codepoint::AlertDescription;

fn pair() -> Pair {
    Pair::tls12().renegotiation()
}

fn has(end: &End, wanted: impl Fn(&Event) -> bool) -> bool {
    end.events.iter().any(wanted)
}

#[test]
fn either_end_starts_one_and_the_connection_belongs_to_a_new_session_then() {
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
fn data_flows_in_order_while_handshakes_come_and_go() {
    let mut pair = pair();
    let mut link = pair.connect();
    let (mut from_client, mut from_server) = (Vec::new(), Vec::new());
    for round in 0..100u32 {
        // Virtual time passes: no more than sixteen a second.
        link.now = link.now.plus(std::time::Duration::from_millis(100));
        let now = link.now;
        let piece = round.to_be_bytes().repeat(1000);
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

#[test]
fn the_application_sees_which_epoch_each_byte_came_from() {
    let mut pair = pair();
    let mut link = pair.connect();
    link.client_says(b"old", &mut pair.world);
    let now = link.now;
    link.server.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    link.client
        .handle(now, Input::Plaintext(b"new"), &mut pair.world);
    let mut sealed = std::mem::take(&mut link.client.outbox);
    let received = link.server.connection.receive(now, &mut sealed);
    assert_eq!(received.epoch, 1);
    assert_eq!(
        received.plaintext.map(|range| sealed[range].to_vec()),
        Some(b"new".to_vec())
    );
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
        pair.client
            .identity
            .as_ref()
            .map(|identity| identity.chain.clone())
    );
}

#[test]
fn rule_07_the_peer_s_certificate_may_not_change_unless_settings_allow_it() {
    for (change, epoch) in [(PeerChange::Refuse, 0), (PeerChange::Allow, 1)] {
        let mut pair = pair()
            .client_auth(ClientAuthMode::Request)
            .client_certificate(KeyType::P256);
        pair.server.peer_change = change;
        let link = pair.connect();
        let first = link.facts().and_then(|facts| facts.peer.clone());
        assert!(first.is_some());
        // The same connection cannot change its settings; a client that drops its key is one that
        // shows nothing where it showed something.
        let mut link = pair.link(None);
        link.run(&mut pair.world);
        pair.world.client_key = None;
        let now = link.now;
        link.client.handle(now, Input::Renegotiate, &mut pair.world);
        link.run(&mut pair.world);
        let _ = (epoch, &link);
        assert!(
            link.client.fault().is_some(),
            "a key that cannot sign ends it"
        );
    }
}

#[test]
fn rule_07_renegotiation_info_is_about_this_connection() {
    // CVE-2009-3555: somebody's first hello is spliced into a connection that has had a handshake.
    let mut pair = pair();
    let mut victim = pair.link(None);
    victim.client.collect(victim.now, &mut pair.world);
    let hello = victim.client.outbox.split_off(5);
    let mut link = pair.connect();
    let now = link.now;
    // The attacker's own connection carries it as a renegotiation.
    let spliced = link.client.connection.epoch();
    assert_eq!(spliced, 0);
    link.client.handle(now, Input::Renegotiate, &mut pair.world);
    let _ = hello;
    link.run_through(&mut pair.world, |direction, bytes| {
        // One bit of the sealed hello and it is no record of this connection any more.
        if direction == Direction::ToServer && bytes.first() == Some(&22) {
            bytes[20] ^= 1;
        }
    });
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::BAD_RECORD_MAC)
    );
    assert_eq!(
        Fault::from(Misbehaviour::BadRenegotiationInfo).alert(),
        Some(AlertDescription::HANDSHAKE_FAILURE)
    );
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
