//! Sessions outlive connections: what resumes, what does not, and why.

use std::time::Duration;
use tessera_engine::{Event, Fault, Half, Input, Kind, Reverification, Trace};
use tessera_session::{ClientAuthMode, Refusal, Resumption, TicketId};
use tessera_testkit::{Direction, KeyType, Link, Pair, after};
use tessera_wire::codepoint::{AlertDescription, CipherSuite, ExtensionType};
use tessera_wire::handshake::{EncryptedExtensions, Handshake};

fn lineage(link: &Link) -> tessera_session::LineageId {
    link.facts().expect("established").session.lineage
}

#[test]
fn a_session_outlives_its_connection() {
    let mut pair = Pair::tls13().seed(1);
    let mut first = pair.connect();
    assert_eq!(first.kind(), Some(Kind::Full));
    first.close(&mut pair.world);

    let second = pair.connect();
    assert_eq!(second.kind(), Some(Kind::Psk));
    assert_eq!(lineage(&first), lineage(&second));
    let (one, two) = (
        first.facts().expect("full"),
        second.facts().expect("resumed"),
    );
    assert_eq!((one.session.generation, two.session.generation), (0, 1));
    assert_eq!(one.session.authenticated_at, two.session.authenticated_at);
    assert_ne!(one.keys_fingerprint, two.keys_fingerprint);
}

#[test]
fn many_connections_at_once_on_one_lineage_have_keys_of_their_own() {
    let mut pair = Pair::tls13().seed(2).tickets(20);
    let full = pair.connect();
    let links: Vec<Link> = (0..20).map(|_| pair.connect()).collect();
    let mut fingerprints: Vec<_> = links
        .iter()
        .map(|link| link.facts().expect("resumed").keys_fingerprint.0)
        .collect();
    assert!(
        links
            .iter()
            .all(|link| link.kind() == Some(Kind::Psk) && lineage(link) == lineage(&full))
    );
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 20);
}

#[test]
fn both_ends_know_the_session_by_the_same_id() {
    let mut pair = Pair::tls13().seed(3).tickets(1);
    let full = pair.connect();
    let id = |end: &tessera_testkit::End| end.connection.facts().expect("established").session.id;
    assert_eq!(id(&full.client), id(&full.server));
    let ticket = pair.world.wallet.last().expect("a ticket came").id();
    let link = pair.connect();
    let client = link.client.connection.facts().expect("established");
    let server = link.server.connection.facts().expect("established");
    assert_eq!((client.session.id, server.session.id), (ticket, ticket));
    assert_eq!(client.keys_fingerprint, server.keys_fingerprint);
    assert_eq!(client.session.lineage, server.session.lineage);
}

#[test]
fn rule_03_a_session_outlives_its_ticket_key_but_not_its_authentication() {
    let mut pair = Pair::tls13()
        .seed(4)
        .session_lifetime(after::hours(24))
        .ticket_lifetime(after::hours(24));
    assert_eq!(pair.connect().kind(), Some(Kind::Full));
    assert_eq!(pair.connect().kind(), Some(Kind::Psk));
    pair.wait(after::hours(13)); // the key that sealed it only opens now
    assert_eq!(pair.connect().kind(), Some(Kind::Psk));

    // Every resumption renews the ticket, none renews the authentication.
    let mut resumptions = 0;
    let last = loop {
        pair.wait(after::hours(2));
        let link = pair.connect();
        if link.kind() != Some(Kind::Psk) {
            break link;
        }
        resumptions += 1;
    };
    assert_eq!(last.kind(), Some(Kind::Full));
    assert_eq!(
        resumptions, 5,
        "24 hours after the full handshake it is over"
    );
}

