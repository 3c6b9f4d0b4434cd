//! Files as the programs wrote them, and what the house writes for others.

use tessera_crypto::Entropy;
use tessera_interchange::{container, openssl};
use tessera_session::{Dialect, Resumption, Session, SessionIdContext};
use tessera_wire::SessionId;

use super::super::session::samples::{bare, tls12, tls13};
use crate::fuzz::Seed;

/// A fixture of the crate that reads it.
macro_rules! fixture {
    ($path:literal) => {
        include_bytes!(concat!("../../../../interchange/tests/fixtures/", $path))
    };
}

pub(super) const BOTAN_SEALED: &[u8] = fixture!("botan/tls13.sealed");

pub(super) fn openssl_session() -> Vec<Seed> {
    let seed = |name, session: &Session, ticket: &[u8]| {
        let der = openssl::write_der(session, ticket).expect("samples have something to offer");
        Seed::new(name, der.to_vec())
    };
    vec![
        seed("tls13", &unknown(tls13()), b"a ticket"),
        seed("bare", &bare(), b"a ticket"),
        seed("tls12_session_id", &tls12(), b""),
        seed("tls12_ticket", &tls12(), b"a ticket"),
    ]
}

pub(super) fn openssl_file() -> Vec<Seed> {
    vec![
        Seed::new("openssl3", *fixture!("openssl/tls13_stateful.pem")),
        Seed::new("openssl4_raw_key", *fixture!("openssl4/tls13_raw_key.pem")),
    ]
}

pub(super) fn boringssl_session() -> Vec<Seed> {
    vec![
        Seed::new("tls13", *fixture!("boringssl/tls13.der")),
        Seed::new("tls12_ticket", *fixture!("boringssl/tls12_ticket.der")),
        Seed::new(
            "tls12_session_id",
            *fixture!("boringssl/tls12_session_id.der"),
        ),
    ]
}

pub(super) fn botan_session() -> Vec<Seed> {
    vec![
        Seed::new("tls13", *fixture!("botan/tls13.der")),
        Seed::new("tls12", *fixture!("botan/tls12.der")),
    ]
}

pub(super) fn botan_sealed() -> Vec<Seed> {
    vec![Seed::new("tls13", BOTAN_SEALED)]
}

pub(super) fn curl_file() -> Vec<Seed> {
    vec![Seed::new("two", *fixture!("curl/sessions.txt"))]
}

pub(super) fn session_file() -> Vec<Seed> {
    let mut entropy = Entropy::from_seed([8; 32]);
    let mut seed = |name, session: &Session, ticket: &[u8]| {
        let file = container::write(super::vault(), session, ticket, &mut entropy);
        Seed::new(name, file.expect("samples are short"))
    };
    vec![
        seed("tls13", &tls13(), b"a ticket"),
        seed("tls12", &tls12(), b""),
    ]
}

pub(super) fn server_session() -> Vec<Seed> {
    let context = SessionIdContext::new(b"haproxy").expect("a short context");
    let seed = |name, session: Session| {
        let der = openssl::write_state(&unknown(session), &context).expect("it names nobody");
        Seed::new(name, der.to_vec())
    };
    vec![seed("tls13", tls13()), seed("tls12", tls12())]
}

pub(super) fn foreign_ticket() -> Vec<Seed> {
    ["tls13", "tls12"]
        .into_iter()
        .zip(super::genuine_tickets())
        .map(|(name, ticket)| Seed::new(name, ticket))
        .collect()
}

pub(super) fn ticket_key_file() -> Vec<Seed> {
    let raw = |len: u8| (1..=len).collect::<Vec<u8>>();
    let seed = |name, dialect: Dialect, file: &[u8]| {
        let at = Dialect::ALL.iter().position(|known| *known == dialect);
        let at = at
            .and_then(|at| u8::try_from(at).ok())
            .expect("four of them");
        Seed::new(name, [&[at], file].concat())
    };
    let line = |first: u8| {
        let key: Vec<u8> = (first..first + 80).collect();
        data_encoding::BASE64.encode(&key)
    };
    let lines = [line(1), line(2), line(3)].join("\n");
    vec![
        seed("nginx48", Dialect::Nginx, &raw(48)),
        seed("nginx80", Dialect::Nginx, &raw(80)),
        seed("apache", Dialect::Apache, &raw(48)),
        seed("envoy", Dialect::Envoy, &raw(80)),
        seed("haproxy", Dialect::HaProxy, lines.as_bytes()),
    ]
}

/// A session whose client nobody asked who it is, and whose server shows certificates that can be read.
fn unknown(mut session: Session) -> Session {
    session.binding.peer = None;
    session.taint = None;
    if let Resumption::Tls12 { session_id, .. } = &mut session.resumption {
        *session_id = SessionId::empty();
    }
    session
}
