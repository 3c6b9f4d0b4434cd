//! Sessions, tickets and what stores hold, as they were made.

use std::time::Duration;

use tessera_session::store::{PeerHash, Revocation, Selector};
use tessera_session::{
    LineageId, RecordError, ServerName, Session, Side, Summary, TicketId, TicketKind, record,
};
use tessera_wire::Writer;

use super::samples::{self, NOW, bare, tls12, tls13};
use crate::fuzz::Seed;

pub(super) fn session_record() -> Vec<Seed> {
    let record = |name, session: &Session, ticket: Option<&[u8]>| {
        let bytes = record::encode(session, ticket).expect("samples are short");
        Seed::new(name, bytes.to_vec())
    };
    vec![
        record("tls13_server", &tls13(), None),
        record("tls13_client", &tls13(), Some(b"a ticket")),
        record("tls12", &tls12(), None),
        record("bare", &bare(), None),
    ]
}

pub(super) fn session_summary() -> Vec<Seed> {
    let seed = |name, summary: Result<Vec<u8>, RecordError>| {
        Seed::new(name, summary.expect("samples are short"))
    };
    let id = TicketId([7; 32]);
    let sealed = Summary::of(&tls13(), id, Side::Client, TicketKind::Sealed);
    vec![
        seed("sealed", sealed.encode()),
        seed(
            "lineage",
            Summary::of_lineage(&bare(), Side::Server).encode(),
        ),
    ]
}

pub(super) fn revocation() -> Vec<Seed> {
    let seed = |name, selector| {
        let revocation = Revocation::new(selector, "why", NOW, Duration::from_secs(60)).by("who");
        Seed::new(name, revocation.encode())
    };
    let name = ServerName::new("a.example").expect("a fixed name");
    vec![
        seed("lineage", Selector::Lineage(LineageId([1; 16]))),
        seed("peer", Selector::Peer(PeerHash::of_subject("CN=client"))),
        seed("server_name", Selector::ServerName(name)),
        seed("all", Selector::All),
        Seed::new(
            "closing",
            Revocation::new(Selector::All, "", NOW, Duration::ZERO)
                .closing_connections()
                .encode(),
        ),
    ]
}

pub(super) fn ticket_ring() -> Vec<Seed> {
    let now = NOW.as_millis();
    let mut w = Writer::new();
    w.u16(1);
    w.u64(7);
    w.vec16(|w| {
        for key in [1_u8, 2] {
            for time in [now, now + 1_000, now + 2_000] {
                w.u64(time);
            }
            w.bytes(&[key; 32]);
        }
    });
    vec![
        Seed::new("two_keys", w.into_vec()),
        Seed::new("empty", [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]),
    ]
}

pub(super) fn self_encrypted_ticket() -> Vec<Seed> {
    ["tls13", "bare", "tls12"]
        .into_iter()
        .zip(samples::tickets())
        .map(|(name, (ticket, _))| Seed::new(name, ticket))
        .collect()
}

pub(super) fn stored_session() -> Vec<Seed> {
    ["server", "wallet", "lineage"]
        .into_iter()
        .zip(samples::stored())
        .map(|(name, stored)| Seed::new(name, super::flatten(&stored)))
        .collect()
}
