//! Which tickets carry their session, and which are lookup keys into the store.

use tessera_engine::Kind;
use tessera_session::{ClientAuthMode, TicketKind};
use tessera_testkit::{KeyType, Pair};
use tessera_wire::codepoint::ProtocolVersion;

#[test]
fn sessions_of_clients_that_are_asked_for_certificates_are_kept_unless_told_otherwise() {
    use ClientAuthMode::{None as NotAsked, Request, Require};
    use TicketKind::{Sealed, Stored};
    for (mode, kind, has_store, kept) in [
        (NotAsked, None, true, false),
        (Request, None, true, true),
        (Require, None, true, true),
        (Require, None, false, false),
        (Require, Some(Sealed), true, false),
        (NotAsked, Some(Stored), true, true),
    ] {
        for mut pair in [Pair::tls13(), Pair::tls12()] {
            let is_tls12 = pair.server.versions == [ProtocolVersion::TLS1_2];
            pair = pair.client_auth(mode).client_certificate(KeyType::Ed25519);
            pair.server.tickets.kind = kind;
            if !has_store {
                pair.server.vault = None;
            }
            pair.connect();
            let offered = pair.world.wallet.pop().expect("a session");
            let is_lookup_key = offered.ticket.len() == 32;
            assert_eq!(is_lookup_key, kept, "{mode:?} {kind:?} TLS 1.2: {is_tls12}");
            let link = pair.connect_with(Some(offered));
            assert!(link.facts().is_some_and(|facts| facts.resumed));
        }
    }
    // TLS 1.2 keeps sessions under their IDs. Without those, tickets are better than nothing.
    let mut pair = Pair::tls12().client_auth(Require);
    pair = pair.client_certificate(KeyType::Ed25519);
    pair.server.tickets.kind = None;
    pair.server.session_forms.ids = false;
    pair.connect();
    assert_eq!(pair.connect().kind(), Some(Kind::Ticket));
}
