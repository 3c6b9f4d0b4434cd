//! Rules of the protocol that reviews get wrong, each by its own test. Those about resumption
//! alone are in `resumption.rs`, those about the early end in `lifecycle.rs`.

use tessera_engine::{Ending, Event, Fault, Input, Kind};
use tessera_session::{ClientAuthMode, Refusal};
use tessera_testkit::{Direction, KeyType, Link, Pair};
use tessera_wire::codepoint::{AlertDescription, NamedGroup};
use tessera_wire::extension::KeyShareClientHello;
use tessera_wire::handshake::Handshake;

/// The key shares of the ClientHellos a client sent, in order.
fn shares(link: &Link) -> Vec<Vec<u8>> {
    let mut shares = Vec::new();
    let mut rest = link.client.sent.as_slice();
    while let [22, _, _, high, low, ..] = *rest {
        let (record, behind) = rest.split_at(5 + usize::from(u16::from_be_bytes([high, low])));
        if let Ok(Handshake::ClientHello(hello)) = Handshake::decode(&record[5..]) {
            let list = hello
                .extensions
                .find::<KeyShareClientHello>()
                .expect("decodes")
                .expect("is there");
            let real = list.0.into_iter().filter(|entry| !entry.group.is_grease());
            shares.extend(real.map(|entry| entry.key_exchange));
        }
        // A ChangeCipherSpec may stand between the two hellos.
        rest = if behind.first() == Some(&20) {
            &behind[6..]
        } else {
            behind
        };
    }
    shares
}

