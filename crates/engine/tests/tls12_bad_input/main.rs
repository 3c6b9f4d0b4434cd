//! TLS 1.2: offers of what is gone, and handshakes that somebody in the middle or a peer that breaks
//! the rules has changed. Each ends with its alert, and changes nothing in store and wallet.

mod keys;
mod offers;
mod order;
mod resumption;

use tessera_engine::{Ending, Fault};
use tessera_session::TicketId;
use tessera_testkit::clear::{self, Piece};
use tessera_testkit::{Direction, End, Link, Pair};
use tessera_wire::codepoint::{AlertDescription as Alert, ContentType, HandshakeType};
use tessera_wire::handshake::tls12::Handshake;
use tessera_wire::handshake::{ClientHello, ServerHello};

/// What stays as it was: the ids in the store, and the tickets of the wallet.
fn kept(pair: &Pair) -> (Vec<TicketId>, Vec<Vec<u8>>) {
    let mut store: Vec<_> = pair.world.sessions.keys().copied().collect();
    store.sort_unstable_by_key(|id| id.0);
    let wallet = pair.world.wallet.iter();
    (
        store,
        wallet.map(|offered| offered.ticket.clone()).collect(),
    )
}

/// How `end` took what came.
#[track_caller]
fn assert_end(end: &End, fault: impl Into<Fault>, alert: Alert) {
    assert_eq!(end.fault().cloned(), Some(fault.into()));
    assert_eq!(end.alert_sent(), Some(alert));
    match &end.ending {
        Some(Ending::Fault { discard, .. }) => assert_eq!(discard, &[], "nobody proved anything"),
        other => panic!("{other:?}"),
    }
}

/// A handshake whose messages in the clear are changed on their way.
fn changed(
    pair: &mut Pair,
    resumes: bool,
    mut edit: impl FnMut(Direction, &mut Vec<Piece>),
) -> Link {
    let offered = resumes.then(|| pair.world.draw()).flatten();
    assert_eq!(offered.is_some(), resumes);
    let before = kept(pair);
    let mut link = pair.link(offered);
    link.run_through(&mut pair.world, |direction, stream| {
        clear::edit(stream, |pieces| edit(direction, pieces));
    });
    if link.server.fault().is_some() || link.client.fault().is_some() {
        let (mut store, wallet) = kept(pair);
        // A client that proved itself and failed afterwards costs the session that was just kept.
        if let Some(Ending::Fault { discard, .. }) = &link.server.ending {
            store.retain(|id| !discard.contains(id));
        }
        assert_eq!((store, wallet), before, "store and wallet are as they were");
    }
    link
}

/// The same with one message of this type changed.
fn changed_message(
    pair: &mut Pair,
    resumes: bool,
    kind: HandshakeType,
    mut edit: impl FnMut(&mut Vec<u8>),
) -> Link {
    changed(pair, resumes, |_, pieces| {
        for piece in pieces {
            let is_message = piece.content_type == ContentType::HANDSHAKE;
            if is_message && piece.bytes.first() == Some(&kind.0) {
                edit(&mut piece.bytes);
            }
        }
    })
}

fn changed_hello(pair: &mut Pair, resumes: bool, edit: impl Fn(&mut ClientHello)) -> Link {
    changed_message(pair, resumes, HandshakeType::CLIENT_HELLO, |message| {
        if let Ok(Handshake::ClientHello(mut hello)) = Handshake::decode(message) {
            edit(&mut hello);
            *message = hello.encode();
        }
    })
}

fn changed_answer(pair: &mut Pair, resumes: bool, edit: impl Fn(&mut ServerHello)) -> Link {
    changed_message(pair, resumes, HandshakeType::SERVER_HELLO, |message| {
        if let Ok(Handshake::ServerHello(mut hello)) = Handshake::decode(message) {
            edit(&mut hello);
            *message = hello.encode();
        }
    })
}

fn is_message(piece: &Piece, kind: HandshakeType) -> bool {
    piece.content_type == ContentType::HANDSHAKE && piece.bytes.first() == Some(&kind.0)
}

/// Puts something in front of the first message of this type.
fn insert_before(pieces: &mut Vec<Piece>, kind: HandshakeType, piece: &Piece) {
    if let Some(at) = pieces.iter().position(|other| is_message(other, kind)) {
        pieces.insert(at, piece.clone());
    }
}

/// What our server says to this fault, in words.
fn words(end: &End) -> String {
    end.fault().expect("a fault").to_string()
}
