//! Our reader of BoringSSL's sessions, and BoringSSL's own, given the same bytes.

use std::fs;
use std::path::Path;

use boring::ssl::{SslSession, SslVersion};
use tessera_boringssl::{REQUEST, VERSIONS, client};
use tessera_interchange::boringssl::{read_der, read_pem};
use tessera_interop::Scene;
use tessera_session::Resumption;
use tessera_wire::ProtocolVersion;

const CLIENTS: [&str; 3] = ["tls13", "tls12_ticket", "tls12_session_id"];

fn fixture(name: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../crates/interchange/tests/fixtures/boringssl");
    fs::read(fixtures.join(name).with_extension("der")).expect("a fixture")
}

/// Fails the test unless both say the same of a session.
#[track_caller]
fn agree(der: &[u8]) {
    let ours = read_der(der).expect("a client's session").session;
    let theirs = SslSession::from_der(der).expect("a session");
    let version = match ours.version {
        ProtocolVersion::TLS1_3 => SslVersion::TLS1_3,
        _ => SslVersion::TLS1_2,
    };
    assert_eq!(theirs.protocol_version(), version);
    let mut secret = vec![0; theirs.master_key_len()];
    theirs.master_key(&mut secret);
    assert_eq!(ours.secret.as_bytes(), secret);
    assert_eq!(ours.lifetime.issued_at.as_unix_secs(), theirs.time());
    let ends = theirs.time() + u64::from(theirs.timeout());
    assert_eq!(ours.lifetime.expires_at.as_unix_secs(), ends);
    if let Resumption::Tls12 { session_id, .. } = ours.resumption
        && !session_id.as_slice().is_empty()
    {
        assert_eq!(session_id.as_slice(), theirs.id());
    }
}

#[test]
fn both_read_the_same_of_what_it_wrote() {
    for name in CLIENTS {
        agree(&fixture(name));
    }
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let file = scene.text_path("session.pem");
    for (version, _) in VERSIONS {
        client(
            server.port,
            &server.ca,
            version,
            &["-session-out", &file],
            REQUEST,
        );
        let text = fs::read_to_string(&file).expect("the session it saved");
        let ours = read_pem(&text).expect("a client's session");
        assert!(!ours.ticket.is_empty());
        agree(&der(&text));
    }
}

/// The first session of a PEM file, by the program of a third party.
fn der(pem: &str) -> Vec<u8> {
    let begin = pem.find("-----BEGIN").expect("a PEM block");
    let mut lines = pem[begin..].lines().skip(1);
    let body: String = lines
        .by_ref()
        .take_while(|line| !line.starts_with('-'))
        .collect();
    boring::base64::decode_block(&body).expect("base64")
}

/// The bytes of a session that are not a certificate's: those are read by others, with more patience than BoringSSL has.
fn outside_of_certificates(der: &[u8]) -> Vec<usize> {
    let peer = read_der(der)
        .expect("a client's session")
        .session
        .binding
        .peer;
    let chain = peer.expect("the fixtures have certificates").chain;
    let place = |certificate: &[u8]| {
        let begin = der
            .windows(certificate.len())
            .position(|window| window == certificate);
        let begin = begin.expect("it was read from there");
        begin..begin + certificate.len()
    };
    let certificates: Vec<_> = chain.iter().map(|certificate| place(certificate)).collect();
    let is_outside = |at: &usize| {
        !certificates
            .iter()
            .any(|certificate| certificate.contains(at))
    };
    (0..der.len()).filter(is_outside).collect()
}

#[test]
fn what_we_take_it_takes() {
    for name in CLIENTS {
        let der = fixture(name);
        let mut taken = 0;
        for at in outside_of_certificates(&der) {
            for bit in 0..8 {
                let mut changed = der.clone();
                changed[at] ^= 1 << bit;
                if read_der(&changed).is_ok() {
                    taken += 1;
                    let theirs = SslSession::from_der(&changed);
                    assert!(theirs.is_ok(), "{name}, bit {bit} of byte {at}");
                }
            }
        }
        // Among them all of the secret and of the ticket or the session ID.
        assert!(taken > 500, "{taken}");
    }
}
