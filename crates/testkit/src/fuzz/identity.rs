//! Targets for what is loaded from files and what a peer shows: certificates, keys, trust anchors, revocation lists.

mod seeds;

use std::sync::LazyLock;

use tessera_crypto::{SigningKey, verify};
use tessera_engine::{IdentityProblem, PeerClaim, Verdict};
use tessera_identity::{Certificate, Credential, Crls, Roots, Verifier};
use tessera_session::{ServerName, Side};

use crate::pair::START;
use crate::{KeyType, TestCa};

super::table! { IDENTITY, 800 variants:
    credential private_key trust_anchors revocation_list x509_certificate ocsp_response
}

/// A file with a certificate chain and its key: whatever loads has a key of its own certificate and can say what it is.
pub fn credential(data: &[u8]) {
    match Credential::from_pem(data, data) {
        Ok(credential) => {
            assert!(!credential.chain.is_empty());
            let leaf = Certificate::from_der(&credential.chain[0]).expect("it was read before");
            assert_eq!(leaf.public_key, credential.key.public_key_spki());
            assert_eq!(credential.identity().chain, credential.chain);
            let _ = (credential.covers(&name()), credential.subject().len());
            for warning in credential.warnings(START) {
                let _ = warning.to_string();
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A private key in DER: whatever loads signs, and its own public key verifies it.
pub fn private_key(data: &[u8]) {
    let Ok(key) = SigningKey::from_der(data) else {
        return;
    };
    for scheme in key.schemes() {
        let signature = key.sign(*scheme, b"a message").expect("one of its schemes");
        let verified = verify(*scheme, &key.public_key_spki(), b"a message", &signature);
        assert!(verified.is_ok(), "{scheme}: {verified:?}");
    }
}

/// A file of trust anchors: the set is the same in any order, and however often each is there.
pub fn trust_anchors(data: &[u8]) {
    match Roots::from_pem(data) {
        Ok(roots) => {
            assert!(!roots.is_empty());
            assert_eq!(roots.subjects().len(), roots.len());
            let twice = Roots::from_pem(&[data, b"\n", data].concat());
            // A file in DER has no second half.
            assert!(
                twice.is_ok_and(|twice| twice.hash() == roots.hash()) || data.starts_with(b"0")
            );
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A file of revocation lists.
pub fn revocation_list(data: &[u8]) {
    let mut lists = Crls::new();
    match lists.add_pem(data) {
        Ok(()) => {
            assert!(!lists.is_empty());
            let _ = (lists.revoked(), format!("{lists:?}"));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A certificate as a peer shows it: it is read for people or refused, and only the one the CA made is accepted.
pub fn x509_certificate(data: &[u8]) {
    static CA: LazyLock<(Verifier, Vec<u8>)> = LazyLock::new(|| {
        let mut ca = TestCa::new();
        let roots = Roots::from_der([ca.der()]).expect("a CA's certificate");
        let leaf = ca.issue(KeyType::Ed25519, NAMES).identity.chain.remove(0);
        (Verifier::new(roots), leaf)
    });
    let (verifier, genuine) = &*CA;
    if let Ok(certificate) = Certificate::from_der(data) {
        let printed = format!("{} {}", certificate.subject, certificate.issuer);
        assert!(!printed.contains(char::is_control));
        let _ = tessera_identity::covers(&certificate.names, &name());
    }
    for side in [Side::Server, Side::Client] {
        let claim = PeerClaim {
            side,
            chain: vec![data.to_vec()],
            name: (side == Side::Server).then(name),
            ocsp: None,
            scts: Vec::new(),
        };
        let accepted = matches!(verifier.verify(&claim, START), Verdict::Accepted(_));
        assert_eq!(accepted, data == genuine);
        if let Verdict::Accepted(anybody) = Verifier::insecure().verify(&claim, START) {
            assert_eq!(anybody.identity.chain, [data]);
        }
    }
}

/// An OCSP response as a server staples it: whatever stands in it, the certificate is accepted with one only in which
/// the CA says that it is good.
pub fn ocsp_response(data: &[u8]) {
    static CA: LazyLock<(Verifier, Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
        let mut ca = TestCa::new();
        let roots = Roots::from_der([ca.der()]).expect("a CA's certificate");
        let leaf = ca.issue(KeyType::Ed25519, NAMES).identity.chain.remove(0);
        let statement = seeds::statement(&ca, seeds::GOOD);
        (Verifier::new(roots), leaf, statement)
    });
    let (verifier, leaf, statement) = &*CA;
    let claim = PeerClaim {
        side: Side::Server,
        chain: vec![leaf.clone()],
        name: Some(name()),
        ocsp: Some(data.to_vec()),
        scts: Vec::new(),
    };
    match verifier.verify(&claim, START) {
        Verdict::Accepted(_) => {
            let has = |part: &[u8]| data.windows(part.len()).any(|window| window == part);
            assert!(has(statement) && has(seeds::SUCCESSFUL));
        }
        Verdict::Rejected(error) => {
            assert!(matches!(error.problem, IdentityProblem::BadStatus(_)));
            assert!(!error.to_string().contains(char::is_control));
        }
    }
}

const NAMES: &[&str] = &["server.test", "*.example", "192.0.2.1"];

fn name() -> ServerName {
    ServerName::new("server.test").expect("a fixed name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_get_past_the_first_branches() {
        for seed in seeds::private_key() {
            assert!(SigningKey::from_der(&seed.bytes).is_ok(), "{}", seed.name);
        }
        for seed in seeds::trust_anchors() {
            assert!(Roots::from_pem(&seed.bytes).is_ok(), "{}", seed.name);
        }
        for seed in seeds::revocation_list() {
            let added = Crls::new().add_pem(&seed.bytes);
            assert!(added.is_ok(), "{}: {added:?}", seed.name);
        }
        for seed in seeds::credential() {
            let loaded = Credential::from_pem(&seed.bytes, &seed.bytes);
            assert_eq!(
                loaded.is_ok(),
                seed.name == "chain_and_key",
                "{}",
                seed.name
            );
        }
    }
}
