//! What is under protection, read and changed by somebody who has the keys of both ends.

mod flights;
mod handshakes12;
mod records;
mod renegotiations;

use tessera_engine::{Fault, KeyLog};
use tessera_session::Side;
use tessera_testkit::tap::Content;
use tessera_testkit::{End, Link, Pair, Tap};
use tessera_wire::codepoint::{AlertDescription as Alert, HandshakeType};

/// Both ends give their keys away.
fn open(mut pair: Pair) -> Pair {
    pair.client.key_log = KeyLog::Emit;
    pair.server.key_log = KeyLog::Emit;
    pair
}

/// A connection on which somebody changes the messages of this type that `sender` says.
fn changed(
    pair: &mut Pair,
    (sender, kind): (Side, HandshakeType),
    mut edit: impl FnMut(&mut Vec<u8>),
) -> Link {
    let mut link = pair.link(None);
    link.run_tapped(&mut pair.world, &mut Tap::default(), |side, said| {
        for content in said {
            if side == sender && content.msg_type() == Some(kind) {
                edit(&mut content.bytes);
            }
        }
    });
    link
}

/// Everything `sender` said on a connection on which somebody changes ClientHellos.
fn said_after(
    pair: &mut Pair,
    sender: Side,
    mut edit: impl FnMut(&mut Vec<u8>),
) -> (Link, Vec<Content>) {
    let (mut link, mut all) = (pair.link(None), Vec::new());
    link.run_tapped(&mut pair.world, &mut Tap::default(), |side, said| {
        if side == sender {
            all.extend(said.iter().cloned());
        }
        for content in said {
            if content.msg_type() == Some(HandshakeType::CLIENT_HELLO) {
                edit(&mut content.bytes);
            }
        }
    });
    (link, all)
}

/// One bit of the last byte is another.
fn flip_last(bytes: &mut [u8]) {
    *bytes.last_mut().expect("there are some") ^= 1;
}

/// How `end` took what came.
#[track_caller]
fn assert_end(end: &End, fault: impl Into<Fault>, alert: Alert) {
    let how = (end.fault().cloned(), end.alert_sent());
    assert_eq!(how, (Some(fault.into()), Some(alert)));
}
