//! The console's own connections: a client in this process that holds them open until it is told otherwise.

use crate::exit::{Failure, Outcome};
use crate::plan::state::StateDir;
use crate::plan::store::StorePlan;
use crate::report::talk::Talk;
use crate::store::{self, For};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tessera::engine::{EarlyDataOffer, Renegotiation};
use tessera::identity::{Roots, Verifier};
use tessera::tokio::TlsConnector;
use tessera::tokio::client::TlsStream;
use tessera::wire::{ProtocolVersion, TicketRequest};
use tessera::{ClientConfig, ClientSettings, ConnectOptions, Resume, ServerName, WhenDropped};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

/// How long a handshake, or a wish on a connection, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// As many tickets are asked for as the console opens connections at once.
const TICKETS: TicketRequest = TicketRequest {
    new_session_count: 6,
    resumption_count: 2,
};

type Stream = TlsStream<TcpStream>;

/// What a new connection is to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// In which version.
    pub(super) version: ProtocolVersion,
    /// On a session of the wallet, if there is one.
    pub(super) resume: bool,
    /// With the request as early data.
    pub(super) early_data: bool,
}

/// What can be wished for on a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wish {
    /// TLS 1.2: another handshake.
    Renegotiate,
    /// New keys.
    Rekey,
    /// Its end.
    Close,
}

/// The connections that are held, by the address they come from: that is how the server names them, too.
pub(super) struct Visitors {
    tls12: Client,
    tls13: Client,
    held: Arc<Mutex<HashMap<SocketAddr, mpsc::Sender<Asked>>>>,
}

struct Asked {
    wish: Wish,
    done: oneshot::Sender<io::Result<bool>>,
}

/// A client of one version. Each version has a wallet of its own, so that a ticket that is drawn fits.
struct Client {
    plain: TlsConnector,
    /// The same, and what is said first goes as early data.
    early: TlsConnector,
    state: StateDir,
}

impl Visitors {
    /// Clients that trust this authority, with wallets in this directory.
    pub(super) fn new(state: &StateDir, ca: &Path, talk: Talk) -> Outcome<Self> {
        let client = |version| Client::new(state, version, ca, talk);
        Ok(Self {
            tls12: client(ProtocolVersion::TLS1_2)?,
            tls13: client(ProtocolVersion::TLS1_3)?,
            held: Arc::default(),
        })
    }

    fn client(&self, version: ProtocolVersion) -> &Client {
        match version {
            ProtocolVersion::TLS1_2 => &self.tls12,
            _ => &self.tls13,
        }
    }

    /// The state directory whose wallet has the sessions of this version.
    pub(super) fn state(&self, version: ProtocolVersion) -> &Path {
        self.client(version).state.path()
    }

    /// Opens a connection and holds it: the address it comes from.
    pub(super) async fn open(&self, server: SocketAddr, wanted: Wanted) -> Outcome<SocketAddr> {
        let opening = self.client(wanted.version).open(server, wanted);
        let opened = tokio::time::timeout(PATIENCE, opening).await;
        let stream = opened
            .map_err(|_| Failure::internal(format_args!("{server}: nothing within {PATIENCE:?}")))?
            .map_err(|error| Failure::internal(format_args!("{server}: {error}")))?;
        let from = stream.get_ref().0.local_addr()?;
        let (orders, asked) = mpsc::channel(1);
        self.lock().insert(from, orders);
        let held = Arc::clone(&self.held);
        tokio::spawn(async move {
            hold(stream, asked).await;
            lock(&held).remove(&from);
        });
        Ok(from)
    }

    /// Whether the connection from this address is held here.
    pub(super) fn holds(&self, from: SocketAddr) -> bool {
        self.lock().contains_key(&from)
    }

    /// The addresses of all that are held.
    pub(super) fn all(&self) -> Vec<SocketAddr> {
        self.lock().keys().copied().collect()
    }

