//! What either end says of renegotiations in its first hello (RFC 5746), and what it makes of a peer
//! that says nothing.

use super::{client_hello_edited, end, hellos, server_hello_edited};
use tessera_engine::{Misbehaviour, Mismatch};
use tessera_testkit::{Link, Pair};
use tessera_wire::codepoint::{AlertDescription as Alert, CipherSuite, ExtensionType};
use tessera_wire::extension::RenegotiationInfo;
use tessera_wire::handshake::{ClientHello, Handshake};

const INFO: ExtensionType = ExtensionType::RENEGOTIATION_INFO;

fn answer(edit: impl Fn(&mut ClientHello)) -> Link {
    let mut pair = Pair::tls12();
    let link = pair.link(None);
    client_hello_edited(&mut pair, link, edit)
}

/// The extension in the first hello of what an end sent.
fn info(sent: &[u8]) -> Option<RenegotiationInfo> {
    let extensions = match hellos(sent).into_iter().next()? {
        Handshake::ClientHello(hello) => hello.extensions,
        Handshake::ServerHello(hello) => hello.extensions,
        other => panic!("{}", other.name()),
    };
    extensions.find().expect("it decodes")
}

#[test]
fn both_say_that_they_know_of_it() {
    // RFC 5746 §3.4 (1), §3.6 (5).
    let link = Pair::tls12().connect();
    let nothing = Some(RenegotiationInfo(Vec::new()));
    assert_eq!(
        (info(&link.client.sent), info(&link.server.sent)),
        (nothing.clone(), nothing)
    );
}

#[test]
fn a_client_may_say_it_in_a_cipher_suite() {
    // RFC 5746 §3.6 (1, 5).
    let link = answer(|hello| {
        hello.extensions.remove(INFO);
        let scsv = CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV;
        hello.cipher_suites.push(scsv);
    });
    assert_eq!(info(&link.server.sent), Some(RenegotiationInfo(Vec::new())));
}

#[test]
fn nobody_is_talked_to_who_does_not_know_of_it() {
    // RFC 5746 §3.4 (2), §3.6 (2), §4.1 (1).
    let expected = (
        Some(Mismatch::SecureRenegotiation.into()),
        Some(Alert::HANDSHAKE_FAILURE),
    );
    let link = answer(|hello| drop(hello.extensions.remove(INFO)));
    assert_eq!(end(&link.server), expected);
    let mut pair = Pair::tls12();
    let link = pair.link(None);
    let link = server_hello_edited(&mut pair, link, |hello| {
        hello.extensions.remove(INFO);
    });
    assert_eq!(end(&link.client), expected);
}

#[test]
fn a_first_handshake_is_not_about_one_before() {
    // RFC 5746 §3.4 (3, 4), §3.6 (3, 4).
    let about = RenegotiationInfo(vec![7; 12]);
    let expected = (
        Some(Misbehaviour::BadRenegotiationInfo.into()),
        Some(Alert::HANDSHAKE_FAILURE),
    );
    let link = answer(|hello| hello.extensions.replace(&about));
    assert_eq!(end(&link.server), expected);
    let mut pair = Pair::tls12();
    let link = pair.link(None);
    let link = server_hello_edited(&mut pair, link, |hello| {
        hello.extensions.replace(&about);
    });
    assert_eq!(end(&link.client), expected);
}
