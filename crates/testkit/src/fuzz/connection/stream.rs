//! One end alone, given any bytes in any pieces: it does the same whatever the pieces are, and by both roads.

use tessera_engine::{Ending, Input, peek_client_hello};
use tessera_session::{ClientAuthMode, Timestamp};
use tessera_wire::codepoint::{ContentType, HandshakeType, NamedGroup};
use tessera_wire::handshake::Handshake;
use tessera_wire::record::HEADER_LEN;

use super::edited_records::records;
use super::scene::ended_well;
use crate::{End, KeyType, Pair, World};

/// A server and whatever a client might send. The first byte says how it comes, and what the server is set to.
pub fn server_stream(data: &[u8]) {
    let Some((how, stream)) = data.split_first() else {
        return;
    };
    let given = |road: Road, pieces: &[&[u8]]| {
        let mut pair = pair(*how);
        let server = pair.link(None).server;
        road.drive(server, pieces, pair.now, &mut pair.world)
    };
    let whole = given(Road::ByCopy, &[stream]);
    // A hello can be wrong in two ways, and the server may find the other one first.
    let faulty = matches!(whole.ending, Some(Ending::Fault { .. }));
    assert!(
        faulty || peek_client_hello(stream).is_ok(),
        "a look ahead found a fault that the server did not"
    );
    same(&whole, &given(Road::of(*how), &pieces(*how, stream)));
}

/// A client and whatever a server might answer. The client's session id is put into what looks like a ServerHello,
/// since chance would never find it.
pub fn client_stream(data: &[u8]) {
    let Some((how, stream)) = data.split_first() else {
        return;
    };
    let mut stream = stream.to_vec();
    let client = || {
        let mut pair = pair(*how);
        let mut client = pair.link(None).client;
        client.collect(pair.now, &mut pair.world);
        (client, pair)
    };
    let (whole, mut pair) = client();
    echo_session_id(&whole.sent, &mut stream);
    let whole = Road::ByCopy.drive(whole, &[&stream], pair.now, &mut pair.world);
    let (in_pieces, mut pair) = client();
    let pieces = pieces(*how, &stream);
    let in_pieces = Road::of(*how).drive(in_pieces, &pieces, pair.now, &mut pair.world);
    same(&whole, &in_pieces);
}

/// The settings of both ends: the higher half of the first byte.
pub(super) fn pair(how: u8) -> Pair {
    let mut pair = match how >> 4 & 3 {
        0 => Pair::tls13(),
        1 => Pair::tls12(),
        2 => Pair::tls13().both_versions(),
        _ => Pair::tls12().renegotiation(),
    };
    // Something to ask for in a HelloRetryRequest.
    pair.client.groups.push(NamedGroup::SECP256R1);
    match how >> 6 & 1 {
        0 => pair,
        _ => pair
            .client_auth(ClientAuthMode::Require)
            .client_certificate(KeyType::Ed25519),
    }
}

/// How bytes come to a connection.
#[derive(Clone, Copy)]
enum Road {
    ByCopy,
    InPlace,
}

impl Road {
    fn of(how: u8) -> Self {
        match how % 2 {
            0 => Self::ByCopy,
            _ => Self::InPlace,
        }
    }

    /// Gives an end these pieces, then the end of the stream; whom the peer said goodbye to says it, too.
    fn drive(self, mut end: End, pieces: &[&[u8]], now: Timestamp, world: &mut World) -> End {
        let mut buffer = Vec::new();
        for piece in pieces {
            match self {
                Self::ByCopy => end.handle(now, Input::Ciphertext(piece), world),
                Self::InPlace => {
                    buffer.extend_from_slice(piece);
                    in_place(&mut end, &mut buffer, now, world);
                }
            }
        }
        if end.connection.peer_closed() {
            end.handle(now, Input::Close, world);
        }
        end.handle(now, Input::EndOfStream, world);
        ended_well(&mut end);
        end
    }
}

/// Everything in the buffer that can be handled now.
fn in_place(end: &mut End, buffer: &mut Vec<u8>, now: Timestamp, world: &mut World) {
    loop {
        let received = end.connection.receive(now, buffer);
        if let Some(range) = received.plaintext {
            end.delivered.extend_from_slice(&buffer[range]);
        }
        buffer.drain(..received.consumed);
        let asked = world.asked.len();
        end.collect(now, world);
        // An answer may be all that was missing.
        if received.consumed == 0 && world.asked.len() == asked {
            return;
        }
    }
}

fn pieces(how: u8, stream: &[u8]) -> Vec<&[u8]> {
    let size = [1, 2, 3, 5, 6, 17, 100, 1000][usize::from(how >> 1) % 8];
    stream.chunks(size).collect()
}

/// Two ends of the same seed that saw the same bytes.
fn same(one: &End, other: &End) {
    assert_eq!(one.ending, other.ending);
    assert_eq!(one.sent, other.sent);
    assert_eq!(one.delivered, other.delivered);
    assert_eq!(format!("{:?}", one.events), format!("{:?}", other.events));
}

/// Where the session id stands in a record with a ServerHello: behind its length.
const ECHO: usize = HEADER_LEN + 4 + 2 + 32;

/// Puts the session id of the hello in `sent` into every ServerHello that has room for it.
fn echo_session_id(sent: &[u8], stream: &mut [u8]) {
    let hello = records(sent).find_map(|(_, fragment)| Handshake::decode(fragment).ok());
    let Some(Handshake::ClientHello(hello)) = hello else {
        return;
    };
    let id = hello.legacy_session_id.as_slice();
    let places: Vec<usize> = records(stream)
        .scan(0, |behind, (content_type, fragment)| {
            let at = *behind;
            *behind += HEADER_LEN + fragment.len();
            Some((at, content_type, fragment.first().copied()))
        })
        .filter(|(_, content_type, msg_type)| {
            *content_type == ContentType::HANDSHAKE
                && *msg_type == Some(HandshakeType::SERVER_HELLO.0)
        })
        .map(|(at, ..)| at + ECHO)
        .collect();
    for at in places {
        let room = stream.get_mut(at..).and_then(<[u8]>::split_first_mut);
        if let Some((length, rest)) = room
            && usize::from(*length) == id.len()
            && let Some(echo) = rest.get_mut(..id.len())
        {
            echo.copy_from_slice(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::seeds;
    use super::*;

    #[test]
    fn what_was_recorded_is_a_whole_connection() {
        let mut recorded = 0;
        for seed in seeds::server_stream() {
            let (how, stream) = seed.bytes.split_first().expect("seeds begin with it");
            let mut pair = pair(*how);
            let server = pair.link(None).server;
            let server = Road::ByCopy.drive(server, &[stream], pair.now, &mut pair.world);
            if seed.name.starts_with("recorded") {
                assert!(
                    server.is_established(),
                    "{}: {:?}",
                    seed.name,
                    server.ending
                );
                assert_eq!(server.fault(), None, "{}", seed.name);
                recorded += 1;
            }
        }
        for seed in seeds::client_stream() {
            let (how, stream) = seed.bytes.split_first().expect("seeds begin with it");
            let mut pair = pair(*how);
            let client = pair.link(None).client;
            let client = Road::InPlace.drive(client, &[stream], pair.now, &mut pair.world);
            if seed.name.starts_with("recorded") {
                assert!(
                    client.is_established(),
                    "{}: {:?}",
                    seed.name,
                    client.ending
                );
                assert_eq!(client.fault(), None, "{}", seed.name);
                recorded += 1;
            }
        }
        assert_eq!(recorded, 8);
    }
}
