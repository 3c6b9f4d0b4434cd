//! Sessions of the real OpenSSL: files it wrote are read, files we write it reads.

use std::path::PathBuf;
use std::process::Command;

use proptest::prelude::*;
use tessera_interchange::openssl::{read_der, read_pem, with_ticket, write_der, write_pem};
use tessera_interchange::{ForeignSession, ReadError};
use tessera_session::{Resumption, ServerName, Taint, TicketId, Timestamp};
use tessera_wire::{CipherSuite, NamedGroup, ProtocolVersion};

/// Of OpenSSL 3.0.
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

/// A file of OpenSSL 4.
fn openssl4(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(format!("tests/fixtures/openssl4/{name}.pem"));
    std::fs::read_to_string(path).expect("the fixture is committed")
}

fn read(name: &str) -> ForeignSession {
    read_pem(&fixture(name)).unwrap()
}

/// What the real program says of a file.
fn sess_id(pem: &str, arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("session.pem");
    std::fs::write(&file, pem).unwrap();
    let output = Command::new("openssl")
        .arg("sess_id")
        .args(arguments)
        .arg("-in")
        .arg(&file)
        .output();
    let output = output.expect("the openssl program is installed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A line of `openssl sess_id -text`.
fn line<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.trim() == label)
        .map(|(_, value)| value.trim())
}

#[test]
fn a_tls13_session_of_openssl_is_read_with_all_it_says() {
    let file = read("tls13_stateful");
    let session = &file.session;
    assert_eq!(session.version, ProtocolVersion::TLS1_3);
    assert_eq!(session.cipher_suite, CipherSuite::TLS_AES_256_GCM_SHA384);
    assert_eq!(session.secret.as_bytes().len(), 48);
    assert_eq!(session.group, Some(NamedGroup::X25519));
    assert_eq!(
        session.binding.server_name,
        Some(ServerName::new("localhost").unwrap())
    );
    let peer = session.binding.peer.as_ref().unwrap();
    assert_eq!(peer.subject, "O=Tessera tests, CN=localhost");
    assert!(peer.not_after > Timestamp::from_unix_secs(4_000_000_000));
    let made = Timestamp::from_unix_secs(1_795_387_783);
    assert_eq!(session.lifetime.authenticated_at, made);
    assert_eq!(session.lifetime.issued_at, made);
    assert_eq!(
        session.lifetime.expires_at,
        Timestamp::from_unix_secs(1_795_387_783 + 7200)
    );
    assert!(matches!(
        session.resumption,
        Resumption::Tls13 {
            max_early_data_size: 16_384,
            ticket_age_add: 1..
        }
    ));
    assert_eq!((file.ticket.len(), file.verify_result), (32, 0));
    // What OpenSSL calls a session's id is what we call its ticket's.
    assert!(
        fixture_text("tls13_stateful")
            .contains(&TicketId::of_wire(&file.ticket).to_string().to_uppercase())
    );
    assert_eq!(
        read("tls13_alpn").session.binding.alpn.unwrap().as_bytes(),
        b"h2"
    );
}

fn fixture_text(name: &str) -> String {
    sess_id(&fixture(name), &["-noout", "-text"])
}

#[test]
fn tls12_sessions_are_read_too() {
    let by_ticket = read("tls12_ticket");
    assert_eq!(by_ticket.session.version, ProtocolVersion::TLS1_2);
    assert_eq!(by_ticket.session.secret.as_bytes().len(), 48);
    assert!(!by_ticket.ticket.is_empty());
    let Resumption::Tls12 {
        session_id,
        extended_main_secret: true,
    } = by_ticket.session.resumption
    else {
        panic!("another version's resumption");
    };
    assert!(
        session_id.as_slice().is_empty(),
        "the synthetic id never travels"
    );

    let by_id = read("tls12_session_id");
    assert!(by_id.ticket.is_empty());
    let Resumption::Tls12 { session_id, .. } = by_id.session.resumption else {
        panic!("another version's resumption")
    };
    assert_eq!(session_id.as_slice().len(), 32);
}

