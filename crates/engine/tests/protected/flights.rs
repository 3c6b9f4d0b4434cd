//! TLS 1.3: the flights behind ServerHello.

use crate::{assert_end, changed, flip_last, open, said_after};
use tessera_engine::{Fault, Misbehaviour};
use tessera_session::{Alpn, ClientAuthMode, Side};
use tessera_testkit::tap::Content;
use tessera_testkit::{KeyType, Pair, Tap};
use tessera_wire::codepoint::{
    AlertDescription as Alert, ExtensionType, HandshakeType, SignatureScheme,
};
use tessera_wire::extension::{Extensions, SignatureAlgorithms, TicketRequest};
use tessera_wire::handshake::{
    Certificate, CertificateRequest, CertificateVerify, ClientHello, EncryptedExtensions, Handshake,
};

/// Both ends show certificates.
fn pair() -> Pair {
    let pair = Pair::tls13().client_auth(ClientAuthMode::Require);
    open(pair.client_certificate(KeyType::Ed25519))
}

fn certificate(message: &mut Vec<u8>, edit: impl Fn(&mut Certificate)) {
    let Ok(Handshake::Certificate(mut certificate)) = Handshake::decode(message) else {
        panic!("{message:?}");
    };
    edit(&mut certificate);
    *message = certificate.encode();
}

#[test]
fn a_wrong_finished_is_noticed_by_either_end() {
    // RFC 9846 §4.5.3 (1, 2).
    for sender in [Side::Client, Side::Server] {
        let mut pair = open(Pair::tls13());
        let link = changed(&mut pair, (sender, HandshakeType::FINISHED), |message| {
            flip_last(message);
        });
        let end = match sender {
            Side::Client => &link.server,
            Side::Server => &link.client,
        };
        assert_end(end, Misbehaviour::WrongFinished, Alert::DECRYPT_ERROR);
        assert!(!end.is_established() && pair.world.wallet.is_empty());
    }
}

#[test]
fn a_server_shows_a_certificate() {
    // RFC 9846 §4.5.1.3 (1).
    let from_server = (Side::Server, HandshakeType::CERTIFICATE);
    let link = changed(&mut pair(), from_server, |message| {
        certificate(message, |certificate| certificate.certificate_list.clear());
    });
    let empty = Misbehaviour::EmptyCertificate;
    assert_end(&link.client, empty, Alert::DECODE_ERROR);
}

#[test]
fn nothing_is_answered_about_a_certificate_that_was_not_asked() {
    // RFC 9846 §4.3 (4).
    let strange = ExtensionType(0xfe00);
    for sender in [Side::Client, Side::Server] {
        let from = (sender, HandshakeType::CERTIFICATE);
        let link = changed(&mut pair(), from, |message| {
            certificate(message, |certificate| {
                let entry = &mut certificate.certificate_list[0];
                entry.extensions.push_raw(strange, Vec::new());
            });
        });
        let end = match sender {
            Side::Client => &link.server,
            Side::Server => &link.client,
        };
        let fault = Misbehaviour::UnsolicitedExtension(strange.0);
        assert_end(end, fault, Alert::UNSUPPORTED_EXTENSION);
    }
}

#[test]
fn no_handshake_is_signed_with_sha_1() {
    // RFC 9846 §4.5.2 (7), RFC 9325 §4.5 (4).
    for scheme in [
        SignatureScheme::RSA_PKCS1_SHA1,
        SignatureScheme::ECDSA_SHA1,
        // MD5 and RSA, as TLS 1.2 would write it.
        SignatureScheme(0x0101),
    ] {
        for sender in [Side::Client, Side::Server] {
            let from = (sender, HandshakeType::CERTIFICATE_VERIFY);
            let link = changed(&mut pair(), from, |message| {
                let signature = vec![0; 64];
                *message = CertificateVerify {
                    algorithm: scheme,
                    signature,
                }
                .encode();
            });
            let end = match sender {
                Side::Client => &link.server,
                Side::Server => &link.client,
            };
            let fault = Misbehaviour::WrongSignatureScheme(scheme);
            assert_end(end, fault, Alert::ILLEGAL_PARAMETER);
        }
    }
}

