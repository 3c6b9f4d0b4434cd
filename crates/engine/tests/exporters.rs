//! What both ends can derive and show: exporters, the channel binding, key logs and fingerprints.

use tessera_engine::Input;
use tessera_session::ClientAuthMode;
use tessera_testkit::{End, KeyType, Link, Pair};
use tessera_wire::codepoint::{NamedGroup, SignatureScheme};

#[test]
fn rule_08_both_ends_export_the_same_and_no_two_connections_do() {
    // RFC 9846 §7.5 (1), §F.1 (2).
    let mut pair = Pair::tls13();
    let mut bindings = Vec::new();
    for _ in 0..3 {
        let link = pair.connect();
        let (client, server) = (&link.client.connection, &link.server.connection);
        let (mut ours, mut theirs, mut other) = ([0; 80], [0; 80], [0; 80]);
        assert_eq!(
            client.export_keying_material(b"EXPORTER-test", Some(b"context"), &mut ours),
            Ok(true)
        );
        assert_eq!(
            server.export_keying_material(b"EXPORTER-test", Some(b"context"), &mut theirs),
            Ok(true)
        );
        assert_eq!(
            server.export_keying_material(b"EXPORTER-test", Some(b""), &mut other),
            Ok(true)
        );
        assert_eq!(ours, theirs);
        assert_ne!(ours, other);
        assert!(
            client
                .export_keying_material(b"x", Some(b""), &mut vec![0; 255 * 32 + 1])
                .is_err()
        );
        assert!(
            client
                .export_keying_material(&[b'x'; 250], Some(b""), &mut [0; 4])
                .is_err()
        );
        assert_eq!(client.channel_binding(), server.channel_binding());
        bindings.push(client.channel_binding().expect("established"));
    }
    bindings.dedup();
    assert_eq!(bindings.len(), 3);
}

#[test]
fn no_context_and_an_empty_one_differ_in_tls12_alone() {
    for (mut pair, same) in [(Pair::tls13(), true), (Pair::tls12(), false)] {
        let link = pair.connect();
        let export = |context: Option<&[u8]>| {
            let mut out = [0; 32];
            let connection = &link.client.connection;
            let exported = connection.export_keying_material(b"EXPORTER-test", context, &mut out);
            assert_eq!(exported, Ok(true));
            out
        };
        assert_eq!(export(None) == export(Some(b"")), same);
    }
}

#[test]
fn both_key_logs_have_the_same_lines_and_only_when_asked() {
    let mut pair = Pair::tls13();
    assert!(pair.connect().client.key_log.is_empty());
    pair.client.key_log = tessera_engine::KeyLog::Emit;
    pair.server.key_log = tessera_engine::KeyLog::Emit;
    let link = pair.connect();
    assert_eq!(link.client.key_log, link.server.key_log);
    let labels: Vec<_> = link
        .client
        .key_log
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        labels,
        [
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            "CLIENT_TRAFFIC_SECRET_0",
            "SERVER_TRAFFIC_SECRET_0",
            "EXPORTER_SECRET",
        ]
    );
}

#[test]
fn keys_fingerprint_can_be_computed_again_from_the_key_log() {
    let mut pair = Pair::tls13();
    pair.client.key_log = tessera_engine::KeyLog::Emit;
    let link = pair.connect();
    let secret = |label: &str| {
        let line = link
            .client
            .key_log
            .iter()
            .find(|line| line.starts_with(label))
            .expect("logged");
        let hex = line.rsplit(' ').next().expect("a secret");
        data_encoding::HEXLOWER.decode(hex.as_bytes()).expect("hex")
    };
    let mut input = b"tessera keys fingerprint".to_vec();
    input.extend(secret("CLIENT_TRAFFIC_SECRET_0"));
    input.extend(secret("SERVER_TRAFFIC_SECRET_0"));
    let digest = tessera_crypto::HashAlgorithm::Sha256.hash(&input);
    for end in [&link.client, &link.server] {
        let facts = end.connection.facts().expect("established");
        assert_eq!(facts.keys_fingerprint.0, digest.as_bytes()[..8]);
    }
}

#[test]
fn both_ends_tell_how_each_has_signed_where_it_did() {
    let signatures = |link: &Link| {
        [&link.client, &link.server].map(|end| {
            let facts = end.connection.facts().expect("established");
            [facts.server_signature, facts.client_signature]
        })
    };
    let ecdsa = Some(SignatureScheme::ECDSA_SECP256R1_SHA256);
    for pair in [Pair::tls13(), Pair::tls12()] {
        let mut pair = pair
            .only_certificate(KeyType::P256, &["server.test"])
            .client_auth(ClientAuthMode::Request);
        pair.client.groups.push(NamedGroup::SECP256R1);
        assert_eq!(signatures(&pair.connect()), [[ecdsa, None]; 2]);
        assert_eq!(signatures(&pair.connect()), [[None, None]; 2]);
        let mut pair = pair.client_certificate(KeyType::Ed25519);
        let ed25519 = Some(SignatureScheme::ED25519);
        assert_eq!(signatures(&pair.connect_with(None)), [[ecdsa, ed25519]; 2]);
    }
}

#[test]
fn rule_08_nothing_is_exported_in_the_middle_of_a_renegotiation() {
    let mut pair = Pair::tls12().renegotiation();
    let mut link = pair.connect();
    let exported = |end: &End| {
        let mut out = [0; 16];
        let label = b"EXPORTER-test";
        let there = end.connection.export_keying_material(label, None, &mut out);
        there.expect("16 bytes are not too many").then_some(out)
    };
    let before = exported(&link.client);
    assert!(before.is_some());
    let now = link.now;
    link.client.handle(now, Input::Renegotiate, &mut pair.world);
    assert_eq!(exported(&link.client), None);
    assert_eq!(link.client.connection.channel_binding(), None);
    link.run(&mut pair.world);
    let after = exported(&link.client);
    assert!(after.is_some() && after != before);
    assert_eq!(exported(&link.server), after);
}
