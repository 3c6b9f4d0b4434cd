//! Files of OpenSSL, damaged in thousands of ways, the same ones at every run: each is a session or an error, and
//! what is a session is written to something that reads the same.

use std::path::PathBuf;

use tessera_interchange::openssl::{OpenSslSession, read_der, read_pem, write_der, write_pem};
use tessera_testkit::fuzz::Mutator;

const FILES: [&str; 5] = [
    "tls13_stateful",
    "tls13_unverified",
    "tls13_alpn",
    "tls12_ticket",
    "tls12_session_id",
];

fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("tests/fixtures/openssl/{name}.pem"));
    std::fs::read_to_string(path).expect("the fixture is committed")
}

/// Written and read again, a session is what it was. The first writing may lose what only the file knew.
fn settles(file: &OpenSslSession) {
    let written = write_der(&file.session, &file.ticket).expect("what was read can be written");
    let again = read_der(&written).expect("what was written can be read");
    assert_eq!(again.ticket, file.ticket);
    assert_eq!(again.session.binding.alpn, file.session.binding.alpn);
    assert_eq!(again.session.app_data, file.session.app_data);
    assert!(again.session.taint.is_some(), "no taint washes out");
    assert_eq!(
        write_der(&again.session, &again.ticket).as_deref(),
        Ok(&*written)
    );
    let pem = write_pem(&file.session, &file.ticket).expect("as above");
    assert!(read_pem(&pem).is_ok());
}

#[test]
fn damaged_der_is_a_session_or_an_error() {
    let mut read = 0;
    for name in FILES {
        let file = read_pem(&fixture(name)).expect("OpenSSL wrote it");
        let der = write_der(&file.session, &file.ticket).expect("it was read");
        let mut mutator = Mutator::new(der.len() as u64);
        for _ in 0..4000 {
            if let Ok(changed) = read_der(&mutator.mutate(&der)) {
                settles(&changed);
                read += 1;
            }
        }
    }
    assert!(read > 500, "only {read} were read");
}

#[test]
fn damaged_pem_is_a_session_or_an_error() {
    for name in FILES {
        let text = fixture(name);
        let mut mutator = Mutator::new(text.len() as u64);
        for _ in 0..1000 {
            let changed = mutator.mutate(text.as_bytes());
            if let Ok(changed) = read_pem(&String::from_utf8_lossy(&changed)) {
                settles(&changed);
            }
        }
    }
}
