//! A client's chain, for its use.

use rcgen::ExtendedKeyUsagePurpose;
use tessera_engine::{IdentityProblem as Problem, Trust};
use tessera_identity::Verifier;

use crate::authority::{Authority, client, refused};

#[test]
fn a_client_needs_no_name() {
    let root = Authority::root("Clients");
    let intermediate = root.intermediate("Department");
    let leaf = intermediate.issue_with(&[], |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let accepted = client(
        &Verifier::new(root.roots()),
        &[&leaf.der, &intermediate.cert()],
    )
    .unwrap();
    assert_eq!(accepted.trust, Trust::Verified);
    assert_eq!(accepted.identity.subject, "CN=leaf");
    assert_eq!(accepted.public_key, leaf.spki());
}

#[test]
fn a_servers_certificate_is_no_clients() {
    let root = Authority::root("Clients");
    let leaf = root.issue_with(&["example.com"], |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    });
    let error = refused(client(&Verifier::new(root.roots()), &[&leaf.der]));
    assert!(
        matches!(&error.problem, Problem::WrongUsage(why) if why.contains("client")),
        "{error}"
    );
}

#[test]
fn a_client_of_another_ca_is_unknown() {
    let (ours, theirs) = (Authority::root("Ours"), Authority::root("Theirs"));
    let leaf = theirs.issue(&[]);
    let error = refused(client(&Verifier::new(ours.roots()), &[&leaf.der]));
    assert_eq!(error.problem, Problem::UnknownIssuer);
    assert!(client(&Verifier::insecure(), &[&leaf.der]).is_ok());
}
