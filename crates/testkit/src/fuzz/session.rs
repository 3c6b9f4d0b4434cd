//! Targets for what leaves the process and comes back: records, summaries, revocations, rings, tickets, and what a
//! store holds. What is sealed opens as it was sealed, or not at all.

pub(super) mod samples;
mod seeds;

use std::sync::LazyLock;

use tessera_session::record;
use tessera_session::store::{Revocation, Revoked};
use tessera_session::ticket::seal;
use tessera_session::vault::{Purpose, hash_code, hash_of_code};
use tessera_session::{
    Offer, OpenFailure, Opened, ResumptionPolicy, RevokedSerials, Scope, Session, Side,
    StoredSession, Summary, TicketId, TicketKind, Timestamp,
};
use tessera_wire::{DecodeError, ProtocolVersion, Reader, Writer};

use samples::{NOW, ring, vault, wallet_key};

super::table! { SESSION, 2000 variants:
    session_record session_summary revocation ticket_ring self_encrypted_ticket stored_session
}

/// A session's record: it is written back byte for byte, and no session is too odd to be judged.
pub fn session_record(data: &[u8]) {
    let Ok((session, ticket)) = record::decode(data) else {
        return;
    };
    let written = record::encode(&session, ticket.as_deref()).expect("what was read can be kept");
    assert_eq!(written.as_slice(), data);
    judge(&session);
    let _ = (session.lifetime.ticket_lifetime(), format!("{session:?}"));
    for side in [Side::Client, Side::Server] {
        let id = TicketId::of_lineage(session.lineage.id);
        shown(&Summary::of(&session, id, side, TicketKind::Stored));
        shown(&Summary::of_lineage(&session, side));
    }
}

/// Whatever its times and its binding, a session has a ruling.
fn judge(session: &Session) {
    let offer = Offer {
        version: session.version,
        cipher_suite: session.cipher_suite,
        cipher_suite_hash: session.hash().expect("a record's suite is one we know"),
        server_name: session.binding.server_name.as_ref(),
        scope: &session.binding.scope,
        alpn: session.binding.alpn.as_ref(),
        requires_identity: session.binding.peer.is_some(),
        accepts_tainted: true,
        revocations: &Revoked::none(),
        revoked_serials: &RevokedSerials::default(),
        extended_main_secret: true,
        early_data: true,
        ticket_age: None,
        recording_since: None,
    };
    for now in [Timestamp::EPOCH, NOW, Timestamp::from_millis(u64::MAX)] {
        let _ = ResumptionPolicy::default().judge(session, &offer, now);
    }
}

/// A summary: it is written back byte for byte.
pub fn session_summary(data: &[u8]) {
    if let Ok(summary) = Summary::decode(data) {
        let written = summary.encode().expect("what was read can be kept");
        assert_eq!(written, data);
        shown(&summary);
    }
}

/// All that a listing would print.
fn shown(summary: &Summary) {
    let _ = format!("{summary:?} {} {}", summary.id, summary.expires_at);
}

/// A revocation: it is written back byte for byte, and a set takes it in.
pub fn revocation(data: &[u8]) {
    if let Ok(revocation) = Revocation::decode(data) {
        assert_eq!(revocation.encode(), data);
        let mut set = Revoked::new(1, [revocation.clone(), revocation]);
        assert_eq!(set.len(), 1, "the same selector twice is one entry");
        set.expire(NOW);
        let _ = set.covers(&samples::tls13());
    }
}

/// A ring of ticket keys, sealed and opened on the way since only a vault reads one: what opens seals and opens to
/// the same again.
pub fn ticket_ring(data: &[u8]) {
    let Some(filed) = data.get(2..).and_then(<[u8]>::first_chunk) else {
        return;
    };
    let vault = vault();
    let version = u64::from_be_bytes(*filed);
    let sealed = vault.seal(Purpose::Ring, filed, data);
    let Ok(ring) = vault.open_ring(version, &sealed) else {
        return;
    };
    assert_eq!(ring.version(), version);
    let again = vault.open_ring(version, &vault.seal_ring(&ring));
    let names = |ring: &tessera_session::Ring| -> Vec<_> {
        ring.keys()
            .iter()
            .map(|key| (key.name, key.phase(NOW)))
            .collect()
    };
    assert_eq!(again.map(|again| names(&again)), Ok(names(&ring)));
    let _ = (ring.sealing_key(NOW), ring.without_retired(NOW));
}

