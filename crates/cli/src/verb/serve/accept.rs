//! From a listening socket to connections, and from those to pages.

use super::limits::LINGER;
use super::open::OpenConnections;
use super::site::{Content, Site, Visit};
use super::starttls::{self, Said};
use super::tls::SharedStream;
use super::{echo, http};
use crate::report::talk::Talk;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tessera::ServerConfig;
use tessera::starttls::Protocol;
use tessera::tokio::TlsAcceptor;
use tessera::tokio::server::TlsStream;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

/// After an error of `accept`, mostly "too many open files": others must get time to finish.
const PAUSE: Duration = Duration::from_millis(50);

/// What connections are made of; certificates may change under way.
pub(crate) struct House {
    /// The config for the next connection.
    pub(crate) config: RwLock<Arc<ServerConfig>>,
    /// What is served.
    pub(crate) site: Arc<Site>,
    /// Who is here.
    pub(crate) open: Arc<OpenConnections>,
    /// What is spoken before TLS.
    pub(crate) starttls: Option<Protocol>,
    /// How long that may take.
    pub(crate) patience: Duration,
    /// Who is told.
    pub(crate) talk: Talk,
}

/// Tells connections to finish, and whoever waits that they have.
#[derive(Clone)]
pub(crate) struct Lifeline {
    /// True: finish what is under way.
    pub(crate) drain: watch::Receiver<bool>,
    /// Gone when the last connection is.
    pub(crate) alive: mpsc::Sender<()>,
}

impl House {
    /// Certificates for connections from now on.
    pub(crate) fn set_config(&self, config: Arc<ServerConfig>) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
    }

    fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Accepts until told to drain.
pub(crate) async fn accept(listener: TcpListener, house: Arc<House>, lifeline: Lifeline) {
    let mut drain = lifeline.drain.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((tcp, peer)) => {
                    tokio::spawn(connection(tcp, peer, Arc::clone(&house), lifeline.clone()));
                }
                Err(error) => {
                    house.talk.warn(format_args!("accept: {error}"));
                    tokio::time::sleep(PAUSE).await;
                }
            },
            () = told_to_finish(&mut drain) => return,
        }
    }
}

/// Our half is closed already. What the peer has sent meanwhile is read away: a socket that is
/// dropped with bytes unread is reset, and the alert in it may never be seen.
async fn linger(mut tcp: TcpStream) {
    let mut sink = tokio::io::sink();
    let rest = tokio::io::copy(&mut tcp, &mut sink);
    let _ = tokio::time::timeout(LINGER, rest).await;
}

/// What ends a connection from outside.
#[derive(Clone)]
pub(crate) struct Orders {
    /// True: finish what is under way, as all connections do.
    pub(crate) drain: watch::Receiver<bool>,
    /// True: end this one now.
    pub(crate) cut: watch::Receiver<bool>,
}

impl Orders {
    /// Ready when either is given.
    pub(super) async fn either(&mut self) {
        tokio::select! {
            () = told_to_finish(&mut self.drain) => {}
            () = told_to_finish(&mut self.cut) => {}
        }
    }

    /// Whether one of them is.
    fn given(&self) -> bool {
        *self.drain.borrow() || *self.cut.borrow()
    }
}

/// Ready when connections are to finish what is under way.
pub(super) async fn told_to_finish(drain: &mut watch::Receiver<bool>) {
    let _ = drain.wait_for(|drain| *drain).await;
}

/// One transport from its first byte to its last.
async fn connection(mut tcp: TcpStream, peer: SocketAddr, house: Arc<House>, lifeline: Lifeline) {
    let Lifeline {
        mut drain,
        alive: _alive,
    } = lifeline;
    // Records are whole when they are written; waiting for more to send only delays them.
    let _ = tcp.set_nodelay(true);
    // What came behind one TLS and before the next.
    let mut between = None;
    loop {
        if let Some(protocol) = house.starttls {
            let talk = starttls::negotiate(&mut tcp, protocol, between.as_deref());
            tokio::select! {
                said = tokio::time::timeout(house.patience, talk) => match said {
                    Ok(Ok(Said::Go)) => {}
                    Ok(Ok(Said::No(why))) => return house.talk.say(format_args!("{peer}: {why}")),
                    Ok(Ok(Said::Bye) | Err(_)) | Err(_) => return,
                },
                () = told_to_finish(&mut drain) => return,
            }
        }
        let config = house.config();
        let acceptor = TlsAcceptor::from(Arc::clone(&config));
        let handshake = acceptor.accept_from(tcp, peer.to_string());
        let stream = tokio::select! {
            stream = handshake.into_fallible() => stream,
            () = told_to_finish(&mut drain) => return,
        };
        let stream = match stream {
            Ok(stream) => stream,
            // Why it failed is in the book.
            Err((_, tcp)) => return linger(tcp).await,
        };
        let orders = Orders {
            drain: drain.clone(),
            cut: house.open.cut(stream.id()),
        };
        match house.site.content {
            Content::Echo => {
                let Some((kept, rest)) = echoed(stream, &house, orders).await else {
                    return;
                };
                (tcp, between) = (kept, Some(rest));
            }
            Content::Pages | Content::Files(_) => {
                let visit = Visit {
                    tls: SharedStream::new(stream),
                    config,
                    peer: peer.to_string(),
                };
                return http::serve(visit, Arc::clone(&house.site), orders).await;
            }
        }
    }
}

/// Sends lines back. Where TLS was asked for in the clear, it may end and be asked for again: then
/// the transport stays, with what came behind.
async fn echoed(
    stream: TlsStream<TcpStream>,
    house: &House,
    orders: Orders,
) -> Option<(TcpStream, Vec<u8>)> {
    let mut stream = echo::serve(stream, orders.clone()).await.ok()?;
    if house.starttls.is_none() || orders.given() {
        let _ = stream.shutdown().await;
        return None;
    }
    stream.restart().await.ok()
}

/// Listens on all of these; port 0 becomes the same free port everywhere.
pub(crate) async fn listen(
    addresses: &[SocketAddr],
) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    for address in addresses {
        let mut address = *address;
        if address.port() == 0
            && let Some(first) = listeners.first().and_then(|first| first.local_addr().ok())
        {
            address.set_port(first.port());
        }
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| (address, error))?;
        listeners.push(listener);
    }
    Ok(listeners)
}