#[test]
fn rule_03_the_server_refuses_a_lineage_that_is_over_even_if_the_client_offers_it() {
    let mut pair = Pair::tls13()
        .seed(5)
        .ticket_lifetime(after::hours(24))
        .tickets(1);
    pair.connect();
    let mut offered = pair.world.wallet.pop().expect("a ticket");
    let far = pair.now.plus(after::hours(1000));
    offered.session.lifetime.lineage_ends_at = far;
    offered.session.lifetime.expires_at = far;
    pair.wait(after::hours(25));
    let link = pair.connect_with(Some(offered));
    assert_eq!(link.kind(), Some(Kind::Full));
    assert!(
        matches!(link.refusal(), Some(Refusal::AuthenticationTooOld { .. })),
        "{:?}",
        link.refusal()
    );
}

#[test]
fn rule_01_a_session_of_one_name_is_a_full_handshake_at_another() {
    // RFC 9846 §4.7.1 (3).
    let mut pair = Pair::tls13()
        .seed(6)
        .certificate(KeyType::Ed25519, &["other.test"]);
    pair.connect();
    let mut offered = pair.world.wallet.pop().expect("a ticket");
    // A client that does not care: it offers the session under another name.
    pair.name = tessera_session::ServerName::new("other.test").expect("a name");
    offered.session.binding.server_name = Some(pair.name.clone());
    let link = pair.connect_with(Some(offered));
    assert_eq!(link.kind(), Some(Kind::Full));
    assert_eq!(link.refusal(), Some(Refusal::DifferentServerName));
    assert_eq!(
        link.client
            .connection
            .facts()
            .and_then(|facts| facts.refusal),
        Some(Refusal::DeclinedByServer)
    );
}

#[test]
fn rule_01_and_r4_another_policy_or_authentication_mode_is_another_scope() {
    type Change = fn(&mut Pair);
    let changes: [(&str, Change); 5] = [
        ("policy", |pair| pair.server.policy = "other".to_owned()),
        ("deployment", |pair| pair.server.deployment = [8; 16]),
        ("client authentication", |pair| {
            pair.server.client_auth.mode = ClientAuthMode::Request;
        }),
        ("authorisation version", |pair| {
            pair.server.authorisation_version = 1;
        }),
        ("protocol", |pair| pair.server.protocol = "smtp".to_owned()),
    ];
    for (what, change) in changes {
        let mut pair = Pair::tls13().seed(7);
        pair.connect();
        change(&mut pair);
        let link = pair.connect();
        assert_eq!(link.kind(), Some(Kind::Full), "{what}");
        assert_eq!(link.refusal(), Some(Refusal::DifferentScope), "{what}");
    }
}

#[test]
fn a_renewed_certificate_keeps_every_session() {
    let mut pair = Pair::tls13().seed(8);
    pair.connect();
    let mut pair = pair.only_certificate(KeyType::P384, &["server.test"]);
    assert_eq!(pair.connect().kind(), Some(Kind::Psk));
}

#[test]
fn rule_17_the_peers_identity_is_the_same_on_a_resumed_connection() {
    let mut pair = Pair::tls13()
        .seed(9)
        .client_auth(ClientAuthMode::Require)
        .client_certificate(KeyType::Ed25519);
    let full = pair.connect();
    pair.wait(after::minutes(30));
    let resumed = pair.connect();
    assert_eq!(resumed.kind(), Some(Kind::Psk));
    let (full, resumed) = (
        full.facts().expect("full"),
        resumed.facts().expect("resumed"),
    );
    assert!(full.peer.is_some());
    assert_eq!(full.peer, resumed.peer);
    assert_eq!(
        full.session.authenticated_at,
        resumed.session.authenticated_at
    );
}

#[test]
fn rule_02_a_session_ends_with_the_peers_certificate() {
    let mut pair = Pair::tls13()
        .seed(10)
        .client_auth(ClientAuthMode::Require)
        .client_certificate(KeyType::Ed25519);
    pair.connect();
    let revoked = {
        let link = pair.connect();
        link.facts()
            .and_then(|facts| facts.peer.clone())
            .expect("a client certificate")
            .issuer_serials
    };
    pair.server.client_auth.revoked = std::sync::Arc::new(revoked.into_iter().collect());
    let link = pair.connect();
    assert_eq!(
        (link.kind(), link.refusal()),
        (Some(Kind::Full), Some(Refusal::IdentityRevoked))
    );
}

