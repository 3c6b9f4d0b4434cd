//! TLS 1.2: what somebody in the middle of a renegotiation would have to change, and may not.

use crate::{assert_end, flip_last, open};
use tessera_engine::{Fault, Input, Kind, Misbehaviour, Mismatch};
use tessera_session::{Alpn, Side};
use tessera_testkit::tap::Content;
use tessera_testkit::{Link, Pair, Tap};
use tessera_wire::codepoint::{
    AlertDescription as Alert, CipherSuite, ContentType, ExtensionType, HandshakeType,
    ProtocolVersion,
};
use tessera_wire::extension::{
    Extensions, ProtocolNameList, RenegotiationInfo, SelectedVersion, SupportedVersions,
};
use tessera_wire::handshake::{ClientHello, Handshake, ServerHello};

const TLS1_3: ProtocolVersion = ProtocolVersion::TLS1_3;
const TLS1_2: ProtocolVersion = ProtocolVersion::TLS1_2;

/// A connection that the client renegotiates, with somebody between the ends then.
fn renegotiated(pair: &mut Pair, middle: impl FnMut(Side, &mut Vec<Content>)) -> Link {
    let (mut link, mut tap) = (pair.link(None), Tap::default());
    link.run_tapped(&mut pair.world, &mut tap, |_, _| {});
    link.agreed();
    let again = Input::Renegotiate;
    link.client.handle(link.now, again, &mut pair.world);
    link.run_tapped(&mut pair.world, &mut tap, middle);
    link
}

/// The server gets this in the place of the second ClientHello.
fn hello_changed(pair: &mut Pair, edit: impl Fn(&mut ClientHello)) -> Link {
    renegotiated(pair, |_, said| {
        for content in said {
            if let Ok(Handshake::ClientHello(mut hello)) = Handshake::decode(&content.bytes) {
                edit(&mut hello);
                content.bytes = hello.encode();
            }
        }
    })
}

/// The client gets this in the place of the second ServerHello.
fn answer_changed(pair: &mut Pair, edit: impl Fn(&mut ServerHello)) -> Link {
    renegotiated(pair, |_, said| {
        for content in said {
            if content.msg_type() == Some(HandshakeType::SERVER_HELLO)
                && let Ok(Handshake::ServerHello(mut hello)) = Handshake::decode(&content.bytes)
            {
                edit(&mut hello);
                content.bytes = hello.encode();
            }
        }
    })
}

/// Another `renegotiation_info`: none, an empty one, the half of it, and one with another bit.
const OTHER_INFOS: [fn(&mut Extensions); 4] = [
    |extensions| {
        extensions.remove(ExtensionType::RENEGOTIATION_INFO);
    },
    |extensions| with_info(extensions, Vec::clear),
    |extensions| with_info(extensions, |info| info.truncate(info.len() / 2)),
    |extensions| with_info(extensions, |info| flip_last(info)),
];

fn with_info(extensions: &mut Extensions, edit: impl Fn(&mut Vec<u8>)) {
    let info = extensions.find::<RenegotiationInfo>();
    let mut info = info.expect("it is well formed").expect("it is there");
    edit(&mut info.0);
    extensions.replace(&info);
}

#[test]
fn a_server_checks_that_the_hello_is_about_this_connection() {
    // RFC 5746 §3.7 (1, 2, 3, 4, 5, 6).
    let scsv = |hello: &mut ClientHello| {
        let scsv = CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV;
        hello.cipher_suites.push(scsv);
    };
    let mut links = vec![hello_changed(&mut pair(), scsv)];
    links.extend(OTHER_INFOS.map(|other| {
        let edit = |hello: &mut ClientHello| other(&mut hello.extensions);
        hello_changed(&mut pair(), edit)
    }));
    for link in links {
        let fault = Misbehaviour::BadRenegotiationInfo;
        assert_end(&link.server, fault, Alert::HANDSHAKE_FAILURE);
    }
}

#[test]
fn a_client_checks_that_the_answer_is_about_this_connection() {
    // RFC 5746 §3.5 (3, 4, 5, 6).
    for other in OTHER_INFOS {
        let link = answer_changed(&mut pair(), |hello| other(&mut hello.extensions));
        let fault = Misbehaviour::BadRenegotiationInfo;
        assert_end(&link.client, fault, Alert::HANDSHAKE_FAILURE);
    }
}

fn pair() -> Pair {
    open(Pair::tls12().renegotiation())
}

