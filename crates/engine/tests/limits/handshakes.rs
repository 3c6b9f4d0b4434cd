//! What costs a handshake: `handshake/limits.rs`.

use crate::tapped::outcome;
use std::time::Duration;
use tessera_engine::{Event, Input, KeyUpdateRequest, Misbehaviour};
use tessera_session::ClientAuthMode;
use tessera_testkit::{KeyType, Link, Pair};
use tessera_wire::codepoint::AlertDescription as Alert;

const VERSIONS: [fn() -> Pair; 2] = [Pair::tls13, Pair::tls12];

/// A chain of so many: what comes behind the first certificate is for a verifier to judge.
fn lengthen(chain: &mut Vec<Vec<u8>>, length: usize) {
    let first = chain[0].clone();
    chain.resize(length, first);
}

#[test]
fn sixteen_certificates_of_a_server() {
    for version in VERSIONS {
        let connect = |length| {
            let mut pair = version();
            lengthen(&mut pair.server.identities[0].chain, length);
            pair.connect()
        };
        assert!(connect(16).kind().is_some());
        assert_eq!(too_many(), outcome(&connect(17).client));
    }
}

#[test]
fn sixteen_certificates_of_a_client() {
    for version in VERSIONS {
        let connect = |length| {
            let mut pair = version()
                .client_auth(ClientAuthMode::Require)
                .client_certificate(KeyType::Ed25519);
            let identity = &mut pair.client.identities[0];
            lengthen(&mut identity.chain, length);
            pair.connect()
        };
        assert!(connect(16).kind().is_some());
        assert_eq!(too_many(), outcome(&connect(17).server));
    }
}

#[test]
fn sixteen_certificates_of_a_client_that_is_asked_later() {
    let connect = |length| {
        let mut pair = Pair::tls13().client_certificate(KeyType::Ed25519);
        let identity = &mut pair.client.identities[0];
        lengthen(&mut identity.chain, length);
        let mut link = pair.connect();
        let now = link.now;
        link.server
            .handle(now, Input::RequestCertificate, &mut pair.world);
        link.run(&mut pair.world);
        link
    };
    let link: Link = connect(16);
    assert!(link.facts().is_some_and(|facts| facts.peer.is_some()));
    assert_eq!(too_many(), outcome(&connect(17).server));
}

fn too_many() -> (Option<tessera_engine::Fault>, Option<Alert>) {
    let fault = Misbehaviour::TooManyCertificates.into();
    (Some(fault), Some(Alert::CERTIFICATE_UNKNOWN))
}

/// New keys by an abbreviated handshake, which either end may start.
fn renegotiate(link: &mut Link, pair: &mut Pair) -> u32 {
    let now = link.now;
    let wish = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
    link.client.handle(now, wish, &mut pair.world);
    link.run(&mut pair.world);
    link.client.connection.epoch()
}

#[test]
fn sixteen_renegotiations_a_second_and_a_thousand_in_all() {
    let mut pair = Pair::tls12().renegotiation();
    let mut link = pair.connect();
    for epoch in 1..=16 {
        assert_eq!(renegotiate(&mut link, &mut pair), epoch);
    }
    assert_eq!(renegotiate(&mut link, &mut pair), 16, "not in this second");
    link.now = link.now.plus(Duration::from_secs(1));
    for epoch in 17..=1000 {
        link.now = link.now.plus(Duration::from_millis(100));
        assert_eq!(renegotiate(&mut link, &mut pair), epoch);
    }
    link.now = link.now.plus(Duration::from_secs(3600));
    assert_eq!(renegotiate(&mut link, &mut pair), 1000, "and no more, ever");
    let declined = |event: &Event| matches!(event, Event::RenegotiationDeclined);
    assert!(link.client.events.iter().any(declined));
    link.client_says(b"it goes on", &mut pair.world);
    assert_eq!(link.server.delivered, b"it goes on");
}
