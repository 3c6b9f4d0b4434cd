//! A server's HelloRetryRequest, and what comes after it.

use super::{end, first, hellos, put_first, retry_edited, server_hello_edited};
use tessera_engine::{Fault, Kind, Misbehaviour};
use tessera_testkit::{Direction, Link, Pair};
use tessera_wire::SessionId;
use tessera_wire::codepoint::{
    AlertDescription as Alert, CipherSuite, ExtensionType, NamedGroup, ProtocolVersion,
};
use tessera_wire::extension::{KeyShareEntry, KeyShareHelloRetryRequest, KeyShareServerHello};
use tessera_wire::extension::{SelectedVersion, SessionTicket, SupportedVersions, TicketRequest};
use tessera_wire::handshake::{ClientHello, Handshake, HelloRetryRequest, ServerHello};

/// A client that sends a share for P-384 and has X25519, and a server that wants that.
fn pair() -> Pair {
    let mut pair = Pair::tls13();
    pair.client.groups = vec![NamedGroup::SECP384R1, NamedGroup::X25519];
    pair.server.groups = vec![NamedGroup::X25519];
    pair.client.cipher_suites = vec![
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
    ];
    pair
}

fn linked(pair: &mut Pair) -> Link {
    pair.link(None)
}

#[test]
fn a_retry_has_its_version_and_what_it_asks_for() {
    // RFC 9846 §4.2.4 (1, 2, 8, 10), §E.4 (1).
    let link = pair().connect();
    let sent = hellos(&link.server.sent);
    let [
        Handshake::HelloRetryRequest(retry),
        Handshake::ServerHello(hello),
    ] = &sent[..]
    else {
        panic!("{sent:?}");
    };
    assert_eq!(
        retry.extensions.types().collect::<Vec<_>>(),
        [
            ExtensionType::SUPPORTED_VERSIONS,
            ExtensionType::KEY_SHARE,
            ExtensionType::COOKIE
        ]
    );
    let version = |hello: &tessera_wire::extension::Extensions| hello.find::<SelectedVersion>();
    let tls13 = Ok(Some(SelectedVersion(ProtocolVersion::TLS1_3)));
    assert_eq!(version(&retry.extensions), tls13);
    assert_eq!(version(&hello.extensions), tls13);
    assert_eq!(retry.cipher_suite, hello.cipher_suite);
    let behind = 5 + retry.encode().len();
    assert_eq!(link.server.sent[behind], 20);
}

#[test]
fn a_retry_that_breaks_a_rule_is_answered_with_its_alert() {
    // RFC 9846 §4.2.4 (3, 4, 7), §4.3 (4), §4.3.1 (16), §4.3.8 (8, 9).
    type Case = (fn(&mut HelloRetryRequest), Misbehaviour, Alert);
    let cases: [Case; 9] = [
        (
            |retry| retry.legacy_version = ProtocolVersion(0x0304),
            Misbehaviour::BadLegacyVersion(ProtocolVersion(0x0304)),
            Alert::PROTOCOL_VERSION,
        ),
        (
            |retry| retry.legacy_session_id_echo = SessionId::empty(),
            Misbehaviour::WrongSessionIdEcho,
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |retry| retry.legacy_compression_method = 1,
            Misbehaviour::BadLegacyField("legacy_compression_method"),
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |retry| retry.cipher_suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
            Misbehaviour::UnofferedSuite(CipherSuite::TLS_CHACHA20_POLY1305_SHA256),
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |retry| {
                retry
                    .extensions
                    .replace(&SelectedVersion(ProtocolVersion::TLS1_2));
            },
            Misbehaviour::UnofferedVersion(ProtocolVersion::TLS1_2),
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |retry| retry.extensions.push_raw(ExtensionType(0x4242), vec![]),
            Misbehaviour::UnsolicitedExtension(0x4242),
            Alert::UNSUPPORTED_EXTENSION,
        ),
        (
            |retry| {
                retry.extensions.remove(ExtensionType::KEY_SHARE);
                retry.extensions.remove(ExtensionType::COOKIE);
            },
            Misbehaviour::PointlessRetry,
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |retry| {
                let asked = KeyShareHelloRetryRequest(NamedGroup::SECP384R1);
                retry.extensions.replace(&asked);
            },
            Misbehaviour::PointlessRetry,
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |retry| {
                let asked = KeyShareHelloRetryRequest(NamedGroup::SECP256R1);
                retry.extensions.replace(&asked);
            },
            Misbehaviour::UnofferedGroup(NamedGroup::SECP256R1),
            Alert::ILLEGAL_PARAMETER,
        ),
    ];
    for (edit, misbehaviour, alert) in cases {
        let mut pair = pair();
        let link = linked(&mut pair);
        let link = retry_edited(&mut pair, link, edit);
        assert_eq!(end(&link.client), (Some(misbehaviour.into()), Some(alert)));
    }
}

