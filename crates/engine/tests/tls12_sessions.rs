//! TLS 1.2 sessions: by ID, by ticket, many connections at once; and what is not resumed.

use std::collections::HashSet;
use std::time::Duration;
use tessera_engine::{
    Ending, ExtendedMainSecret, Input, KeyUpdateRequest, Kind, Misbehaviour, Mismatch,
    OfferedSession,
};
use tessera_session::{ClientAuthMode, Refusal, Resumption, ServerName};
use tessera_testkit::{KeyType, Link, Pair, StoreMood, after, clear};
use tessera_wire::codepoint::{AlertDescription, ContentType, ExtensionType, ProtocolVersion};
use tessera_wire::extension::SessionTicket;
use tessera_wire::handshake::tls12::Handshake;

#[test]
fn a_session_is_resumed_by_its_ticket() {
    // RFC 5077 §3.2 (1, 3), §3.3 (1), §3.4 (1, 2, 3), RFC 7627 §5.3 (4), RFC 5246 §7.3 (4), §7.4.1.2 (3).
    let mut pair = Pair::tls12();
    let full = pair.connect();
    assert_eq!(full.how(), (Kind::Full, false));
    let again = pair.connect();
    assert_eq!(again.how(), (Kind::Ticket, true));
    let (first, second) = (full.facts().expect("full"), again.facts().expect("again"));
    assert_eq!(first.session.id, second.session.id);
    assert_eq!(first.session.lineage, second.session.lineage);
    assert_ne!(first.keys_fingerprint, second.keys_fingerprint);
    assert_eq!(
        first.session.authenticated_at,
        second.session.authenticated_at
    );
    assert!(!pair.world.asked.contains(&"FindSession"));
}

#[test]
fn a_session_is_resumed_by_its_id_once_the_store_has_it() {
    let mut pair = Pair::tls12().session_ids();
    assert_eq!(pair.connect().how(), (Kind::Full, false));
    let asked = pair.world.asked.clone();
    assert!(asked.contains(&"Keep"));
    assert_eq!(pair.connect().how(), (Kind::SessionId, true));
    assert!(pair.world.asked.contains(&"FindSession"));
}

#[test]
fn the_client_hears_of_a_session_only_after_it_is_kept() {
    let mut pair = Pair::tls12().session_ids();
    let mut link = pair.link(None);
    link.server.answers_at_once = false;
    link.run(&mut pair.world);
    while !link
        .server
        .open
        .iter()
        .any(|(_, question)| question.name() == "Keep")
    {
        assert!(!link.server.open.is_empty(), "somebody is asked");
        let now = link.now;
        link.server.answer_open(now, &mut pair.world);
        link.run(&mut pair.world);
    }
    assert!(!link.client.is_established());
    let now = link.now;
    link.server.answer_open(now, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.how(), (Kind::Full, false));
}

#[test]
fn a_store_that_is_down_costs_the_session_and_not_the_connection() {
    let mut pair = Pair::tls12().session_ids();
    pair.world.mood = StoreMood::Down;
    assert_eq!(pair.connect().how(), (Kind::Full, false));
    pair.world.mood = StoreMood::Fine;
    pair.world.wallet.clear();
    pair.connect();
    pair.world.mood = StoreMood::Down;
    let link = pair.connect();
    assert_eq!(link.how(), (Kind::Full, false));
    assert_eq!(link.refusal(), Some(Refusal::StoreUnavailable));
}

#[test]
fn twenty_connections_at_once_share_a_session_and_no_key() {
    for pair in [Pair::tls12(), Pair::tls12().session_ids()] {
        let mut pair = pair;
        let full = pair.connect();
        let session = full.facts().expect("full").session.id;
        let mut links: Vec<Link> = (0..20)
            .map(|_| {
                let offered = pair.world.draw();
                pair.link(offered)
            })
            .collect();
        for link in &mut links {
            link.run(&mut pair.world);
        }
        let mut keys = HashSet::new();
        for link in &links {
            assert!(link.how().1);
            let facts = link.facts().expect("resumed");
            assert_eq!(facts.session.id, session);
            keys.insert(facts.keys_fingerprint);
        }
        assert_eq!(keys.len(), 20, "each has its own key block");
        for link in &mut links {
            link.client_says(b"mine", &mut pair.world);
            assert_eq!(link.server.delivered, b"mine");
        }
    }
}