    /// Does what is wished for; false if the server declines.
    pub(super) async fn wish(&self, from: SocketAddr, wish: Wish) -> io::Result<bool> {
        let orders = self.lock().get(&from).cloned();
        let gone = || io::Error::other("the connection is not open any more");
        let orders = orders.ok_or_else(gone)?;
        let (done, told) = oneshot::channel();
        let asking = async {
            orders
                .send(Asked { wish, done })
                .await
                .map_err(|_| gone())?;
            told.await.map_err(|_| gone())?
        };
        let late = || io::Error::from(io::ErrorKind::TimedOut);
        tokio::time::timeout(PATIENCE, asking)
            .await
            .map_err(|_| late())?
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SocketAddr, mpsc::Sender<Asked>>> {
        lock(&self.held)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    fn new(state: &StateDir, version: ProtocolVersion, ca: &Path, talk: Talk) -> Outcome<Self> {
        let name = match version {
            ProtocolVersion::TLS1_2 => "console-1.2",
            _ => "console-1.3",
        };
        let state = StateDir::open(Some(&state.file(name)))?;
        let store = store::open(&StorePlan::local(&state), For::Once, talk)?;
        let roots = Roots::from_pem_file(ca).map_err(Failure::internal)?;
        let verifier = Verifier::new(roots);
        let connector = |early_data| {
            let settings = ClientSettings {
                verifier: verifier.clone(),
                wallet: Some(Arc::clone(&store.wallet)),
                vault: Some(store.vault.clone()),
                versions: vec![version],
                renegotiation: Renegotiation::Any,
                ticket_request: Some(TICKETS),
                early_data,
                ..ClientSettings::default()
            };
            let config = ClientConfig::try_from(settings).map_err(Failure::usage)?;
            Ok::<_, Failure>(TlsConnector::from(config))
        };
        Ok(Self {
            plain: connector(EarlyDataOffer::Never)?,
            early: connector(EarlyDataOffer::WherePossible)?,
            state,
        })
    }

    async fn open(&self, server: SocketAddr, wanted: Wanted) -> io::Result<Stream> {
        let tcp = TcpStream::connect(server).await?;
        tcp.set_nodelay(true)?;
        let name = ServerName::new("localhost").map_err(io::Error::other)?;
        // With HTTP/1.1 a request is a few lines; what comes back is nobody's business here.
        let request = b"GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let options = ConnectOptions {
            host: Some("localhost".to_owned()),
            resume: if wanted.resume {
                Resume::FromWallet
            } else {
                Resume::Never
            },
            early_data: match wanted.early_data {
                true => request.to_vec(),
                false => Vec::new(),
            },
            when_dropped: WhenDropped::SayAgain,
            ..ConnectOptions::port(server.port())
        };
        let connector = match wanted.early_data {
            true => &self.early,
            false => &self.plain,
        };
        let mut stream = connector.connect_with(name, tcp, options).await?;
        if !wanted.early_data {
            stream.write_all(request).await?;
        }
        stream.flush().await?;
        Ok(stream)
    }
}

/// Reads away what comes, tickets among it, and does what is asked, until either end closes.
async fn hold(mut stream: Stream, mut asked: mpsc::Receiver<Asked>) {
    let mut sink = [0; 4096];
    loop {
        tokio::select! {
            read = stream.read(&mut sink) => match read {
                Ok(1..) => {}
                Ok(0) | Err(_) => break,
            },
            Some(Asked { wish, done }) = asked.recv() => {
                let answer = match wish {
                    Wish::Renegotiate => stream.renegotiate().await,
                    Wish::Rekey => stream.rekey().await,
                    Wish::Close => {
                        let closed = stream.shutdown().await.map(|()| true);
                        let _ = done.send(closed);
                        return;
                    }
                };
                let _ = done.send(answer);
            }
        }
    }
    let _ = stream.shutdown().await;
}
