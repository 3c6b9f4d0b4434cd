//! A server's session through OpenSSL's structure and its tickets, and from one server to another.

use core::time::Duration;

use crate::samples::{MADE, tls12, tls13};
use tessera_crypto::Entropy;
use tessera_interchange::openssl::{StateError, read_state, write_state};
use tessera_interchange::ticket::{CarryError, OpenSslTickets, Opened, carry, context, open, seal};
use tessera_session::ticket::{Host, Presented, SessionIdContext};
use tessera_session::{
    Dialect, ForeignKey, ForeignRole, ForeignTickets, KeyName, Lineage, Refusal, Resumption, Ring,
    Scope, ServerName, Session, Taint,
};
use tessera_wire::SessionId;

fn entropy() -> Entropy {
    Entropy::from_seed([3; 32])
}

fn key(dialect: Dialect, first: u8) -> ForeignKey {
    let parts = (&[first; 32][..], &[first ^ 0xff; 32][..]);
    let until = MADE.plus(Duration::from_secs(30 * 86_400));
    ForeignKey::new(
        dialect,
        KeyName([first; 16]),
        parts,
        ForeignRole::Seals,
        until,
    )
    .unwrap()
}

fn sid(text: &[u8]) -> SessionIdContext {
    SessionIdContext::new(text).unwrap()
}

/// A session as a server has it that does not ask who its clients are.
fn anonymous(mut session: Session) -> Session {
    session.binding.peer = None;
    session.app_data = Vec::new();
    if let Resumption::Tls12 { session_id, .. } = &mut session.resumption {
        *session_id = SessionId::empty();
    }
    session
}

#[test]
fn r11_a_session_keeps_its_lineage_and_its_authentication_and_loses_early_data() {
    for session in [anonymous(tls13()), anonymous(tls12())] {
        let der = write_state(&session, &sid(b"haproxy")).unwrap();
        let state = read_state(&der, b"the ticket").unwrap();
        assert_eq!(state.context, sid(b"haproxy"));
        let read = state.session;
        assert_eq!(read.lineage, session.lineage);
        assert_eq!(read.lifetime, session.lifetime);
        assert_eq!(read.binding.server_name, session.binding.server_name);
        assert_eq!(read.secret.as_bytes(), session.secret.as_bytes());
        assert_eq!((read.version, read.taint), (session.version, None));
        match (read.resumption, session.resumption) {
            (
                Resumption::Tls13 {
                    ticket_age_add,
                    max_early_data_size,
                },
                Resumption::Tls13 {
                    ticket_age_add: before,
                    ..
                },
            ) => assert_eq!((ticket_age_add, max_early_data_size), (before, 0)),
            (read, before) => assert_eq!(read, before),
        }
    }
}

#[test]
fn r11_a_session_with_an_identity_is_neither_written_nor_read_for_others() {
    assert!(write_state(&tls13(), &SessionIdContext::EMPTY).is_none());
    let tainted = Session {
        taint: Some(Taint::Unverified),
        ..anonymous(tls13())
    };
    assert!(write_state(&tainted, &SessionIdContext::EMPTY).is_none());
    // A client's file has the server's certificate where a server's has the client's.
    let with_peer = tessera_interchange::openssl::read_pem(include_str!(
        "../fixtures/openssl/tls13_stateful.pem"
    ))
    .unwrap();
    let der = tessera_interchange::openssl::write_der(&with_peer.session, b"t").unwrap();
    assert_eq!(read_state(&der, b"t").err(), Some(StateError::HasPeer));
}

#[test]
fn r11_a_ticket_of_others_is_as_old_as_it_says_and_founds_a_lineage_of_its_own() {
    // What OpenSSL itself writes has no application data.
    let file =
        tessera_interchange::openssl::read_pem(include_str!("../fixtures/openssl/tls13_alpn.pem"))
            .unwrap();
    let mut session = file.session;
    session.binding.peer = None;
    let der = tessera_interchange::openssl::write_der(&session, b"t").unwrap();
    let one = read_state(&der, b"one ticket").unwrap().session;
    let other = read_state(&der, b"another").unwrap().session;
    let again = read_state(&der, b"one ticket").unwrap().session;
    assert_eq!(one.lifetime.authenticated_at, session.lifetime.issued_at);
    assert_ne!(one.lineage, other.lineage);
    assert_eq!(one.lineage, again.lineage);
}

