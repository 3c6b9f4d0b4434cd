//! Tickets of another server at a server of ours, and ours for it: what is taken, and what never is.

use std::sync::Arc;
use tessera_crypto::Entropy;
use tessera_engine::{Kind, OfferedSession, ServerConfig, SettingsError};
use tessera_interchange::openssl::{State, read_state, write_der, write_state};
use tessera_interchange::ticket::{self, OpenSslTickets};
use tessera_session::{
    ClientAuthMode, Dialect, ForeignKey, ForeignRole, ForeignTickets, KeyName, Refusal, Resumption,
    ServerName, Session, SessionIdContext, TicketKind, Timestamp,
};
use tessera_testkit::pair::START;
use tessera_testkit::{KeyType, Pair, after};
use tessera_wire::codepoint::{CipherSuite, ProtocolVersion};

const CONTEXT: &[u8] = b"theirs";

fn versions() -> [Pair; 2] {
    [Pair::tls12(), Pair::tls13().tickets(1)]
}

/// The key of a server called nginx. What its tickets are bound to is not said.
fn key() -> ForeignKey {
    let parts = (&[1; 32][..], &[2; 32][..]);
    let until = START.plus(after::hours(60));
    let name = KeyName([9; 16]);
    ForeignKey::new(Dialect::Nginx, name, parts, ForeignRole::Seals, until).expect("a key")
}

fn context() -> SessionIdContext {
    SessionIdContext::new(CONTEXT).expect("short enough")
}

fn tickets(name: &str, until: Timestamp, issues: Option<Dialect>) -> Arc<ForeignTickets> {
    let names = vec![ServerName::new(name).expect("a name")];
    let form = Arc::new(OpenSslTickets);
    Arc::new(ForeignTickets::new(form, names, until, issues))
}

/// The other server's key lies in the ring, and the listener takes its tickets.
fn migrating(mut pair: Pair, key: ForeignKey, issues: Option<Dialect>) -> Pair {
    pair.rotate();
    let shared = &pair.server.shared;
    let ring = shared.ring().with_foreign(vec![key]).expect("a ring");
    assert!(shared.set_ring(ring));
    pair.server.migration = Some(tickets("server.test", START.plus(after::hours(50)), issues));
    pair
}

/// A session as the other server has it, made at a server of ours with these settings and forgotten there.
fn theirs(pair: &mut Pair) -> Session {
    let migration = pair.server.migration.take();
    pair.connect();
    pair.server.migration = migration;
    let mut session = pair.world.wallet.pop().expect("a session").session;
    pair.world.wallet.clear();
    session.binding.peer = None;
    session
}

/// What the other server seals, and the client has of it. OpenSSL's servers leave no note of ours in it.
fn offered(session: &Session, sealed: &Session) -> OfferedSession {
    let der = write_der(sealed, b"-").expect("a session");
    let ticket = ticket::seal(&der, &key(), &mut Entropy::from_seed([5; 32]));
    let ticket = ticket.expect("a ticket");
    // Both ends know the lineage by one name, though no message has it.
    let mut session = session.clone();
    let state = read_state(&der, &ticket).expect("a session");
    session.lineage = state.session.lineage;
    OfferedSession { session, ticket }
}

/// How a connection goes to which this is offered.
fn ruling(pair: &mut Pair, offered: OfferedSession) -> Result<Kind, Refusal> {
    let link = pair.connect_with(Some(offered));
    match link.refusal() {
        Some(refusal) => Err(refusal),
        None => Ok(link.how().0),
    }
}

#[test]
fn r11_a_ticket_of_another_server_is_taken_and_replaced_by_one_of_ours() {
    for pair in versions() {
        let mut pair = migrating(pair, key(), None);
        let session = theirs(&mut pair);
        let offered = offered(&session, &session);
        let link = pair.connect_with(Some(offered));
        assert!(link.how().1, "{:?}", link.refusal());
        let made = session.lifetime.issued_at;
        let first = link.facts().expect("resumed").session.clone();
        assert_eq!(first.authenticated_at, made);
        // In TLS 1.2 in the abbreviated handshake itself: RFC 5077 §3.3.
        let own = pair.server.shared.ring().keys()[0].name;
        assert!(
            pair.world
                .wallet
                .last()
                .expect("ours")
                .ticket
                .starts_with(&own.0)
        );
        // Ours is of the same lineage, and no younger.
        pair.wait(after::hours(1));
        let again = pair.connect();
        let again = again.facts().expect("resumed").session.clone();
        assert_eq!(
            (again.lineage, again.authenticated_at),
            (first.lineage, made)
        );
    }
}

