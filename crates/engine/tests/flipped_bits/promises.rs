//! What holds of a connection in which one bit was flipped on its way, wherever it was.

use crate::scenes::{FROM_CLIENT, FROM_SERVER, Flip, Played, Stores};
use std::collections::BTreeSet;
use tessera_engine::{Ending, Event, Facts};
use tessera_session::{Side, TicketId};
use tessera_testkit::End;
use tessera_wire::codepoint::{ContentType, ProtocolVersion};
use tessera_wire::record::HEADER_LEN;

const SIDES: [Side; 2] = [Side::Client, Side::Server];

/// All of it. `calm` is the same connection undisturbed.
pub(crate) fn hold(calm: &Played, played: &Played, flip: Flip) {
    never_two_truths(calm, played, flip);
    for side in SIDES {
        let end = played.end(side);
        assert!(end.ending.is_some(), "every end ends");
        let is_fatal = |event: &&Event| matches!(event, Event::AlertSent(_));
        let alerts = end.events.iter().filter(is_fatal).count();
        assert!(alerts <= 1, "one fatal alert at most");
        let established = end.is_established();
        assert!(established || end.delivered.is_empty());
        discards_what_is_its_own(end);
    }
    assert!(
        FROM_CLIENT
            .concat()
            .starts_with(&played.end(Side::Server).delivered)
    );
    assert!(
        FROM_SERVER
            .concat()
            .starts_with(&played.end(Side::Client).delivered)
    );
    stores_change_as_documented(calm, played, flip);
}

/// Two ends that both completed a handshake had the same one: what both know of it is the same, and so is the secret
/// bound to it. And a flip before that was where nobody looks.
fn never_two_truths(calm: &Played, played: &Played, flip: Flip) {
    let [client, server] = &played.truths;
    for (ours, theirs) in client.iter().zip(server) {
        assert_eq!(shared(&ours.facts), shared(&theirs.facts));
        if let (Some(ours), Some(theirs)) = (ours.exported, theirs.exported) {
            assert_eq!(ours, theirs);
        }
    }
    assert!(
        client.len().abs_diff(server.len()) <= 1,
        "one Finished is missing"
    );
    for (truths, calm) in played.truths.iter().zip(&calm.truths) {
        for (truth, calm) in truths.iter().zip(calm) {
            assert_eq!(chain(&truth.facts), chain(&calm.facts), "who the peer is");
        }
    }
    for at in 0..client.len().min(server.len()) {
        let complete = calm.truths.iter().map(|truths| truths[at].passed).max();
        if complete.is_some_and(|complete| flip.byte < complete) {
            assert!(is_ignored(calm, flip), "nobody noticed");
        }
    }
}

fn chain(facts: &Facts) -> Option<&[Vec<u8>]> {
    facts.peer.as_ref().map(|peer| peer.chain.as_slice())
}

/// What both ends say of one connection.
fn shared(facts: &Facts) -> impl PartialEq + std::fmt::Debug {
    let session = &facts.session;
    (
        (facts.version, facts.cipher_suite, facts.group),
        (facts.alpn.clone(), facts.server_name.clone()),
        (facts.kind, facts.resumed, facts.retried),
        (facts.epoch, facts.keys_fingerprint),
        (session.id, session.lineage, session.generation),
    )
}

/// The version in the header of a record that is not protected: RFC 9846 §5.1 has it ignored for all purposes.
fn is_ignored(calm: &Played, flip: Flip) -> bool {
    record_of(calm, flip.byte).is_some_and(|record| record.clear && matches!(record.offset, 1 | 2))
}

/// A record with a byte that is looked at.
pub(crate) struct Record {
    content_type: ContentType,
    /// It is not protected.
    pub(crate) clear: bool,
    /// Where in it the byte stands.
    pub(crate) offset: usize,
}

