//! What a revocation list says, and what its absence means.

use std::sync::Arc;

use rcgen::SerialNumber;
use tessera_engine::IdentityProblem as Problem;
use tessera_identity::crl::{Depth, Lenience};
use tessera_identity::{Crls, LoadProblem, RevocationPolicy, Verifier};

use crate::authority::{Authority, Issued, refused, server};

fn numbered(authority: &Authority, serial: u64) -> Issued {
    authority.issue_with(&["example.com"], |params| {
        params.serial_number = Some(SerialNumber::from(serial));
    })
}

fn lists(ders: &[Vec<u8>]) -> Arc<Crls> {
    let mut crls = Crls::new();
    for der in ders {
        crls.add_der(der).unwrap();
    }
    Arc::new(crls)
}

fn asking(root: &Authority, crls: &Arc<Crls>, policy: RevocationPolicy) -> Verifier {
    Verifier::new(root.roots()).with_revocation(Arc::clone(crls), policy)
}

#[test]
fn a_listed_certificate_is_revoked_and_its_neighbour_is_not() {
    // RFC 9325 §7.5 (1).
    let root = Authority::root("Root");
    let crls = lists(&[root.crl(&[7])]);
    let verifier = asking(&root, &crls, RevocationPolicy::default());

    let error = refused(server(&verifier, &[&numbered(&root, 7).der], "example.com"));
    assert_eq!((error.certificate, error.problem), (0, Problem::Revoked));
    assert!(server(&verifier, &[&numbered(&root, 8).der], "example.com").is_ok());
}

#[test]
fn a_revoked_intermediate_is_named_unless_only_leaves_are_asked() {
    let root = Authority::root("Root");
    let revoked = root.intermediate_with("Revoked", |params| {
        params.serial_number = Some(SerialNumber::from(5));
    });
    let leaf = numbered(&revoked, 8);
    let crls = lists(&[root.crl(&[5]), revoked.crl(&[])]);
    let chain: &[&[u8]] = &[&leaf.der, &revoked.cert()];

    let verifier = asking(&root, &crls, RevocationPolicy::default());
    let error = refused(server(&verifier, chain, "example.com"));
    assert_eq!(
        (error.certificate, error.subject.as_str()),
        (1, "CN=Revoked")
    );
    assert_eq!(error.problem, Problem::Revoked);

    let policy = RevocationPolicy {
        depth: Depth::Leaf,
        ..RevocationPolicy::default()
    };
    assert!(server(&asking(&root, &crls, policy), chain, "example.com").is_ok());
}

#[test]
fn without_a_list_of_the_issuer_the_policy_decides() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let leaf = numbered(&root, 8);
    let crls = lists(&[other.crl(&[8])]);
    let strict = asking(&root, &crls, RevocationPolicy::default());
    let error = refused(server(&strict, &[&leaf.der], "example.com"));
    assert!(error.to_string().contains("no revocation list"), "{error}");

    let policy = RevocationPolicy {
        without_list: Lenience::Accept,
        ..RevocationPolicy::default()
    };
    assert!(server(&asking(&root, &crls, policy), &[&leaf.der], "example.com").is_ok());
}

#[test]
fn an_outdated_list_is_refused_unless_the_policy_is_lenient() {
    let root = Authority::root("Root");
    let good = numbered(&root, 8);
    let crls = lists(&[root.crl_until(&[7], 2029 + 1)]);
    let strict = asking(&root, &crls, RevocationPolicy::default());
    let error = refused(server(&strict, &[&good.der], "example.com"));
    assert!(error.to_string().contains("renewed"), "{error}");

    let policy = RevocationPolicy {
        outdated_list: Lenience::Accept,
        ..RevocationPolicy::default()
    };
    let lenient = asking(&root, &crls, policy);
    assert!(server(&lenient, &[&good.der], "example.com").is_ok());
    let error = refused(server(&lenient, &[&numbered(&root, 7).der], "example.com"));
    assert_eq!(error.problem, Problem::Revoked);
}

#[test]
fn a_list_that_its_issuer_did_not_sign_is_of_no_use() {
    let (real, fake) = (Authority::root("Root"), Authority::root("Root"));
    let crls = lists(&[fake.crl(&[])]);
    let verifier = asking(&real, &crls, RevocationPolicy::default());
    let error = refused(server(&verifier, &[&numbered(&real, 8).der], "example.com"));
    assert!(
        error.to_string().contains("not signed by that issuer"),
        "{error}"
    );
}

#[test]
fn a_list_recognises_what_a_session_remembers() {
    let root = Authority::root("Root");
    let leaf = numbered(&root, 7);
    let accepted = server(&Verifier::new(root.roots()), &[&leaf.der], "example.com").unwrap();
    let remembered = &accepted.identity.issuer_serials[0];
    assert!(lists(&[root.crl(&[7])]).revoked().contains(remembered));
    assert!(!lists(&[root.crl(&[8])]).revoked().contains(remembered));
    assert!(
        !lists(&[Authority::root("Other").crl(&[7])])
            .revoked()
            .contains(remembered)
    );
    // A serial with its top bit set has a leading zero in both encodings.
    let leaf = numbered(&root, 0x80);
    let accepted = server(&Verifier::new(root.roots()), &[&leaf.der], "example.com").unwrap();
    assert!(
        lists(&[root.crl(&[0x80])])
            .revoked()
            .contains(&accepted.identity.issuer_serials[0])
    );
}

#[test]
fn lists_come_from_files_in_both_formats() {
    let root = Authority::root("Root");
    let directory = tempfile::tempdir().unwrap();
    let (der, pem) = (
        directory.path().join("a.crl"),
        directory.path().join("b.pem"),
    );
    std::fs::write(&der, root.crl(&[7])).unwrap();
    let text = root.issue(&[]).pem;
    std::fs::write(&pem, &text).unwrap();

    let crls = Crls::from_files([&der]).unwrap();
    assert!(!crls.is_empty());
    let verifier = asking(&root, &Arc::new(crls), RevocationPolicy::default());
    assert!(server(&verifier, &[&numbered(&root, 7).der], "example.com").is_err());

    let error = Crls::from_files([&pem]).unwrap_err();
    assert!(matches!(error.problem, LoadProblem::NoCrl(_)), "{error}");
    assert!(error.to_string().contains("but a certificate"), "{error}");
    std::fs::write(&der, [0x30, 0]).unwrap();
    let error = Crls::from_files([&der]).unwrap_err();
    assert!(
        matches!(error.problem, LoadProblem::BadCrl { position: 1, .. }),
        "{error}"
    );
}