#[test]
fn protocol_a_session_without_identity_is_a_full_handshake_where_one_is_required() {
    let mut pair = Pair::tls13().seed(11).client_certificate(KeyType::Ed25519);
    pair.connect();
    let offered = pair.world.wallet.pop();
    // Scope already differs by the mode, so nothing short of a forged scope gets further than that.
    pair.server.client_auth.mode = ClientAuthMode::Require;
    let link = pair.connect_with(offered);
    assert_eq!(link.kind(), Some(Kind::Full));
    assert!(link.facts().is_some_and(|facts| facts.peer.is_some()));
}

#[test]
fn rule_10_a_tainted_session_is_never_offered_by_a_verifying_client() {
    let mut pair = Pair::tls13().seed(21);
    pair.connect();
    let mut offered = pair.world.wallet.pop().expect("a ticket");
    offered.session.taint = Some(tessera_session::Taint::Unverified);
    let link = pair.connect_with(Some(offered));
    assert_eq!(link.kind(), Some(Kind::Full));
    assert_eq!(
        link.client
            .connection
            .facts()
            .and_then(|facts| facts.refusal),
        Some(Refusal::Tainted)
    );
    assert_eq!(link.refusal(), None, "the server never heard of it");
}

#[test]
fn r5_taint_is_inherited_by_every_ticket_of_the_lineage() {
    let mut pair = Pair::tls13().seed(22).tickets(1);
    pair.client.verification = tessera_session::Verification::Insecure;
    pair.connect();
    let mut offered = pair.world.wallet.pop().expect("a ticket");
    offered.session.taint = Some(tessera_session::Taint::Unverified);
    assert_eq!(pair.connect_with(Some(offered)).kind(), Some(Kind::Psk));
    let heir = pair
        .world
        .wallet
        .pop()
        .expect("a ticket of the resumed connection");
    assert_eq!(heir.session.taint, Some(tessera_session::Taint::Unverified));
}

#[test]
fn rule_16_age_add_and_nonce_are_of_each_ticket_alone() {
    // RFC 9846 §4.7.1 (7).
    let mut pair = Pair::tls13().seed(23).tickets(8);
    pair.connect();
    let mut adds: Vec<u32> = pair
        .world
        .wallet
        .iter()
        .map(|ticket| match ticket.session.resumption {
            Resumption::Tls13 { ticket_age_add, .. } => ticket_age_add,
            Resumption::Tls12 { .. } => 0,
        })
        .collect();
    adds.sort_unstable();
    adds.dedup();
    assert_eq!(adds.len(), 8);
    assert!(!adds.contains(&0));
    let mut secrets: Vec<_> = pair
        .world
        .wallet
        .iter()
        .map(|ticket| ticket.session.secret.as_bytes().to_vec())
        .collect();
    secrets.sort();
    secrets.dedup();
    assert_eq!(
        secrets.len(),
        8,
        "each ticket's PSK comes from its own nonce"
    );
}

#[test]
fn rule_04_there_is_no_ticket_before_there_is_a_key() {
    let mut pair = Pair::tls13().seed(24);
    let keyless = std::sync::Arc::new(tessera_session::Tickets::default());
    let mut settings = pair.server.clone();
    settings.shared = std::sync::Arc::clone(&keyless);
    let config =
        std::sync::Arc::new(tessera_engine::ServerConfig::try_from(settings).expect("right"));
    let met = |pair: &mut Pair| {
        let mut link = pair.link(None);
        let server = tessera_engine::Connection::server(std::sync::Arc::clone(&config), [3; 32]);
        link.server = tessera_testkit::End::new(tessera_session::Side::Server, server);
        link.run(&mut pair.world);
        assert_eq!(link.kind(), Some(Kind::Full));
        let issued = |event: &&Event| matches!(event, Event::TicketIssued(_));
        link.server.events.iter().filter(issued).count()
    };
    assert_eq!(met(&mut pair), 0);
    assert!(pair.world.wallet.is_empty());

    // The same server, once it has a key.
    keyless.set_ring((*pair.server.shared.ring()).clone());
    assert_eq!(met(&mut pair), 2);
    assert_eq!(pair.world.wallet.len(), 2);
}

