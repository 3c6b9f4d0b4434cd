//! Stores and wallets that behave, fail, hang or take their time.

#![cfg(feature = "tokio")]

mod kit;

use kit::moody::Moody;
use kit::{World, acceptor, both, connector, kept_in, name, pair, visit};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tessera_engine::Kind;
use tessera_io::{Asked, ClientSettings, Registration, ServerSettings, Trouble, clock};
use tessera_session::store::{MemoryStore, Uses, ready};
use tessera_session::{
    Claim, Listed, Page, Refusal, Register, Reply, Selector, SessionStore, Spend, StoredSession,
    TicketId, TicketKind, Timestamp,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

#[tokio::test]
async fn stored_tickets_resume_from_the_store() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.stored(world.store.clone())),
        connector(world.client_settings()),
    );
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);
    assert_eq!(world.store.list(Page::first(10)).await.unwrap().len(), 2);
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Psk);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_never_answers_costs_its_deadline_and_a_full_handshake() {
    let mut world = World::new();
    let store = Moody::new(&world.store);
    let (acceptor, connector) = (
        acceptor(world.stored(store.clone())),
        connector(world.client_settings()),
    );
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);

    store.hangs.store(true, Ordering::Relaxed);
    let started = kit::virtual_now();
    let (server, client) = pair(&acceptor, &connector).await;
    assert_eq!(started.elapsed(), Duration::from_millis(20));
    assert_eq!(
        (server.facts().kind, client.facts().kind),
        (Kind::Full, Kind::Full)
    );
    assert_eq!(server.facts().refusal, Some(Refusal::StoreUnavailable));
    let late = Trouble::Late {
        asked: Asked::Find,
        after: Duration::from_millis(20),
    };
    assert!(
        world.seen.troubles().contains(&late),
        "{:?}",
        world.seen.troubles()
    );
}

#[tokio::test(start_paused = true)]
async fn tickets_whose_sessions_cannot_be_kept_are_not_sent() {
    let mut world = World::new();
    let store = Moody::new(&world.store);
    store.hangs.store(true, Ordering::Relaxed);
    let (acceptor, connector) = (
        acceptor(world.stored(store.clone())),
        connector(world.client_settings()),
    );
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);
    assert_eq!(kept_in(&world.wallet).await, 0);
    assert!(world.seen.saw("TicketNotKept"));

    store.hangs.store(false, Ordering::Relaxed);
    store.fails.store(true, Ordering::Relaxed);
    assert_eq!(visit(&acceptor, &connector).await, (Kind::Full, None));
    assert_eq!(kept_in(&world.wallet).await, 0);
}

#[tokio::test]
async fn a_failing_store_is_a_refusal_and_never_a_failure() {
    let mut world = World::new();
    let store = Moody::new(&world.store);
    let (acceptor, connector) = (
        acceptor(world.stored(store.clone())),
        connector(world.client_settings()),
    );
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);
    store.fails.store(true, Ordering::Relaxed);
    assert_eq!(
        visit(&acceptor, &connector).await,
        (Kind::Full, Some(Refusal::StoreUnavailable))
    );
    let troubles = world.seen.troubles();
    assert!(
        troubles.iter().any(|trouble| matches!(
            trouble,
            Trouble::Store {
                asked: Asked::Find,
                ..
            }
        )),
        "{troubles:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn r15_a_claim_that_times_out_counts_as_lost() {
    let mut world = World::new();
    let store = Moody::new(&world.store);
    let settings = ServerSettings {
        single_use: true,
        store: Some(store.clone()),
        vault: Some(world.vault.clone()),
        ..world.server_settings()
    };
    let (acceptor, connector) = (acceptor(settings), connector(world.client_settings()));
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Psk);
    store.hangs.store(true, Ordering::Relaxed);
    assert_eq!(
        visit(&acceptor, &connector).await,
        (Kind::Full, Some(Refusal::StoreUnavailable))
    );
}