pub(crate) fn record_of(calm: &Played, byte: usize) -> Option<Record> {
    let is_tls12 = calm.truths[0][0].facts.version == ProtocolVersion::TLS1_2;
    let mut changed = [false; 2];
    let mut at = byte;
    for (side, bytes) in &calm.passed {
        let changed = &mut changed[usize::from(*side == Side::Server)];
        let mut rest = bytes.as_slice();
        while let [content_type, _, _, high, low, ..] = *rest {
            let len = HEADER_LEN + usize::from(u16::from_be_bytes([high, low]));
            // TLS 1.2 protects what stands behind a ChangeCipherSpec; TLS 1.3 has another outer type for what is protected.
            let content_type = ContentType(content_type);
            let clear = match is_tls12 {
                true => !*changed,
                false => content_type != ContentType::APPLICATION_DATA,
            };
            *changed |= content_type == ContentType::CHANGE_CIPHER_SPEC;
            if at < len {
                return Some(Record {
                    content_type,
                    clear,
                    offset: at,
                });
            }
            at -= len;
            rest = rest.get(len..)?;
        }
    }
    None
}

/// How long the first record of these is.
pub(crate) fn first_record(records: &[u8]) -> usize {
    match *records {
        [_, _, _, high, low, ..] => HEADER_LEN + usize::from(u16::from_be_bytes([high, low])),
        _ => 0,
    }
}

/// Rule 22 of docs/session-rules.md: a fatal end costs the tickets of its own connection, in TLS 1.2 its session, and
/// no others; an end with whom nothing is agreed yet costs nothing.
fn discards_what_is_its_own(end: &End) {
    let Some(Ending::Fault { discard, .. }) = &end.ending else {
        return;
    };
    let own: BTreeSet<TicketId> = end
        .events
        .iter()
        .filter_map(|event| match event {
            Event::TicketIssued(id) | Event::TicketReceived(id) => Some(*id),
            Event::Established(facts) | Event::Renegotiated(facts) => Some(facts.session.id),
            _ => None,
        })
        .collect();
    assert!(discard.iter().all(|id| own.contains(id)), "{discard:?}");
    assert!(end.is_established() || discard.is_empty());
}

/// What docs/session-rules.md says of stores: nothing is lost; a server keeps a session once its client has proven
/// itself; a ticket is used up by an intact ClientHello and by nothing less, and not by one that is retried (rule 19);
/// a client keeps what it gets from a server that it verified, and nothing else (rule 10).
fn stores_change_as_documented(calm: &Played, played: &Played, flip: Flip) {
    let (before, after) = (&played.before, Stores::of(&played.pair.world));
    assert!(before.sessions.is_subset(&after.sessions));
    assert!(before.spent.is_subset(&after.spent));
    assert!(before.wallet.is_subset(&after.wallet));

    let new = |before: &BTreeSet<TicketId>, after: &BTreeSet<TicketId>| {
        after.difference(before).copied().collect::<Vec<_>>()
    };
    let kept = new(&before.sessions, &after.sessions);
    assert!(kept.is_empty() || played.end(Side::Server).is_established());

    let spent = new(&before.spent, &after.spent);
    assert!(spent.iter().all(|id| Some(*id) == played.offered));
    if !spent.is_empty() {
        let hellos = bytes_up_to_the_last_hello(calm);
        let changed = record_of(calm, flip.byte).is_some_and(|record| {
            record.content_type == ContentType::HANDSHAKE && record.offset >= HEADER_LEN
        });
        assert!(flip.byte >= hellos || !changed, "a changed message");
    }

    let tickets = new(&before.wallet, &after.wallet);
    assert!(tickets.is_empty() || played.end(Side::Client).is_established());
    let servers = chain(&calm.truths[0][0].facts);
    for kept in &played.pair.world.wallet {
        let peer = kept.session.binding.peer.as_ref();
        assert_eq!(peer.map(|peer| peer.chain.as_slice()), servers);
    }
}

/// The client's part of the handshake up to where its keys, or its session, are chosen.
fn bytes_up_to_the_last_hello(calm: &Played) -> usize {
    let flights = if calm.truths[1][0].facts.retried {
        3
    } else {
        1
    };
    calm.passed
        .iter()
        .take(flights)
        .map(|(_, bytes)| bytes.len())
        .sum()
}