#[test]
fn what_a_retry_has_settled_stays_settled() {
    // RFC 9846 §4.2.4 (9, 11), §4.3.8 (14, 15).
    type Case = (fn(&mut ServerHello), Misbehaviour);
    let cases: [Case; 3] = [
        (
            |hello| hello.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384,
            Misbehaviour::SuiteChangedAfterRetry,
        ),
        (
            |hello| {
                hello
                    .extensions
                    .replace(&SelectedVersion(ProtocolVersion(0x0305)));
            },
            Misbehaviour::UnofferedVersion(ProtocolVersion(0x0305)),
        ),
        (
            |hello| {
                let share = KeyShareEntry {
                    group: NamedGroup::SECP384R1,
                    key_exchange: vec![4; 97],
                };
                hello.extensions.replace(&KeyShareServerHello(share));
            },
            Misbehaviour::UnofferedGroup(NamedGroup::SECP384R1),
        ),
    ];
    for (edit, misbehaviour) in cases {
        let mut pair = pair();
        let link = linked(&mut pair);
        let link = server_hello_edited(&mut pair, link, edit);
        let expected = (
            Some(Fault::from(misbehaviour)),
            Some(Alert::ILLEGAL_PARAMETER),
        );
        assert_eq!(end(&link.client), expected);
    }
}

#[test]
fn there_is_one_retry() {
    // RFC 9846 §4.2.4 (5).
    let mut pair = pair();
    let mut link = linked(&mut pair);
    let mut retry = None;
    link.run_through(&mut pair.world, |direction, bytes| {
        match (direction, first(bytes), &retry) {
            (Direction::ToClient, Some(Handshake::HelloRetryRequest(request)), _) => {
                retry = Some(request.encode());
            }
            (Direction::ToClient, Some(Handshake::ServerHello(_)), Some(again)) => {
                put_first(bytes, again);
            }
            _ => {}
        }
    });
    let expected = (
        Some(Misbehaviour::SecondRetry.into()),
        Some(Alert::UNEXPECTED_MESSAGE),
    );
    assert_eq!(end(&link.client), expected);
}

#[test]
fn a_second_hello_is_the_first_but_for_its_share_and_cookie() {
    // RFC 9846 §4.2.2 (2), §4.3.2 (1), §4.3.8 (10), RFC 9149 §3 (4, 5).
    let mut pair = pair();
    pair.client.ticket_request = Some(TicketRequest {
        new_session_count: 3,
        resumption_count: 1,
    });
    let link = pair.connect();
    let sent = hellos(&link.client.sent);
    let [Handshake::ClientHello(one), Handshake::ClientHello(two)] = &sent[..] else {
        panic!("{sent:?}");
    };
    let (mut one, mut two) = (one.clone(), two.clone());
    let cookie = two.extensions.remove(ExtensionType::COOKIE);
    assert!(cookie.is_some_and(|cookie| cookie.data.len() == 2 + 32));
    let shares = two
        .extensions
        .remove(ExtensionType::KEY_SHARE)
        .expect("one");
    assert_eq!(shares.data.len(), 2 + 4 + 32, "one share, of X25519");
    one.extensions.remove(ExtensionType::KEY_SHARE);
    assert_eq!(one, two);
    let asked = one.extensions.find::<TicketRequest>();
    assert_eq!(asked, Ok(pair.client.ticket_request));
}