#[test]
fn r11_what_a_session_inherits_limits_it_and_never_extends_it() {
    let mut session = anonymous(tls13());
    session.lineage = Lineage {
        id: session.lineage.id,
        generation: 9,
    };
    // As after a renewal elsewhere: made later than it was authenticated, and good for long.
    session.lifetime.issued_at = MADE.plus(Duration::from_secs(70_000));
    session.lifetime.expires_at = session.lifetime.issued_at.plus(Duration::from_secs(86_400));
    let der = write_state(&session, &SessionIdContext::EMPTY).unwrap();
    let read = read_state(&der, b"t").unwrap().session;
    assert_eq!(read.lineage, session.lineage);
    assert_eq!(
        read.lifetime.authenticated_at,
        session.lifetime.authenticated_at
    );
    assert_eq!(read.lifetime.expires_at, session.lifetime.lineage_ends_at);
}

#[test]
fn a_ticket_of_nginx_becomes_one_of_haproxy_with_haproxys_context() {
    let (nginx, haproxy) = (key(Dialect::Nginx, 1), key(Dialect::HaProxy, 2));
    let session = anonymous(tls13());
    let der = write_state(&session, &sid(&[7; 20])).unwrap();
    let ticket = seal(&der, &nginx, &mut entropy()).unwrap();
    assert_eq!(
        context(&ticket, std::slice::from_ref(&nginx)),
        Ok(sid(&[7; 20]))
    );

    let carried = carry(
        &ticket,
        &[key(Dialect::Nginx, 9), nginx],
        &haproxy,
        &sid(b"haproxy"),
        &mut entropy(),
    )
    .unwrap();
    let Opened::State { der: carried, .. } = open(&carried, [&haproxy]) else {
        panic!("it does not open");
    };
    // The context is all that changed.
    assert_eq!(carried, write_state(&session, &sid(b"haproxy")).unwrap());
}

#[test]
fn r11_a_key_that_is_over_opens_nothing_even_before_it_is_erased() {
    let nginx = key(Dialect::Nginx, 1);
    let ring = Ring::empty().with_foreign(vec![nginx.clone()]).unwrap();
    let name = ServerName::new("a.example").unwrap();
    let form = std::sync::Arc::new(OpenSslTickets);
    let late = nginx.until.plus(Duration::from_secs(86_400));
    let taken = ForeignTickets::new(form, vec![name.clone()], late, Some(Dialect::Nginx));
    let der = write_state(&anonymous(tls13()), &sid(b"x")).unwrap();
    let presented = Presented {
        ticket: &seal(&der, &nginx, &mut entropy()).unwrap(),
        host: Host {
            server_name: Some(&name),
            scope: Scope([1; 32]),
            asks_identity: false,
        },
    };
    let open = |now| presented.open(&ring, Some(&taken), now);
    let opened = open(nginx.until.minus(Duration::from_secs(1)))
        .ok()
        .unwrap();
    assert_eq!(opened.session.binding.scope, Scope([1; 32]));
    let over = open(nginx.until).err();
    assert_eq!(over, Some(Refusal::ForeignMigrationOver));
}

#[test]
fn what_is_not_carried_says_why() {
    let (nginx, haproxy) = (key(Dialect::Nginx, 1), key(Dialect::HaProxy, 2));
    let der = write_state(&anonymous(tls13()), &SessionIdContext::EMPTY).unwrap();
    let ticket = seal(&der, &nginx, &mut entropy()).unwrap();
    let over = |ticket: &[u8], from: &ForeignKey, to: &ForeignKey| {
        let from = std::slice::from_ref(from);
        carry(ticket, from, to, &SessionIdContext::EMPTY, &mut entropy()).err()
    };
    assert_eq!(
        over(&ticket, &haproxy, &nginx),
        Some(CarryError::UnknownKey)
    );
    let mut forged = ticket.clone();
    forged[40] ^= 1;
    assert_eq!(over(&forged, &nginx, &haproxy), Some(CarryError::Forged));
    let envoy = key(Dialect::Envoy, 1);
    let dialect = Some(CarryError::Dialect(Dialect::Envoy));
    assert_eq!(over(&ticket, &envoy, &haproxy), dialect);
    assert_eq!(over(&ticket, &nginx, &envoy), dialect);
    let noise = seal(b"no session", &nginx, &mut entropy()).unwrap();
    assert!(matches!(
        over(&noise, &nginx, &haproxy),
        Some(CarryError::Read(_))
    ));
}
