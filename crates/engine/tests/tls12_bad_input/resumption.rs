//! Abbreviated handshakes that change what their session keeps, and sessions of the other version.

use crate::{assert_end, changed, changed_answer, changed_hello, kept};
use tessera_engine::{Fault, Kind, Misbehaviour, Mismatch};
use tessera_testkit::Pair;
use tessera_wire::SessionId;
use tessera_wire::codepoint::{
    AlertDescription as Alert, CipherSuite as S, ExtensionType, ProtocolVersion as V,
};
use tessera_wire::extension::SupportedVersions;
use tessera_wire::handshake::tls12::Handshake;

/// Both forms a session can have.
fn resumable() -> [Pair; 2] {
    [Pair::tls12(), Pair::tls12().session_ids()].map(|mut pair| {
        assert_eq!(pair.connect().how().0, Kind::Full);
        pair
    })
}

#[test]
fn an_abbreviated_handshake_keeps_the_suite_of_its_session() {
    let other = S::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;
    for mut pair in resumable() {
        let link = changed_answer(&mut pair, true, |hello| hello.cipher_suite = other);
        let changed = Misbehaviour::ResumedWithOtherSuite;
        assert_end(&link.client, changed, Alert::ILLEGAL_PARAMETER);
        assert!(
            pair.connect().how().1,
            "and the session is as good as before"
        );
    }
}

#[test]
fn protocol_an_abbreviated_handshake_keeps_the_version_of_its_session() {
    for mut pair in resumable() {
        for version in [V::TLS1_1, V::TLS1_0] {
            let link = changed_answer(&mut pair, true, |hello| hello.legacy_version = version);
            let offered = vec![version];
            let other = Mismatch::Version { offered };
            assert_end(&link.client, other, Alert::PROTOCOL_VERSION);
        }
        // TLS 1.3, to a client that did not offer it.
        let link = changed_answer(&mut pair, true, |hello| {
            let chosen = tessera_wire::extension::SelectedVersion(V::TLS1_3);
            hello.extensions.push(&chosen);
        });
        assert_eq!(link.client.alert_sent(), Some(Alert::ILLEGAL_PARAMETER));
        // A hello of TLS 1.1 with the session in it: the version comes first, and no session is looked at.
        pair.world.asked.clear();
        let link = changed_hello(&mut pair, true, |hello| hello.legacy_version = V::TLS1_1);
        assert_eq!(link.server.alert_sent(), Some(Alert::PROTOCOL_VERSION));
        assert!(pair.world.asked.is_empty());
        assert!(
            pair.connect().how().1,
            "and the session is as good as before"
        );
    }
}

#[test]
fn rule_06_an_abbreviated_handshake_keeps_the_extended_main_secret() {
    // RFC 7627 §5.3 (6).
    for mut pair in resumable() {
        let link = changed_answer(&mut pair, true, |hello| {
            hello.extensions.remove(ExtensionType::EXTENDED_MAIN_SECRET);
        });
        let changed = Misbehaviour::ExtendedMainSecretChanged;
        assert_end(&link.client, changed, Alert::HANDSHAKE_FAILURE);
        assert!(pair.connect().how().1);
    }
}

#[test]
fn a_session_id_that_was_made_up_never_reaches_the_store() {
    // RFC 5246 §7.4.1.2 (1).
    for id in [vec![0; 32], vec![7; 32], vec![7; 16]] {
        let mut pair = Pair::tls12().session_ids();
        let link = changed_hello(&mut pair, false, |hello| {
            hello.legacy_session_id = SessionId::new(&id).expect("32 bytes at most");
        });
        assert!(!pair.world.asked.contains(&"FindSession"));
        // It went on to a full handshake; only the changed transcript ends it.
        assert_eq!(link.server.alert_sent(), Some(Alert::BAD_RECORD_MAC));
    }
}

#[test]
fn protocol_a_session_id_that_was_sent_for_middleboxes_is_no_session() {
    let mut pair = Pair::tls13().both_versions();
    pair.server.versions = vec![V::TLS1_2];
    let mut sent = None;
    let link = changed(&mut pair, false, |_, pieces| {
        for piece in pieces {
            match Handshake::decode(&piece.bytes) {
                Ok(Handshake::ClientHello(hello)) => sent = Some(hello.legacy_session_id),
                Ok(Handshake::ServerHello(mut hello)) => {
                    hello.legacy_session_id_echo = sent.expect("the hello came first");
                    piece.bytes = hello.encode();
                }
                _ => {}
            }
        }
    });
    let echoed = Misbehaviour::WrongSessionIdEcho;
    assert_end(&link.client, echoed, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn a_server_that_changes_its_mind_about_resuming_is_out_of_order() {
    for mut pair in resumable() {
        // The echo is gone, so certificates are due; what comes is the end of an abbreviated one.
        let link = changed_answer(&mut pair, true, |hello| {
            hello.legacy_session_id_echo = [9; 32].into();
        });
        let end = Fault::Unexpected {
            state: "WaitCertificate",
            came: "a change_cipher_spec",
        };
        assert_end(&link.client, end, Alert::UNEXPECTED_MESSAGE);
        assert!(pair.connect().how().1);
    }
}

#[test]
fn rule_14_a_session_of_tls_1_2_in_the_place_of_a_psk_is_a_full_handshake() {
    // The ticket of a TLS 1.2 session, offered as a PSK of TLS 1.3 by somebody who has its secret.
    let mut pair12 = Pair::tls12();
    pair12.connect();
    let session12 = pair12.world.draw().expect("a session");
    let mut pair = Pair::tls13();
    pair.server.shared = pair12.server.shared.clone();
    pair.connect();
    let mut offered = pair.world.wallet.pop().expect("a ticket");
    offered.ticket = session12.ticket;
    let before = kept(&pair).0;
    let link = pair.connect_with(Some(offered));
    assert_eq!(link.how(), (Kind::Full, false));
    assert_eq!(
        link.refusal(),
        Some(tessera_session::Refusal::DifferentVersion)
    );
    assert_eq!(kept(&pair).0, before);
}

#[test]
fn rule_14_a_psk_behind_a_hello_of_tls_1_2_is_nothing() {
    let mut pair = Pair::tls13().both_versions();
    pair.connect();
    pair.server.versions = vec![V::TLS1_2];
    let offered = pair.world.wallet.pop();
    let before = kept(&pair).0;
    let link = pair.connect_with(offered);
    assert_eq!(link.how(), (Kind::Full, false));
    assert_eq!(kept(&pair).0, before);
    assert!(!pair.world.asked.contains(&"FindSession"));
    assert!(!pair.world.asked.contains(&"ClaimSession"));
}

#[test]
fn protocol_a_resumption_is_no_way_around_the_downgrade_sentinel() {
    let mut pair = Pair::tls13().both_versions();
    pair.server.versions = vec![V::TLS1_2];
    assert_eq!(pair.connect().how(), (Kind::Full, false));
    // Meanwhile the server has learned TLS 1.3, and somebody takes the offer of it away.
    pair.server.versions = vec![V::TLS1_3, V::TLS1_2];
    let link = changed_hello(&mut pair, true, |hello| {
        hello
            .extensions
            .replace(&SupportedVersions(vec![V::TLS1_2]));
    });
    let downgrade = Misbehaviour::Downgrade;
    assert_end(&link.client, downgrade, Alert::ILLEGAL_PARAMETER);
}
