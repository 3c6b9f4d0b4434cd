//! Sessions that Botan wrote down, in clear and sealed.

use std::path::PathBuf;

use proptest::prelude::*;
use tessera_interchange::botan::{Handle, open_sealed, read_der, read_pem};
use tessera_interchange::{Format, ReadError, openssl};
use tessera_session::{Resumption, ServerName, Taint, Timestamp};
use tessera_wire::{CipherSuite, ProtocolVersion};

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("tests/fixtures/botan/{name}");
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

const TICKET: Handle<'static> = Handle::Ticket(b"a ticket");
/// What the sealed ones are sealed under.
const KEY: [u8; 32] = [0x42; 32];

#[test]
fn a_tls13_session_of_botan_is_read_with_all_it_says() {
    let file = read_der(&fixture("tls13.der"), TICKET).unwrap();
    let session = &file.session;
    assert_eq!(session.version, ProtocolVersion::TLS1_3);
    assert_eq!(session.cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
    assert_eq!(session.secret.as_bytes().len(), 32);
    assert_eq!(
        session.binding.server_name,
        Some(ServerName::new("localhost").unwrap())
    );
    let peer = session.binding.peer.as_ref().unwrap();
    assert_eq!((peer.chain.len(), peer.issuer_serials.len()), (2, 2));
    let made = Timestamp::from_unix_secs(1_795_812_345);
    assert_eq!(session.lifetime.authenticated_at, made);
    assert_eq!(session.lifetime.ticket_lifetime(), 7200);
    assert_eq!(
        session.resumption,
        Resumption::Tls13 {
            ticket_age_add: 0x0102_0304,
            max_early_data_size: 16_384,
        }
    );
    assert_eq!(session.taint, Some(Taint::Imported));
    assert_eq!(file.ticket, b"a ticket");
}

#[test]
fn a_tls12_session_goes_by_the_handle_that_was_kept_beside_it() {
    let der = fixture("tls12.der");
    let by_id = read_der(&der, Handle::SessionId(&[5; 32])).unwrap();
    assert!(by_id.ticket.is_empty());
    let Resumption::Tls12 {
        session_id,
        extended_main_secret: true,
    } = by_id.session.resumption
    else {
        panic!("another version's resumption, or no extended main secret");
    };
    assert_eq!(session_id.as_slice(), [5; 32]);
    // No lifetime in the file: a day, which is the most for TLS 1.2.
    assert_eq!(by_id.session.lifetime.ticket_lifetime(), 86_400);
    let by_ticket = read_der(&der, TICKET).unwrap();
    assert_eq!(by_ticket.ticket, b"a ticket");
    assert_ne!(
        by_id.session.lineage, by_ticket.session.lineage,
        "two handles are two sessions"
    );
}

#[test]
fn without_a_handle_there_is_nothing_to_offer() {
    let nothing = Some(ReadError::NothingToOffer);
    let error = |name: &str, handle| read_der(&fixture(name), handle).err();
    assert_eq!(error("tls13.der", Handle::Ticket(b"")), nothing);
    assert_eq!(error("tls13.der", Handle::SessionId(&[1; 32])), nothing);
    assert_eq!(error("tls12.der", Handle::SessionId(b"")), nothing);
    assert!(matches!(
        error("tls12.der", Handle::SessionId(&[1; 33])),
        Some(ReadError::Der {
            field: "session id",
            ..
        })
    ));
    assert_eq!(error("server.der", TICKET), Some(ReadError::ServerSide));
}

#[test]
fn der_pem_and_sealed_are_the_same_session() {
    for name in ["tls13", "tls12", "server"] {
        let der = fixture(&format!("{name}.der"));
        let pem = String::from_utf8(fixture(&format!("{name}.pem"))).unwrap();
        let sealed = fixture(&format!("{name}.sealed"));
        assert_eq!(*open_sealed(&sealed, &KEY).unwrap(), der, "{name}");
        let secret = |read: Result<tessera_interchange::ForeignSession, ReadError>| {
            read.map(|file| file.session.secret.as_bytes().to_vec())
        };
        assert_eq!(
            secret(read_pem(&pem, TICKET)),
            secret(read_der(&der, TICKET)),
            "{name}"
        );
        for bytes in [&der, pem.as_bytes(), &sealed] {
            assert_eq!(Format::detect(bytes), Ok(Format::Botan), "{name}");
        }
    }
}

#[test]
fn a_sealed_session_opens_under_its_key_only_and_whole() {
    let sealed = fixture("tls13.sealed");
    assert_eq!(
        open_sealed(&sealed, &[1; 32]).err(),
        Some(ReadError::WrongKey)
    );
    for at in 12..sealed.len() {
        let mut damaged = sealed.clone();
        damaged[at] ^= 1;
        assert_eq!(
            open_sealed(&damaged, &KEY).err(),
            Some(ReadError::NotAuthentic),
            "byte {at}"
        );
    }
    for len in 0..sealed.len() {
        assert!(open_sealed(&sealed[..len], &KEY).is_err());
    }
}

#[test]
fn a_session_of_botan_is_written_for_openssl() {
    let file = read_der(&fixture("tls13.der"), TICKET).unwrap();
    let der = openssl::write_der(&file.session, &file.ticket).unwrap();
    let again = openssl::read_der(&der).unwrap();
    assert_eq!(again.session.resumption, file.session.resumption);
    assert_eq!(
        again.session.binding.server_name,
        file.session.binding.server_name
    );
}

#[test]
fn every_cut_of_a_file_is_an_error() {
    let der = fixture("tls13.der");
    for len in 0..der.len() {
        assert!(read_der(&der[..len], TICKET).is_err(), "{len} bytes");
    }
}

proptest! {
    #[test]
    fn rule_13_any_change_of_a_byte_is_a_session_or_an_error(at in 0usize..2000, value: u8) {
        let mut der = fixture("tls13.der");
        let at = at % der.len();
        der[at] = value;
        if let Ok(changed) = read_der(&der, TICKET) {
            prop_assert!(openssl::write_der(&changed.session, &changed.ticket).is_ok());
        }
    }
}
