//! A world for tests: a CA, a store, a wallet, and configs that know each other.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod moody;

use std::future::Future;
use std::sync::{Arc, Mutex};
use tessera_engine::{Event, Kind};
use tessera_identity::{Credential, Roots};
use tessera_io::tokio::{TlsAcceptor, TlsConnector, client, server};
use tessera_io::{
    ClientConfig, ClientSettings, Closed, ConnectionId, Observer, Opened, ServerConfig,
    ServerSettings, Trouble,
};
use tessera_session::store::MemoryStore;
use tessera_session::{
    Page, Refusal, ServerName, SessionStore, TicketKind, TicketPlan, TicketWallet, Timestamp, Vault,
};
use tessera_testkit::ca::{KeyType, TestCa};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

pub(crate) const HOST: &str = "server.example";

pub(crate) fn name() -> ServerName {
    ServerName::new(HOST).unwrap()
}

pub(crate) struct World {
    pub(crate) ca: TestCa,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) vault: Vault,
    pub(crate) wallet: Arc<MemoryStore>,
    pub(crate) wallet_vault: Vault,
    pub(crate) seen: Arc<Seen>,
}

impl World {
    pub(crate) fn new() -> Self {
        let (vault, wallet_vault) = (Vault::new(&[1; 32]), Vault::new(&[2; 32]));
        Self {
            ca: TestCa::new(),
            store: Arc::new(MemoryStore::new(vault.clone())),
            vault,
            wallet: Arc::new(MemoryStore::new(wallet_vault.clone())),
            wallet_vault,
            seen: Arc::default(),
        }
    }

    pub(crate) fn credential(&mut self, names: &[&str]) -> Credential {
        let issued = self.ca.issue(KeyType::Ed25519, names);
        Credential::new(issued.identity.chain, issued.key).unwrap()
    }

    pub(crate) fn roots(&self) -> Roots {
        Roots::from_der([self.ca.der()]).unwrap()
    }

    /// A server with self-encrypted tickets, told to `seen`.
    pub(crate) fn server_settings(&mut self) -> ServerSettings {
        ServerSettings {
            credentials: vec![self.credential(&[HOST])],
            deployment: Some([7; 16]),
            observer: Some(Arc::clone(&self.seen) as _),
            ..ServerSettings::default()
        }
    }

    /// A server that keeps its sessions in this store.
    pub(crate) fn stored(&mut self, store: Arc<dyn SessionStore>) -> ServerSettings {
        ServerSettings {
            tickets: TicketPlan {
                kind: Some(TicketKind::Stored),
                ..TicketPlan::default()
            },
            store: Some(store),
            vault: Some(self.vault.clone()),
            ..self.server_settings()
        }
    }

    /// Takes everything out of the client's wallet.
    pub(crate) async fn wallet_is_empty(&self) {
        for listed in self.wallet.contents(Page::first(100)).await.unwrap() {
            self.wallet.take(listed.id).await.unwrap();
        }
    }

    /// A client with a wallet.
    pub(crate) fn client_settings(&self) -> ClientSettings {
        ClientSettings {
            wallet: Some(Arc::clone(&self.wallet) as _),
            vault: Some(self.wallet_vault.clone()),
            ..ClientSettings::trusting(self.roots())
        }
    }
}

pub(crate) fn acceptor(settings: ServerSettings) -> TlsAcceptor {
    ServerConfig::try_from(settings).unwrap().into()
}

pub(crate) fn connector(settings: ClientSettings) -> TlsConnector {
    ClientConfig::try_from(settings).unwrap().into()
}

pub(crate) type ClientStream = client::TlsStream<DuplexStream>;
pub(crate) type ServerStream = server::TlsStream<DuplexStream>;

/// Both ends of a connection, handshake done, in memory.
pub(crate) async fn pair(
    acceptor: &TlsAcceptor,
    connector: &TlsConnector,
) -> (ServerStream, ClientStream) {
    let (near, far) = duplex(256 * 1024);
    let (server, client) = both(acceptor.accept(far), connector.connect(name(), near)).await;
    (server.unwrap(), client.unwrap())
}

/// Runs two futures at once.
pub(crate) async fn both<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    tokio::join!(a, b)
}

/// Connects, takes in the tickets, and closes both ends. What kind of connection it was, and why
/// not another.
pub(crate) async fn visit(
    acceptor: &TlsAcceptor,
    connector: &TlsConnector,
) -> (Kind, Option<Refusal>) {
    let (mut server, mut client) = pair(acceptor, connector).await;
    let facts = server.facts().clone();
    assert_eq!(facts.keys_fingerprint, client.facts().keys_fingerprint);
    assert_eq!(facts.kind, client.facts().kind);
    let serve = async {
        server.shutdown().await.unwrap();
        assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 0);
    };
    let call = async {
        assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 0);
        client.shutdown().await.unwrap();
    };
    both(serve, call).await;
    (facts.kind, facts.refusal)
}

/// Remembers what it is told.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) events: Mutex<Vec<String>>,
    pub(crate) troubles: Mutex<Vec<Trouble>>,
    pub(crate) closed: Mutex<Vec<String>>,
    pub(crate) opened: Mutex<Vec<(ConnectionId, Option<String>)>>,
}

impl Seen {
    pub(crate) fn saw(&self, event: &str) -> bool {
        self.events
            .lock()
            .unwrap()
            .iter()
            .any(|seen| seen.starts_with(event))
    }

    pub(crate) fn troubles(&self) -> Vec<Trouble> {
        self.troubles.lock().unwrap().clone()
    }
}

impl Observer for Seen {
    fn opened(&self, connection: ConnectionId, _: Timestamp, opened: &Opened<'_>) {
        self.opened
            .lock()
            .unwrap()
            .push((connection, opened.peer.map(str::to_owned)));
    }

    fn event(&self, _: ConnectionId, _: Timestamp, event: &Event) {
        self.events.lock().unwrap().push(format!("{event:?}"));
    }

    fn trouble(&self, _: ConnectionId, _: Timestamp, trouble: &Trouble) {
        self.troubles.lock().unwrap().push(trouble.clone());
    }

    fn closed(&self, _: ConnectionId, _: Timestamp, closed: &Closed<'_>) {
        let ending = closed
            .ending
            .map_or_else(|| "let go".to_owned(), ToString::to_string);
        self.closed.lock().unwrap().push(ending);
    }
}

/// The time of tests whose time is virtual.
#[expect(clippy::disallowed_methods, reason = "it is not the real one")]
pub(crate) fn virtual_now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// How many tickets a wallet has.
pub(crate) async fn kept_in(wallet: &MemoryStore) -> usize {
    wallet.contents(Page::first(100)).await.unwrap().len()
}
