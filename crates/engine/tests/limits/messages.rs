//! What costs a message: its length, its pieces, and how much is in it.

use crate::tapped::{Tapped, outcome};
use tessera_engine::{GreaseValues, Input, Misbehaviour};
use tessera_session::Side;
use tessera_testkit::Pair;
use tessera_testkit::tap::{Content, clear};
use tessera_wire::codepoint::{
    AlertDescription as Alert, ContentType, ExtensionType, HandshakeType, NamedGroup,
};
use tessera_wire::extension::{
    Extensions, KeyShareClientHello, KeyShareEntry, RawExtension, SupportedGroups,
};
use tessera_wire::handshake::{ClientHello, Handshake, NewSessionTicket};

/// What a server makes of these records.
fn server_given(records: &[u8]) -> tessera_testkit::End {
    let mut pair = Pair::tls13();
    let mut server = pair.link(None).server;
    server.handle(pair.now, Input::Ciphertext(records), &mut pair.world);
    server
}

/// A hello of ours.
fn hello() -> ClientHello {
    let mut pair = Pair::tls13();
    pair.client.grease = GreaseValues::Omit;
    let mut client = pair.link(None).client;
    client.collect(pair.now, &mut pair.world);
    match Handshake::decode(&client.sent[5..]) {
        Ok(Handshake::ClientHello(hello)) => hello,
        _ => panic!("a client begins with its hello"),
    }
}

/// In records of this length.
fn records(message: &[u8], longest: usize) -> Vec<u8> {
    let pieces = message.chunks(longest);
    pieces
        .flat_map(|piece| clear(ContentType::HANDSHAKE, piece))
        .collect()
}

#[test]
fn a_message_of_each_kind_has_its_own_length() {
    let kibi = 1024;
    for (kind, longest) in [
        (HandshakeType::CLIENT_HELLO, 64 * kibi),
        (HandshakeType::CERTIFICATE, 128 * kibi),
        (HandshakeType::CERTIFICATE_REQUEST, 64 * kibi),
        (HandshakeType::NEW_SESSION_TICKET, 68 * kibi),
        (HandshakeType::SERVER_HELLO, 16 * kibi),
        (HandshakeType::FINISHED, 16 * kibi),
        (HandshakeType(99), 16 * kibi),
    ] {
        // The header is enough to tell.
        let begun = |len: u32| {
            let [_, a, b, c] = len.to_be_bytes();
            outcome(&server_given(&records(&[kind.0, a, b, c], 4)))
        };
        assert_eq!(begun(longest), (None, None), "{kind}");
        let too_long = Misbehaviour::MessageTooLong.into();
        assert_eq!(
            begun(longest + 1),
            (Some(too_long), Some(Alert::ILLEGAL_PARAMETER)),
            "{kind}"
        );
    }
}

#[test]
fn a_hello_as_long_as_it_may_be_is_answered_in_whatever_pieces_it_comes() {
    let mut hello = hello();
    // A message without its header, and the padding extension's own.
    let room = 64 * 1024 - (hello.encode().len() - 4) - 4;
    hello
        .extensions
        .push_raw(ExtensionType::PADDING, vec![0; room]);
    assert_eq!(hello.encode().len() - 4, 64 * 1024);
    for longest in [1 << 14, 1] {
        let server = server_given(&records(&hello.encode(), longest));
        assert_eq!(outcome(&server), (None, None));
        assert_eq!(server.connection.state(), "WaitFinished");
    }
}

#[test]
fn sixteen_thousand_extensions_are_read_like_few() {
    let mut hello = hello();
    let known: Vec<RawExtension> = hello.extensions.iter().cloned().collect();
    let mut extensions = Extensions::new();
    // Unknown ones, in descending order, in front of all that is known.
    let room = 64 * 1024 - hello.encode().len();
    let number = u16::try_from(room / 4).expect("few enough");
    for unknown in (0x4000..0x4000 + number).rev() {
        extensions.push_raw(ExtensionType(unknown), Vec::new());
    }
    for extension in known {
        extensions.push_raw(extension.extension_type, extension.data);
    }
    assert!(extensions.len() > 16_000);
    hello.extensions = extensions;
    let server = server_given(&records(&hello.encode(), 1 << 14));
    assert_eq!(outcome(&server), (None, None));
    assert_eq!(server.connection.state(), "WaitFinished");
}

#[test]
fn thousands_of_groups_and_shares_are_read_like_few() {
    let mut hello = hello();
    let Ok(Some(KeyShareClientHello(mut shares))) = hello.extensions.find() else {
        panic!("a hello has shares");
    };
    let unknown = |number: u16| NamedGroup(0x4000 + number);
    shares.extend((0..6000).map(|number| KeyShareEntry {
        group: unknown(number),
        key_exchange: vec![7],
    }));
    let Ok(Some(SupportedGroups(mut groups))) = hello.extensions.find() else {
        panic!("a hello has groups");
    };
    groups.splice(0..0, (0..14_000).map(unknown));
    hello.extensions.replace(&KeyShareClientHello(shares));
    hello.extensions.replace(&SupportedGroups(groups.clone()));
    let server = server_given(&records(&hello.encode(), 1 << 14));
    assert_eq!(outcome(&server), (None, None));
    assert_eq!(server.connection.state(), "WaitFinished");

    // One share of a group that is not among them is found.
    groups.retain(|group| *group != unknown(5999));
    hello.extensions.replace(&SupportedGroups(groups));
    let server = server_given(&records(&hello.encode(), 1 << 14));
    let unoffered = Misbehaviour::UnofferedKeyShare(unknown(5999));
    assert_eq!(
        outcome(&server),
        (Some(unoffered.into()), Some(Alert::ILLEGAL_PARAMETER))
    );
}

#[test]
fn messages_that_never_end_with_their_record_do_not_pile_up() {
    let mut tapped = Tapped::new(Pair::tls13().tickets(1));
    let ticket = tapped.message(Side::Server, HandshakeType::NEW_SESSION_TICKET);
    let Ok(Handshake::NewSessionTicket(ticket)) = Handshake::decode(&ticket.bytes) else {
        panic!("a ticket");
    };
    let long = NewSessionTicket {
        ticket: vec![7; 10_000],
        ..ticket
    };
    // A hundred, and the front of one more: there is always something left that is no whole message yet.
    let mut messages = vec![Content::message(long.encode()); 100];
    messages.push(Content::message(&long.encode()[..5000]));
    tapped.says_across(Side::Server, &messages);
    assert_eq!(tapped.link.client.ending, None);
    let held = tapped.link.client.connection.buffered();
    assert!(held < 64 * 1024, "{held} bytes of a million are held");
}
