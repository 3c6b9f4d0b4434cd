//! Mistakes of others that have a number, tried here: each about a session that went where it should not.

use std::sync::Arc;
use std::time::Duration;
use tessera_engine::{Kind, OfferedSession, ServerConfig};
use tessera_session::ticket::{ForeignKeyError, KeyError, RingError};
use tessera_session::{
    ClientAuthMode, Dialect, ForeignKey, ForeignRole, KeyName, Refusal, Ring, ServerName, Session,
    TicketKey, Tickets,
};
use tessera_testkit::pair::START;
use tessera_testkit::{KeyType, Link, Pair};
use tessera_wire::codepoint::ProtocolVersion;

/// Both versions, and both kinds of ticket: the rules do not depend on either.
fn every_pair() -> [Pair; 4] {
    [
        Pair::tls13().tickets(1),
        Pair::tls13().tickets(1).stored(),
        Pair::tls12(),
        Pair::tls12().session_ids(),
    ]
}

/// A server that insists on certificates of clients, and a client that has one.
fn with_client(pair: Pair) -> Pair {
    let mut pair = pair
        .client_auth(ClientAuthMode::Require)
        .client_certificate(KeyType::Ed25519);
    pair.server.client_auth.anchors = vec![[1; 32]];
    pair
}

/// The client's session, as a client offers it that does not care for whom it was made.
fn offered(pair: &mut Pair, edit: impl FnOnce(&mut Session)) -> OfferedSession {
    let mut offered = pair.world.wallet.pop().expect("a session");
    pair.world.wallet.clear();
    edit(&mut offered.session);
    offered
}

fn refused(link: &Link, refusal: Refusal) {
    assert_eq!(link.how(), (Kind::Full, false));
    assert_eq!(link.refusal(), Some(refusal));
}

#[test]
fn rule_01_cve_2025_23419_a_client_of_one_virtual_host_is_nobody_at_another() {
    // nginx: with ticket keys or a cache in common, a session made with a certificate at one virtual host resumed
    // at another, which would not have taken that certificate.
    for pair in every_pair() {
        let mut pair = with_client(pair).certificate(KeyType::Ed25519, &["b.test"]);
        let first = pair.connect();
        assert!(first.facts().expect("full").peer.is_some());
        // The other host, on the same keys and the same store: its clients are another authority's.
        let b = ServerName::new("b.test").expect("a name");
        let elsewhere = offered(&mut pair, |session| {
            session.binding.server_name = Some(b.clone());
        });
        pair.name = b;
        pair.server.client_auth.anchors = vec![[2; 32]];
        let link = pair.connect_with(Some(elsewhere));
        // The certificate is asked for again, and judged by the host that was asked for.
        refused(&link, Refusal::DifferentServerName);
        assert!(link.facts().expect("full").peer.is_some());
    }
}

#[test]
fn rule_01_cve_2025_23419_a_session_without_a_certificate_does_not_stand_in_for_one() {
    for pair in every_pair() {
        let mut pair = pair;
        pair.connect();
        let open_to_all = offered(&mut pair, |_| {});
        let mut pair = pair.client_auth(ClientAuthMode::Require);
        let link = pair.connect_with(Some(open_to_all));
        assert!(!link.server.is_established(), "nobody has shown anything");
    }
}

#[test]
fn rule_01_cve_2025_68121_a_config_with_other_authorities_resumes_nothing_of_the_one_it_was_made_from()
 {
    // Go: a config was cloned together with its ticket keys, and got other authorities afterwards.
    for pair in every_pair() {
        let mut pair = with_client(pair);
        pair.connect();
        let before = offered(&mut pair, |_| {});
        pair.server = tessera_engine::ServerSettings {
            client_auth: tessera_engine::ClientAuth {
                anchors: vec![[2; 32]],
                ..pair.server.client_auth.clone()
            },
            ..pair.server.clone()
        };
        let link = pair.connect_with(Some(before));
        refused(&link, Refusal::DifferentScope);
        // And back again it is as good as it was.
        pair.server.client_auth.anchors = vec![[1; 32]];
        pair.world.wallet.clear();
        pair.connect();
        assert!(pair.connect().how().1);
    }
}

#[test]
fn rule_02_cve_2025_68121_every_certificate_of_the_chain_counts_and_not_the_leaf_alone() {
    // Go: at a resumption only the end of the leaf was looked at. Here the verifier tells the earliest end of its chain
    // (`crates/identity/tests/chains/servers.rs`), and that is the end of the session, too.
    for pair in every_pair() {
        let mut pair = pair.client_auth(ClientAuthMode::Require);
        let mut issued = pair.ca.issue(KeyType::Ed25519, &["client.test"]);
        let end = pair.now.plus(Duration::from_secs(600));
        issued.accepted.identity.not_after = end;
        pair.client.identities.push(issued.identity);
        pair.world.client_keys.push(Arc::new(issued.key));
        pair.world.know(issued.accepted);

        let first = pair.connect();
        let session = &first.facts().expect("full").session;
        // A client of TLS 1.2 is told of its ticket's end, and of a session ID's not.
        let ends = match pair.client.versions == [ProtocolVersion::TLS1_2] {
            true => session.expires_at,
            false => {
                pair.world
                    .wallet
                    .last()
                    .expect("a ticket")
                    .session
                    .lifetime
                    .expires_at
            }
        };
        assert_eq!(ends, end);
        // A client that says it is good for longer.
        let late = offered(&mut pair, |session| {
            session.lifetime.expires_at = end.plus(Duration::from_secs(60));
        });
        pair.now = end.plus(Duration::from_secs(1));
        let by = Duration::from_secs(1);
        refused(&pair.connect_with(Some(late)), Refusal::Expired { by });
    }
}

#[test]
fn rule_04_cve_2020_13777_no_ticket_is_sealed_before_there_is_a_key_and_none_under_zeros() {
    // GnuTLS: until the first rotation the key was all zero, so that everybody could open and make tickets.
    let until = START.plus(Duration::from_secs(3600));
    let later = until.plus(Duration::from_secs(3600));
    let zeros = TicketKey::new(&[0; 32], START, until, later);
    assert_eq!(zeros.err(), Some(KeyError::AllZero));
    let foreign = |cipher: &[u8], mac: &[u8]| {
        let name = KeyName([0; 16]);
        let parts = (cipher, mac);
        ForeignKey::new(Dialect::Nginx, name, parts, ForeignRole::Seals, until).err()
    };
    assert_eq!(foreign(&[0; 32], &[1; 32]), Some(ForeignKeyError::AllZero));
    assert_eq!(foreign(&[1; 32], &[0; 32]), Some(ForeignKeyError::AllZero));
    let one = TicketKey::new(&[1; 32], START, until, later).expect("a key");
    let twice = Ring::new(1, vec![one.clone(), one.clone()]);
    assert_eq!(twice.err(), Some(RingError::Duplicate(one.name)));

    for pair in [Pair::tls13(), Pair::tls12()] {
        let mut pair = pair;
        let mut settings = pair.server.clone();
        settings.shared = Arc::new(Tickets::default());
        settings.session_forms.ids = false;
        let config = Arc::new(ServerConfig::try_from(settings).expect("right"));
        let mut link = pair.link(None);
        let server = tessera_engine::Connection::server(config, [3; 32]);
        link.server = tessera_testkit::End::new(tessera_session::Side::Server, server);
        link.run(&mut pair.world);
        assert_eq!(link.how(), (Kind::Full, false));
        assert!(pair.world.wallet.is_empty(), "nothing to resume with");
    }
}
