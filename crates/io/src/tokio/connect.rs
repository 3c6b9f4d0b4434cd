//! Clients: a name and a transport become a connection.

use super::client::TlsStream;
use super::handshake::Handshake;
use crate::connect::Start;
use crate::services::ClientServices;
use crate::{ClientConfig, ConnectOptions, SettingsError, Trouble};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tessera_engine::OfferedSession;
use tessera_session::{Alpn, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};

/// Makes client connections. Cheap to clone.
#[derive(Clone)]
pub struct TlsConnector {
    config: Arc<ClientConfig>,
}

impl From<Arc<ClientConfig>> for TlsConnector {
    fn from(config: Arc<ClientConfig>) -> Self {
        Self { config }
    }
}

impl From<ClientConfig> for TlsConnector {
    fn from(config: ClientConfig) -> Self {
        Arc::new(config).into()
    }
}

impl TlsConnector {
    /// Connects to the server of this name over `io`. A ticket is drawn from the wallet if there is
    /// one for this name; where one host has several servers, say the port with
    /// [`TlsConnector::connect_with`].
    pub fn connect<IO>(&self, name: ServerName, io: IO) -> Connect<IO>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        self.connect_with(name, io, ConnectOptions::default())
    }

    /// The same, with more to say about this connection.
    pub fn connect_with<IO>(&self, name: ServerName, io: IO, options: ConnectOptions) -> Connect<IO>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        let start = Start::new(Arc::clone(&self.config), name, options, |draw, within| {
            Box::pin(async move {
                tokio::time::timeout(within, draw)
                    .await
                    .unwrap_or_else(|_| Start::too_late(within))
            })
        });
        Connect(FallibleConnect(Handshake::client(io, start)))
    }

    /// Takes the session out of the wallet that a connection like this would have offered, to
    /// save it or hand it to somebody else with [`Resume::With`](crate::Resume::With). A TLS 1.3
    /// ticket is taken once: nobody else gets it (RFC 9846 appendix C.4).
    ///
    /// # Errors
    /// When the wallet fails or does not answer in time.
    pub async fn take_session(
        &self,
        name: &ServerName,
        options: &ConnectOptions,
    ) -> Result<Option<OfferedSession>, Trouble> {
        let Some(wallet) = self.config.wallet.clone() else {
            return Ok(None);
        };
        let (within, key) = (wallet.deadline, self.config.wallet_key(name, options));
        let drawn = tokio::time::timeout(within, ClientServices::draw(wallet, Arc::new(key))).await;
        match drawn.unwrap_or_else(|_| Start::too_late(within)) {
            (Some(offered), _) => Ok(Some(offered)),
            (None, Some(trouble)) => Err(trouble),
            (None, None) => Ok(None),
        }
    }

    /// A connector that offers these application protocols instead of the config's.
    ///
    /// # Errors
    /// When the config cannot work with them.
    pub fn with_alpn(&self, alpn: Vec<Alpn>) -> Result<Self, SettingsError> {
        self.config.with_alpn(alpn).map(Self::from)
    }

    /// Its config.
    pub fn config(&self) -> &Arc<ClientConfig> {
        &self.config
    }
}

/// A client's handshake.
#[must_use = "a handshake does nothing until it is awaited"]
pub struct Connect<IO>(FallibleConnect<IO>);

/// A client's handshake that gives the transport back where it fails.
#[must_use = "a handshake does nothing until it is awaited"]
pub struct FallibleConnect<IO>(Handshake<IO>);

impl<IO> Connect<IO> {
    /// The same handshake, giving the transport back where it fails.
    pub fn into_fallible(self) -> FallibleConnect<IO> {
        self.0
    }

    /// The transport, while the handshake is under way.
    pub fn io_ref(&self) -> Option<&IO> {
        self.0.0.io()
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Future for Connect<IO> {
    type Output = io::Result<TlsStream<IO>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map_err(|(error, _)| error)
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Future for FallibleConnect<IO> {
    type Output = Result<TlsStream<IO>, (io::Error, IO)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx).map_ok(TlsStream::new)
    }
}
