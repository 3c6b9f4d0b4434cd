//! Which of several certificates an end shows: RFC 9846 §4.3.4, §4.5.1.2, RFC 5246 §7.4.2, §7.4.4, RFC 8422 §5.1.

use tessera_engine::{Audience, Fault, Identity, Mismatch, Unsuited};
use tessera_session::{ClientAuthMode, ServerName};
use tessera_testkit::{KeyType, Link, Pair};
use tessera_wire::codepoint::{AlertDescription, NamedGroup, SignatureScheme};

const VERSIONS: [fn() -> Pair; 2] = [Pair::tls13, Pair::tls12];
const P256: SignatureScheme = SignatureScheme::ECDSA_SECP256R1_SHA256;
const ED25519: SignatureScheme = SignatureScheme::ED25519;
const RSA: SignatureScheme = SignatureScheme::RSA_PKCS1_SHA256;

/// A client with certificates of two keys and two issuers, and a server that asks for one.
fn client_of_two(version: fn() -> Pair) -> Pair {
    let mut pair = version()
        .client_auth(ClientAuthMode::Request)
        .client_certificate(KeyType::P256)
        .client_certificate(KeyType::Ed25519);
    name_issuers(&mut pair.client.identities);
    pair
}

fn name_issuers(identities: &mut [Identity]) {
    for (identity, issuer) in identities.iter_mut().zip([&b"one"[..], b"two"]) {
        identity.issuers = vec![b"between".to_vec(), issuer.to_vec()];
    }
}

/// Which of the client's certificates the server saw.
fn shown(link: &Link, pair: &Pair) -> Option<usize> {
    let facts = link.server.connection.facts().expect("established");
    let chain = &facts.peer.as_ref()?.chain;
    let mut identities = pair.client.identities.iter();
    identities.position(|identity| identity.chain == *chain)
}

fn connected(pair: &mut Pair) -> Option<usize> {
    let link = pair.connect_with(None);
    link.agreed();
    shown(&link, pair)
}

#[test]
fn a_client_shows_the_first_certificate_whose_key_signs_as_the_server_likes() {
    for version in VERSIONS {
        let mut pair = client_of_two(version);
        assert_eq!(connected(&mut pair), Some(0));
        pair.server.signature_schemes = vec![ED25519];
        assert_eq!(connected(&mut pair), Some(1));
        pair.server.signature_schemes = vec![SignatureScheme::RSA_PSS_RSAE_SHA256];
        assert_eq!(connected(&mut pair), None);
    }
}

#[test]
fn a_client_shows_what_an_issuer_signed_that_the_server_names() {
    for version in VERSIONS {
        let mut pair = client_of_two(version);
        pair.server.client_auth.authorities = vec![b"three".to_vec(), b"two".to_vec()];
        assert_eq!(connected(&mut pair), Some(1));
        // The key has to fit all the same.
        pair.server.signature_schemes = vec![P256];
        assert_eq!(connected(&mut pair), Some(0));
        for identity in &mut pair.client.identities {
            identity.audience = Audience::NamersOfIssuer;
        }
        assert_eq!(connected(&mut pair), None);
    }
}

#[test]
fn a_client_may_rather_end_it_than_be_nobody() {
    for version in VERSIONS {
        let mut pair = client_of_two(version);
        pair.client.unsuited = Unsuited::End;
        let offered = vec![SignatureScheme::RSA_PSS_RSAE_SHA256];
        pair.server.signature_schemes.clone_from(&offered);
        let link = pair.connect_with(None);
        let mismatch = Mismatch::SignatureScheme { offered };
        assert_eq!(link.client.fault(), Some(&Fault::from(mismatch)));
        assert_eq!(
            link.client.alert_sent(),
            Some(AlertDescription::HANDSHAKE_FAILURE)
        );
    }
}

/// Which of the server's certificates the client saw.
fn served(pair: &mut Pair) -> Option<usize> {
    let (client, _) = pair.connect_with(None).agreed();
    let chain = client.peer.expect("the server has a certificate").chain;
    let mut identities = pair.server.identities.iter();
    identities.position(|identity| identity.chain == chain)
}