#[test]
fn a_session_that_goes_by_its_id_has_no_ticket_in_its_file_whatever_stood_for_it_on_the_wire() {
    let file = read("tls12_session_id").vouched();
    assert_eq!(file.wire().len(), 32);
    assert_eq!(
        *write_pem(&file.session, file.wire()).unwrap(),
        fixture("tls12_session_id")
    );
    let by_ticket = read("tls12_ticket");
    assert_eq!(by_ticket.wire(), by_ticket.ticket);
}

#[test]
fn r12_a_session_from_a_file_is_tainted_until_somebody_vouches_for_it() {
    let file = read("tls13_stateful");
    assert_eq!(file.session.taint, Some(Taint::Imported));
    assert_eq!(file.vouched().session.taint, None);
}

#[test]
fn r12_nobody_can_vouch_for_a_peer_that_openssl_did_not_verify() {
    let file = read("tls13_unverified");
    assert_eq!(file.verify_result, 18);
    assert_eq!(file.vouched().session.taint, Some(Taint::Unverified));
}

#[test]
fn r12_a_taint_does_not_wash_out_by_export_and_import() {
    let file = read("tls13_unverified");
    let again = read_pem(&write_pem(&file.session, &file.ticket).unwrap()).unwrap();
    assert_ne!(again.verify_result, 0);
    assert_eq!(again.vouched().session.taint, Some(Taint::Unverified));
}

#[test]
fn a_file_without_a_name_takes_the_one_it_is_imported_for_and_no_file_changes_its_name() {
    let (here, there) = (
        ServerName::new("localhost").unwrap(),
        ServerName::new("elsewhere.example").unwrap(),
    );
    let nameless = read("tls13_alpn");
    assert_eq!(nameless.session.binding.server_name, None);
    assert_eq!(
        nameless.named(&here).unwrap().session.binding.server_name,
        Some(here.clone())
    );
    assert!(read("tls13_stateful").named(&here).is_ok());
    let error = read("tls13_stateful").named(&there).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the session was made for localhost, not for elsewhere.example"
    );
}

#[test]
fn a_file_read_twice_is_one_lineage_and_two_files_are_two() {
    let id = |name| read(name).session.lineage.id;
    assert_eq!(id("tls13_stateful"), id("tls13_stateful"));
    assert_ne!(id("tls13_stateful"), id("tls13_alpn"));
}

#[test]
fn what_openssl_wrote_we_write_byte_for_byte() {
    for name in FILES.into_iter().filter(|name| *name != "tls13_unverified") {
        let file = read(name).vouched();
        assert_eq!(
            *write_pem(&file.session, &file.ticket).unwrap(),
            fixture(name),
            "{name}"
        );
    }
}

#[test]
fn what_openssl_4_wrote_we_write_byte_for_byte() {
    for name in ["tls13", "tls12"] {
        let file = read_pem(&openssl4(name)).unwrap().vouched();
        let ours = write_pem(&file.session, &file.ticket).unwrap();
        assert_eq!(*ours, openssl4(name), "{name}");
    }
}

#[test]
fn r12_a_raw_public_key_is_read_and_is_nobody_to_vouch_for() {
    for name in ["tls13_raw_key", "tls12_raw_key"] {
        let file = read_pem(&openssl4(name)).unwrap();
        // X509_V_ERR_RPK_UNTRUSTED; and if OpenSSL had trusted it, it would have no name.
        assert_eq!(file.verify_result, 95, "{name}");
        assert_eq!(file.vouched().session.taint, Some(Taint::Unverified));
    }
}

