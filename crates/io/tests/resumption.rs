//! Sessions from one connection to the next, with stores and wallets that behave, fail or hang.

#![cfg(feature = "tokio")]

mod kit;

use kit::{World, acceptor, both, connector, name, pair, visit};
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tessera_engine::Kind;
use tessera_identity::Verifier;
use tessera_io::{
    Asked, ClientSettings, ConnectOptions, Registration, Resume, ServerSettings, Trouble, clock,
};
use tessera_session::store::{MemoryStore, Uses, ready};
use tessera_session::{
    Claim, Listed, Page, Refusal, Register, Reply, Selector, SessionStore, StoreError,
    StoredSession, TicketId, TicketKind, TicketPlan, TicketWallet, Timestamp, WalletKey,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

/// A store that takes its time, and can be told to fail, or never to answer.
struct Moody {
    inner: Arc<MemoryStore>,
    delay: Duration,
    hangs: AtomicBool,
    fails: AtomicBool,
}

impl Moody {
    fn of(inner: &Arc<MemoryStore>) -> Self {
        Self {
            inner: Arc::clone(inner),
            delay: Duration::ZERO,
            hangs: AtomicBool::new(false),
            fails: AtomicBool::new(false),
        }
    }

    fn new(inner: &Arc<MemoryStore>) -> Arc<Self> {
        Arc::new(Self::of(inner))
    }

    fn or<'a, T: Send + 'a>(&self, reply: impl FnOnce() -> Reply<'a, T>) -> Reply<'a, T> {
        if self.hangs.load(Ordering::Relaxed) {
            return Box::pin(pending());
        }
        if self.fails.load(Ordering::Relaxed) {
            return ready(Err(StoreError::Unavailable("gone fishing".to_owned())));
        }
        let reply = reply();
        if self.delay.is_zero() {
            return reply;
        }
        let delay = self.delay;
        Box::pin(async move {
            tokio::time::sleep(delay).await;
            reply.await
        })
    }
}

impl SessionStore for Moody {
    fn insert(&self, session: StoredSession) -> Reply<'_, ()> {
        self.or(|| self.inner.insert(session))
    }

    fn find(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        self.or(|| self.inner.find(id))
    }

    fn claim(&self, id: TicketId, until: Timestamp) -> Reply<'_, Claim> {
        self.or(|| self.inner.claim(id, until))
    }

    fn remove(&self, id: TicketId) -> Reply<'_, bool> {
        self.or(|| self.inner.remove(id))
    }

    fn revoke(&self, which: Selector) -> Reply<'_, u64> {
        self.or(|| self.inner.revoke(which))
    }

    fn list(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        self.or(|| self.inner.list(page))
    }

    fn expire(&self, now: Timestamp) -> Reply<'_, u64> {
        self.or(|| self.inner.expire(now))
    }
}

impl TicketWallet for Moody {
    fn keep(&self, key: &WalletKey, session: StoredSession) -> Reply<'_, ()> {
        self.or(|| self.inner.keep(key, session))
    }

    fn draw(&self, key: &WalletKey) -> Reply<'_, Option<StoredSession>> {
        self.or(|| self.inner.draw(key))
    }

    fn take(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
        self.or(|| self.inner.take(id))
    }

    fn forget(&self, key: &WalletKey) -> Reply<'_, u64> {
        self.or(|| self.inner.forget(key))
    }

    fn discard(&self, which: Selector) -> Reply<'_, u64> {
        self.or(|| self.inner.discard(which))
    }

    fn contents(&self, page: Page) -> Reply<'_, Vec<Listed>> {
        self.or(|| self.inner.contents(page))
    }

    fn sweep(&self, now: Timestamp) -> Reply<'_, u64> {
        self.or(|| self.inner.sweep(now))
    }
}

async fn kept_in(wallet: &MemoryStore) -> usize {
    wallet.contents(Page::first(100)).await.unwrap().len()
}