#[test]
fn a_connection_of_tls_1_2_remains_one() {
    // RFC 9846 §4.2.2 (4, 5): at the server, which would speak 1.3, too.
    let versions = |versions: Vec<ProtocolVersion>| {
        let mut pair = pair();
        pair.server.versions = vec![TLS1_3, TLS1_2];
        let (mut link, mut tap) = (pair.link(None), Tap::default());
        link.run_tapped(&mut pair.world, &mut tap, |_, _| {});
        let again = Input::Renegotiate;
        link.client.handle(link.now, again, &mut pair.world);
        let mut answered = None;
        link.run_tapped(&mut pair.world, &mut tap, |_, said| {
            for content in said {
                match Handshake::decode(&content.bytes) {
                    Ok(Handshake::ClientHello(mut hello)) => {
                        hello.extensions.push(&SupportedVersions(versions.clone()));
                        content.bytes = hello.encode();
                    }
                    Ok(Handshake::ServerHello(hello)) => {
                        let selected = hello.extensions.find::<SelectedVersion>();
                        answered = Some((hello.legacy_version, selected));
                    }
                    _ => {}
                }
            }
        });
        (link, answered)
    };
    let (_, answered) = versions(vec![TLS1_3, TLS1_2]);
    assert_eq!(answered, Some((TLS1_2, Ok(None))));
    let (link, answered) = versions(vec![TLS1_3]);
    assert_eq!(answered, None);
    let offered = vec![TLS1_3];
    let fault = Fault::NoCommonGround(Mismatch::Version { offered });
    assert_end(&link.server, fault, Alert::PROTOCOL_VERSION);

    // RFC 9846 §4.2.3 (18): at the client.
    let link = answer_changed(&mut pair(), |hello| {
        hello.extensions = Extensions::new();
        hello.extensions.push(&SelectedVersion(TLS1_3));
    });
    let offered = vec![TLS1_3];
    let fault = Fault::NoCommonGround(Mismatch::Version { offered });
    assert_end(&link.client, fault, Alert::PROTOCOL_VERSION);
}

#[test]
fn the_application_protocol_remains_what_it_was() {
    // RFC 7301 §3.2 (2).
    let names = [&b"one"[..], b"two"];
    let protocols = names.map(|name| Alpn::new(name).expect("short"));
    let mut pair = pair();
    pair.client.alpn = protocols.to_vec();
    pair.server.alpn = protocols.to_vec();
    let (client, server) = renegotiated(&mut pair, |_, _| {}).agreed();
    assert_eq!(server.kind, Kind::Renegotiated);
    for facts in [client, server] {
        assert_eq!(facts.alpn.as_ref(), protocols.first());
    }
    // A client that asks again, as others do.
    let mut asking = |names: &[&[u8]]| {
        let names = ProtocolNameList(names.iter().map(|name| name.to_vec()).collect());
        let mut answer = None;
        let link = renegotiated(&mut pair, |_, said| {
            for content in said {
                match Handshake::decode(&content.bytes) {
                    Ok(Handshake::ClientHello(mut hello)) => {
                        hello.extensions.push(&names);
                        content.bytes = hello.encode();
                    }
                    Ok(Handshake::ServerHello(hello)) => {
                        answer = hello.extensions.find::<ProtocolNameList>().expect("one");
                    }
                    _ => {}
                }
            }
        });
        (link, answer)
    };
    let (_, answer) = asking(&[b"two", b"one"]);
    assert_eq!(answer, Some(ProtocolNameList(vec![b"one".to_vec()])));
    let (link, answer) = asking(&[b"two"]);
    let fault = Misbehaviour::ChangedUnderWay("the application protocol");
    assert_end(&link.server, fault, Alert::ILLEGAL_PARAMETER);
    assert_eq!(answer, None);
}

#[test]
fn data_stands_between_the_records_of_a_message() {
    // RFC 5246 §6.2.1 (4).
    for sender in [Side::Client, Side::Server] {
        let mut pair = pair();
        let mut cut = 0;
        let link = renegotiated(&mut pair, |side, said| {
            let whole = std::mem::take(said);
            for content in whole {
                // Between ChangeCipherSpec and Finished there is nothing: RFC 5246 §7.1.
                let kind = content.msg_type();
                let may_be_cut = kind.is_some_and(|kind| kind != HandshakeType::FINISHED);
                if side != sender || !may_be_cut {
                    said.push(content);
                    continue;
                }
                let (one, other) = content.bytes.split_at(content.bytes.len() / 2);
                said.push(Content::message(one));
                said.push(Content::new(ContentType::APPLICATION_DATA, b"x"));
                said.push(Content::message(other));
                cut += 1;
            }
        });
        let (_, server) = link.agreed();
        assert_eq!(server.kind, Kind::Renegotiated);
        let (end, least) = match sender {
            Side::Client => (&link.server, 2),
            Side::Server => (&link.client, 5),
        };
        assert!(cut >= least);
        assert_eq!(end.delivered, vec![b'x'; cut]);
    }
}
