//! Sessions of the real BoringSSL, and what tells them from OpenSSL's.

use std::path::PathBuf;

use core::time::Duration;

use proptest::prelude::*;
use tessera_interchange::boringssl::read_der;
use tessera_interchange::{ForeignSession, Format, ReadError, openssl};
use tessera_session::{Resumption, ServerName, Taint, Timestamp};
use tessera_wire::{CipherSuite, NamedGroup, ProtocolVersion};

const CLIENTS: [&str; 3] = ["tls13", "tls12_ticket", "tls12_session_id"];
const SERVERS: [&str; 2] = ["server_tls13", "server_tls12_ticket"];

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("tests/fixtures/boringssl/{name}.der");
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn read(name: &str) -> ForeignSession {
    read_der(&fixture(name)).unwrap()
}

#[test]
fn a_tls13_session_of_boringssl_is_read_with_all_it_says() {
    let file = read("tls13");
    let session = &file.session;
    assert_eq!(session.version, ProtocolVersion::TLS1_3);
    assert_eq!(session.cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
    assert_eq!(session.secret.as_bytes().len(), 32);
    assert_eq!(session.group, Some(NamedGroup::X25519MLKEM768));
    assert_eq!(session.binding.server_name, None, "it has no place for one");
    assert_eq!(session.binding.alpn.as_ref().unwrap().as_bytes(), b"h2");
    let peer = session.binding.peer.as_ref().unwrap();
    assert_eq!(peer.subject, "O=Tessera tests, CN=localhost");
    assert_eq!((peer.chain.len(), peer.issuer_serials.len()), (2, 2));
    let made = Timestamp::from_unix_secs(0x6b09_e97b);
    assert_eq!(session.lifetime.issued_at, made);
    let days = |days: u64| made.plus(Duration::from_secs(days * 86_400));
    assert_eq!(session.lifetime.expires_at, days(2));
    assert_eq!(session.lifetime.lineage_ends_at, days(7));
    assert_eq!(
        session.resumption,
        Resumption::Tls13 {
            ticket_age_add: 0xe202_11fa,
            max_early_data_size: 0x3800,
        }
    );
    assert_eq!((file.ticket.len(), file.verify_result), (176, 0));
}

#[test]
fn tls12_sessions_are_read_too() {
    for (name, id_len) in [("tls12_ticket", 0), ("tls12_session_id", 32)] {
        let file = read(name);
        assert_eq!(file.session.version, ProtocolVersion::TLS1_2);
        assert_eq!(file.session.secret.as_bytes().len(), 48);
        assert_eq!(file.ticket.is_empty(), id_len > 0);
        let Resumption::Tls12 {
            session_id,
            extended_main_secret: true,
        } = file.session.resumption
        else {
            panic!("another version's resumption, or no extended main secret");
        };
        assert_eq!(session_id.as_slice().len(), id_len, "{name}");
    }
}

#[test]
fn the_dialect_is_told_by_its_signs() {
    for name in CLIENTS.into_iter().chain(SERVERS) {
        assert_eq!(
            Format::detect(&fixture(name)),
            Ok(Format::BoringSsl),
            "{name}"
        );
        assert!(openssl::read_der(&fixture(name)).is_err(), "{name}");
    }
    let pem = include_str!("../fixtures/openssl/tls12_session_id.pem");
    assert_eq!(Format::detect(pem.as_bytes()), Ok(Format::OpenSsl));
    let ours = openssl::read_pem(pem).unwrap();
    let der = openssl::write_der(&ours.session, &ours.ticket).unwrap();
    assert_eq!(Format::detect(&der), Ok(Format::OpenSsl));
    assert!(read_der(&der).is_err());
}

/// Cuts the fields from this tag on off a session.
fn cut_from(name: &str, tag: &[u8]) -> Vec<u8> {
    let mut der = fixture(name);
    let end = der.windows(tag.len()).rposition(|at| at == tag).unwrap();
    der.truncate(end);
    let len = u16::try_from(der.len() - 4).unwrap();
    assert_eq!(der[..2], [0x30, 0x82]);
    der[2..4].copy_from_slice(&len.to_be_bytes());
    der
}

#[test]
fn a_session_without_a_sign_is_not_guessed_at() {
    // Everything up to the ticket means the same in both.
    let der = cut_from("tls12_ticket", &[0xae, 34, 4, 32]);
    assert_eq!(Format::detect(&der), Err(ReadError::Unclear));
    // With the dialect named, each reads it; BoringSSL takes it for a server's, which is its default.
    assert_eq!(read_der(&der).err(), Some(ReadError::ServerSide));
    assert!(openssl::read_der(&der).is_ok());
}

#[test]
fn a_session_with_signs_of_both_is_refused() {
    let mut der = fixture("tls12_ticket");
    let at = der
        .windows(5)
        .position(|at| at == [0xb1, 3, 1, 1, 0xff])
        .unwrap();
    der[at + 2] = 2;
    der[at + 4] = 1;
    assert_eq!(Format::detect(&der), Err(ReadError::BothDialects));
}

#[test]
fn a_servers_session_has_nothing_to_offer() {
    for name in SERVERS {
        let error = read_der(&fixture(name)).err();
        assert_eq!(error, Some(ReadError::ServerSide), "{name}");
    }
}

#[test]
fn fields_that_boringssl_does_not_have_are_errors() {
    let with = |element: &[u8]| {
        let mut der = cut_from("tls12_session_id", &[0xb6, 3, 1, 1, 0]);
        der.extend_from_slice(element);
        let len = u16::try_from(der.len() - 4).unwrap();
        der[2..4].copy_from_slice(&len.to_be_bytes());
        read_der(&der).err()
    };
    assert_eq!(with(&[0xb4, 3, 4, 1, 9]), Some(ReadError::Stray(0xb4)));
    assert_eq!(
        with(&[0xbf, 0x22, 3, 2, 1, 9]),
        Some(ReadError::Stray(0xbf22))
    );
    let client = [0xb6, 3, 1, 1, 0];
    assert_eq!(with(&client), None);
    let quic = [&client[..], &[0xbb, 3, 1, 1, 0xff]].concat();
    assert_eq!(with(&quic), Some(ReadError::Quic));
    // Settings are an application protocol's, and of both ends.
    let protocol = [&client[..], &[0xba, 4, 4, 2, b'h', b'2']].concat();
    let (ours, theirs) = (&[0xbd, 2, 4, 0][..], &[0xbe, 2, 4, 0][..]);
    assert_eq!(with(&[&protocol, ours, theirs].concat()), None);
    for some in [
        &[&protocol, ours][..],
        &[&protocol, theirs],
        &[&client, ours, theirs],
    ] {
        assert!(matches!(with(&some.concat()), Some(ReadError::Der { .. })));
    }
    let key = [&client[..], &[0xbf, 0x21, 2, 0x30, 0]].concat();
    assert_eq!(with(&key), None);
}

#[test]
fn r12_a_raw_public_key_is_nobody_to_vouch_for() {
    let mut der = cut_from("tls12_session_id", &[0xb6, 3, 1, 1, 0]);
    der.extend_from_slice(&[0xb6, 3, 1, 1, 0, 0xbf, 0x21, 2, 0x30, 0]);
    let len = u16::try_from(der.len() - 4).unwrap();
    der[2..4].copy_from_slice(&len.to_be_bytes());
    let read = read_der(&der).unwrap().vouched();
    assert_eq!(read.session.taint, Some(Taint::Unverified));
}

#[test]
fn a_session_of_boringssl_is_written_for_openssl() {
    for name in CLIENTS {
        let here = ServerName::new("localhost").unwrap();
        let file = read(name).named(&here).unwrap();
        let again =
            openssl::read_der(&openssl::write_der(&file.session, &file.ticket).unwrap()).unwrap();
        assert_eq!(again.ticket, file.ticket, "{name}");
        assert_eq!(again.session.resumption, file.session.resumption);
        assert_eq!(
            again.session.secret.as_bytes(),
            file.session.secret.as_bytes()
        );
        assert_eq!(again.session.binding.server_name, Some(here));
    }
}

#[test]
fn every_cut_of_a_file_is_an_error() {
    for name in CLIENTS {
        let der = fixture(name);
        for len in 0..der.len() {
            assert!(read_der(&der[..len]).is_err(), "{len} bytes of {name}");
        }
    }
}

proptest! {
    #[test]
    fn rule_13_any_change_of_a_byte_is_a_session_or_an_error(file in 0..CLIENTS.len(), at in 0usize..2000, value: u8) {
        let mut der = fixture(CLIENTS[file]);
        let at = at % der.len();
        der[at] = value;
        if let Ok(changed) = read_der(&der) {
            prop_assert!(openssl::write_der(&changed.session, &changed.ticket).is_ok());
        }
    }
}