#[tokio::test]
async fn a_session_outlives_its_connection() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.server_settings()),
        connector(world.client_settings()),
    );
    assert_eq!(visit(&acceptor, &connector).await, (Kind::Full, None));
    assert_eq!(kept_in(&world.wallet).await, 2);
    assert_eq!(visit(&acceptor, &connector).await, (Kind::Psk, None));
    assert_eq!(kept_in(&world.wallet).await, 3, "one drawn, two new");
}

#[tokio::test]
async fn a_session_outlives_its_config_where_the_ring_is_shared() {
    let mut world = World::new();
    let settings = world.server_settings();
    let first = acceptor(settings.clone());
    let shared = Some(Arc::clone(&first.config().engine().settings().shared));
    let second = acceptor(ServerSettings {
        shared,
        ..settings.clone()
    });
    let stranger = acceptor(settings);
    let connector = connector(world.client_settings());
    assert_eq!(visit(&first, &connector).await.0, Kind::Full);
    assert_eq!(visit(&second, &connector).await.0, Kind::Psk);
    assert_eq!(
        visit(&stranger, &connector).await,
        (Kind::Full, Some(Refusal::UnknownTicket))
    );
}

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
    struct Careless(Arc<MemoryStore>, std::sync::Mutex<Vec<StoredSession>>);
    impl SessionStore for Careless {
        fn insert(&self, session: StoredSession) -> Reply<'_, ()> {
            self.1.lock().unwrap().push(session);
            Box::pin(std::future::ready(Ok(())))
        }
        fn find(&self, id: TicketId) -> Reply<'_, Option<StoredSession>> {
            let kept = self.1.lock().unwrap();
            let wrong = kept.iter().find(|stored| stored.id != id).cloned();
            Box::pin(std::future::ready(Ok(wrong)))
        }
        fn claim(&self, id: TicketId, until: Timestamp) -> Reply<'_, Claim> {
            self.0.claim(id, until)
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
    let store = Arc::new(Careless(
        Arc::clone(&world.store),
        std::sync::Mutex::default(),
    ));
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

#[tokio::test]
async fn rule_10_tickets_of_another_port_or_mode_stay_where_they_are() {
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let connector_of = |settings: ClientSettings| connector(settings);
    let verifying = connector_of(world.client_settings());
    assert_eq!(visit(&acceptor, &verifying).await.0, Kind::Full);

    let (near, far) = duplex(64 * 1024);
    let elsewhere = verifying.connect_with(name(), near, ConnectOptions::port(8443));
    let (_server, client) = both(acceptor.accept(far), elsewhere).await;
    assert_eq!(client.unwrap().facts().kind, Kind::Full);

    let insecure = connector_of(ClientSettings {
        verifier: Verifier::insecure(),
        ..world.client_settings()
    });
    assert_eq!(
        visit(&acceptor, &insecure).await.0,
        Kind::Full,
        "no verified session without verification"
    );
    assert_eq!(visit(&acceptor, &insecure).await.0, Kind::Psk);
    // What was made without verification is tainted, and never offered by who verifies.
    world
        .wallet
        .forget(
            &verifying
                .config()
                .wallet_key(&name(), &ConnectOptions::default()),
        )
        .await
        .unwrap();
    assert_eq!(visit(&acceptor, &verifying).await.0, Kind::Full);
}

#[tokio::test]
async fn rule_10_a_peer_that_does_not_verify_costs_all_tickets_of_its_key() {
    let mut world = World::new();
    let good = acceptor(world.server_settings());
    let connector = connector(world.client_settings());
    assert_eq!(visit(&good, &connector).await.0, Kind::Full);
    assert_eq!(kept_in(&world.wallet).await, 2);

    let impostor = World {
        ca: tessera_testkit::ca::TestCa::new(),
        ..World::new()
    }
    .ca
    .issue(tessera_testkit::ca::KeyType::P256, &["impostor.example"]);
    let credential =
        tessera_identity::Credential::new(impostor.identity.chain, impostor.key).unwrap();
    let bad = acceptor(ServerSettings {
        credentials: vec![credential],
        ..world.server_settings()
    });
    let (near, far) = duplex(64 * 1024);
    let (_server, client) = both(bad.accept(far), connector.connect(name(), near)).await;
    assert!(client.is_err());
    assert_eq!(kept_in(&world.wallet).await, 0);
}

