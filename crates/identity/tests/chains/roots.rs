//! Sets of anchors.

use std::process::Command;

use rustls_pki_types::CertificateDer;
use tessera_identity::{LoadProblem, Roots};

use crate::authority::Authority;

#[test]
fn equal_sets_have_equal_hashes_wherever_they_come_from() {
    let (one, two) = (Authority::root("One"), Authority::root("Two"));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("roots.pem");
    std::fs::write(
        &file,
        [two.pem(), "a comment\n".to_owned(), one.pem(), two.pem()].concat(),
    )
    .unwrap();

    let listed = Roots::from_der([one.cert(), two.cert()]).unwrap();
    let read = Roots::from_pem_file(&file).unwrap();
    assert_eq!(read.len(), 2);
    assert_eq!(read.hash(), listed.hash());
    assert_eq!(read.hashes(), listed.hashes());
    assert_ne!(listed.hash(), one.roots().hash());
    assert_ne!(one.roots().hash(), two.roots().hash());
}

#[test]
fn subjects_are_distinguished_names() {
    let root = Authority::root("One");
    let subjects = root.roots().subjects();
    let certificate = CertificateDer::from(root.cert());
    let subject = &subjects[0];
    assert_eq!(subject[0], 0x30);
    assert!(
        certificate
            .windows(subject.len())
            .any(|window| window == subject)
    );
}

#[test]
fn one_certificate_in_der_is_a_file_of_anchors_too() {
    let root = Authority::root("One");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("root.der");
    std::fs::write(&file, root.cert()).unwrap();
    assert_eq!(
        Roots::from_pem_file(&file).unwrap().hash(),
        root.roots().hash()
    );
}

#[test]
fn a_file_without_certificates_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("roots.pem");
    let error = Roots::from_pem_file(&file).unwrap_err();
    assert!(
        matches!(error.problem, LoadProblem::Unreadable(_)),
        "{error}"
    );

    std::fs::write(&file, Authority::root("One").key().serialize_pem()).unwrap();
    let error = Roots::from_pem_file(&file).unwrap_err();
    assert!(
        matches!(error.problem, LoadProblem::NoCertificate(_)),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains("roots.pem") && text.contains("but a private key"),
        "{text}"
    );
}

/// Set in the process that a test starts: the number of anchors it must find.
const EXPECTED: &str = "TESSERA_TEST_EXPECTED_ANCHORS";

#[test]
fn ssl_cert_file_and_ssl_cert_dir_replace_the_systems_store() {
    // The environment belongs to the whole process, so this test runs itself again.
    if let Ok(expected) = std::env::var(EXPECTED) {
        let found = Roots::native().map(|roots| (roots.len(), roots.skipped()));
        match expected.as_str() {
            "none" => assert!(found.is_err()),
            number => assert_eq!(found.unwrap(), (number.parse().unwrap(), 0)),
        }
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("two.pem");
    let (one, two) = (Authority::root("One"), Authority::root("Two"));
    std::fs::write(&file, [one.pem(), two.pem()].concat()).unwrap();
    let empty = tempfile::tempdir().unwrap();

    for (variable, value, expected) in [
        ("SSL_CERT_FILE", file.as_path(), "2"),
        ("SSL_CERT_DIR", directory.path(), "2"),
        ("SSL_CERT_DIR", empty.path(), "none"),
    ] {
        let again = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "roots::ssl_cert_file_and_ssl_cert_dir_replace_the_systems_store",
            ])
            .env_remove("SSL_CERT_FILE")
            .env_remove("SSL_CERT_DIR")
            .env(variable, value)
            .env(EXPECTED, expected)
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&again.stdout).into_owned();
        assert!(again.status.success(), "{variable}: {output}");
        assert!(output.contains("1 passed"), "{variable}: {output}");
    }
}
