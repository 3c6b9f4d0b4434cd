//! The application has one word on who comes in, and no road leads past it.

use tessera_engine::{Authorisation, Event, Facts, Fault, Input, Kind};
use tessera_session::ClientAuthMode;
use tessera_testkit::{KeyType, Link, Pair};
use tessera_wire::codepoint::AlertDescription;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

/// A server that asks its application, and a client that has a certificate.
fn asking(pair: Pair) -> Pair {
    let mut pair = pair
        .client_auth(ClientAuthMode::Require)
        .client_certificate(KeyType::Ed25519);
    pair.server.authorisation = Authorisation::Ask;
    pair
}

fn asked(pair: &Pair) -> usize {
    let is_asked = |question: &&&str| **question == "Authorise";
    pair.world.asked.iter().filter(is_asked).count()
}

fn subject(facts: &Facts) -> String {
    facts.peer.as_ref().expect("a client").subject.clone()
}

/// The server lets the client in no further, and has given it nothing.
fn assert_denied(link: &Link, what: &str) {
    assert_eq!(link.server.fault(), Some(&Fault::Denied), "{what}");
    let denied = AlertDescription::ACCESS_DENIED;
    assert_eq!(link.server.alert_sent(), Some(denied), "{what}");
    let heard = Some(&Fault::AlertReceived(denied));
    assert_eq!(link.client.fault(), heard, "{what}");
    assert!(link.facts().is_none_or(|facts| facts.epoch > 0), "{what}");
    let is_established = |event: &Event| matches!(event, Event::Established(_));
    assert!(!link.server.events.iter().any(is_established), "{what}");
    assert!(link.server.delivered.is_empty(), "{what}");
}

#[test]
fn rule_18_full_and_resumed_handshakes_pass_the_same_authorisation() {
    for (what, pair, kind) in [
        ("1.3 sealed", Pair::tls13(), Kind::Psk),
        ("1.3 stored", Pair::tls13().stored(), Kind::Psk),
        ("1.2 ticket", Pair::tls12(), Kind::Ticket),
        (
            "1.2 session ID",
            Pair::tls12().session_ids(),
            Kind::SessionId,
        ),
    ] {
        let mut pair = asking(pair);
        let full = pair.connect();
        assert_eq!((full.kind(), asked(&pair)), (Some(Kind::Full), 1), "{what}");
        let resumed = pair.connect();
        assert_eq!((resumed.kind(), asked(&pair)), (Some(kind), 2), "{what}");
        // What it is judged by reads the same.
        let [full, resumed] = [&full, &resumed].map(|link| link.facts().expect("let in"));
        assert_eq!(full.peer, resumed.peer, "{what}");
        assert_eq!(full.alpn, resumed.alpn, "{what}");
        let since = |facts: &Facts| facts.session.authenticated_at;
        assert_eq!(since(full), since(resumed), "{what}");

        // Taken back: its session, which nobody has revoked, is as good as a full handshake.
        pair.world.denied.insert(subject(full));
        let left = pair.world.wallet.len();
        assert!(left > 0, "{what}");
        assert_denied(&pair.connect(), what);
        assert_eq!(asked(&pair), 3, "{what}");
        pair.world.wallet.clear();
        assert_denied(&pair.connect(), what);
        assert_eq!(asked(&pair), 4, "{what}");

        // And given back.
        pair.world.denied.clear();
        pair.world.wallet.clear();
        assert_eq!(pair.connect().kind(), Some(Kind::Full), "{what}");
    }
}

#[test]
fn rule_18_in_tls_1_3_no_ticket_goes_out_before_the_word_has_come() {
    let mut pair = asking(Pair::tls13());
    pair.connect();
    pair.world.wallet.clear();
    let known = pair.connect();
    pair.world
        .denied
        .insert(subject(known.facts().expect("let in")));
    pair.world.wallet.clear();
    let link = pair.connect();
    assert_denied(&link, "full");
    assert!(pair.world.wallet.is_empty());
    let is_issued = |event: &Event| matches!(event, Event::TicketIssued(_));
    assert!(!link.server.events.iter().any(is_issued));
}

#[test]
fn rule_18_nothing_is_said_or_heard_while_the_word_is_awaited() {
    for pair in [Pair::tls13(), Pair::tls12()] {
        let mut pair = asking(pair);
        for _ in 0..2 {
            let offered = pair.world.draw();
            let mut link = pair.link(offered);
            link.server.answers_at_once = false;
            let is_asked = |link: &Link| {
                let mut open = link.server.open.iter();
                open.any(|(_, question)| question.name() == "Authorise")
            };
            for _ in 0..10 {
                link.run(&mut pair.world);
                if is_asked(&link) {
                    break;
                }
                link.server.answer_open(pair.now, &mut pair.world);
            }
            assert!(is_asked(&link));
            link.client_says(REQUEST, &mut pair.world);
            let sent = link.server.sent.len();
            let server = &mut link.server;
            server.handle(pair.now, Input::Plaintext(b"early"), &mut pair.world);
            assert!(!server.is_established() && !server.connection.is_sending());
            assert_eq!((server.delivered.len(), server.sent.len()), (0, sent));
            server.answers_at_once = true;
            server.answer_open(pair.now, &mut pair.world);
            link.run(&mut pair.world);
            assert_eq!(link.server.delivered, REQUEST);
            assert_eq!(link.client.delivered, b"early");
        }
    }
}

#[test]
fn rule_18_early_data_waits_for_the_word() {
    let mut pair = asking(Pair::tls13().stored().early_data(1024));
    pair.server.early_data_with_identity = true;
    let mut first = pair.connect();
    first.close(&mut pair.world);
    let early = |pair: &mut Pair| {
        let offered = pair.world.draw();
        let mut link = pair.link(offered);
        let input = Input::EarlyPlaintext(REQUEST);
        link.client.handle(pair.now, input, &mut pair.world);
        link.run(&mut pair.world);
        link
    };
    let link = early(&mut pair);
    assert_eq!(link.server.delivered_early, REQUEST);
    assert_eq!(asked(&pair), 2);
    pair.world
        .denied
        .insert(subject(first.facts().expect("let in")));
    let link = early(&mut pair);
    assert_denied(&link, "early");
    assert!(link.server.delivered_early.is_empty());
}

#[test]
fn rule_18_another_certificate_on_an_open_connection_is_another_question() {
    // TLS 1.3: post-handshake authentication.
    let mut pair = Pair::tls13().client_certificate(KeyType::Ed25519);
    pair.server.authorisation = Authorisation::Ask;
    let mut denied = None;
    for expected in [None, Some(Fault::Denied)] {
        pair.world.wallet.clear();
        let mut link = pair.connect();
        pair.world.denied.extend(denied.take());
        let now = link.now;
        let server = &mut link.server;
        server.handle(now, Input::RequestCertificate, &mut pair.world);
        link.run(&mut pair.world);
        assert_eq!(link.server.fault(), expected.as_ref());
        denied = link
            .facts()
            .and_then(|facts| facts.peer.as_ref())
            .map(|peer| peer.subject.clone());
        assert_eq!(denied.is_some(), expected.is_none());
    }
    // TLS 1.2: a renegotiation.
    let mut pair = asking(Pair::tls12().renegotiation());
    let mut link = pair.connect();
    pair.world
        .denied
        .insert(subject(link.facts().expect("let in")));
    let now = link.now;
    link.server.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.server.fault(), Some(&Fault::Denied));
}
