//! TLS 1.2: the full handshake, what it agrees on and what it refuses.

use tessera_engine::{
    Ending, Event, ExtendedMainSecret, Fault, Half, Input, Kind, Mismatch, Trace,
};
use tessera_session::ClientAuthMode;
use tessera_testkit::{Direction, End, KeyType, Link, Pair};
use tessera_wire::codepoint::{
    AlertDescription, CipherSuite, ClientCertificateType, NamedGroup, ProtocolVersion,
};
use tessera_wire::extension::{CertificateStatusAck, ServerNameAck};
use tessera_wire::handshake::tls12::{CertificateStatus, Handshake};

#[test]
fn a_full_handshake_carries_data_both_ways() {
    let mut pair = Pair::tls12();
    let mut link = pair.connect();
    assert_eq!(link.how(), (Kind::Full, false));
    link.client_says(b"over there", &mut pair.world);
    link.server_says(b"and back", &mut pair.world);
    assert_eq!(link.server.delivered, b"over there");
    assert_eq!(link.client.delivered, b"and back");
    link.close(&mut pair.world);
    assert_eq!(link.client_ending(), Some(&Ending::Closed));
    assert_eq!(link.server_ending(), Some(&Ending::Closed));
}

#[test]
fn every_suite_group_and_key_works() {
    // RFC 9113 §9.2.2 (2), RFC 8422 §2.1 (2), §5.3 (2, 3), RFC 5246 §7.1 (1), §7.4 (1),
    // RFC 5246 §7.4.2 (1, 2), §7.4.7 (1).
    use CipherSuite as S;
    let ecdsa = [
        S::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        S::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        S::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ];
    let rsa = [
        S::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        S::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        S::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];
    let groups = [
        NamedGroup::X25519,
        NamedGroup::SECP256R1,
        NamedGroup::SECP384R1,
    ];
    for (keys, suites) in [
        ([KeyType::Ed25519, KeyType::P256, KeyType::P384], ecdsa),
        ([KeyType::Rsa2048; 3], rsa),
    ] {
        for ((key, suite), group) in keys.into_iter().zip(suites).zip(groups) {
            let mut pair = Pair::tls12().only_certificate(key, &["server.test"]);
            pair.client.cipher_suites = vec![suite];
            pair.client.groups = vec![group];
            pair.server.groups = groups.to_vec();
            let mut link = pair.connect();
            assert_eq!(link.how(), (Kind::Full, false), "{suite} {group}");
            let facts = link.facts().expect("established");
            assert_eq!((facts.cipher_suite, facts.group), (suite, Some(group)));
            link.client_says(&[7; 40_000], &mut pair.world);
            assert_eq!(link.server.delivered, [7; 40_000]);
            assert_eq!(pair.connect().how().0, Kind::Ticket);
        }
    }
}

#[test]
fn clients_show_certificates_in_tls_1_2_too() {
    // RFC 5246 §7.3 (2), §7.4.4 (3), §7.4.6 (1), §7.4.8 (1), RFC 8422 §3 (1, 2).
    for key in [
        KeyType::Ed25519,
        KeyType::P256,
        KeyType::P384,
        KeyType::Rsa2048,
    ] {
        let mut pair = Pair::tls12()
            .client_auth(ClientAuthMode::Require)
            .client_certificate(key);
        let link = pair.connect();
        link.how();
        let peer = link.facts().expect("established").peer.clone();
        assert!(peer.is_some());
        let again = pair.connect();
        assert!(again.how().1);
        assert_eq!(
            again.facts().expect("resumed").peer,
            peer,
            "rule 17: a resumed connection shows the same"
        );
    }
    let mut pair = Pair::tls12().client_auth(ClientAuthMode::Request);
    pair.connect().how();
    let mut pair = Pair::tls12().client_auth(ClientAuthMode::Require);
    let link = pair.connect();
    assert_eq!(
        link.server.fault().cloned(),
        Some(Mismatch::ClientCertificate.into())
    );
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::HANDSHAKE_FAILURE)
    );
}

