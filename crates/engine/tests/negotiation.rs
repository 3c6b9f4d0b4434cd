//! What two ends agree on, and what they say when they cannot.

use tessera_engine::{Ending, Fault, IdentityProblem, KeyShares, Kind, Misbehaviour, Mismatch};
use tessera_session::{Alpn, ClientAuthMode, ServerName};
use tessera_testkit::{Direction, KeyType, Link, Pair};
use tessera_wire::codepoint::{
    AlertDescription, CipherSuite, ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme,
};
use tessera_wire::extension::SignatureAlgorithms;
use tessera_wire::handshake::{ClientHello, Handshake};

const SUITES: [CipherSuite; 3] = [
    CipherSuite::TLS_AES_128_GCM_SHA256,
    CipherSuite::TLS_AES_256_GCM_SHA384,
    CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
];
const GROUPS: [NamedGroup; 6] = [
    NamedGroup::X25519MLKEM768,
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::SECP384R1,
    NamedGroup::SECP521R1,
    NamedGroup::MLKEM1024,
];

fn alpn(names: &[&str]) -> Vec<Alpn> {
    names
        .iter()
        .map(|name| Alpn::new(name.as_bytes()).expect("a protocol"))
        .collect()
}

/// A ClientHello record with something changed in it.
fn edited(record: &[u8], edit: impl FnOnce(&mut ClientHello)) -> Vec<u8> {
    let Ok(Handshake::ClientHello(mut hello)) = Handshake::decode(&record[5..]) else {
        panic!("one record, one ClientHello")
    };
    edit(&mut hello);
    let message = hello.encode();
    let mut record = record[..3].to_vec();
    record.extend((message.len() as u16).to_be_bytes());
    record.extend(message);
    record
}

/// Data goes both ways, whatever was agreed.
fn talk(link: &mut Link, pair: &mut Pair) {
    link.client_says(b"question", &mut pair.world);
    link.server_says(b"answer", &mut pair.world);
    assert_eq!(link.server.delivered, b"question");
    assert_eq!(link.client.delivered, b"answer");
}

#[test]
fn every_suite_with_every_group_full_and_resumed() {
    // RFC 9846 §9.3 (3).
    // RFC 9846 §4 (1), §9.1 (1, 3), §4.3.9 (7).
    for suite in SUITES {
        for group in GROUPS {
            let mut pair = Pair::tls13().seed(1);
            pair.client.cipher_suites = vec![suite];
            pair.client.groups = vec![group];
            pair.server.groups = GROUPS.to_vec();
            for kind in [Kind::Full, Kind::Psk] {
                let mut link = pair.connect();
                assert_eq!(
                    link.kind(),
                    Some(kind),
                    "{suite} {group}: {:?}",
                    link.server_ending()
                );
                let facts = link.facts().expect("established").clone();
                assert_eq!(
                    (facts.cipher_suite, facts.group, facts.retried),
                    (suite, Some(group), false)
                );
                talk(&mut link, &mut pair);
            }
        }
    }
}

#[test]
fn every_certificate_type_on_either_side() {
    // RFC 9846 §9.1 (2), §4.5.1 (1, 2, 5, 8, 9), §4.5.1.2 (2), §4.5.2 (1, 2, 3, 4, 5, 6),
    // RFC 9846 §4.4.2 (1, 3, 4).
    let types = [
        KeyType::Ed25519,
        KeyType::P256,
        KeyType::P384,
        KeyType::P521,
        KeyType::Rsa2048,
    ];
    for key_type in types {
        let mut pair = Pair::tls13()
            .only_certificate(key_type, &["server.test"])
            .client_auth(ClientAuthMode::Require)
            .client_certificate(key_type);
        let link = pair.connect();
        assert_eq!(
            link.kind(),
            Some(Kind::Full),
            "{key_type:?}: {:?}",
            link.server_ending()
        );
        assert!(link.facts().is_some_and(|facts| facts.peer.is_some()));
        assert!(
            link.client
                .connection
                .facts()
                .is_some_and(|facts| facts.peer.is_some())
        );
    }
}

