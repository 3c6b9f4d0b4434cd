//! Our own certificates and keys, from files.

use std::fs;
use std::path::PathBuf;
use std::task::{Context, Poll, Waker};

use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, date_time_ymd};
use tempfile::TempDir;
use tessera_crypto::{KeyError, SigningKey, verify};
use tessera_engine::{Audience, Identity};
use tessera_identity::{Credential, LoadError, LoadProblem, Roots, Signer, SignerError, Warning};
use tessera_session::ServerName;
use tessera_wire::codepoint::SignatureScheme;

use crate::authority::{Authority, NOW};

/// Two files in a directory of their own.
struct Files {
    chain: PathBuf,
    key: PathBuf,
    _directory: TempDir,
}

impl Files {
    fn new(chain: &str, key: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let files = Self {
            chain: directory.path().join("chain.pem"),
            key: directory.path().join("key.pem"),
            _directory: directory,
        };
        fs::write(&files.chain, chain).unwrap();
        fs::write(&files.key, key).unwrap();
        files
    }

    fn load(&self) -> Result<Credential, LoadError> {
        Credential::from_pem_files(&self.chain, &self.key)
    }
}

fn problem(files: &Files) -> LoadError {
    files.load().err().expect("files that will not do")
}

#[test]
fn its_issuers_are_named_as_roots_name_themselves() {
    let root = Authority::root("Root");
    let intermediate = root.intermediate("Intermediate");
    let leaf = intermediate.issue(&["example.com"]);
    let files = Files::new(
        &[leaf.pem, intermediate.pem()].concat(),
        &leaf.key.serialize_pem(),
    );
    let mut credential = files.load().unwrap();
    credential.audience = Audience::NamersOfIssuer;
    let Identity {
        issuers, audience, ..
    } = credential.identity();
    assert_eq!(audience, Audience::NamersOfIssuer);
    let named = |authority: &Authority| {
        let roots = Roots::from_pem(authority.pem().as_bytes()).unwrap();
        roots.subjects().remove(0)
    };
    assert_eq!(issuers, [named(&intermediate), named(&root)]);
}

#[test]
fn a_chain_and_its_key_make_a_credential() {
    let root = Authority::root("Root");
    let intermediate = root.intermediate("Intermediate");
    let leaf = intermediate.issue(&["example.com", "*.example.net", "127.0.0.1"]);
    let files = Files::new(
        &[leaf.pem, intermediate.pem()].concat(),
        &leaf.key.serialize_pem(),
    );

    let credential = files.load().unwrap();
    assert_eq!(credential.chain, [leaf.der, intermediate.cert()]);
    assert_eq!(
        credential.names,
        ["example.com", "*.example.net", "127.0.0.1"]
    );
    assert_eq!(credential.subject(), "CN=leaf");
    assert!(credential.warnings(NOW).is_empty());
    let covers = |name| credential.covers(&ServerName::new(name).unwrap());
    assert!(covers("example.com") && covers("www.example.net") && covers("127.0.0.1"));
    assert!(!covers("www.example.com") && !covers("example.net"));

    let identity = credential.identity();
    assert_eq!(identity.chain, credential.chain);
    assert_eq!(identity.schemes, [SignatureScheme::ECDSA_SECP256R1_SHA256]);
    assert_eq!(identity.names, credential.names);
}

#[test]
fn it_says_what_its_chain_is_signed_with_and_a_root_does_not_count() {
    // RFC 9846 §4.5.1.2 (6).
    let root = Authority::rsa_root("Root");
    let intermediate = root.intermediate("Intermediate");
    let leaf = intermediate.issue(&["example.com"]);
    let chain = [leaf.pem, intermediate.pem(), root.pem()].concat();
    let files = Files::new(&chain, &leaf.key.serialize_pem());
    assert_eq!(
        files.load().unwrap().identity().chain_schemes,
        [
            SignatureScheme::ECDSA_SECP256R1_SHA256,
            SignatureScheme::RSA_PKCS1_SHA256,
        ]
    );
}

#[test]
fn one_file_may_hold_both() {
    let leaf = Authority::root("Root").issue(&["example.com"]);
    let both = [leaf.key.serialize_pem(), leaf.pem].concat();
    let files = Files::new(&both, &both);
    assert_eq!(files.load().unwrap().chain, [leaf.der]);
}

#[test]
fn files_in_der_will_do() {
    let leaf = Authority::root("Root").issue(&["example.com"]);
    let files = Files::new("", "");
    fs::write(&files.chain, &leaf.der).unwrap();
    fs::write(&files.key, leaf.key.serialized_der()).unwrap();
    assert_eq!(files.load().unwrap().chain, [leaf.der]);
}

#[test]
fn a_missing_file_is_named() {
    let leaf = Authority::root("Root").issue(&["example.com"]);
    let files = Files::new(&leaf.pem, "");
    fs::remove_file(&files.key).unwrap();
    let error = problem(&files);
    assert!(
        matches!(error.problem, LoadProblem::Unreadable(_)),
        "{error}"
    );
    assert!(error.file.ends_with("key.pem"), "{error}");
}

#[test]
fn files_given_the_wrong_way_round_are_told() {
    let leaf = Authority::root("Root").issue(&["example.com"]);
    let error = problem(&Files::new(&leaf.key.serialize_pem(), &leaf.pem));
    assert!(
        matches!(error.problem, LoadProblem::NoCertificate(_)),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains("chain.pem") && text.contains("but a private key"),
        "{text}"
    );

    let error = problem(&Files::new(&leaf.pem, &leaf.pem));
    assert!(matches!(error.problem, LoadProblem::NoKey(_)), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("key.pem") && text.contains("but a certificate"),
        "{text}"
    );
}