/// A ticket under a fixed ring: only what the ring sealed opens, at any time the keys open, to what was sealed.
pub fn self_encrypted_ticket(data: &[u8]) {
    static GENUINE: LazyLock<Vec<(Vec<u8>, Session)>> = LazyLock::new(samples::tickets);
    let genuine = GENUINE.iter().find(|(ticket, _)| ticket == data);
    match (seal::open(data, ring(), NOW), genuine) {
        (Opened::Session { session, .. }, Some((_, sealed))) => {
            assert_eq!(record::encode(&session, None), record::encode(sealed, None));
        }
        (Opened::Session { .. }, None) => panic!("a ticket nobody made has opened"),
        (Opened::UnknownKey | Opened::Forged, genuine) => {
            assert!(genuine.is_none(), "a genuine ticket did not open");
        }
    }
}

/// A session as a store gives it back, whoever wrote into the store: each half opens only where all that stands in
/// clear beside it is as it was, and only for the side it was sealed for.
pub fn stored_session(data: &[u8]) {
    static GENUINE: LazyLock<Vec<StoredSession>> = LazyLock::new(samples::stored);
    let Ok(stored) = unflatten(data) else {
        return;
    };
    assert_eq!(flatten(&stored), data);
    for side in [Side::Client, Side::Server] {
        let genuine = GENUINE.iter().any(|genuine| {
            let same = StoredSession {
                listing: stored.listing.clone(),
                ..genuine.clone()
            };
            same == stored && stored.side == side && !stored.sealed.is_empty()
        });
        let opened = vault().open_session(&stored, side).map(drop);
        assert_eq!(opened.is_ok(), genuine, "{opened:?}");
        assert_ne!(
            stored.sealed.is_empty(),
            opened != Err(OpenFailure::OnlySummary)
        );
    }
    let in_wallet = vault().open_from_wallet(&wallet_key(), &stored).is_ok();
    let as_client = vault().open_session(&stored, Side::Client).is_ok();
    assert_eq!(in_wallet, as_client);
    let genuine = GENUINE.iter().any(|genuine| {
        let same = StoredSession {
            sealed: stored.sealed.clone(),
            ..genuine.clone()
        };
        same == stored
    });
    assert_eq!(vault().open_summary(&stored).is_ok(), genuine);
}

/// A stored session, field after field: stores have forms of their own.
fn flatten(stored: &StoredSession) -> Vec<u8> {
    let mut w = Writer::new();
    w.u8(match stored.side {
        Side::Client => 1,
        Side::Server => 2,
    });
    w.u16(stored.version.0);
    w.u8(hash_code(stored.hash));
    w.bytes(&stored.id.0);
    w.bytes(&stored.scope.0);
    w.u64(stored.expires_at.as_millis());
    w.bytes(&stored.index.lineage);
    w.bytes(&stored.index.server_name);
    w.bytes(&stored.index.peer);
    w.vec16(|w| w.bytes(&stored.listing));
    w.vec16(|w| w.bytes(&stored.sealed));
    w.into_vec()
}

fn unflatten(data: &[u8]) -> Result<StoredSession, DecodeError> {
    let illegal = |field| DecodeError {
        field,
        problem: tessera_wire::Problem::IllegalValue,
    };
    let mut r = Reader::new(data);
    let stored = StoredSession {
        side: match r.u8("side")? {
            1 => Side::Client,
            2 => Side::Server,
            _ => return Err(illegal("side")),
        },
        version: ProtocolVersion(r.u16("version")?),
        hash: hash_of_code(r.u8("hash")?).ok_or_else(|| illegal("hash"))?,
        id: TicketId(r.array("id")?),
        scope: Scope(r.array("scope")?),
        expires_at: Timestamp::from_millis(r.u64("expires_at")?),
        index: tessera_session::vault::Index {
            lineage: r.array("lineage")?,
            server_name: r.array("server_name")?,
            peer: r.array("peer")?,
        },
        listing: r.vec16("listing", 0..=0xffff)?.to_vec(),
        sealed: r.vec16("sealed", 0..=0xffff)?.to_vec(),
    };
    r.finish("stored session")?;
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_get_past_the_first_branches() {
        for seed in seeds::session_record() {
            assert!(record::decode(&seed.bytes).is_ok(), "{}", seed.name);
        }
        for seed in seeds::session_summary() {
            assert!(Summary::decode(&seed.bytes).is_ok(), "{}", seed.name);
        }
        for seed in seeds::revocation() {
            assert!(Revocation::decode(&seed.bytes).is_ok(), "{}", seed.name);
        }
        for seed in seeds::stored_session() {
            assert_eq!(unflatten(&seed.bytes).map(|s| flatten(&s)), Ok(seed.bytes));
        }
        for seed in seeds::ticket_ring() {
            let filed = seed.bytes[2..].first_chunk().expect("a version");
            let sealed = vault().seal(Purpose::Ring, filed, &seed.bytes);
            let opened = vault().open_ring(u64::from_be_bytes(*filed), &sealed);
            assert!(opened.is_ok(), "{}: {opened:?}", seed.name);
        }
    }
}
