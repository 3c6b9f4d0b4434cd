//! TLS 1.2: the full handshake, what it agrees on and what it refuses.

use tessera_engine::{Ending, Event, ExtendedMainSecret, Fault, Kind, Mismatch};
use tessera_session::{ClientAuthMode, Side};
use tessera_testkit::{KeyType, Link, Pair};
use tessera_wire::codepoint::{AlertDescription, CipherSuite, NamedGroup, ProtocolVersion};

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
        let exported = end
            .connection
            .export_keying_material(b"EXPORTER-test", b"context", out);
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

#[test]
fn a_server_may_staple_and_acknowledge_names() {
    let mut pair = Pair::tls12();
    pair.server.identities[0].ocsp = Some(vec![0x30, 3, 1, 2, 3]);
    let link = pair.connect();
    link.how();
    let events = link.client.events.len();
    assert!(events > 0);
    assert!(matches!(
        link.server.events.first(),
        Some(Event::HelloReceived { server_name: Some(name) }) if name.as_str() == "server.test"
    ));
    assert_eq!(link.server.side, Side::Server);
}
