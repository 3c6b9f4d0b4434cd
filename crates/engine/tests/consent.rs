//! TLS 1.2: who decides about a handshake on a connection that has one, and what it asks for.

use tessera_engine::{Consent, Event, Fault, Half, Input, Misbehaviour, Renegotiation, Trace};
use tessera_session::Alpn;
use tessera_testkit::{End, Link, Pair};
use tessera_wire::codepoint::{AlertDescription, ExtensionType};
use tessera_wire::handshake::{ClientHello, Handshake};

fn pair() -> Pair {
    Pair::tls12().renegotiation()
}

fn has(end: &End, wanted: impl Fn(&Event) -> bool) -> bool {
    end.events.iter().any(wanted)
}

/// Which of the two wants a handshake that the other's application decides about.
fn asked_for_consent(by_server: bool, consent: Consent) -> (Pair, Link) {
    let mut pair = pair();
    pair.world.consent = consent;
    let other = if by_server {
        &mut pair.client.renegotiation
    } else {
        &mut pair.server.renegotiation
    };
    *other = Renegotiation::Ask;
    let mut link = pair.connect();
    let now = link.now;
    let end = if by_server {
        &mut link.server
    } else {
        &mut link.client
    };
    end.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert!(pair.world.asked.contains(&"Renegotiate"));
    (pair, link)
}

#[test]
fn an_application_that_is_asked_decides_what_becomes_of_it() {
    for by_server in [true, false] {
        let (_, link) = asked_for_consent(by_server, Consent::Grant);
        let (client, server) = link.agreed();
        assert_eq!((client.epoch, server.epoch), (1, 1));
        assert!(!client.resumed);

        let (_, link) = asked_for_consent(by_server, Consent::End);
        let (ended, told) = if by_server {
            (&link.client, &link.server)
        } else {
            (&link.server, &link.client)
        };
        let forbidden = Misbehaviour::RenegotiationForbidden;
        assert_eq!(ended.fault(), Some(&forbidden.into()));
        let alert = Fault::AlertReceived(AlertDescription::NO_RENEGOTIATION);
        assert_eq!(told.fault(), Some(&alert));
    }
}

#[test]
fn what_is_declined_or_passed_over_leaves_the_connection_as_it_was() {
    for by_server in [true, false] {
        for (consent, is_told) in [(Consent::Decline, true), (Consent::Ignore, false)] {
            // A client that has said its hello waits for an answer, so only a server is ignored.
            if !by_server && consent == Consent::Ignore {
                continue;
            }
            let (mut pair, mut link) = asked_for_consent(by_server, consent);
            let end = if by_server {
                &link.server
            } else {
                &link.client
            };
            let declined = has(end, |event| matches!(event, Event::RenegotiationDeclined));
            assert_eq!(declined, is_told, "{consent:?}");
            link.client_says(b"goes on", &mut pair.world);
            link.server_says(b"as before", &mut pair.world);
            assert_eq!(link.server.delivered, b"goes on");
            assert_eq!(link.client.delivered, b"as before");
            assert_eq!(link.agreed().0.epoch, 0);
        }
    }
}

#[test]
fn nothing_is_granted_behind_close_notify() {
    let mut pair = pair();
    pair.client.renegotiation = Renegotiation::Ask;
    let mut link = pair.connect();
    let now = link.now;
    link.client.handle(now, Input::Close, &mut pair.world);
    link.server.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    assert!(pair.world.asked.contains(&"Renegotiate"));
    link.server_says(b"goes on", &mut pair.world);
    assert_eq!(link.client.delivered, b"goes on");
    assert_eq!(link.client.connection.state(), "Connected");
}

#[test]
fn a_renegotiation_does_not_ask_for_the_protocol_again() {
    let mut pair = pair();
    let chosen = Alpn::new(b"imap").expect("a protocol");
    pair.client.alpn = vec![Alpn::new(b"h3").expect("another"), chosen.clone()];
    pair.server.alpn = vec![chosen.clone()];
    pair.client.trace = Trace::Messages;
    let mut link = pair.connect();
    let now = link.now;
    link.client.handle(now, Input::Renegotiate, &mut pair.world);
    link.run(&mut pair.world);
    let (client, server) = link.agreed();
    assert_eq!((client.epoch, client.alpn.as_ref()), (1, Some(&chosen)));
    assert_eq!((server.epoch, server.alpn.as_ref()), (1, Some(&chosen)));
    let offers: Vec<_> = hellos(&link.client)
        .iter()
        .map(|hello| {
            hello
                .extensions
                .contains(ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION)
        })
        .collect();
    assert_eq!(offers, [true, false]);
}

/// The ClientHellos an end sent; its config traces messages.
fn hellos(client: &End) -> Vec<ClientHello> {
    let sent = client.events.iter().filter_map(|event| match event {
        Event::Message(message) if message.half == Half::Sending => Some(&message.bytes),
        _ => None,
    });
    sent.filter_map(|bytes| match Handshake::decode(bytes) {
        Ok(Handshake::ClientHello(hello)) => Some(hello),
        _ => None,
    })
    .collect()
}