#[test]
fn a_key_of_another_certificate_is_told_by_both_files() {
    let leaf = Authority::root("Root").issue(&["example.com"]);
    let other = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let error = problem(&Files::new(&leaf.pem, &other.serialize_pem()));
    assert!(
        matches!(error.problem, LoadProblem::KeyMismatch { .. }),
        "{error}"
    );
    let text = error.to_string();
    for part in ["key.pem", "chain.pem", "P-384", "CN=leaf"] {
        assert!(text.contains(part), "{part} in: {text}");
    }
}

#[test]
fn a_chain_that_begins_with_its_issuer_does_not_fit_the_key() {
    // RFC 9846 §4.5.1 (8).
    let root = Authority::root("Root");
    let leaf = root.issue(&["example.com"]);
    let error = problem(&Files::new(
        &[root.pem(), leaf.pem].concat(),
        &leaf.key.serialize_pem(),
    ));
    assert!(
        matches!(error.problem, LoadProblem::KeyMismatch { .. }),
        "{error}"
    );
}

#[test]
fn two_keys_are_one_too_many() {
    let leaf = Authority::root("Root").issue(&["example.com"]);
    let key = leaf.key.serialize_pem();
    let error = problem(&Files::new(&leaf.pem, &[key.as_str(), &key].concat()));
    assert!(
        matches!(error.problem, LoadProblem::SeveralKeys(2)),
        "{error}"
    );
}

#[test]
fn a_certificate_that_cannot_be_read_is_numbered() {
    let leaf = Authority::root("Root").issue(&["example.com"]);
    let broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let error = problem(&Files::new(
        &[&leaf.pem, broken].concat(),
        &leaf.key.serialize_pem(),
    ));
    assert!(
        matches!(
            error.problem,
            LoadProblem::BadCertificate { position: 2, .. }
        ),
        "{error}"
    );

    let cut: String = leaf.pem.lines().take(3).collect::<Vec<_>>().join("\n");
    let error = problem(&Files::new(&cut, &leaf.key.serialize_pem()));
    assert!(matches!(error.problem, LoadProblem::BadPem(_)), "{error}");
}

#[test]
fn a_key_that_cannot_be_used_says_why() {
    let leaf = Authority::root("Root").issue(&["example.com"]);
    let broken = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
    let error = problem(&Files::new(&leaf.pem, broken));
    assert!(
        matches!(error.problem, LoadProblem::BadKey(KeyError::Malformed)),
        "{error}"
    );
}

#[test]
fn an_expired_certificate_loads_with_a_warning() {
    let root = Authority::root("Root");
    let old = root.issue_with(&["example.com"], |params| {
        params.not_after = date_time_ymd(2029, 6, 1);
    });
    let new = root.issue_with(&["example.com"], |params| {
        params.not_before = date_time_ymd(2031, 1, 1);
    });
    let load = |issued: &crate::authority::Issued| {
        Files::new(&issued.pem, &issued.key.serialize_pem())
            .load()
            .unwrap()
    };
    assert!(matches!(
        load(&old).warnings(NOW)[..],
        [Warning::Expired { certificate: 0, .. }]
    ));
    assert!(matches!(
        load(&new).warnings(NOW)[..],
        [Warning::NotYetValid { certificate: 0, .. }]
    ));
}

#[test]
fn what_peers_may_take_offence_at_is_a_warning() {
    let root = Authority::root("Root");
    let nameless = root.issue(&[]);
    let credential = Files::new(&nameless.pem, &nameless.key.serialize_pem())
        .load()
        .unwrap();
    assert!(matches!(
        credential.warnings(NOW)[..],
        [Warning::NoNames { .. }]
    ));

    let leaf = root.issue(&["example.com"]);
    let stranger = Authority::root("Stranger").pem();
    let credential = Files::new(&[leaf.pem, stranger].concat(), &leaf.key.serialize_pem())
        .load()
        .unwrap();
    assert!(matches!(
        credential.warnings(NOW)[..],
        [Warning::OutOfOrder { certificate: 0, .. }]
    ));
}

#[test]
fn a_credential_signs_for_its_certificate_at_once() {
    let leaf = Authority::root("Root").issue(&["example.com"]);
    let key = SigningKey::from_der(leaf.key.serialized_der()).unwrap();
    let credential = Credential::new(vec![leaf.der.clone()], key).unwrap();
    let sign = |scheme| {
        let mut signing = Signer::sign(&credential, scheme, b"message".to_vec());
        match signing
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(signature) => signature,
            Poll::Pending => panic!("a key in memory does not wait"),
        }
    };
    let scheme = Signer::schemes(&credential)[0];
    let signature = sign(scheme).unwrap();
    let spki = leaf.spki();
    assert_eq!(verify(scheme, &spki, b"message", &signature), Ok(()));
    let other = SignatureScheme::ED25519;
    assert_eq!(sign(other), Err(SignerError::UnsupportedScheme(other)));
}

#[test]
fn what_a_file_holds_can_come_from_memory_too() {
    let root = Authority::root("Root");
    let leaf = root.issue(&["example.com"]);
    let key = leaf.key.serialize_pem();
    let credential = Credential::from_pem(leaf.pem.as_bytes(), key.as_bytes()).unwrap();
    assert_eq!(credential.chain, [leaf.der]);
    let error = Credential::from_pem(key.as_bytes(), key.as_bytes())
        .err()
        .unwrap();
    assert!(matches!(error.problem, LoadProblem::NoCertificate(_)));
    assert_eq!(error.file, "the certificate chain");
}