#[test]
fn a_raw_public_key_goes_with_the_session_and_only_then_is_the_file_one_of_openssl_4() {
    let der = |pem: &str| {
        let block = pem.lines().filter(|line| !line.starts_with('-'));
        let digits: String = block.collect();
        data_encoding::BASE64.decode(digits.as_bytes()).unwrap()
    };
    let ours = |name| with_ticket(&der(&openssl4(name)), b"another ticket").unwrap();
    let has_raw_key = |der: &[u8]| der.windows(4).any(|at| at == [0xb4, 0x5d, 4, 0x5b]);
    assert!(has_raw_key(&ours("tls13_raw_key")));
    assert!(!has_raw_key(&ours("tls13")));
    // The tests' own OpenSSL is older.
    sess_id_der(&ours("tls13"));
}

/// What the real program says of a session in DER, if it reads it.
fn sess_id_der(der: &[u8]) {
    let digits = data_encoding::BASE64.encode(der);
    let lines: Vec<&str> = digits
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let label = "SSL SESSION PARAMETERS";
    let pem = format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    );
    sess_id(&pem, &["-noout", "-text"]);
}

#[test]
fn openssl_reads_what_we_write_and_says_the_same_of_it() {
    for name in FILES {
        let file = read(name);
        let ours = sess_id(
            &write_pem(&file.session, &file.ticket).unwrap(),
            &["-noout", "-text"],
        );
        let theirs = fixture_text(name);
        for label in [
            "Protocol",
            "Cipher",
            "Session-ID",
            "Resumption PSK",
            "Master-Key",
            "Start Time",
            "Timeout",
            "TLS session ticket lifetime hint",
            "Extended master secret",
            "Max Early Data",
        ] {
            assert_eq!(
                line(&ours, label),
                line(&theirs, label),
                "{label} of {name}"
            );
        }
        assert_eq!(
            line(&ours, "Verify return code"),
            Some("1 (unspecified certificate verification error)")
        );
    }
}

#[test]
fn openssl_finds_the_certificate_we_wrote() {
    let file = read("tls13_stateful").vouched();
    let text = sess_id(&write_pem(&file.session, &file.ticket).unwrap(), &["-cert"]);
    assert!(text.contains("BEGIN CERTIFICATE"), "{text}");
}

/// The DER of a fixture, with one element put behind the others.
fn with_element(name: &str, element: &[u8]) -> Vec<u8> {
    let file = read(name).vouched();
    let mut der = write_der(&file.session, &file.ticket).unwrap().to_vec();
    der.extend_from_slice(element);
    let len = u16::try_from(der.len() - 4).unwrap();
    assert_eq!(der[..2], [0x30, 0x82]);
    der[2..4].copy_from_slice(&len.to_be_bytes());
    der
}

#[test]
fn unknown_and_repeated_fields_are_errors() {
    let stray = |element: &[u8]| read_der(&with_element("tls13_alpn", element)).err();
    assert_eq!(
        stray(&[0xb3, 3, 2, 1, 29]),
        Some(ReadError::Stray(0xb3)),
        "the group again"
    );
    assert_eq!(
        stray(&[0xa1, 3, 2, 1, 1]),
        Some(ReadError::Stray(0xa1)),
        "the time, out of place"
    );
    assert_eq!(
        stray(&[0xb6, 3, 1, 1, 0]),
        Some(ReadError::Stray(0xb6)),
        "BoringSSL's is_server"
    );
    assert_eq!(stray(&[0x04, 0]), Some(ReadError::Stray(0x04)));
    assert_eq!(
        stray(&[0xb4, 3, 4, 1, 9]),
        None,
        "OpenSSL 4's raw public key"
    );
}

#[test]
fn every_cut_of_a_file_is_an_error() {
    for name in FILES {
        let file = read(name);
        let der = write_der(&file.session, &file.ticket).unwrap();
        for len in 0..der.len() {
            assert!(read_der(&der[..len]).is_err(), "{len} bytes of {name}");
        }
        let mut longer = der.to_vec();
        longer.push(0);
        assert!(read_der(&longer).is_err());
    }
}