/// What a server says of extensions: encrypted ones, and those of its certificate.
fn answers(said: &[Content]) -> (Extensions, Extensions) {
    let mut answers = (None, None);
    for content in said {
        match Handshake::decode(&content.bytes) {
            Ok(Handshake::EncryptedExtensions(EncryptedExtensions { extensions })) => {
                answers.0 = Some(extensions);
            }
            Ok(Handshake::Certificate(mut certificate)) => {
                answers.1 = Some(certificate.certificate_list.swap_remove(0).extensions);
            }
            _ => {}
        }
    }
    (answers.0.expect("sent"), answers.1.expect("sent"))
}

#[test]
fn a_server_answers_what_was_asked_and_nothing_else() {
    // RFC 9846 §4.3 (3), §4.5.1 (6), RFC 9149 §3 (1, 2).
    let optional = [
        ExtensionType::SERVER_NAME,
        ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
        ExtensionType::TICKET_REQUEST,
        ExtensionType::STATUS_REQUEST,
        ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP,
    ];
    let mut pair = open(Pair::tls13());
    pair.client.alpn = vec![Alpn::new(b"http/1.1").expect("short")];
    pair.server.alpn.clone_from(&pair.client.alpn);
    pair.client.ticket_request = Some(TicketRequest {
        new_session_count: 1,
        resumption_count: 1,
    });
    pair.server.identities[0].ocsp = Some(b"an OCSP response".to_vec());
    pair.server.identities[0].scts = vec![b"a timestamp".to_vec()];
    let asked = |message: &ClientHello| {
        optional.map(|extension_type| message.extensions.contains(extension_type))
    };
    let mut sent = None;
    let (link, said) = said_after(&mut pair, Side::Server, |message| {
        if let Ok(Handshake::ClientHello(hello)) = Handshake::decode(message) {
            sent = Some(asked(&hello));
        }
    });
    link.agreed();
    assert_eq!(sent, Some([true; 5]));
    let (encrypted, of_certificate) = answers(&said);
    let types: Vec<_> = encrypted.types().collect();
    assert_eq!(types, optional[..3]);
    let types: Vec<_> = of_certificate.types().collect();
    assert_eq!(types, optional[3..]);

    let (_, said) = said_after(&mut pair, Side::Server, |message| {
        let Ok(Handshake::ClientHello(mut hello)) = Handshake::decode(message) else {
            panic!("{message:?}");
        };
        for extension_type in optional {
            hello.extensions.remove(extension_type);
        }
        *message = hello.encode();
    });
    let (encrypted, of_certificate) = answers(&said);
    assert_eq!(
        encrypted.types().count() + of_certificate.types().count(),
        0
    );
}

#[test]
fn a_client_answers_nothing_about_its_certificate() {
    // RFC 9846 §4.5.1 (7): nobody asks it to.
    let mut pair = pair();
    let (link, said) = said_after(&mut pair, Side::Client, |_| {});
    link.agreed();
    let shown = said.iter().find_map(|content| {
        let decoded = Handshake::decode(&content.bytes);
        let Ok(Handshake::Certificate(certificate)) = decoded else {
            return None;
        };
        Some(certificate.certificate_list)
    });
    let shown = shown.expect("it shows one");
    assert!(!shown.is_empty());
    assert!(
        shown
            .iter()
            .all(|entry| entry.extensions.types().count() == 0)
    );
}

#[test]
fn under_http_2_a_client_refuses_to_be_asked_later() {
    // RFC 9113 §9.2.3 (2).
    for (protocol, refuses) in [(&b"h2"[..], true), (b"http/1.1", false)] {
        let mut pair = open(Pair::tls13().client_certificate(KeyType::Ed25519));
        pair.client.alpn = vec![Alpn::new(protocol).expect("short")];
        pair.server.alpn.clone_from(&pair.client.alpn);
        let (mut link, mut tap) = (pair.link(None), Tap::default());
        link.run_tapped(&mut pair.world, &mut tap, |_, _| {});
        link.agreed();
        let mut extensions = Extensions::new();
        extensions.push(&SignatureAlgorithms(vec![SignatureScheme::ED25519]));
        let request = CertificateRequest {
            certificate_request_context: b"1".to_vec(),
            extensions,
        };
        let request = Content::message(request.encode());
        let record = tap.write(Side::Server, &request, &link.server.key_log);
        let request = tessera_engine::Input::Ciphertext(&record);
        link.client.handle(link.now, request, &mut pair.world);
        let out_of_place = matches!(link.client.fault(), Some(Fault::Unexpected { .. }));
        assert_eq!(out_of_place, refuses);
        let alert = refuses.then_some(Alert::UNEXPECTED_MESSAGE);
        assert_eq!(link.client.alert_sent(), alert);
    }
}