#[test]
fn a_ticket_under_an_old_key_is_renewed_in_the_abbreviated_handshake() {
    // RFC 5077 §3.3 (5).
    let mut pair = Pair::tls12()
        .ticket_lifetime(after::hours(20))
        .session_lifetime(after::hours(24));
    let first = pair.connect();
    pair.wait(after::hours(13));
    let offered = pair.world.draw();
    let before = offered.as_ref().map(|offered| offered.ticket.clone());
    let mut link = pair.link(offered);
    link.run(&mut pair.world);
    assert_eq!(link.how(), (Kind::Ticket, true));
    let after = pair.world.draw().expect("a new ticket");
    assert_ne!(Some(&after.ticket), before.as_ref());
    let (old, new) = (first.facts().expect("full"), &after.session);
    assert_eq!(
        old.session.authenticated_at, new.lifetime.authenticated_at,
        "only the envelope is new"
    );
    assert_eq!(pair.connect_with(Some(after)).how().0, Kind::Ticket);
}

#[test]
fn rule_03_no_lineage_of_tls_1_2_outlives_a_day() {
    let mut pair = Pair::tls12()
        .ticket_lifetime(after::hours(100))
        .session_lifetime(after::hours(150));
    pair.rotation.opens_for = Duration::from_secs(200 * 3600);
    pair.connect();
    pair.wait(after::hours(23));
    assert!(pair.connect().how().1);
    pair.wait(after::hours(2));
    let link = pair.connect();
    assert_eq!(link.how(), (Kind::Full, false));
}

#[test]
fn single_use_turns_resumption_off() {
    let mut pair = Pair::tls12();
    pair.connect();
    pair.server.single_use = true;
    let link = pair.connect();
    assert_eq!(link.how(), (Kind::Full, false));
    assert_eq!(link.refusal(), Some(Refusal::SingleUseNeedsTls13));
    pair.world.wallet.clear();
    pair.connect();
    assert!(pair.world.wallet.is_empty(), "and nothing is issued");
}

#[test]
fn rule_18_a_session_without_identity_does_not_resume_where_one_is_required() {
    let mut pair = Pair::tls12();
    pair.connect();
    pair.server.client_auth.mode = ClientAuthMode::Require;
    let link = pair.connect();
    assert_eq!(
        link.server.fault().cloned(),
        Some(Mismatch::ClientCertificate.into())
    );
}

#[test]
fn rule_14_a_session_never_crosses_from_one_version_to_the_other() {
    let mut pair = Pair::tls13().both_versions();
    pair.connect();
    let ticket13 = pair.world.wallet.pop().expect("a ticket");
    pair.world.wallet.clear();
    pair.server.versions = vec![ProtocolVersion::TLS1_2];
    let link = pair.connect_with(Some(ticket13));
    assert_eq!(link.how(), (Kind::Full, false));
    let refusal = link
        .client
        .connection
        .facts()
        .and_then(|facts| facts.refusal);
    assert_eq!(refusal, Some(Refusal::DifferentVersion));

    let session12 = pair.world.draw().expect("a session");
    pair.server.versions = vec![ProtocolVersion::TLS1_3];
    let link = pair.connect_with(Some(session12));
    let facts = link.client.connection.facts().expect("established");
    assert_eq!(facts.version, ProtocolVersion::TLS1_3);
    assert_eq!(
        (facts.resumed, facts.refusal),
        (false, Some(Refusal::DifferentVersion))
    );
}

#[test]
fn rule_14_a_ticket_of_one_version_in_the_place_of_the_other_s_is_a_full_handshake() {
    let mut pair = Pair::tls13().both_versions();
    pair.connect();
    let ticket13 = pair.world.wallet.pop().expect("a ticket").ticket;
    let mut pair12 = Pair::tls12();
    pair12.server.shared = pair.server.shared.clone();
    pair12.connect();
    let mut offered = pair12.world.draw().expect("a session");
    let sessions = pair12.world.sessions.len();
    offered.ticket = ticket13;
    let link = pair12.connect_with(Some(offered));
    assert_eq!(link.how(), (Kind::Full, false));
    assert_eq!(link.refusal(), Some(Refusal::DifferentVersion));
    assert_eq!(pair12.world.sessions.len(), sessions);
}

#[test]
fn rule_06_a_session_with_the_extended_main_secret_is_never_resumed_without() {
    // RFC 7627 §5.3 (1, 3).
    let mut pair = Pair::tls12();
    pair.server.extended_main_secret = ExtendedMainSecret::Prefer;
    pair.connect();
    let offered = pair.world.draw();
    let mut link = pair.link(offered);
    link.run_through(&mut pair.world, |_, bytes| {
        if bytes.get(5) == Some(&1)
            && let Some(at) = bytes
                .windows(4)
                .position(|window| window == [0, 0x17, 0, 0])
        {
            bytes[at..at + 2].copy_from_slice(&[0x4a, 0x4a]);
        }
    });
    assert_eq!(
        link.server.fault().cloned(),
        Some(Misbehaviour::ExtendedMainSecretChanged.into())
    );
    assert_eq!(
        link.server.alert_sent(),
        Some(AlertDescription::HANDSHAKE_FAILURE)
    );
}

