//! From a node's address to a stream of bytes: over TCP here, over anything else by who knows how.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::location::Address;

/// A stream of bytes to a node.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A stream under way.
pub type Dialled<'a> = Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send + 'a>>;

/// Makes streams to nodes.
pub trait Dial: Send + Sync {
    /// A new stream to this node.
    fn dial<'a>(&'a self, to: &'a Address) -> Dialled<'a>;

    /// Whether nobody on the way can read or change what goes over them, nor pose as the node.
    fn is_private(&self) -> bool;
}

/// TCP as it is: what is sealed needs no more, but anybody on the way sees how much there is, and may cut it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Dial for Plain {
    fn dial<'a>(&'a self, to: &'a Address) -> Dialled<'a> {
        Box::pin(async move {
            let stream = TcpStream::connect((to.host.as_str(), to.port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }

    fn is_private(&self) -> bool {
        false
    }
}

/// What a node may send before anything of it has been an answer. Beyond that it is no store.
pub(crate) const MOST_UNANSWERED: usize = 32 << 20;

/// Counts what a node sends, so that one that sends for ever does not fill our memory.
pub(crate) struct Metered {
    inner: Box<dyn Stream>,
    unanswered: Arc<AtomicUsize>,
}

impl Metered {
    pub(crate) fn new(inner: Box<dyn Stream>, unanswered: Arc<AtomicUsize>) -> Self {
        Self { inner, unanswered }
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buffer);
        let came = buffer.filled().len().saturating_sub(before);
        let unanswered = self.unanswered.fetch_add(came, Ordering::Relaxed) + came;
        if unanswered > MOST_UNANSWERED {
            let error = io::Error::new(io::ErrorKind::InvalidData, "an answer without an end");
            return Poll::Ready(Err(error));
        }
        polled
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