#[test]
fn r11_the_name_must_be_listed_and_be_the_sessions_own() {
    for pair in versions() {
        let mut pair = migrating(pair, key(), None).certificate(KeyType::Ed25519, &["b.test"]);
        let session = theirs(&mut pair);
        // A session for another name, or without one.
        for name in [ServerName::new("b.test").ok(), None] {
            let mut sealed = session.clone();
            sealed.binding.server_name = name;
            let offered = offered(&session, &sealed);
            assert_eq!(
                ruling(&mut pair, offered),
                Err(Refusal::DifferentServerName)
            );
        }
        // The listed name is not the one that is asked for.
        pair.server.migration = Some(tickets("b.test", START.plus(after::hours(9)), None));
        let elsewhere = offered(&session, &session);
        assert_eq!(ruling(&mut pair, elsewhere), Err(Refusal::ForeignNotTaken));
        // No listener takes what nobody gave it, though the key lies in the ring.
        pair.server.migration = None;
        let nowhere = offered(&session, &session);
        assert_eq!(ruling(&mut pair, nowhere), Err(Refusal::ForeignNotTaken));
        // And without the key it is like any other noise.
        let ring = pair.server.shared.ring().without(key().name);
        pair.server.shared.set_ring(ring);
        let unknown = offered(&session, &session);
        assert_eq!(ruling(&mut pair, unknown), Err(Refusal::UnknownTicket));
    }
}

#[test]
fn r11_who_asks_clients_who_they_are_takes_none() {
    for mode in [ClientAuthMode::Request, ClientAuthMode::Require] {
        for pair in versions() {
            let mut pair = migrating(pair, key(), None);
            let session = theirs(&mut pair);
            let mut pair = pair.client_auth(mode).client_certificate(KeyType::Ed25519);
            let offered = offered(&session, &session);
            assert_eq!(ruling(&mut pair, offered), Err(Refusal::NoIdentity));
        }
    }
}

#[test]
fn r11_in_tls_1_2_only_with_the_extended_main_secret() {
    let mut pair = migrating(Pair::tls12(), key(), None);
    let session = theirs(&mut pair);
    let mut without = session.clone();
    let Resumption::Tls12 {
        extended_main_secret,
        ..
    } = &mut without.resumption
    else {
        panic!("TLS 1.2");
    };
    *extended_main_secret = false;
    let offer = offered(&session, &without);
    assert_eq!(ruling(&mut pair, offer), Err(Refusal::NoExtendedMainSecret));
}

#[test]
fn r11_no_early_data_with_what_another_server_sealed_or_will_open() {
    let pair = Pair::tls13().tickets(1).early_data(1000);
    let mut pair = migrating(pair, key(), Some(Dialect::Nginx));
    let session = theirs(&mut pair);
    assert!(matches!(
        session.resumption,
        Resumption::Tls13 {
            max_early_data_size: 1000,
            ..
        }
    ));
    let offer = offered(&session, &session);
    let link = pair.connect_with(Some(offer));
    let early_data = &link.facts().expect("resumed").early_data;
    let refused = format!("{:?}", Refusal::EarlyDataNotInTicket);
    assert!(
        format!("{early_data:?}").contains(&refused),
        "{early_data:?}"
    );
    // What is sealed for the other server says so from the start.
    let issued = pair.world.wallet.last().expect("a ticket");
    assert!(issued.ticket.starts_with(&key().name.0));
    assert!(matches!(
        issued.session.resumption,
        Resumption::Tls13 {
            max_early_data_size: 0,
            ..
        }
    ));
}

#[test]
fn r11_everything_ends_with_the_migration() {
    for pair in versions() {
        let mut given = key();
        given.context = Some(context());
        let pair = pair
            .session_lifetime(after::hours(24))
            .ticket_lifetime(after::hours(24));
        let mut pair = migrating(pair, given.clone(), Some(Dialect::Nginx));
        pair.wait(after::hours(49));
        pair.connect();
        let issued = pair.world.wallet.pop().expect("a ticket");
        assert!(issued.ticket.starts_with(&given.name.0));
        // No ticket outlives it.
        let end = START.plus(after::hours(50));
        assert_eq!(issued.session.lifetime.expires_at, end);
        // A client that does not care about that.
        let offer = || {
            let mut session = issued.session.clone();
            session.lifetime.expires_at = START.plus(after::hours(70));
            let ticket = issued.ticket.clone();
            OfferedSession { session, ticket }
        };
        let over = Err(Refusal::ForeignMigrationOver);
        assert!(ruling(&mut pair, offer()).is_ok());
        pair.now = end;
        assert_eq!(ruling(&mut pair, offer()), over);
        // From then on tickets are ours again.
        let own = pair.world.wallet.last().expect("a ticket");
        assert!(!own.ticket.starts_with(&given.name.0));
        // The end of the key is one, too, whatever the listener was told; then the key is erased.
        let late = START.plus(after::hours(1000));
        pair.server.migration = Some(tickets("server.test", late, None));
        pair.now = given.until;
        pair.rotate();
        assert!(pair.server.shared.ring().foreign().is_empty());
        assert_eq!(ruling(&mut pair, offer()), Err(Refusal::UnknownTicket));
    }
}