#[test]
fn a_retry_finds_the_common_group_and_costs_one_round() {
    // RFC 9846 §4.3.8 (12), §9.2 (1).
    // RFC 9846 §4.2.1 (3), §4.2.2 (2), §4.2.4 (1, 6, 8), §4.3.2 (1), §4.3.8 (10, 11).
    for group in GROUPS {
        let mut pair = Pair::tls13();
        let other = if group == NamedGroup::SECP384R1 {
            NamedGroup::SECP256R1
        } else {
            NamedGroup::SECP384R1
        };
        pair.client.groups = vec![other, group];
        pair.client.key_shares = KeyShares::Of(vec![other]);
        pair.server.groups = vec![group];
        let mut link = pair.connect();
        let facts = link.facts().expect("established").clone();
        assert_eq!(
            (facts.group, facts.retried, facts.kind),
            (Some(group), true, Kind::Full)
        );
        talk(&mut link, &mut pair);
        let link = pair.connect();
        assert_eq!(
            (link.kind(), link.facts().map(|facts| facts.retried)),
            (Some(Kind::Psk), Some(true))
        );
    }
}

#[test]
fn the_hybrid_goes_first_with_a_classical_share_behind_it() {
    let mut pair = Pair::tls13();
    pair.client.groups = GROUPS.to_vec();
    assert_eq!(
        pair.connect().facts().map(|facts| facts.group),
        Some(Some(NamedGroup::X25519MLKEM768))
    );
    pair.server.groups = vec![NamedGroup::X25519];
    let link = pair.connect();
    assert_eq!(
        link.facts().map(|facts| (facts.group, facts.retried)),
        Some((Some(NamedGroup::X25519), false))
    );
}

#[test]
fn nothing_in_common_is_said_with_what_was_offered() {
    // RFC 9846 §4.2.1 (1, 4), §6.2 (3).
    let mut pair = Pair::tls13();
    pair.client.groups = vec![NamedGroup::SECP384R1];
    pair.server.groups = vec![NamedGroup::X25519];
    let link = pair.connect();
    let offered = vec![NamedGroup::SECP384R1];
    assert_eq!(
        link.server.fault().cloned(),
        Some(Mismatch::Group { offered }.into())
    );
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::HANDSHAKE_FAILURE)
    );
    assert!(matches!(
        link.client_ending(),
        Some(Ending::Fault {
            fault: Fault::AlertReceived(_),
            ..
        })
    ));

    let mut pair = Pair::tls13();
    pair.client.cipher_suites = vec![SUITES[0]];
    pair.server.cipher_suites = vec![SUITES[1]];
    let link = pair.connect();
    assert_eq!(
        link.server.fault().cloned(),
        Some(
            Mismatch::CipherSuite {
                offered: vec![SUITES[0]]
            }
            .into()
        )
    );
}

#[test]
fn alpn_follows_the_servers_preference_on_every_connection_anew() {
    // RFC 7301 §3.1 (1, 4), §3.2 (1).
    let mut pair = Pair::tls13();
    pair.client.alpn = alpn(&["http/1.1", "h2"]);
    pair.server.alpn = alpn(&["h2", "http/1.1"]);
    let chosen = |link: &Link| {
        link.client
            .connection
            .facts()
            .and_then(|facts| facts.alpn.clone())
    };
    assert_eq!(chosen(&pair.connect()), alpn(&["h2"]).pop());
    // The session was made with h2; the resumed connection negotiates again.
    pair.server.alpn = alpn(&["http/1.1"]);
    let link = pair.connect();
    assert_eq!(
        (link.kind(), chosen(&link)),
        (Some(Kind::Psk), alpn(&["http/1.1"]).pop())
    );
    pair.server.alpn = alpn(&["smtp"]);
    let link = pair.connect();
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::NO_APPLICATION_PROTOCOL)
    );
    pair.server.alpn.clear();
    assert_eq!(chosen(&pair.connect()), None);
}

#[test]
fn the_certificate_follows_the_name_and_a_stranger_gets_the_first() {
    // RFC 9846 §9.2 (13), RFC 9525 §6.3 (1, 6).
    let mut pair = Pair::tls13()
        .certificate(KeyType::Ed25519, &["*.wild.test"])
        .certificate(KeyType::Ed25519, &["exact.wild.test"]);
    let cases = [
        ("server.test", "CN=server.test"),
        ("any.wild.test", "CN=*.wild.test"),
        ("deep.any.wild.test", "CN=server.test"),
        ("wild.test", "CN=server.test"),
        ("ANY.wild.TEST", "CN=*.wild.test"),
        ("unknown.test", "CN=server.test"),
        ("127.0.0.1", "CN=server.test"),
    ];
    for (name, subject) in cases {
        pair.name = ServerName::new(name).expect("a name");
        let link = pair.connect_with(None);
        let peer = link
            .client
            .connection
            .facts()
            .and_then(|facts| facts.peer.clone())
            .expect("a certificate");
        assert_eq!(peer.subject, subject, "{name}");
    }
}

