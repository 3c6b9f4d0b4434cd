//! TLS 1.2 with stores, wallets and both ends' settings around it.

#![cfg(feature = "tokio")]

mod kit;

use kit::moody::Moody;
use kit::{World, acceptor, connector, kept_in, pair, virtual_now, visit};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tessera_engine::{Kind, SessionFacts, SessionForms};
use tessera_io::{Asked, ClientSettings, ServerSettings, Trouble};
use tessera_session::{Page, Refusal, SessionStore, TicketKind};
use tessera_wire::codepoint::ProtocolVersion;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const IDS: SessionForms = SessionForms {
    ids: true,
    tickets: false,
};
const TICKETS: SessionForms = SessionForms {
    ids: false,
    tickets: true,
};

/// A server that keeps sessions under their IDs, or puts them into tickets; of both versions.
fn server(world: &mut World, store: Arc<dyn SessionStore>, forms: SessionForms) -> ServerSettings {
    ServerSettings {
        store: Some(store),
        vault: Some(world.vault.clone()),
        session_forms: forms,
        ..world.server_settings()
    }
}

fn client(world: &World) -> ClientSettings {
    ClientSettings {
        versions: vec![ProtocolVersion::TLS1_2],
        ..world.client_settings()
    }
}

/// What a store lists: sessions of their own, and lineages whose tickets are with the clients.
async fn listed(store: &dyn SessionStore) -> (usize, usize) {
    let page = store.list(Page::first(100)).await.unwrap();
    let kinds = page
        .iter()
        .map(|listed| listed.summary.as_ref().unwrap().kind);
    let lineages = kinds.clone().filter(|kind| *kind == TicketKind::Lineage);
    let lineages = lineages.count();
    (kinds.count() - lineages, lineages)
}

#[tokio::test]
async fn a_session_is_resumed_by_its_id_and_by_its_ticket_and_listed_once() {
    for (forms, kind, lists) in [
        (IDS, Kind::SessionId, (1, 0)),
        (TICKETS, Kind::Ticket, (0, 1)),
    ] {
        let mut world = World::new();
        let store = Arc::clone(&world.store);
        let settings = server(&mut world, store, forms);
        let (acceptor, connector) = (acceptor(settings), connector(client(&world)));
        assert_eq!(visit(&acceptor, &connector).await, (Kind::Full, None));
        for _ in 0..3 {
            assert_eq!(visit(&acceptor, &connector).await, (kind, None));
        }
        assert_eq!(listed(&*world.store).await, lists);
        assert_eq!(
            kept_in(&world.wallet).await,
            1,
            "and it stays in the wallet"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_never_answers_costs_its_deadline_and_no_connection() {
    let mut world = World::new();
    let store = Moody::new(&world.store);
    let settings = server(&mut world, store.clone(), IDS);
    let (acceptor, connector) = (acceptor(settings), connector(client(&world)));
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::SessionId);

    // The look-up and the keeping of the new session, 20 ms each.
    store.hangs.store(true, Ordering::Relaxed);
    let started = virtual_now();
    let (server, _client) = pair(&acceptor, &connector).await;
    assert_eq!(started.elapsed(), Duration::from_millis(40));
    assert_eq!(server.facts().kind, Kind::Full);
    assert_eq!(server.facts().refusal, Some(Refusal::StoreUnavailable));
    let troubles = world.seen.troubles();
    for asked in [Asked::Find, Asked::Keep] {
        let after = Duration::from_millis(20);
        assert!(
            troubles.contains(&Trouble::Late { asked, after }),
            "{troubles:?}"
        );
    }
    assert!(world.seen.saw("TicketNotKept"));
}

#[tokio::test]
async fn rule_22_a_fatal_end_costs_the_session_of_its_connection_in_the_store_too() {
    let mut world = World::new();
    let store = Arc::clone(&world.store);
    let settings = server(&mut world, store, IDS);
    let (acceptor, connector) = (acceptor(settings), connector(client(&world)));
    let id = |session: &SessionFacts| session.id;
    let (server, client) = pair(&acceptor, &connector).await;
    let first = id(server.session());
    drop((server, client));
    // Another session, of which there are two connections.
    world.wallet_is_empty().await;
    let (mut one, other) = pair(&acceptor, &connector).await;
    let second = id(one.session());
    assert_ne!(first, second);
    let (mut two, mut three) = pair(&acceptor, &connector).await;
    assert_eq!(
        (two.facts().kind, id(two.session())),
        (Kind::SessionId, second)
    );
    assert_eq!(listed(&*world.store).await.0, 2);

    // Garbage from a client that has proven who it is.
    let mut pipe = other.into_inner();
    pipe.write_all(&[23, 3, 3, 0, 40]).await.unwrap();
    pipe.write_all(&[0; 40]).await.unwrap();
    assert!(one.read(&mut [0; 1]).await.is_err());
    let page = world.store.list(Page::first(10)).await.unwrap();
    let left: Vec<_> = page.iter().map(|listed| listed.id).collect();
    assert_eq!(left, [first], "the other session is as it was");

    // Its other connection goes on; nobody resumes it any more.
    three.write_all(b"still here").await.unwrap();
    let mut heard = [0; 10];
    two.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"still here");
    let (again, _client) = pair(&acceptor, &connector).await;
    assert_eq!(again.facts().kind, Kind::Full);
    assert_eq!(again.facts().refusal, Some(Refusal::UnknownTicket));
}

#[tokio::test]
async fn rule_14_tickets_of_both_versions_lie_beside_each_other_and_never_cross() {
    let mut world = World::new();
    let store = Arc::clone(&world.store);
    let settings = server(&mut world, store, SessionForms::default());
    let acceptor = acceptor(settings);
    let old = connector(client(&world));
    let both = connector(world.client_settings());
    assert_eq!(visit(&acceptor, &old).await.0, Kind::Full);
    // Who speaks both has no session yet.
    assert_eq!(visit(&acceptor, &both).await, (Kind::Full, None));
    // Each finds its own.
    assert_eq!(visit(&acceptor, &both).await.0, Kind::Psk);
    assert_eq!(visit(&acceptor, &old).await.0, Kind::Ticket);
}