#[test]
fn a_second_hello_offers_the_session_of_the_first_unless_its_hash_is_gone() {
    // RFC 9846 §4.2.2.
    let mut pair = pair();
    assert_eq!(pair.connect().kind(), Some(Kind::Full));
    let offered = pair.world.draw();
    let mut link = pair.link(offered);
    link.run_through(&mut pair.world, |direction, bytes| {
        // The second hello stands behind a ChangeCipherSpec.
        if direction == Direction::ToServer
            && bytes.first() == Some(&20)
            && let Some(Handshake::ClientHello(mut hello)) = first(&bytes[6..])
        {
            hello.extensions.remove(ExtensionType::PRE_SHARED_KEY);
            let mut edited = bytes.split_off(6);
            put_first(&mut edited, &hello.encode());
            bytes.extend(edited);
        }
    });
    let missing = Misbehaviour::MissingExtension("pre_shared_key");
    assert_eq!(
        end(&link.server),
        (Some(missing.into()), Some(Alert::MISSING_EXTENSION))
    );
    pair.server.cipher_suites = vec![CipherSuite::TLS_AES_256_GCM_SHA384];
    let link = pair.connect();
    assert_eq!(link.kind(), Some(Kind::Full));
}

#[test]
fn rule_14_cve_2026_34873_after_a_retry_there_is_no_way_back_to_tls_1_2() {
    // Mbed TLS: a ticket of TLS 1.3, a retry, and then a hello of TLS 1.2 from somebody in the middle: a session of
    // TLS 1.2 was resumed, with a secret of zeros.
    type Edit = fn(&mut ClientHello, &[u8]);
    let edits: [Edit; 3] = [
        // The list of versions is left out, or has one that the retry did not choose; the ticket comes as TLS 1.2 has it.
        |hello, _| {
            hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS);
            hello.extensions.remove(ExtensionType::PRE_SHARED_KEY);
        },
        |hello, _| {
            let versions = SupportedVersions(vec![ProtocolVersion::TLS1_2]);
            hello.extensions.replace(&versions);
            hello.extensions.remove(ExtensionType::PRE_SHARED_KEY);
        },
        |hello, ticket| {
            hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS);
            hello.extensions.remove(ExtensionType::PRE_SHARED_KEY);
            hello.extensions.replace(&SessionTicket(ticket.to_vec()));
        },
    ];
    for edit in edits {
        let mut pair = pair().both_versions();
        pair.client.cipher_suites = Pair::tls13().client.cipher_suites;
        pair.connect();
        // The client sends shares of its first group and of the one it has learned: the server wants a third.
        pair.client.groups.push(NamedGroup::SECP256R1);
        pair.server.groups = vec![NamedGroup::SECP256R1];
        let offered = pair.world.draw();
        let ticket = offered.as_ref().expect("a ticket").ticket.clone();
        let mut link = pair.link(offered);
        let mut edited = false;
        link.run_through(&mut pair.world, |direction, bytes| {
            // The second hello has a ChangeCipherSpec before it, for middleboxes.
            let behind = match bytes.as_slice() {
                [20, 3, 3, 0, 1, 1, ..] if direction == Direction::ToServer => 6,
                _ => return,
            };
            let mut rest = bytes.split_off(behind);
            if let Some(Handshake::ClientHello(mut hello)) = first(&rest) {
                edit(&mut hello, &ticket);
                put_first(&mut rest, &hello.encode());
                edited = true;
            }
            bytes.append(&mut rest);
        });
        assert!(edited, "there was a retry");
        assert!(!link.server.is_established());
        let expected = Fault::from(Misbehaviour::ChangedClientHello);
        assert_eq!(link.server.fault(), Some(&expected));
        assert!(link.server.delivered.is_empty());
    }
}