#[tokio::test]
async fn r12_a_session_filed_under_another_id_is_not_used() {
    /// Gives what it has, whatever it is asked for.
    struct Careless(Arc<MemoryStore>, Mutex<Vec<StoredSession>>);
    impl SessionStore for Careless {
        fn insert(&self, session: StoredSession) -> Reply<'_, ()> {
            self.1.lock().unwrap().push(session);
            ready(Ok(()))
        }
        fn find(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
            let kept = self.1.lock().unwrap();
            let wrong = kept.iter().find(|stored| stored.id != id).cloned();
            ready(Ok(wrong))
        }
        fn claim(&self, spend: Spend) -> Reply<'_, Claim> {
            self.0.claim(spend)
        }
        fn remove(&self, id: TicketId) -> Reply<'_, bool> {
            self.0.remove(id)
        }
        fn revoke(&self, which: Selector) -> Reply<'_, u64> {
            self.0.revoke(which)
        }
        fn list(&self, page: Page) -> Reply<'_, Vec<Listed>> {
            self.0.list(page)
        }
        fn expire(&self, now: Timestamp) -> Reply<'_, u64> {
            self.0.expire(now)
        }
    }
    let mut world = World::new();
    let store = Arc::new(Careless(Arc::clone(&world.store), Mutex::default()));
    let (acceptor, connector) = (
        acceptor(world.stored(store)),
        connector(world.client_settings()),
    );
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);
    assert_eq!(
        visit(&acceptor, &connector).await,
        (Kind::Full, Some(Refusal::UnknownTicket))
    );
    assert!(matches!(
        world.seen.troubles()[..],
        [Trouble::Record {
            asked: Asked::Find,
            ..
        }]
    ));
}

#[tokio::test(start_paused = true)]
async fn a_wallet_that_hangs_costs_its_deadline_and_a_full_handshake() {
    let mut world = World::new();
    let wallet = Moody::new(&world.wallet);
    wallet.hangs.store(true, Ordering::Relaxed);
    let settings = ClientSettings {
        wallet: Some(wallet),
        observer: Some(world.seen.clone()),
        ..world.client_settings()
    };
    let (acceptor, connector) = (acceptor(world.server_settings()), connector(settings));
    assert_eq!(visit(&acceptor, &connector).await, (Kind::Full, None));
    let late = |asked| Trouble::Late {
        asked,
        after: Duration::from_secs(1),
    };
    assert_eq!(
        world.seen.troubles(),
        [late(Asked::Draw), late(Asked::Keep), late(Asked::Keep)]
    );
}

#[tokio::test(start_paused = true)]
async fn tickets_follow_when_a_slow_store_has_kept_their_sessions() {
    let mut world = World::new();
    let store = Moody::slow(&world.store, Duration::from_millis(15));
    let (acceptor, connector) = (
        acceptor(world.stored(store)),
        connector(world.client_settings()),
    );
    let (mut server, mut client) = pair(&acceptor, &connector).await;
    // The server only reads, and its tickets go out all the same.
    let serve = async { server.read(&mut [0; 1]).await };
    let call = async {
        assert!(client.wait_for_ticket().await.unwrap());
        client.shutdown().await.unwrap();
    };
    let (read, ()) = both(serve, call).await;
    assert_eq!(read.unwrap(), 0);
    let started = kit::virtual_now();
    let (server, _client) = pair(&acceptor, &connector).await;
    assert_eq!(server.facts().kind, Kind::Psk);
    assert_eq!(started.elapsed(), Duration::from_millis(15));
}

#[tokio::test(start_paused = true)]
async fn a_connection_dropped_while_a_store_is_asked_leaves_nothing_behind() {
    let mut world = World::new();
    let (store, wallet) = (Moody::new(&world.store), Moody::new(&world.wallet));
    let settings = ClientSettings {
        wallet: Some(wallet.clone()),
        ..world.client_settings()
    };
    let (acceptor, connector) = (acceptor(world.stored(store.clone())), connector(settings));
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);
    let moment = Duration::from_millis(1);
    for hanging in [&store, &wallet] {
        hanging.hangs.store(true, Ordering::Relaxed);
        let (near, far) = duplex(64 * 1024);
        let handshake = both(acceptor.accept(far), connector.connect(name(), near));
        assert!(tokio::time::timeout(moment, handshake).await.is_err());
        hanging.hangs.store(false, Ordering::Relaxed);
    }
    // One ticket went with the connection that had drawn it; the other is still there.
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Psk);
}

#[tokio::test]
async fn listings_and_register_tell_of_lineages_and_connections() {
    let mut world = World::new();
    let register = Arc::clone(&world.store);
    let settings = ServerSettings {
        store: Some(world.store.clone()),
        vault: Some(world.vault.clone()),
        register: Some(Registration {
            register,
            process: clock::process_id(),
        }),
        ..world.server_settings()
    };
    let (acceptor, connector) = (acceptor(settings), connector(world.client_settings()));
    visit(&acceptor, &connector).await;
    visit(&acceptor, &connector).await;

    let listed = world.store.list(Page::first(10)).await.unwrap();
    let [lineage] = &listed[..] else {
        panic!("one line a full handshake: {listed:?}")
    };
    let summary = lineage.summary.as_ref().unwrap();
    assert_eq!(summary.kind, TicketKind::Lineage);
    assert_eq!(summary.server_name, Some(name()));
    let tally = world
        .store
        .tally(Uses::Lineage(summary.lineage.id), Timestamp::EPOCH)
        .await
        .unwrap();
    assert_eq!((tally.uses, tally.open), (2, 0));
}