#[test]
fn both_versions_meet_in_the_better_one() {
    // RFC 9846 §4.3.1 (13).
    // RFC 9325 §3.1.1 (5, 6).
    let mut pair = Pair::tls13().both_versions();
    let link = pair.connect();
    assert_eq!(
        link.facts().map(|facts| facts.version),
        Some(ProtocolVersion::TLS1_3)
    );
    for only_server in [true, false] {
        let mut pair = Pair::tls12();
        let both = Pair::tls13().both_versions();
        if only_server {
            pair.client.versions = both.client.versions.clone();
        } else {
            pair.server.versions = both.server.versions.clone();
        }
        assert_eq!(pair.connect().how(), (Kind::Full, false));
        assert!(pair.connect().how().1);
    }
}

#[test]
fn the_extended_main_secret_is_required_unless_settings_say_otherwise() {
    // RFC 7627 §5.2 (1, 2).
    // Somebody strips the extension: the hello no longer has it, and Finished would not fit either.
    let strip = |link: &mut Link, pair: &mut Pair| {
        link.run_through(&mut pair.world, |_, bytes| {
            let needle = [0, 0x17, 0, 0];
            if bytes.get(5) == Some(&1)
                && let Some(at) = bytes.windows(4).position(|window| window == needle)
            {
                bytes[at..at + 2].copy_from_slice(&[0x4a, 0x4a]);
            }
        });
    };
    let mut pair = Pair::tls12();
    let mut link = pair.link(None);
    strip(&mut link, &mut pair);
    assert_eq!(
        link.server.fault().cloned(),
        Some(Mismatch::ExtendedMainSecret.into())
    );
    let mut pair = Pair::tls12();
    pair.server.extended_main_secret = ExtendedMainSecret::Prefer;
    let mut link = pair.link(None);
    strip(&mut link, &mut pair);
    assert_eq!(
        link.client.fault().cloned(),
        Some(Mismatch::ExtendedMainSecret.into())
    );
}

#[test]
fn rule_08_tls_exporter_gives_both_ends_the_same_and_nothing_without_the_extended_main_secret() {
    let mut pair = Pair::tls12();
    let link = pair.connect();
    let binding = link.server.connection.channel_binding();
    assert!(binding.is_some());
    assert_eq!(link.client.connection.channel_binding(), binding);
    let mut out = [[0; 40]; 2];
    for (end, out) in [&link.client, &link.server].into_iter().zip(&mut out) {
        let exported =
            end.connection
                .export_keying_material(b"EXPORTER-test", Some(b"context"), out);
        assert_eq!(exported, Ok(true));
    }
    assert_eq!(out[0], out[1]);
    assert_ne!(out[0], [0; 40]);
}

#[test]
fn the_key_log_has_the_main_secret_of_both_ends() {
    let mut pair = Pair::tls12();
    pair.client.key_log = tessera_engine::KeyLog::Emit;
    pair.server.key_log = tessera_engine::KeyLog::Emit;
    let link = pair.connect();
    assert_eq!(link.client.key_log, link.server.key_log);
    assert!(link.client.key_log[0].starts_with("CLIENT_RANDOM "));
}

#[test]
fn any_chunking_gives_the_same_handshake() {
    let mut whole = None;
    for chunk in [usize::MAX, 1, 2, 7, 100] {
        let mut pair = Pair::tls12().session_ids();
        pair.chunk = chunk;
        let full = pair.connect();
        let again = pair.connect();
        assert_eq!(again.how(), (Kind::SessionId, true));
        let sent = [
            full.client.sent,
            full.server.sent,
            again.client.sent,
            again.server.sent,
        ];
        assert_eq!(*whole.get_or_insert_with(|| sent.clone()), sent, "{chunk}");
    }
}

#[test]
fn a_key_that_does_not_fit_the_suite_is_not_chosen() {
    // RFC 5246 §7.4.2 (2), §7.4.3 (3, 4).
    let mut pair = Pair::tls12();
    pair.client.cipher_suites = vec![CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256];
    let link = pair.connect();
    assert!(matches!(
        link.server.fault().cloned(),
        Some(Fault::NoCommonGround(Mismatch::SignatureScheme { .. }))
    ));
    let mut pair = pair.certificate(KeyType::Rsa2048, &["server.test"]);
    assert_eq!(pair.connect().how().0, Kind::Full);
}