#[test]
fn protocol_key_shares_are_never_used_twice_by_us() {
    // RFC 9846 §4.3.8 (6).
    let mut pair = Pair::tls13();
    pair.client.groups = vec![NamedGroup::SECP384R1, NamedGroup::X25519];
    pair.server.groups = vec![NamedGroup::X25519];
    let mut all = Vec::new();
    for _ in 0..4 {
        let link = pair.connect();
        assert!(link.facts().is_some_and(|facts| facts.retried));
        all.extend(shares(&link));
    }
    let count = all.len();
    assert_eq!(count, 8, "two hellos a connection, one share each");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn the_hybrids_x25519_half_is_not_the_share_that_stands_alone() {
    // RFC 9846 §4.3.8 (3).
    let mut pair = Pair::tls13();
    pair.client.groups = vec![NamedGroup::X25519MLKEM768, NamedGroup::X25519];
    let link = pair.connect();
    let shares = shares(&link);
    assert_eq!(
        shares.iter().map(Vec::len).collect::<Vec<_>>(),
        [1184 + 32, 32]
    );
    assert!(!shares[0].ends_with(&shares[1]));
}

#[test]
fn protocol_a_key_share_that_a_client_uses_again_is_accepted() {
    // RFC 9846 §4.3.8 (7).
    let mut pair = Pair::tls13();
    // The same seed twice: the same ClientHello, key share and all.
    let mut first = pair.link(None);
    first.client.collect(pair.now, &mut pair.world);
    let hello = first.client.outbox.clone();
    for _ in 0..2 {
        let mut link = pair.link(None);
        link.server
            .handle(pair.now, Input::Ciphertext(&hello), &mut pair.world);
        assert_eq!(link.server.alert_sent(), None);
        assert!(
            link.server.sent.len() > 100,
            "the server answers with its flight"
        );
    }
}

#[test]
fn protocol_a_resumed_handshake_has_no_certificate_request() {
    // RFC 9846 §4.4.2 (6).
    let mut pair = Pair::tls13()
        .client_auth(ClientAuthMode::Request)
        .client_certificate(KeyType::Ed25519);
    pair.connect();
    pair.world.asked.clear();
    let link = pair.connect();
    assert_eq!(link.kind(), Some(Kind::Psk));
    assert!(!pair.world.asked.contains(&"Sign") && !pair.world.asked.contains(&"VerifyPeer"));
    assert!(
        link.facts().is_some_and(|facts| facts.peer.is_some()),
        "the identity is the session's"
    );
}

#[test]
fn at_most_two_identities_are_looked_at_and_the_second_may_be_the_one() {
    use tessera_wire::extension::{OfferedPsks, PskIdentity};
    // Our client offers one session; a hello with three has to be made by hand.
    for position in [1, 2] {
        let mut pair = Pair::tls13().stored().tickets(1);
        pair.connect();
        let offered = pair.world.wallet.pop();
        pair.world.asked.clear();
        let mut link = pair.link(offered);
        link.run_through(&mut pair.world, |direction, bytes| {
            if direction != Direction::ToServer || bytes[0] != 22 {
                return;
            }
            let Ok(Handshake::ClientHello(mut hello)) = Handshake::decode(&bytes[5..]) else {
                return;
            };
            let mut psks = hello
                .extensions
                .find::<OfferedPsks>()
                .expect("decodes")
                .expect("offered");
            for _ in 0..position {
                let identity = PskIdentity {
                    identity: vec![7; 40],
                    obfuscated_ticket_age: 0,
                };
                psks.identities.insert(0, identity);
                psks.binders.insert(0, vec![0; 32]);
            }
            hello.extensions.replace(&psks);
            let message = hello.encode();
            *bytes = bytes[..3].to_vec();
            bytes.extend((message.len() as u16).to_be_bytes());
            bytes.extend(message);
        });
        let looked_up = pair.world.asked.contains(&"FindSession");
        assert_eq!(looked_up, position == 1, "at position {position}");
        // The binder no longer fits the edited hello, so a look that goes on ends in an abort.
        if position == 1 {
            assert_eq!(
                link.server.alert_sent(),
                Some(AlertDescription::DECRYPT_ERROR)
            );
        } else {
            assert!(
                link.server
                    .events
                    .iter()
                    .any(|event| matches!(event, Event::Refused(Refusal::UnknownTicket)))
            );
        }
    }
}

#[test]
fn unknown_and_forged_tickets_look_the_same_from_outside() {
    // R13: the same messages of the same lengths, whatever the reason.
    let lengths = |edit: fn(&mut Vec<u8>)| {
        let mut pair = Pair::tls13().tickets(1);
        pair.connect();
        let mut offered = pair.world.wallet.pop().expect("a ticket");
        edit(&mut offered.ticket);
        let link = pair.connect_with(Some(offered));
        assert_eq!(link.kind(), Some(Kind::Full));
        let (mut lengths, mut rest) = (Vec::new(), link.server.sent.as_slice());
        while let [kind, _, _, high, low, ..] = *rest {
            let length = u16::from_be_bytes([high, low]);
            lengths.push((kind, length));
            rest = &rest[5 + usize::from(length)..];
        }
        lengths
    };
    let unknown = lengths(|ticket| ticket[0] ^= 1);
    let forged = lengths(|ticket| ticket[80] ^= 1);
    assert_eq!(unknown, forged);
}

#[test]
fn protocol_user_canceled_is_ignored_until_close_notify() {
    // RFC 9846 §6.1 (3).
    let mut pair = Pair::tls13();
    let link = pair.connect();
    assert_eq!(link.kind(), Some(Kind::Full));
    // A client that gives up in the middle of its handshake says so and closes.
    let mut link = pair.link(None);
    link.client.collect(pair.now, &mut pair.world);
    link.client.handle(pair.now, Input::Close, &mut pair.world);
    link.run(&mut pair.world);
    assert!(
        link.server
            .events
            .iter()
            .any(|event| matches!(event, Event::AlertReceived(AlertDescription::USER_CANCELED)))
    );
    let told = link
        .server
        .events
        .iter()
        .filter(|event| matches!(event, Event::AlertReceived(_)));
    assert_eq!(
        told.count(),
        2,
        "the reason, and then close_notify, which is the end"
    );
    match link.server_ending() {
        Some(Ending::Fault { fault, .. }) => {
            assert_eq!(*fault, Fault::AlertReceived(AlertDescription::CLOSE_NOTIFY));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_a_client_s_first_record_says_tls_1_0() {
    // RFC 9846 §5.1 (12).
    let link = Pair::tls13().connect();
    assert_eq!(link.client.sent.get(..3), Some(&[22, 3, 1][..]));
    assert_eq!(link.server.sent.get(..3), Some(&[22, 3, 3][..]));
}