#[test]
fn r11_a_context_is_given_or_learned_from_tickets_that_are_not_ours() {
    for pair in versions() {
        let mut pair = migrating(pair, key(), Some(Dialect::Nginx));
        let session = theirs(&mut pair);
        let issued = |pair: &mut Pair| {
            pair.world.wallet.clear();
            pair.connect();
            let ticket = &pair.world.wallet.last().expect("a ticket").ticket;
            match ticket::open(ticket, [&key()]) {
                ticket::Opened::State { der, .. } => {
                    let State {
                        session,
                        context,
                        is_carried,
                    } = read_state(&der, ticket).expect("a session");
                    assert!(is_carried && session.binding.peer.is_none());
                    Some(context)
                }
                _ => None,
            }
        };
        // Not known yet: the ticket is one of ours.
        assert_eq!(issued(&mut pair), None);
        // One that went through our hands teaches nothing, whatever context it has.
        let der = write_state(&session, &context()).expect("a session");
        let carried = ticket::seal(&der, &key(), &mut Entropy::from_seed([5; 32]));
        let carried = OfferedSession {
            session: session.clone(),
            ticket: carried.expect("a ticket"),
        };
        assert!(ruling(&mut pair, carried).is_ok());
        assert_eq!(issued(&mut pair), None);
        // One of theirs does.
        let offer = offered(&session, &session);
        assert!(ruling(&mut pair, offer).is_ok());
        assert_eq!(issued(&mut pair), Some(SessionIdContext::EMPTY));
        // What was said is not overruled by what was seen.
        let mut given = key();
        given.context = Some(context());
        let ring = pair.server.shared.ring().with_foreign(vec![given]);
        pair.server.shared.set_ring(ring.expect("a ring"));
        assert_eq!(issued(&mut pair), Some(context()));
    }
}

#[test]
fn r11_who_has_shown_a_certificate_gets_a_ticket_of_ours() {
    for pair in versions() {
        let mut given = key();
        given.context = Some(context());
        let pair = migrating(pair, given, Some(Dialect::Nginx));
        let pair = pair.client_auth(ClientAuthMode::Request);
        let mut pair = pair.client_certificate(KeyType::Ed25519);
        assert_eq!(pair.connect().how(), (Kind::Full, false));
        let ticket = &pair.world.wallet.last().expect("a ticket").ticket;
        assert!(!ticket.starts_with(&key().name.0));
        assert!(pair.connect().how().1);
    }
}

#[test]
fn a_forged_ticket_of_another_server_and_one_without_a_session_are_told_apart() {
    for pair in versions() {
        let mut pair = migrating(pair, key(), None);
        let session = theirs(&mut pair);
        let mut forged = offered(&session, &session);
        forged.ticket[40] ^= 1;
        assert_eq!(ruling(&mut pair, forged), Err(Refusal::Forged));
        let noise = ticket::seal(b"no session", &key(), &mut Entropy::from_seed([5; 32]));
        let noise = OfferedSession {
            session: session.clone(),
            ticket: noise.expect("a ticket"),
        };
        assert_eq!(ruling(&mut pair, noise), Err(Refusal::ForeignUnreadable));
    }
}

#[test]
fn sessions_for_others_are_made_with_the_suite_that_those_would_choose() {
    let (aes128, aes256, chacha) = (
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    );
    // What a client offers, and what nginx, HAProxy and a server without a migration make of it.
    for (offered, nginx, haproxy) in [
        (vec![chacha, aes128, aes256], chacha, chacha),
        (vec![aes128, chacha, aes256], aes128, aes256),
        (vec![aes128, chacha], aes128, chacha),
    ] {
        let mut pair = migrating(Pair::tls13(), key(), None);
        pair.client.cipher_suites = offered;
        let mut suite = |issues: Option<Dialect>| {
            let until = START.plus(after::hours(9));
            let migration = |issues| tickets("server.test", until, Some(issues));
            pair.server.migration = issues.map(migration);
            let link = pair.connect_with(None);
            link.facts().expect("full").cipher_suite
        };
        assert_eq!(suite(Some(Dialect::Nginx)), nginx);
        assert_eq!(suite(Some(Dialect::HaProxy)), haproxy);
        assert_eq!(suite(None), aes128);
    }
}

#[test]
fn r11_what_could_not_be_promised_is_a_wrong_setting() {
    let with = |pair: Pair, issues| {
        let pair = migrating(pair, key(), issues);
        ServerConfig::try_from(pair.server).err()
    };
    let not_used_up = Some(SettingsError::ForeignTicketsAreNotUsedUp);
    assert_eq!(with(Pair::tls13().single_use(), None), not_used_up);
    let sealed = Some(SettingsError::ForeignTicketsAreSealed);
    assert_eq!(with(Pair::tls13().stored(), Some(Dialect::Nginx)), sealed);
    let mut stored = Pair::tls13();
    stored.server.tickets.kind = Some(TicketKind::Stored);
    assert_eq!(with(stored, None), None);
}

#[test]
fn a_session_of_one_version_is_none_of_the_other() {
    let mut pair = migrating(Pair::tls12(), key(), None);
    let session = theirs(&mut pair);
    let ticket = offered(&session, &session).ticket;
    pair.client.versions = vec![ProtocolVersion::TLS1_3];
    pair.server.versions = vec![ProtocolVersion::TLS1_3];
    pair.connect();
    let offer = OfferedSession {
        session: pair.world.wallet.pop().expect("a ticket").session,
        ticket,
    };
    assert_eq!(ruling(&mut pair, offer), Err(Refusal::DifferentVersion));
}