#[test]
fn a_server_shows_whoever_asks_for_nobody_it_knows_the_first_certificate_that_fits() {
    for version in VERSIONS {
        let mut pair = version()
            .certificate(KeyType::P256, &["other.test"])
            .certificate(KeyType::P256, &["one.more.test"]);
        pair.name = ServerName::new("unknown.test").expect("a name");
        pair.client.groups.push(NamedGroup::SECP256R1);
        assert_eq!(served(&mut pair), Some(0));
        pair.client.signature_schemes = vec![P256];
        assert_eq!(served(&mut pair), Some(1));
    }
}

/// Of two identities, the first one's chain is signed with RSA, the other one's with ECDSA.
fn name_chains(identities: &mut [Identity]) {
    for (identity, scheme) in identities.iter_mut().zip([RSA, P256]) {
        identity.chain_schemes = vec![scheme];
    }
}

#[test]
fn of_two_chains_for_a_name_a_server_shows_the_one_that_the_client_can_verify() {
    // RFC 9846 §4.3.3 (11), §4.5.1.2 (6).
    for version in VERSIONS {
        let mut pair = version()
            .only_certificate(KeyType::P256, &["server.test"])
            .certificate(KeyType::P256, &["server.test"]);
        name_chains(&mut pair.server.identities);
        pair.client.groups.push(NamedGroup::SECP256R1);
        pair.client.signature_schemes = vec![P256];
        assert_eq!(served(&mut pair), Some(1));
        // TLS 1.3 has this one in signature_algorithms_cert alone.
        pair.client.signature_schemes = vec![P256, RSA];
        assert_eq!(served(&mut pair), Some(0));
        // Where nothing can be verified, it may be trusted all the same.
        pair.client.signature_schemes = vec![P256];
        pair.server.identities[1].chain_schemes = vec![RSA];
        assert_eq!(served(&mut pair), Some(0));
    }
}

#[test]
fn so_does_a_client_that_is_asked() {
    // RFC 9846 §4.5.1.2 (6).
    for version in VERSIONS {
        let mut pair = version()
            .client_auth(ClientAuthMode::Request)
            .client_certificate(KeyType::P256)
            .client_certificate(KeyType::P256);
        name_chains(&mut pair.client.identities);
        pair.server.signature_schemes = vec![P256];
        assert_eq!(connected(&mut pair), Some(1));
        pair.server.signature_schemes = vec![P256, RSA];
        assert_eq!(connected(&mut pair), Some(0));
    }
}

#[test]
fn a_virtual_host_is_never_answered_with_another_ones_certificate() {
    for version in VERSIONS {
        let mut pair = version().certificate(KeyType::P256, &["other.test"]);
        pair.client.signature_schemes = vec![P256];
        let link = pair.connect_with(None);
        let mismatch = Mismatch::SignatureScheme {
            offered: vec![P256],
        };
        assert_eq!(link.server.fault(), Some(&Fault::from(mismatch)));
    }
}

#[test]
fn in_tls12_an_ecdsa_certificate_is_on_a_curve_of_the_client_s() {
    // RFC 8422 §5.1 (3).
    let mut pair = Pair::tls12()
        .only_certificate(KeyType::P384, &["server.test"])
        .certificate(KeyType::P256, &["server.test"]);
    pair.client.groups = vec![NamedGroup::X25519, NamedGroup::SECP256R1];
    assert_eq!(served(&mut pair), Some(1));
    pair.client.groups.push(NamedGroup::SECP384R1);
    assert_eq!(served(&mut pair), Some(0));
    pair.client.groups = vec![NamedGroup::X25519];
    let link = pair.connect_with(None);
    let mismatch = Mismatch::Group {
        offered: vec![NamedGroup::X25519],
    };
    assert_eq!(link.server.fault(), Some(&Fault::from(mismatch)));
}