#[test]
fn rule_14_an_all_zero_secret_and_the_other_versions_secret_are_refused() {
    let file = read("tls13_alpn");
    let der = write_der(&file.session, &file.ticket).unwrap();
    let secret = file.session.secret.as_bytes();
    let at = der
        .windows(secret.len())
        .position(|window| window == secret)
        .unwrap();
    let mut zero = der.to_vec();
    zero[at..at + secret.len()].fill(0);
    assert!(matches!(read_der(&zero), Err(ReadError::Secret(_))));
    // The same bytes, said to be of TLS 1.2: the suite and the secret's length give it away.
    let mut older = der.to_vec();
    let version = older
        .windows(4)
        .position(|window| window == [2, 2, 3, 4])
        .unwrap();
    older[version + 3] = 3;
    assert!(matches!(read_der(&older), Err(ReadError::Secret(_))));
    older[version + 3] = 2;
    assert_eq!(read_der(&older).err(), Some(ReadError::Version(0x0302)));
}

#[test]
fn a_file_that_does_not_say_when_it_was_made_has_expired() {
    let mut file = read("tls13_alpn").vouched();
    file.session.lifetime.issued_at = Timestamp::EPOCH;
    let again = read_der(&write_der(&file.session, &file.ticket).unwrap()).unwrap();
    assert_eq!(again.session.lifetime.authenticated_at, Timestamp::EPOCH);
    assert!(again.session.lifetime.expires_at < Timestamp::from_unix_secs(10_000_000));
}

proptest! {
    #[test]
    fn any_bytes_are_a_session_or_an_error(bytes: Vec<u8>) {
        let _ = read_der(&bytes);
    }

    #[test]
    fn rule_13_any_change_of_a_byte_is_a_session_or_an_error(file in 0..FILES.len(), at in 0usize..2000, value: u8) {
        let file = read(FILES[file]);
        let mut der = write_der(&file.session, &file.ticket).unwrap().to_vec();
        let at = at % der.len();
        der[at] = value;
        if let Ok(changed) = read_der(&der) {
            // And what is read can be written.
            prop_assert!(write_der(&changed.session, &changed.ticket).is_ok());
        }
    }

    #[test]
    fn what_is_written_is_read_back(
        secret in proptest::collection::vec(1u8.., 32..=32),
        ticket in proptest::collection::vec(any::<u8>(), 1..400),
        (age_add, early_data) in any::<(u32, u32)>(),
        (issued, lives) in (1u64..4_000_000_000, 1u64..604_800),
        app_data: Vec<u8>,
    ) {
        let mut session = read("tls13_alpn").vouched().session;
        let (version, suite) = (session.version, session.cipher_suite);
        session.secret = tessera_session::ResumptionSecret::new(tessera_crypto::Secret::new(&secret).unwrap(), version, suite).unwrap();
        session.resumption = Resumption::Tls13 { ticket_age_add: age_add, max_early_data_size: early_data };
        session.lifetime.issued_at = Timestamp::from_unix_secs(issued);
        session.lifetime.expires_at = Timestamp::from_unix_secs(issued + lives);
        session.app_data = app_data;
        let again = read_der(&write_der(&session, &ticket).unwrap()).unwrap();
        prop_assert_eq!(&again.ticket, &ticket);
        let again = again.vouched().session;
        prop_assert!(again.secret.secret().matches(&secret));
        prop_assert_eq!(again.resumption, session.resumption);
        prop_assert_eq!(again.lifetime.issued_at, session.lifetime.issued_at);
        prop_assert_eq!(again.lifetime.expires_at, session.lifetime.expires_at);
        prop_assert_eq!(&again.binding, &session.binding);
        prop_assert_eq!(&again.app_data, &session.app_data);
        prop_assert_eq!((again.group, again.taint), (session.group, session.taint));
    }
}