#[test]
fn rule_06_a_session_without_the_extended_main_secret_is_a_full_handshake() {
    // RFC 5246 §7.4.1.3 (2).
    let mut pair = Pair::tls12();
    pair.connect();
    let mut offered: OfferedSession = pair.world.draw().expect("a session");
    if let Resumption::Tls12 {
        extended_main_secret,
        ..
    } = &mut offered.session.resumption
    {
        *extended_main_secret = false;
    }
    let link = pair.connect_with(Some(offered));
    assert_eq!(link.how(), (Kind::Full, false));
    let refusal = link
        .client
        .connection
        .facts()
        .and_then(|facts| facts.refusal);
    assert_eq!(refusal, Some(Refusal::NoExtendedMainSecret));
}

#[test]
fn rule_22_a_fatal_alert_costs_the_session_of_that_connection_and_no_other() {
    // RFC 5246 §7.2.2 (1, 2).
    let mut pair = Pair::tls12().session_ids();
    pair.connect();
    pair.world.wallet.clear();
    let full = pair.connect();
    let id = full.facts().expect("full").session.id;
    let mut victim = pair.connect();
    let mut other = pair.connect();
    assert!(victim.how().1 && other.how().1);
    let now = victim.now;
    let garbage = [
        23, 3, 3, 0, 40, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    ];
    victim
        .server
        .handle(now, Input::Ciphertext(&garbage), &mut pair.world);
    victim.run(&mut pair.world);
    for ending in [victim.server_ending(), victim.client_ending()] {
        match ending {
            Some(Ending::Fault { discard, .. }) => assert_eq!(discard, &[id]),
            other => panic!("{other:?}"),
        }
    }
    other.client_says(b"goes on", &mut pair.world);
    assert_eq!(other.server.delivered, b"goes on");
}

