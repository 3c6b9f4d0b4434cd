//! A server's hello.

use super::{client_hello_edited, end, hellos, server_hello_edited};
use tessera_engine::{ExtendedMainSecret, Fault, Misbehaviour, OfferedSession};
use tessera_session::Alpn;
use tessera_testkit::{Link, Pair};
use tessera_wire::codepoint::{
    AlertDescription as Alert, CipherSuite, EcPointFormat, ExtensionType, NamedGroup,
    ProtocolVersion,
};
use tessera_wire::extension::{
    EcPointFormats, ExpectedTickets, KeyShareEntry, KeyShareServerHello, SelectedIdentity,
    SelectedVersion,
};
use tessera_wire::handshake::{Handshake, ServerHello};
use tessera_wire::{DecodeError, Problem, Random, SessionId};

fn server_hello(link: &Link) -> ServerHello {
    match hellos(&link.server.sent).swap_remove(0) {
        Handshake::ServerHello(hello) => hello,
        other => panic!("{}", other.name()),
    }
}

#[test]
fn a_server_hello_has_what_the_keys_need_and_no_more() {
    // RFC 9846 §4.2.3 (1, 8, 10, 11), §4.3.8 (11), §E.4 (1).
    let mut pair = Pair::tls13();
    for kinds in [
        vec![ExtensionType::SUPPORTED_VERSIONS, ExtensionType::KEY_SHARE],
        vec![
            ExtensionType::SUPPORTED_VERSIONS,
            ExtensionType::KEY_SHARE,
            ExtensionType::PRE_SHARED_KEY,
        ],
    ] {
        let link = pair.connect();
        let hello = server_hello(&link);
        assert_eq!(hello.legacy_version, ProtocolVersion::TLS1_2);
        assert_eq!(hello.legacy_compression_method, 0);
        assert_eq!(hello.extensions.types().collect::<Vec<_>>(), kinds);
        let version = hello.extensions.find().expect("decodes");
        assert_eq!(version, Some(SelectedVersion(ProtocolVersion::TLS1_3)));
        let behind = 5 + hello.encode().len();
        let change = &link.server.sent[behind..behind + 6];
        assert_eq!(change, [20, 3, 3, 0, 1, 1]);
    }
}

#[test]
fn a_random_owes_nothing_to_the_client_s() {
    // RFC 9846 §4.2.3 (4, 5): the same ClientHello, and two servers.
    let mut pair = Pair::tls13();
    let mut hello = pair.link(None).client;
    hello.collect(pair.now, &mut pair.world);
    let mut randoms = Vec::new();
    for _ in 0..2 {
        let mut link = pair.link(None);
        let input = tessera_engine::Input::Ciphertext(&hello.outbox);
        link.server.handle(pair.now, input, &mut pair.world);
        randoms.push(server_hello(&link).random.0);
    }
    let Random(client) = match hellos(&hello.outbox).swap_remove(0) {
        Handshake::ClientHello(hello) => hello.random,
        other => panic!("{}", other.name()),
    };
    assert!(randoms[0] != randoms[1] && !randoms.contains(&client));
}

/// What somebody does to a ServerHello, and how the client calls it.
type Case = (fn(&mut ServerHello), Misbehaviour, Alert);

fn check(cases: &[Case], offered: impl Fn(&mut Pair) -> Option<OfferedSession>) {
    for (edit, misbehaviour, alert) in cases {
        let mut pair = Pair::tls13();
        pair.client.cipher_suites = vec![
            CipherSuite::TLS_AES_128_GCM_SHA256,
            CipherSuite::TLS_AES_256_GCM_SHA384,
        ];
        let offered = offered(&mut pair);
        let link = pair.link(offered);
        let link = server_hello_edited(&mut pair, link, edit);
        let expected = (Some(Fault::from(*misbehaviour)), Some(*alert));
        assert_eq!(end(&link.client), expected);
    }
}

fn other_share(hello: &mut ServerHello) {
    let share = KeyShareEntry {
        group: NamedGroup::SECP256R1,
        key_exchange: vec![4; 65],
    };
    hello.extensions.replace(&KeyShareServerHello(share));
}

#[test]
fn a_server_hello_that_breaks_a_rule_is_answered_with_its_alert() {
    // RFC 9846 §4.2.3 (2, 6, 7, 9), §4.3 (4), §4.3.1 (14, 15, 16), §4.3.9 (7).
    const CASES: [Case; 9] = [
        (
            |hello| hello.legacy_version = ProtocolVersion::TLS1_1,
            Misbehaviour::BadLegacyVersion(ProtocolVersion::TLS1_1),
            Alert::PROTOCOL_VERSION,
        ),
        (
            |hello| hello.legacy_session_id_echo = SessionId::empty(),
            Misbehaviour::WrongSessionIdEcho,
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |hello| hello.cipher_suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
            Misbehaviour::UnofferedSuite(CipherSuite::TLS_CHACHA20_POLY1305_SHA256),
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |hello| hello.legacy_compression_method = 1,
            Misbehaviour::BadLegacyField("legacy_compression_method"),
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |hello| hello.extensions.push_raw(ExtensionType(0x4242), vec![]),
            Misbehaviour::UnsolicitedExtension(0x4242),
            Alert::UNSUPPORTED_EXTENSION,
        ),
        (
            |hello| {
                hello
                    .extensions
                    .replace(&SelectedVersion(ProtocolVersion::TLS1_2));
            },
            Misbehaviour::UnofferedVersion(ProtocolVersion::TLS1_2),
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |hello| {
                hello
                    .extensions
                    .replace(&SelectedVersion(ProtocolVersion(0x0305)));
            },
            Misbehaviour::UnofferedVersion(ProtocolVersion(0x0305)),
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            other_share,
            Misbehaviour::UnofferedGroup(NamedGroup::SECP256R1),
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |hello| drop(hello.extensions.remove(ExtensionType::KEY_SHARE)),
            Misbehaviour::MissingExtension("key_share"),
            Alert::MISSING_EXTENSION,
        ),
    ];
    check(&CASES, |_| None);
}