#[tokio::test]
async fn rule_22_a_fatal_end_costs_the_tickets_of_its_connection() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.stored(world.store.clone())),
        connector(world.client_settings()),
    );
    let (server, mut client) = pair(&acceptor, &connector).await;
    assert!(client.wait_for_ticket().await.unwrap());
    let mut pipe = server.into_inner();
    pipe.write_all(&[23, 3, 3, 0, 20]).await.unwrap();
    pipe.write_all(&[0; 20]).await.unwrap();
    assert!(client.read(&mut [0; 1]).await.is_err());
    assert_eq!(kept_in(&world.wallet).await, 0);
}

#[tokio::test]
async fn a_missing_close_notify_costs_no_ticket() {
    let mut world = World::new();
    let (acceptor, connector) = (
        acceptor(world.server_settings()),
        connector(world.client_settings()),
    );
    let (server, mut client) = pair(&acceptor, &connector).await;
    assert!(client.wait_for_ticket().await.unwrap());
    drop(server.into_inner());
    assert!(client.read(&mut [0; 1]).await.is_err());
    drop(client);
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Psk);
}

#[tokio::test]
async fn a_declined_ticket_takes_its_siblings_with_it() {
    let mut world = World::new();
    let settings = world.server_settings();
    let (before, after) = (acceptor(settings.clone()), acceptor(settings));
    let connector = connector(world.client_settings());
    assert_eq!(visit(&before, &connector).await.0, Kind::Full);
    assert_eq!(visit(&after, &connector).await.0, Kind::Full);
    // The sibling would have been declined, too; the two new ones are good.
    assert_eq!(kept_in(&world.wallet).await, 2);
    assert_eq!(visit(&after, &connector).await.0, Kind::Psk);
}

#[tokio::test]
async fn waiting_for_a_ticket_sets_application_data_aside() {
    let mut world = World::new();
    let none = ServerSettings {
        tickets: TicketPlan {
            count: 0,
            ..TicketPlan::default()
        },
        ..world.server_settings()
    };
    let connector = connector(world.client_settings());
    let (mut server, mut client) = pair(&acceptor(none), &connector).await;
    server.write_all(b"no ticket, but data").await.unwrap();
    server.shutdown().await.unwrap();
    assert!(!client.wait_for_ticket().await.unwrap());
    let mut data = String::new();
    client.read_to_string(&mut data).await.unwrap();
    assert_eq!(data, "no ticket, but data");
}

#[tokio::test]
async fn a_session_can_be_handed_over_and_withheld() {
    let mut world = World::new();
    let acceptor = acceptor(world.server_settings());
    let connector = connector(world.client_settings());
    assert_eq!(visit(&acceptor, &connector).await.0, Kind::Full);

    let connect = async |resume| {
        let (near, far) = duplex(64 * 1024);
        let options = ConnectOptions {
            port: 993,
            resume,
            ..ConnectOptions::default()
        };
        let (server, client) = both(
            acceptor.accept(far),
            connector.connect_with(name(), near, options),
        )
        .await;
        (server.unwrap(), client.unwrap().facts().kind).1
    };
    assert_eq!(connect(Resume::Never).await, Kind::Full);

    let taken = connector
        .take_session(&name(), &ConnectOptions::default())
        .await;
    let taken = Box::new(taken.unwrap().unwrap());
    assert_eq!(connect(Resume::With(taken)).await, Kind::Psk);
    let nothing = connector
        .take_session(&name(), &ConnectOptions::port(1))
        .await;
    assert!(nothing.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn tickets_follow_when_a_slow_store_has_kept_their_sessions() {
    let mut world = World::new();
    let store = Arc::new(Moody {
        delay: Duration::from_millis(15),
        ..Moody::of(&world.store)
    });
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
