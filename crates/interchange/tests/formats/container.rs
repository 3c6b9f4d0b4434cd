//! Our own file: what it keeps, what opens it, and that files of earlier versions still open.

use std::path::PathBuf;

use crate::samples::{same, tls12, tls13, vault};
use proptest::prelude::*;
use tessera_crypto::Entropy;
use tessera_interchange::{Format, ReadError, container};
use tessera_session::{Session, Taint, Vault};

fn write(session: &Session, ticket: &[u8]) -> Vec<u8> {
    container::write(&vault(), session, ticket, &mut Entropy::from_seed([6; 32])).unwrap()
}

fn error(vault: &Vault, bytes: &[u8]) -> Option<ReadError> {
    container::read(vault, bytes).err()
}

#[test]
fn everything_comes_back_but_trust() {
    for (session, ticket) in [(tls13(), &b"a ticket"[..]), (tls12(), &[])] {
        let file = write(&session, ticket);
        assert_eq!(Format::detect(&file), Ok(Format::Tessera));
        let read = container::read(&vault(), &file).unwrap();
        assert_eq!(read.session.taint, Some(Taint::Imported));
        assert_eq!(read.ticket, ticket);
        same(&read.vouched().session, &session);
    }
}

#[test]
fn r12_a_taint_does_not_wash_out_by_export_and_import() {
    for taint in [Taint::Unverified, Taint::Imported] {
        let session = Session {
            taint: Some(taint),
            ..tls13()
        };
        let read = container::read(&vault(), &write(&session, b"t")).unwrap();
        assert_eq!(read.vouched().session.taint, Some(Taint::Unverified));
    }
}

#[test]
fn another_key_is_told_from_damage() {
    let file = write(&tls13(), b"a ticket");
    assert_eq!(
        error(&Vault::new(&[1; 32]), &file),
        Some(ReadError::WrongKey)
    );
    let mut damaged = file.clone();
    damaged[60] ^= 1;
    assert_eq!(error(&vault(), &damaged), Some(ReadError::NotAuthentic));
    let mut later = file;
    later[9] = 2;
    assert_eq!(error(&vault(), &later), Some(ReadError::LaterFormat(2)));
    assert_eq!(error(&vault(), b"SESSION"), Some(ReadError::UnknownFormat));
}

#[test]
fn every_cut_of_a_file_is_an_error() {
    let file = write(&tls13(), b"a ticket");
    for len in 0..file.len() {
        assert!(error(&vault(), &file[..len]).is_some(), "{len} bytes");
    }
    assert!(error(&vault(), &[&file[..], &[0]].concat()).is_some());
}

/// Every file that was ever written here, with the format it has. Only added to.
const GOLDEN: [(&str, Sample, &[u8]); 2] = [
    ("format-1-tls13", tls13, b"a ticket"),
    ("format-1-tls12", tls12, b""),
];

type Sample = fn() -> Session;

fn golden(name: &str) -> Vec<u8> {
    let path = format!("tests/golden/{name}.tessera");
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn files_of_earlier_versions_open() {
    for (name, sample, ticket) in GOLDEN {
        let read = container::read(&vault(), &golden(name)).unwrap();
        assert_eq!(read.ticket, ticket, "{name}");
        same(&read.vouched().session, &sample());
    }
}

#[test]
fn what_this_version_writes_is_the_format_it_says() {
    for (name, sample, ticket) in GOLDEN {
        assert_eq!(write(&sample(), ticket), golden(name), "{name}");
    }
}

proptest! {
    #[test]
    fn one_flipped_bit_and_no_file_opens(at: usize, bit in 0u8..8) {
        let mut file = write(&tls13(), b"a ticket");
        let at = at % file.len();
        file[at] ^= 1 << bit;
        prop_assert!(error(&vault(), &file).is_some(), "byte {}", at);
    }
}