/// The messages an end was sent, with their headers.
fn received(end: &End) -> Vec<Vec<u8>> {
    let is_one = |event: &Event| match event {
        Event::Message(message) if message.half == Half::Receiving => Some(message.bytes.clone()),
        _ => None,
    };
    end.events.iter().filter_map(is_one).collect()
}

/// What a ServerHello answers of names and statuses: each there or not, and empty.
fn answered(messages: &[Vec<u8>]) -> [bool; 2] {
    let hello = match Handshake::decode(&messages[0]) {
        Ok(Handshake::ServerHello(hello)) => hello,
        other => panic!("{other:?}"),
    };
    let name = hello.extensions.find::<ServerNameAck>();
    let status = hello.extensions.find::<CertificateStatusAck>();
    [
        name.expect("empty").is_some(),
        status.expect("empty").is_some(),
    ]
}

#[test]
fn a_server_may_staple_and_acknowledge_names() {
    // RFC 6066 §1.1 (2), §3 (4, 5), §8 (3, 4).
    let response = vec![0x30, 3, 1, 2, 3];
    let message = CertificateStatus {
        response: response.clone(),
    }
    .encode();
    for (ocsp, staples) in [(Some(response), true), (None, false)] {
        let mut pair = Pair::tls12();
        pair.client.trace = Trace::Messages;
        pair.server.identities[0].ocsp = ocsp;
        let messages = received(&pair.connect().client);
        assert_eq!(answered(&messages), [true, staples]);
        assert_eq!(messages.contains(&message), staples);
        let link = pair.connect();
        assert!(link.how().1);
        assert_eq!(answered(&received(&link.client)), [false, false]);
    }
}

#[test]
fn data_waits_for_the_end_of_the_first_handshake() {
    // RFC 5246 §7.3 (3).
    let mut pair = Pair::tls12();
    let mut link = pair.link(None);
    let has_data = |wire: &[u8]| wire.windows(3).any(|record| record == [23, 3, 3]);
    let now = link.now;
    link.client
        .handle(now, Input::Plaintext(b"early"), &mut pair.world);
    link.server
        .handle(now, Input::Plaintext(b"bird"), &mut pair.world);
    for _ in 0..2 {
        let to_server = std::mem::take(&mut link.client.outbox);
        assert!(!has_data(&to_server) && !link.client.is_established());
        link.server
            .handle(now, Input::Ciphertext(&to_server), &mut pair.world);
        let to_client = std::mem::take(&mut link.server.outbox);
        assert_eq!(has_data(&to_client), link.server.is_established());
        link.client
            .handle(now, Input::Ciphertext(&to_client), &mut pair.world);
    }
    assert!(has_data(&link.client.outbox) && link.client.is_established());
    assert_eq!(link.client.delivered, b"bird");
}

#[test]
fn a_client_shows_no_certificate_of_a_type_that_is_not_listed() {
    // RFC 5246 §7.4.4 (2).
    let types = [
        ClientCertificateType::RSA_SIGN,
        ClientCertificateType::ECDSA_SIGN,
    ];
    for (key, fitting) in [
        (KeyType::Rsa2048, types[0]),
        (KeyType::P256, types[1]),
        (KeyType::Ed25519, types[1]),
    ] {
        for listed in types {
            let mut pair = Pair::tls12()
                .client_auth(ClientAuthMode::Request)
                .client_certificate(key);
            pair.client.trace = Trace::Messages;
            let mut link = pair.link(None);
            link.run_through(&mut pair.world, |direction, bytes| {
                // CertificateRequest begins with its list of two types.
                let at = bytes.windows(3).position(|list| list == [2, 64, 1]);
                if let (Direction::ToClient, Some(at)) = (direction, at) {
                    bytes[at + 1..at + 3].fill(listed.0);
                }
            });
            let sent = link.client.events.iter().any(|event| match event {
                Event::Message(message) => {
                    message.half == Half::Sending && message.bytes[..1] == [15]
                }
                _ => false,
            });
            assert_eq!(sent, listed == fitting, "{key:?}: CertificateVerify");
        }
    }
}
