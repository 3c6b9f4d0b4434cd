//! TLS 1.3: the client is asked who it is after the handshake: RFC 9846 §4.7.2.

use tessera_engine::{Event, Fault, Input, KeyUpdateRequest, Kind, Misbehaviour, PeerChange};
use tessera_session::{Alpn, ClientAuthMode};
use tessera_testkit::{KeyType, Link, Pair};
use tessera_wire::codepoint::AlertDescription;

/// A client that has a certificate, and a server that does not ask for it in the handshake.
fn pair() -> Pair {
    Pair::tls13().client_certificate(KeyType::P256)
}

fn ask(link: &mut Link, pair: &mut Pair) {
    let now = link.now;
    link.server
        .handle(now, Input::RequestCertificate, &mut pair.world);
}

fn answers(link: &Link) -> usize {
    let is_answer = |event: &&Event| matches!(event, Event::ClientIdentified(_));
    link.server.events.iter().filter(is_answer).count()
}

fn was_not_asked(link: &Link) -> bool {
    let mut events = link.server.events.iter();
    events.any(|event| matches!(event, Event::CannotAsk)) && answers(link) == 0
}

fn peer(link: &Link) -> Option<Vec<Vec<u8>>> {
    let facts = link.server.connection.facts().expect("established");
    facts.peer.as_ref().map(|peer| peer.chain.clone())
}

#[test]
fn a_client_says_who_it_is_when_it_is_asked_and_data_goes_on() {
    // RFC 9846 §4.7.2 (1, 2, 4, 6).
    for key in [KeyType::Ed25519, KeyType::P256, KeyType::Rsa2048] {
        let mut pair = Pair::tls13().client_certificate(key);
        let mut link = pair.connect();
        assert_eq!(peer(&link), None);
        link.client_says(b"GET /private", &mut pair.world);
        ask(&mut link, &mut pair);
        link.server_says(b"wait", &mut pair.world);
        link.client_says(b" now", &mut pair.world);
        link.run(&mut pair.world);
        let identity = &pair.client.identities[0];
        assert_eq!(peer(&link).as_ref(), Some(&identity.chain), "{key:?}");
        assert_eq!(answers(&link), 1);
        link.server_says(b", welcome", &mut pair.world);
        assert_eq!(link.client.delivered, b"wait, welcome");
        assert_eq!(link.server.delivered, b"GET /private now");
    }
}

#[test]
fn it_may_be_asked_again_and_the_keys_may_change_in_between() {
    // RFC 9846 §4.4.2 (2).
    let mut pair = pair();
    let mut link = pair.connect();
    for asked in 1..=3 {
        ask(&mut link, &mut pair);
        let now = link.now;
        let update = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
        link.client.handle(now, update, &mut pair.world);
        link.run(&mut pair.world);
        assert_eq!(answers(&link), asked);
    }
    link.client_says(b"still here", &mut pair.world);
    assert_eq!(link.server.delivered, b"still here");
}

#[test]
fn a_request_that_is_out_will_do() {
    let mut pair = pair();
    let mut link = pair.connect();
    ask(&mut link, &mut pair);
    ask(&mut link, &mut pair);
    link.run(&mut pair.world);
    assert_eq!(answers(&link), 1);
    assert!(link.server.ending.is_none() && link.client.ending.is_none());
}

#[test]
fn a_client_that_did_not_say_that_it_can_be_asked_is_not_asked() {
    // RFC 9846 §4.3.6 (1).
    let mut pair = Pair::tls13();
    let mut link = pair.connect();
    ask(&mut link, &mut pair);
    link.run(&mut pair.world);
    assert!(was_not_asked(&link));
    link.client_says(b"nobody", &mut pair.world);
    assert_eq!(link.server.delivered, b"nobody");
}

#[test]
fn never_under_http_2() {
    // RFC 9113 §9.2.3 (1).
    let mut pair = pair();
    let h2 = vec![Alpn::new(b"h2").expect("a protocol")];
    pair.client.alpn.clone_from(&h2);
    pair.server.alpn = h2;
    let mut link = pair.connect();
    ask(&mut link, &mut pair);
    link.run(&mut pair.world);
    assert!(was_not_asked(&link));
}

#[test]
fn rule_17_sessions_issued_after_the_answer_know_who_the_client_is() {
    let mut pair = pair().tickets(1);
    let mut link = pair.connect();
    // The one of the handshake does not, so it is spent first.
    drop(pair.world.draw());
    ask(&mut link, &mut pair);
    link.run(&mut pair.world);
    let link = pair.connect();
    assert_eq!(link.kind(), Some(Kind::Psk));
    let identity = &pair.client.identities[0];
    assert_eq!(peer(&link).as_ref(), Some(&identity.chain));
}

#[test]
fn a_client_that_was_somebody_may_not_become_somebody_else_unless_settings_allow_it() {
    for change in [PeerChange::Refuse, PeerChange::Allow] {
        let mut pair = pair().client_auth(ClientAuthMode::Request);
        pair.server.peer_change = change;
        let first = peer(&pair.connect());
        // The session remembers one certificate, the client has got itself another.
        pair = pair.only_client_certificate(KeyType::P256);
        let mut link = pair.connect();
        assert_eq!((link.kind(), peer(&link)), (Some(Kind::Psk), first.clone()));
        ask(&mut link, &mut pair);
        link.run(&mut pair.world);
        assert_eq!(peer(&link) == first, change == PeerChange::Refuse);
        match change {
            PeerChange::Refuse => assert_eq!(
                link.server.fault(),
                Some(&Fault::from(Misbehaviour::ChangedUnderWay(
                    "the client's certificate"
                )))
            ),
            PeerChange::Allow => assert_eq!(answers(&link), 1),
        }
    }
}

#[test]
fn a_client_that_cannot_sign_ends_it_and_says_so() {
    let mut pair = pair();
    let mut link = pair.connect();
    pair.world.client_keys.clear();
    ask(&mut link, &mut pair);
    link.run(&mut pair.world);
    assert_eq!(
        link.client.alert_sent(),
        Some(AlertDescription::INTERNAL_ERROR)
    );
    assert_eq!(peer(&link), None);
}
