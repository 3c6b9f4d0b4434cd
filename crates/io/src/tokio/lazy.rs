//! Servers that look at the ClientHello before they choose a config.

use super::accept::Accept;
use crate::buffer::Inbox;
use crate::{ServerConfig, TlsError};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tessera_engine::{ClientHelloInfo, Fault, peek_client_hello, refuse_client_hello};
use tessera_wire::codepoint::AlertDescription;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Reads a ClientHello: a future that becomes a [`StartHandshake`].
#[must_use = "nothing is read until it is awaited"]
pub struct LazyConfigAcceptor<IO> {
    io: Option<IO>,
    inbox: Inbox,
    within: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    refusing: Option<Refusing>,
}

/// A ClientHello that is none, and what is left to say about it.
struct Refusing {
    alert: Vec<u8>,
    error: io::Error,
}

impl<IO: AsyncRead + AsyncWrite + Unpin> LazyConfigAcceptor<IO> {
    /// Reads the ClientHello of the client at the other end of `io`; ten seconds are enough.
    pub fn new(io: IO) -> Self {
        Self {
            io: Some(io),
            inbox: Inbox::default(),
            within: Duration::from_secs(10),
            timer: None,
            refusing: None,
        }
    }

    /// Waits so long for the ClientHello.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// The transport, where the future was not ready or failed.
    pub fn take_io(&mut self) -> Option<IO> {
        self.io.take()
    }

    fn poll_hello(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<ClientHelloInfo>> {
        loop {
            let Some(io) = &mut self.io else {
                return Poll::Ready(Err(io::Error::other("the transport was taken")));
            };
            if let Some(refusing) = &mut self.refusing {
                ready!(refusing.poll_alert(io, cx));
                let error = self.refusing.take().map(|refusing| refusing.error);
                return Poll::Ready(Err(
                    error.unwrap_or_else(|| io::ErrorKind::InvalidData.into())
                ));
            }
            match peek_client_hello(self.inbox.sealed()) {
                Ok(Some(hello)) => return Poll::Ready(Ok(hello)),
                Ok(None) => {}
                Err(fault) => {
                    self.refusing = Some(Refusing::new(fault));
                    continue;
                }
            }
            let mut room = ReadBuf::new(self.inbox.room());
            if room.remaining() == 0 {
                self.refusing = Some(Refusing::too_long());
                continue;
            }
            let read = Pin::new(io).poll_read(cx, &mut room);
            let len = room.filled().len();
            self.inbox.filled(len);
            ready!(read)?;
            if len == 0 {
                let error = io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "TLS server: no whole ClientHello came",
                );
                return Poll::Ready(Err(error));
            }
        }
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Future for LazyConfigAcceptor<IO> {
    type Output = io::Result<StartHandshake<IO>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Poll::Ready(hello) = this.poll_hello(cx) {
            let hello = hello?;
            let io = this
                .io
                .take()
                .ok_or_else(|| io::Error::other("the transport was taken"))?;
            return Poll::Ready(Ok(StartHandshake {
                io,
                inbox: std::mem::take(&mut this.inbox),
                hello,
            }));
        }
        let within = this.within;
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep(within)));
        ready!(timer.as_mut().poll(cx));
        let error = TlsError::HandshakeTimeout {
            side: tessera_session::Side::Server,
            state: "WaitClientHello",
            after: within,
        };
        Poll::Ready(Err(error.into()))
    }
}

impl Refusing {
    fn new(fault: Fault) -> Self {
        let alert = fault.alert().map(refuse_client_hello).unwrap_or_default();
        Self {
            alert,
            error: TlsError::ClientHello(fault).into(),
        }
    }

    fn too_long() -> Self {
        Self {
            alert: refuse_client_hello(AlertDescription::ILLEGAL_PARAMETER),
            error: TlsError::ClientHelloTooLong.into(),
        }
    }

    /// Writes the alert and shuts the transport; what fails here changes nothing.
    fn poll_alert<IO: AsyncWrite + Unpin>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        while !self.alert.is_empty() {
            match ready!(Pin::new(&mut *io).poll_write(cx, &self.alert)) {
                Ok(0) | Err(_) => break,
                Ok(written) => drop(self.alert.drain(..written.min(self.alert.len()))),
            }
        }
        let _ = ready!(Pin::new(&mut *io).poll_flush(cx));
        let _ = Pin::new(io).poll_shutdown(cx);
        Poll::Ready(())
    }
}

/// A ClientHello was read; nothing was answered yet.
pub struct StartHandshake<IO> {
    io: IO,
    inbox: Inbox,
    hello: ClientHelloInfo,
}

impl<IO: AsyncRead + AsyncWrite + Unpin> StartHandshake<IO> {
    /// What the client asks for.
    pub fn client_hello(&self) -> &ClientHelloInfo {
        &self.hello
    }

    /// The transport.
    pub fn io_ref(&self) -> &IO {
        &self.io
    }

    /// Sends the client away with this alert: no config is for it. What cannot be written any more is
    /// not missed.
    pub async fn refuse(self, alert: AlertDescription) {
        let Self { mut io, .. } = self;
        let _ = io.write_all(&refuse_client_hello(alert)).await;
        let _ = io.shutdown().await;
    }

    /// Goes on with this config.
    pub fn into_stream(self, config: Arc<ServerConfig>) -> Accept<IO> {
        Accept::new(config, self.io, self.inbox, None)
    }

    /// The same, naming where the client is: for the register and the observer.
    pub fn into_stream_from(
        self,
        config: Arc<ServerConfig>,
        peer: impl Into<String>,
    ) -> Accept<IO> {
        Accept::new(config, self.io, self.inbox, Some(peer.into()))
    }
}
