//! The stream under HTTP, which pages look at, too.

use super::limits::LINGER;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use tessera::tokio::server::TlsStream;
use tessera::{ConnectionId, Facts};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// One connection, for the HTTP server that turns it and the page that asks about it. Both do so in
/// the connection's own task, one after the other.
#[derive(Clone)]
pub(crate) struct SharedStream(Arc<Mutex<Shared>>);

struct Shared {
    stream: TlsStream<TcpStream>,
    fence: Fence,
}

/// Keeps requests that came as early data apart from those that came later: RFC 8470 §5.1. Whoever reads
/// is done with the one before it sees a byte of the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fence {
    /// What came early, if anything did, is long answered.
    Open,
    /// Early bytes were read.
    Early,
    /// Later ones wait, until the reader has come back for them.
    Waiting,
    /// They were read: the next request may have begun early, and none behind it.
    Behind,
}

impl SharedStream {
    pub(crate) fn new(stream: TlsStream<TcpStream>) -> Self {
        let fence = Fence::Open;
        Self(Arc::new(Mutex::new(Shared { stream, fence })))
    }

    /// Its name.
    pub(crate) fn id(&self) -> ConnectionId {
        self.lock().stream.id()
    }

    /// What is known of it now: a renegotiation changes that.
    pub(crate) fn facts(&self) -> Facts {
        self.lock().stream.facts().clone()
    }

    /// Whether any byte of the request at hand may have come as early data. Asked once for each.
    pub(crate) fn request_is_early(&self) -> bool {
        let mut shared = self.lock();
        match shared.fence {
            Fence::Open => false,
            Fence::Early | Fence::Waiting => true,
            Fence::Behind => {
                shared.fence = Fence::Open;
                true
            }
        }
    }

    /// Asks the client who it is, and waits for the answer. Whether there was one.
    pub(crate) async fn identify(&self) -> io::Result<bool> {
        self.lock().stream.ask_for_certificate();
        std::future::poll_fn(|cx| self.lock().stream.poll_certificate(cx)).await
    }

    /// Says `close_notify`, and waits a moment for it to go out.
    pub(crate) async fn close(&self) {
        let shutdown =
            std::future::poll_fn(|cx| Pin::new(&mut self.lock().stream).poll_shutdown(cx));
        let _ = tokio::time::timeout(LINGER, shutdown).await;
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let waiting = ready!(Pin::new(&mut self.stream).poll_fill_buf(cx))?.len();
        let early = waiting > 0 && self.stream.early_data_waiting() > 0;
        match (self.fence, early) {
            (_, true) => self.fence = Fence::Early,
            (Fence::Early, false) => {
                self.fence = Fence::Waiting;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            (Fence::Waiting, false) => self.fence = Fence::Behind,
            (Fence::Open | Fence::Behind, false) => {}
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncRead for SharedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.lock().poll_read(cx, buf)
    }
}

impl AsyncWrite for SharedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.lock().stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.lock().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.lock().stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().stream).poll_shutdown(cx)
    }
}