#[test]
fn an_unverified_server_ends_the_handshake_with_the_right_alert_and_leaves_no_session() {
    // RFC 9846 §4.5.1.2 (8).
    let mut pair = Pair::tls13();
    let leaf = pair.server.identities[0].chain[0].clone();
    pair.world.rejected.insert(leaf);
    let link = pair.connect();
    assert_eq!(link.client.alert_sent(), Some(AlertDescription::UNKNOWN_CA));
    match link.client_ending() {
        Some(Ending::Fault {
            fault: Fault::Identity(error),
            state,
            ..
        }) => {
            assert_eq!(
                (&error.problem, *state),
                (&IdentityProblem::UnknownIssuer, "WaitVerdict")
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(pair.world.wallet.is_empty());
}

#[test]
fn a_client_certificate_is_requested_or_required() {
    // RFC 9846 §4.5.1 (3, 4), and that the client can read the alert: RFC 9846 §4.5.3 (3).
    let mut pair = Pair::tls13().client_auth(ClientAuthMode::Request);
    let link = pair.connect();
    assert_eq!(link.facts().map(|facts| facts.peer.is_none()), Some(true));

    let mut pair = Pair::tls13().client_auth(ClientAuthMode::Require);
    let link = pair.connect();
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::CERTIFICATE_REQUIRED)
    );
    assert!(!link.server.is_established());
}

#[test]
fn a_flipped_signature_is_not_accepted_from_either_side() {
    // RFC 9846 §4.5.2 (8, 9).
    let mut pair = Pair::tls13()
        .client_auth(ClientAuthMode::Require)
        .client_certificate(KeyType::Ed25519);
    let good = pair.world.client_keys[0].clone();
    pair.world.client_keys[0] = pair.world.server_keys[0].clone();
    let link = pair.connect();
    assert_eq!(
        link.server.fault().cloned(),
        Some(Misbehaviour::BadCertificateVerify.into())
    );
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::DECRYPT_ERROR)
    );

    pair.world.server_keys[0] = good;
    let link = pair.connect();
    assert_eq!(
        link.client.alert_sent(),
        Some(AlertDescription::DECRYPT_ERROR)
    );
}

#[test]
fn a_client_of_tls_1_2_is_told_the_version() {
    // RFC 9846 §4.3.1 (3), §E.2 (3).
    let mut pair = Pair::tls13();
    let mut link = pair.link(None);
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToServer {
            *bytes = edited(bytes, |hello| {
                hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS);
            });
        }
    });
    let offered = vec![ProtocolVersion::TLS1_2];
    assert_eq!(
        link.server.fault().cloned(),
        Some(Mismatch::Version { offered }.into())
    );
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::PROTOCOL_VERSION)
    );
}

#[test]
fn grease_can_be_left_out_and_changes_nothing() {
    let mut pair = Pair::tls13();
    pair.client.grease = tessera_engine::GreaseValues::Omit;
    assert_eq!(pair.connect().kind(), Some(Kind::Full));
    assert_eq!(pair.connect().kind(), Some(Kind::Psk));
}

/// What a server says to a ClientHello that someone changed.
fn answer_to(edit: impl Fn(&mut ClientHello)) -> Link {
    let mut pair = Pair::tls13();
    let mut link = pair.link(None);
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToServer && bytes[0] == 22 {
            *bytes = edited(bytes, &edit);
        }
    });
    link
}

