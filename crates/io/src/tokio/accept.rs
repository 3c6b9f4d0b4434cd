//! Servers: a transport becomes a connection.

use super::handshake::Handshake;
use super::server::TlsStream;
use super::stream::Stream;
use crate::ServerConfig;
use crate::accept;
use crate::buffer::Inbox;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tessera_session::store::ConnectionId;
use tokio::io::{AsyncRead, AsyncWrite};

/// Makes server connections. Cheap to clone.
#[derive(Clone)]
pub struct TlsAcceptor {
    config: Arc<ServerConfig>,
}

impl From<Arc<ServerConfig>> for TlsAcceptor {
    fn from(config: Arc<ServerConfig>) -> Self {
        Self { config }
    }
}

impl From<ServerConfig> for TlsAcceptor {
    fn from(config: ServerConfig) -> Self {
        Arc::new(config).into()
    }
}

impl TlsAcceptor {
    /// Serves the client at the other end of `io`.
    pub fn accept<IO>(&self, io: IO) -> Accept<IO>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        Accept::new(Arc::clone(&self.config), io, Inbox::default(), None)
    }

    /// The same, naming where the client is: for the register and the observer.
    pub fn accept_from<IO>(&self, io: IO, peer: impl Into<String>) -> Accept<IO>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        Accept::new(
            Arc::clone(&self.config),
            io,
            Inbox::default(),
            Some(peer.into()),
        )
    }

    /// The same, with bytes of the client that were read already: what a stream's `restart` gave
    /// back, or a dialogue before TLS. No more than a ClientHello can be is looked at.
    pub fn accept_after<IO>(&self, received: &[u8], io: IO, peer: impl Into<String>) -> Accept<IO>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        Accept::new(
            Arc::clone(&self.config),
            io,
            Inbox::holding(received),
            Some(peer.into()),
        )
    }

    /// Its config.
    pub fn config(&self) -> &Arc<ServerConfig> {
        &self.config
    }
}

/// A server's handshake.
#[must_use = "a handshake does nothing until it is awaited"]
pub struct Accept<IO>(FallibleAccept<IO>);

/// A server's handshake that gives the transport back where it fails.
#[must_use = "a handshake does nothing until it is awaited"]
pub struct FallibleAccept<IO>(Handshake<IO>);

impl<IO> Accept<IO> {
    /// With bytes that were read already.
    pub(super) fn new(
        config: Arc<ServerConfig>,
        io: IO,
        inbox: Inbox,
        peer: Option<String>,
    ) -> Self {
        let driver = accept::driver(config, inbox, peer, super::limit);
        Self(FallibleAccept(Handshake::server(Stream::new(io, driver))))
    }

    /// The same handshake, giving the transport back where it fails.
    pub fn into_fallible(self) -> FallibleAccept<IO> {
        self.0
    }

    /// The connection's name, while the handshake is under way.
    pub fn id(&self) -> Option<ConnectionId> {
        self.0.0.stream().map(|stream| stream.driver().id())
    }

    /// The transport, while the handshake is under way.
    pub fn io_ref(&self) -> Option<&IO> {
        self.0.0.io()
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Future for Accept<IO> {
    type Output = io::Result<TlsStream<IO>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map_err(|(error, _)| error)
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Future for FallibleAccept<IO> {
    type Output = Result<TlsStream<IO>, (io::Error, IO)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx).map_ok(TlsStream::new)
    }
}