#[test]
fn rule_22_a_session_that_is_kept_under_its_ticket_is_discarded_once() {
    let mut pair = Pair::tls12();
    let mut link = pair.connect();
    let id = link.facts().expect("full").session.id;
    let now = link.now;
    let empty = [23, 3, 3, 0, 0];
    link.client
        .handle(now, Input::Ciphertext(&empty), &mut pair.world);
    match link.client_ending() {
        Some(Ending::Fault { discard, .. }) => assert_eq!(discard, &[id]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rule_22_a_peer_that_has_proven_nothing_invalidates_nothing() {
    let mut pair = Pair::tls12().session_ids();
    pair.connect();
    let offered = pair.world.draw();
    let mut link = pair.link(offered);
    link.run_through(&mut pair.world, |direction, bytes| {
        // The client's Finished is changed on its way.
        if direction == tessera_testkit::Direction::ToServer && bytes.first() == Some(&20) {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
    });
    match link.server_ending() {
        Some(Ending::Fault { discard, .. }) => assert!(discard.is_empty()),
        other => panic!("{other:?}"),
    }
    assert!(pair.connect().how().1, "the session is as it was");
}

#[test]
fn protocol_a_ticket_hides_the_session_id_beside_it() {
    // A hello with the ID of a session in the store, and a ticket that nobody can open.
    let mut pair = Pair::tls12().session_ids();
    pair.connect();
    let mut link = {
        let offered = pair.world.draw();
        pair.link(offered)
    };
    pair.world.asked.clear();
    link.run_through(&mut pair.world, |_, stream| {
        clear::edit(stream, |pieces| {
            for piece in pieces {
                if let Ok(Handshake::ClientHello(mut hello)) = Handshake::decode(&piece.bytes) {
                    assert!(!hello.legacy_session_id.is_empty());
                    hello.extensions.replace(&SessionTicket(vec![7; 150]));
                    piece.bytes = hello.encode();
                }
            }
        });
    });
    assert!(!pair.world.asked.contains(&"FindSession"));
    assert!(pair.world.asked.contains(&"Sign"), "a full handshake began");
}

#[test]
fn protocol_another_name_is_a_full_handshake() {
    for mut pair in [Pair::tls12(), Pair::tls12().session_ids()] {
        pair = pair.certificate(KeyType::Ed25519, &["other.test"]);
        pair.connect();
        let mut offered = pair.world.draw().expect("a session");
        pair.name = ServerName::new("other.test").expect("a name");
        // The client would not offer it there; one that does is told by nobody why it is in vain.
        offered.session.binding.server_name = Some(pair.name.clone());
        let link = pair.connect_with(Some(offered));
        assert_eq!(link.how(), (Kind::Full, false));
        assert_eq!(link.refusal(), Some(Refusal::DifferentServerName));
    }
}

#[test]
fn protocol_a_resuming_server_hello_has_no_server_name() {
    for (resumes, has) in [(false, true), (true, false)] {
        let mut pair = Pair::tls12();
        pair.connect();
        let offered = resumes.then(|| pair.world.draw()).flatten();
        let mut link = pair.link(offered);
        let mut named = None;
        link.run_through(&mut pair.world, |_, stream| {
            clear::edit(stream, |pieces| {
                for piece in pieces {
                    if let Ok(Handshake::ServerHello(hello)) = Handshake::decode(&piece.bytes) {
                        named = Some(hello.extensions.contains(ExtensionType::SERVER_NAME));
                    }
                }
            });
        });
        assert_eq!(named, Some(has));
        assert_eq!(link.how().1, resumes);
    }
}

#[test]
fn protocol_the_downgrade_sentinel_is_in_the_first_handshake_only() {
    // A server that speaks TLS 1.3 as well, and a client that does not: each handshake on the
    // connection would else look like an attack.
    let mut pair = Pair::tls13().both_versions().renegotiation();
    pair.client.versions = vec![ProtocolVersion::TLS1_2];
    let mut link = pair.connect();
    let now = link.now;
    for wish in [
        Input::Renegotiate,
        Input::UpdateKeys(KeyUpdateRequest::UpdateRequested),
    ] {
        link.client.handle(now, wish, &mut pair.world);
        link.run(&mut pair.world);
    }
    assert_eq!(link.agreed().0.epoch, 2);
}

#[test]
fn an_abbreviated_handshake_does_no_public_key_work() {
    for mut pair in [Pair::tls12(), Pair::tls12().session_ids()] {
        pair.connect();
        let offered = pair.world.draw();
        pair.world.asked.clear();
        let mut link = pair.link(offered);
        let mut said = Vec::new();
        link.run_through(&mut pair.world, |_, stream| {
            clear::edit(stream, |pieces| {
                let messages = pieces.iter().filter_map(|piece| {
                    let is_message = piece.content_type == ContentType::HANDSHAKE;
                    is_message.then(|| Handshake::decode(&piece.bytes).ok())?
                });
                for message in messages {
                    if let Handshake::ClientHello(hello) = &message {
                        assert!(!hello.extensions.contains(ExtensionType::KEY_SHARE));
                    }
                    said.push(message.name());
                }
            });
        });
        assert!(link.how().1);
        // Nobody's key signs, no chain is verified, and no share of a key exchange is made.
        assert_eq!(said, ["ClientHello", "ServerHello"]);
        for work in ["Sign", "VerifyPeer"] {
            assert!(!pair.world.asked.contains(&work), "{:?}", pair.world.asked);
        }
    }
}

#[test]
fn a_client_that_wants_no_tickets_gets_none_and_shows_none() {
    // RFC 5077 §3.2 (2).
    let mut pair = Pair::tls12();
    pair.connect();
    let ticket = pair.world.draw();
    assert!(ticket.is_some());
    pair.client.session_forms.tickets = false;
    let mut asked = false;
    let mut link = pair.link(ticket);
    link.run_through(&mut pair.world, |_, bytes| {
        clear::edit(bytes, |pieces| {
            let messages = pieces.iter().map(|piece| &piece.bytes);
            for message in messages {
                if let Ok(Handshake::ClientHello(hello)) = Handshake::decode(message) {
                    asked |= hello.extensions.contains(ExtensionType::SESSION_TICKET);
                }
            }
        });
    });
    assert_eq!(link.how(), (Kind::Full, false));
    let refused = link.agreed().0.refusal;
    assert_eq!(refused, Some(Refusal::FormOff));
    assert!(!asked);
    pair.world.wallet.clear();

    // By ID it resumes, where the server has them; and not where those are off, too.
    let mut pair = pair.session_ids();
    assert_eq!(pair.connect().how(), (Kind::Full, false));
    assert_eq!(pair.connect().how(), (Kind::SessionId, true));
    pair.client.session_forms.ids = false;
    assert_eq!(pair.connect().how(), (Kind::Full, false));
    pair.world.wallet.clear();
    assert_eq!(pair.connect().how(), (Kind::Full, false));
    assert!(pair.world.draw().is_none());
}