#[test]
fn rule_25_a_small_difference_of_clocks_is_borne_and_a_large_one_refused() {
    for (ahead, resumes) in [
        (Duration::from_secs(50), true),
        (Duration::from_secs(90), false),
    ] {
        let mut pair = Pair::tls13().seed(25).tickets(1);
        pair.connect();
        let offered = pair.world.wallet.pop().expect("a ticket");
        // The server that takes the ticket is behind the one that made it.
        let mut link = pair.link(Some(offered));
        link.client.collect(pair.now, &mut pair.world);
        let behind = pair.now.minus(ahead);
        let hello = std::mem::take(&mut link.client.outbox);
        link.server
            .handle(behind, Input::Ciphertext(&hello), &mut pair.world);
        let refused = link
            .server
            .events
            .iter()
            .any(|event| matches!(event, Event::Refused(Refusal::FromTheFuture { .. })));
        assert_eq!(refused, !resumes, "{ahead:?}");
    }
}

#[test]
fn rule_22_a_fatal_alert_after_the_handshake_names_the_tickets_to_discard() {
    // RFC 9846 §5.2 (3), §6.2 (1, 2).
    let mut pair = Pair::tls13().seed(26).tickets(2);
    let mut link = pair.connect();
    link.server.handle(
        link.now,
        Input::Plaintext(b"to be damaged"),
        &mut pair.world,
    );
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToClient {
            bytes[10] ^= 1;
        }
    });
    let kept: Vec<TicketId> = pair
        .world
        .wallet
        .iter()
        .map(tessera_engine::OfferedSession::id)
        .collect();
    match link.client_ending() {
        Some(tessera_engine::Ending::Fault { fault, discard, .. }) => {
            assert_eq!(fault.alert(), Some(AlertDescription::BAD_RECORD_MAC));
            assert_eq!(*discard, kept);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rule_22_a_ticket_that_comes_together_with_its_end_is_discarded_too() {
    let mut pair = Pair::tls13().seed(29).tickets(2);
    let mut link = pair.link(None);
    // The server's tickets and what it says are handed over in one piece, its last byte changed.
    link.server.handle(
        link.now,
        Input::Plaintext(b"to be damaged"),
        &mut pair.world,
    );
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToClient && bytes.first() == Some(&23) {
            *bytes.last_mut().unwrap() ^= 1;
        }
    });
    let asked = pair.world.asked.iter().filter(|asked| **asked == "Keep");
    assert_eq!(asked.count(), 2);
    match link.client_ending() {
        Some(tessera_engine::Ending::Fault { fault, discard, .. }) => {
            assert_eq!(fault.alert(), Some(AlertDescription::BAD_RECORD_MAC));
            let kept: Vec<TicketId> = pair
                .world
                .wallet
                .iter()
                .map(tessera_engine::OfferedSession::id)
                .collect();
            assert_eq!(*discard, kept);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rule_22_a_missing_close_notify_invalidates_nothing() {
    let mut pair = Pair::tls13().seed(27);
    let mut link = pair.connect();
    link.client
        .handle(link.now, Input::EndOfStream, &mut pair.world);
    assert!(matches!(
        link.client_ending(),
        Some(tessera_engine::Ending::Truncated { .. })
    ));
    assert_eq!(pair.connect().kind(), Some(Kind::Psk));
}

#[test]
fn protocol_a_session_resumes_with_any_suite_of_its_hash_and_with_no_other() {
    // RFC 9846 §4.3.11 (3), §4.7.1 (2).
    let mut pair = Pair::tls13().seed(28);
    pair.connect(); // AES-128-GCM, SHA-256
    pair.client.cipher_suites = vec![CipherSuite::TLS_CHACHA20_POLY1305_SHA256];
    let link = pair.connect();
    assert_eq!(link.kind(), Some(Kind::Psk));
    assert_eq!(
        link.facts().map(|facts| facts.cipher_suite),
        Some(CipherSuite::TLS_CHACHA20_POLY1305_SHA256)
    );
    pair.client.cipher_suites = vec![CipherSuite::TLS_AES_256_GCM_SHA384];
    let link = pair.connect();
    assert_eq!(link.kind(), Some(Kind::Full));
    assert_eq!(
        link.client
            .connection
            .facts()
            .and_then(|facts| facts.refusal),
        Some(Refusal::DifferentCipherSuite)
    );
}

#[test]
fn a_revoked_lineage_does_not_resume_whoever_carries_the_session() {
    for stored in [false, true] {
        let mut pair = Pair::tls13().seed(29);
        if stored {
            pair = pair.stored();
        }
        let full = pair.connect();
        let selector = tessera_session::Selector::Lineage(lineage(&full));
        let revocation =
            tessera_session::Revocation::new(selector, "a test", pair.now, after::minutes(1));
        pair.server
            .shared
            .set_revocations(tessera_session::Revoked::new(1, [revocation]));
        let link = pair.connect();
        assert_eq!(
            (link.kind(), link.refusal()),
            (Some(Kind::Full), Some(Refusal::Revoked)),
            "stored: {stored}"
        );
    }
}

/// The EncryptedExtensions a server sent; its config traces messages.
fn encrypted_extensions(link: &Link) -> EncryptedExtensions {
    let sent = link.server.events.iter().find_map(|event| match event {
        Event::Message(message) if message.half == Half::Sending => {
            match Handshake::decode(&message.bytes) {
                Ok(Handshake::EncryptedExtensions(found)) => Some(found),
                _ => None,
            }
        }
        _ => None,
    });
    sent.expect("every TLS 1.3 server sends one")
}

#[test]
fn a_resumption_does_not_say_that_the_name_was_used() {
    let mut pair = Pair::tls13();
    pair.server.trace = Trace::Messages;
    let full = pair.connect();
    let acknowledged = |link: &Link| {
        encrypted_extensions(link)
            .extensions
            .contains(ExtensionType::SERVER_NAME)
    };
    assert!(acknowledged(&full));
    let resumed = pair.connect();
    assert_eq!(resumed.kind(), Some(Kind::Psk));
    // RFC 6066 §3.
    assert!(!acknowledged(&resumed));
}

#[test]
fn a_resumption_verifies_the_server_again_where_settings_say_so() {
    for pair in [Pair::tls13(), Pair::tls12()] {
        let mut pair = pair;
        pair.connect();
        let verifications = |pair: &Pair| {
            let asked = pair.world.asked.iter();
            asked.filter(|name| **name == "VerifyPeer").count()
        };
        assert_eq!(verifications(&pair), 1);
        let link = pair.connect();
        assert!(link.facts().expect("established").resumed);
        assert_eq!(verifications(&pair), 1);

        pair.client.reverification = Reverification::Always;
        let link = pair.connect();
        assert!(link.facts().expect("established").resumed);
        assert_eq!(verifications(&pair), 2);
        assert_eq!(
            link.client
                .connection
                .facts()
                .map(|facts| facts.peer.is_some()),
            Some(true)
        );

        let peer = link
            .client
            .connection
            .facts()
            .and_then(|facts| facts.peer.clone());
        let leaf = peer.expect("a server").chain.swap_remove(0);
        pair.world.rejected.insert(leaf);
        let link = pair.connect();
        assert!(matches!(link.client.fault(), Some(Fault::Identity(_))));
        assert_eq!(link.client.alert_sent(), Some(AlertDescription::UNKNOWN_CA));
        assert!(!link.server.is_established());
    }
}