#[test]
fn what_is_said_elsewhere_is_not_said_here() {
    // RFC 9149 §3 (3).
    let mut pair = Pair::tls13();
    let link = pair.link(None);
    let link = server_hello_edited(&mut pair, link, |hello| {
        hello.extensions.push(&ExpectedTickets(1));
    });
    let elsewhere = Fault::Decode(DecodeError {
        field: "ticket_request",
        problem: Problem::NotAllowedHere,
    });
    let expected = (Some(elsewhere), Some(Alert::ILLEGAL_PARAMETER));
    assert_eq!(end(&link.client), expected);
}

#[test]
fn a_server_of_tls_1_2_answers_what_was_asked_and_nothing_else() {
    // RFC 5246 §7.4.1.4 (1), RFC 5077 §3.2 (4), RFC 7627 §5.2 (3).
    let optional = [
        ExtensionType::EXTENDED_MAIN_SECRET,
        ExtensionType::EC_POINT_FORMATS,
        ExtensionType::SERVER_NAME,
        ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
        ExtensionType::STATUS_REQUEST,
        ExtensionType::SESSION_TICKET,
    ];
    let mut pair = Pair::tls12();
    pair.client.alpn = vec![Alpn::new(b"http/1.1").expect("short")];
    pair.server.alpn.clone_from(&pair.client.alpn);
    pair.server.identities[0].ocsp = Some(b"an OCSP response".to_vec());
    pair.server.extended_main_secret = ExtendedMainSecret::Prefer;
    for asked in [true, false] {
        let link = pair.link(None);
        let link = client_hello_edited(&mut pair, link, |hello| {
            for extension_type in optional.iter().filter(|_| !asked) {
                assert!(hello.extensions.remove(*extension_type).is_some());
            }
        });
        let hello = server_hello(&link);
        for extension_type in optional {
            let answered = hello.extensions.contains(extension_type);
            assert_eq!(answered, asked, "{extension_type}");
        }
        assert_eq!(hello.extensions.types().count(), if asked { 7 } else { 1 });
    }
}

#[test]
fn answers_of_tls_1_2_that_are_not_as_they_should_be_are_noticed() {
    // RFC 8422 §5.2 (2), RFC 9846 §4.3 (2), §6 (6).
    type Edit = fn(&mut ServerHello);
    let left_over = |field| {
        Fault::Decode(DecodeError {
            field,
            problem: Problem::TrailingData,
        })
    };
    let cases: [(Edit, Fault, Alert); 3] = [
        (
            |hello| {
                let compressed = EcPointFormats(vec![EcPointFormat(1)]);
                hello.extensions.replace(&compressed);
            },
            Misbehaviour::NoUncompressedPoints.into(),
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |hello| {
                hello.extensions.remove(ExtensionType::SERVER_NAME);
                hello
                    .extensions
                    .push_raw(ExtensionType::SERVER_NAME, vec![0]);
            },
            left_over("server_name"),
            Alert::DECODE_ERROR,
        ),
        (
            |hello| {
                hello
                    .extensions
                    .push_raw(ExtensionType::STATUS_REQUEST, vec![1]);
            },
            left_over("status_request"),
            Alert::DECODE_ERROR,
        ),
    ];
    for (edit, fault, alert) in cases {
        let mut pair = Pair::tls12();
        let link = pair.link(None);
        let link = server_hello_edited(&mut pair, link, edit);
        assert_eq!(end(&link.client), (Some(fault), Some(alert)));
    }
}

#[test]
fn a_session_that_was_not_offered_so_is_not_resumed() {
    // RFC 9846 §4.3.11 (6, 7).
    const CASES: [Case; 3] = [
        (
            |hello| hello.extensions.replace(&SelectedIdentity(1)),
            Misbehaviour::UnofferedPsk,
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |hello| hello.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384,
            Misbehaviour::WrongSuiteForSession,
            Alert::ILLEGAL_PARAMETER,
        ),
        (
            |hello| drop(hello.extensions.remove(ExtensionType::KEY_SHARE)),
            Misbehaviour::UnofferedPskMode,
            Alert::ILLEGAL_PARAMETER,
        ),
    ];
    check(&CASES, |pair| {
        pair.connect();
        pair.world.draw()
    });
}