#[test]
fn a_hello_that_contradicts_itself_is_answered_with_its_alert() {
    // RFC 9846 §4.2.2 (7, 13), §4.3.3 (3), §9.2 (12), §6 (7), §7.4.2 (2).
    type Edit = fn(&mut ClientHello);
    let cases: [(Edit, Misbehaviour, AlertDescription); 6] = [
        (
            |hello| hello.legacy_version = ProtocolVersion::TLS1_1,
            Misbehaviour::BadLegacyVersion(ProtocolVersion::TLS1_1),
            AlertDescription::PROTOCOL_VERSION,
        ),
        (
            |hello| hello.compression_methods = vec![1, 0],
            Misbehaviour::BadLegacyField("legacy_compression_methods"),
            AlertDescription::ILLEGAL_PARAMETER,
        ),
        (
            |hello| drop(hello.extensions.remove(ExtensionType::KEY_SHARE)),
            Misbehaviour::MissingKeyShare,
            AlertDescription::MISSING_EXTENSION,
        ),
        (
            |hello| drop(hello.extensions.remove(ExtensionType::SUPPORTED_GROUPS)),
            Misbehaviour::MissingSupportedGroups,
            AlertDescription::MISSING_EXTENSION,
        ),
        (
            |hello| drop(hello.extensions.remove(ExtensionType::SIGNATURE_ALGORITHMS)),
            Misbehaviour::MissingSignatureAlgorithms,
            AlertDescription::MISSING_EXTENSION,
        ),
        (
            |hello| {
                let group = NamedGroup::X25519;
                let entry = tessera_wire::extension::KeyShareEntry {
                    group,
                    key_exchange: vec![0; 32],
                };
                hello
                    .extensions
                    .replace(&tessera_wire::extension::KeyShareClientHello(vec![entry]));
            },
            Misbehaviour::BadKeyShare(NamedGroup::X25519),
            AlertDescription::ILLEGAL_PARAMETER,
        ),
    ];
    for (edit, misbehaviour, alert) in cases {
        let link = answer_to(edit);
        assert_eq!(link.server.fault().cloned(), Some(misbehaviour.into()));
        assert_eq!(link.server.alert_sent(), Some(alert), "{misbehaviour}");
    }
}

#[test]
fn protocol_a_psk_without_its_modes_is_a_missing_extension() {
    // RFC 9846 §4.3.9 (3).
    let mut pair = Pair::tls13();
    pair.connect();
    let offered = pair.world.wallet.pop();
    let mut link = pair.link(offered);
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToServer && bytes[0] == 22 {
            *bytes = edited(bytes, |hello| {
                hello
                    .extensions
                    .remove(ExtensionType::PSK_KEY_EXCHANGE_MODES);
            });
        }
    });
    assert_eq!(
        link.server.fault().cloned(),
        Some(Misbehaviour::MissingPskKeyExchangeModes.into())
    );
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::MISSING_EXTENSION)
    );
}

#[test]
fn grease_in_every_list_is_passed_over() {
    // RFC 5246 §7.4.1.2 (2).
    // RFC 9846 §4.2.2 (11, 15), §9.3 (4).
    let link = answer_to(|hello| {
        hello.cipher_suites.insert(0, CipherSuite::grease(9));
        hello
            .extensions
            .push_raw(ExtensionType::grease(9), vec![1, 2, 3]);
    });
    // The server went on to its flight and its keys; only the changed transcript ends it.
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::BAD_RECORD_MAC)
    );
    assert!(link.client.alert_sent().is_some());
}

#[test]
fn only_accepted_schemes_are_signed_with_and_offered() {
    // RFC 5246 §7.4.1.4.1 (6), §7.4.3 (2).
    for pair in [Pair::tls13(), Pair::tls12()] {
        let mut pair = pair;
        pair.client.signature_schemes = vec![SignatureScheme::ECDSA_SECP256R1_SHA256];
        let link = pair.connect();
        let refused = Fault::NoCommonGround(Mismatch::SignatureScheme {
            offered: vec![SignatureScheme::ECDSA_SECP256R1_SHA256],
        });
        assert_eq!(link.server.fault(), Some(&refused));

        let mut pair = pair.certificate(KeyType::P256, &["server.test"]);
        pair.client.groups.push(NamedGroup::SECP256R1);
        let link = pair.connect();
        let facts = link.facts().expect("the other certificate fits");
        assert_eq!(
            facts.server_signature,
            Some(SignatureScheme::ECDSA_SECP256R1_SHA256)
        );
    }
}

#[test]
fn a_signature_nobody_accepted_is_not_even_checked() {
    let mut pair = Pair::tls12();
    pair.client.signature_schemes = vec![SignatureScheme::ECDSA_SECP256R1_SHA256];
    let mut link = pair.link(None);
    link.run_through(&mut pair.world, |direction, bytes| {
        let is_handshake = bytes.first() == Some(&22);
        if direction == Direction::ToServer && is_handshake {
            *bytes = edited(bytes, |hello| {
                let schemes = vec![SignatureScheme::ED25519];
                hello.extensions.replace(&SignatureAlgorithms(schemes));
            });
        }
    });
    let wrong = Misbehaviour::WrongSignatureScheme(SignatureScheme::ED25519);
    assert_eq!(link.client.fault(), Some(&wrong.into()));
}
