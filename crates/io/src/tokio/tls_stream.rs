//! What can be done with an established connection, whichever side of it is ours.

use super::{client, server};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use tessera_engine::{Connection, ExportTooLong, Facts, KeyUpdateRequest, SessionFacts};
use tessera_session::store::ConnectionId;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

use crate::Traffic;

/// The same API for the stream of a client and of a server, both around one `Stream<IO>`.
macro_rules! stream_api {
    ($name:ident) => {
        impl<IO> $name<IO> {
            pub(super) fn new(stream: Stream<IO>) -> Self {
                Self(stream)
            }

            /// The transport and the engine's connection.
            pub fn get_ref(&self) -> (&IO, &Connection) {
                (self.0.io(), self.0.driver().connection())
            }

            /// The transport. Reading or writing it here breaks the connection.
            pub fn get_mut(&mut self) -> &mut IO {
                self.0.io_mut()
            }

            /// The transport. Nothing is sent: shut the stream down first, if the peer should know.
            pub fn into_inner(self) -> IO {
                self.0.into_io()
            }

            /// The connection's name in logs, the register and the console.
            pub fn id(&self) -> ConnectionId {
                self.0.driver().id()
            }

            /// What is known of the connection and of the session it is on.
            ///
            /// # Panics
            /// Never: a stream is made only of an established connection.
            pub fn facts(&self) -> &Facts {
                self.0
                    .driver()
                    .facts()
                    .expect("a stream is made only of an established connection")
            }

            /// The session the connection is on.
            pub fn session(&self) -> &SessionFacts {
                &self.facts().session
            }

            /// Bytes that went over the wire so far.
            pub fn traffic(&self) -> Traffic {
                self.0.driver().traffic()
            }

            /// Which handshake's keys protected the bytes that the last read gave: [`Facts::epoch`] as
            /// it was then. No read gives bytes of two.
            pub fn read_epoch(&self) -> u32 {
                self.0.driver().inbox.shown_epoch()
            }

            /// Bytes of heap held for data on its way; 0 while the connection is idle.
            pub fn buffered(&self) -> usize {
                self.0.buffered()
            }

            /// Replaces our sending keys, and the peer's if `request` says so. It goes out with the
            /// next write or flush.
            pub fn update_keys(&mut self, request: KeyUpdateRequest) {
                self.0.driver_mut().update_keys(request);
            }

            /// TLS 1.2: negotiates again on this connection, into a new session, where the settings
            /// allow it. Data that comes meanwhile stays readable. `false`: the peer declined, or this
            /// is TLS 1.3, where [`Self::restart`] does what is left of it.
            ///
            /// # Errors
            /// When the connection fails, or more than 64 KiB of application data come first.
            pub async fn renegotiate(&mut self) -> io::Result<bool>
            where
                IO: AsyncRead + AsyncWrite + Unpin,
            {
                if self.facts().version != ProtocolVersion::TLS1_2 {
                    return Ok(false);
                }
                let before = self.facts().epoch;
                self.0.driver_mut().renegotiate();
                poll_fn(|cx| self.0.poll_handshake(cx)).await?;
                Ok(self.facts().epoch > before)
            }

            /// New traffic keys for both halves. TLS 1.3: KeyUpdate, which leads away from the keys of
            /// before. TLS 1.2: an abbreviated renegotiation, whose keys come from the same secret and
            /// protect from nothing but the wear of the old ones; data that comes meanwhile stays
            /// readable. `false`: the peer declined, or settings forbid it.
            ///
            /// # Errors
            /// As [`Self::renegotiate`].
            pub async fn rekey(&mut self) -> io::Result<bool>
            where
                IO: AsyncRead + AsyncWrite + Unpin,
            {
                let before = self.facts().epoch;
                self.0.driver_mut().rekey();
                poll_fn(|cx| self.0.poll_handshake(cx)).await?;
                poll_fn(|cx| self.0.poll_flush(cx)).await?;
                Ok(self.0.driver().has_new_keys(before))
            }

            /// Closes TLS in both directions and hands the transport back, with whatever the peer has
            /// sent behind its `close_notify`: what TLS 1.3 offers instead of a renegotiation is to
            /// begin again, resuming. Application data that was not read is dropped.
            ///
            /// # Errors
            /// When the connection fails, or the transport ends without the peer's `close_notify`:
            /// then something may be missing.
            pub async fn restart(mut self) -> io::Result<(IO, Vec<u8>)>
            where
                IO: AsyncRead + AsyncWrite + Unpin,
            {
                let said = poll_fn(|cx| self.0.poll_farewell(cx)).await;
                // That the peer has cut us off says more than that it does not listen any more.
                poll_fn(|cx| self.0.poll_peer_farewell(cx)).await?;
                said?;
                let leftover = self.0.driver_mut().leftover();
                Ok((self.0.into_io(), leftover))
            }

            /// Fills `out` with keying material that both ends can derive: RFC 9846 §7.5.
            ///
            /// # Errors
            /// When more is asked for than can be derived.
            pub fn export_keying_material(
                &self,
                label: &[u8],
                context: Option<&[u8]>,
                out: &mut [u8],
            ) -> Result<(), ExportTooLong> {
                self.0
                    .driver()
                    .connection()
                    .export_keying_material(label, context, out)
                    .map(|_| ())
            }

            /// The `tls-exporter` channel binding: RFC 9266.
            pub fn channel_binding(&self) -> Option<[u8; 32]> {
                self.0.driver().connection().channel_binding()
            }
        }

        impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncRead for $name<IO> {
            fn poll_read(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                self.0.poll_read(cx, buf)
            }
        }

        impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncBufRead for $name<IO> {
            fn poll_fill_buf(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
            ) -> Poll<io::Result<&[u8]>> {
                self.get_mut().0.poll_fill(cx)
            }

            fn consume(mut self: Pin<&mut Self>, amt: usize) {
                self.0.consume(amt);
            }
        }

        impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncWrite for $name<IO> {
            fn poll_write(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.0.poll_write(cx, buf)
            }

            fn poll_write_vectored(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                self.0.poll_write_vectored(cx, bufs)
            }

            fn is_write_vectored(&self) -> bool {
                true
            }

            fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.0.poll_flush(cx)
            }

            fn poll_shutdown(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
            ) -> Poll<io::Result<()>> {
                self.0.poll_shutdown(cx)
            }
        }

        impl<IO: std::fmt::Debug> std::fmt::Debug for $name<IO> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct("TlsStream")
                    .field("side", &self.0.driver().side())
                    .field("facts", &self.0.driver().facts())
                    .field("io", self.0.io())
                    .finish_non_exhaustive()
            }
        }

        #[cfg(unix)]
        impl<IO: std::os::fd::AsRawFd> std::os::fd::AsRawFd for $name<IO> {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.0.io().as_raw_fd()
            }
        }

        #[cfg(unix)]
        impl<IO: std::os::fd::AsFd> std::os::fd::AsFd for $name<IO> {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.0.io().as_fd()
            }
        }
    };
}
pub(super) use stream_api;

/// A stream of either side, for code that serves both.
#[derive(Debug)]
pub enum TlsStream<IO> {
    /// A client's.
    Client(client::TlsStream<IO>),
    /// A server's.
    Server(server::TlsStream<IO>),
}

impl<IO> From<client::TlsStream<IO>> for TlsStream<IO> {
    fn from(stream: client::TlsStream<IO>) -> Self {
        Self::Client(stream)
    }
}

impl<IO> From<server::TlsStream<IO>> for TlsStream<IO> {
    fn from(stream: server::TlsStream<IO>) -> Self {
        Self::Server(stream)
    }
}

macro_rules! either {
    ($self:expr, $stream:ident => $call:expr) => {
        match $self {
            TlsStream::Client($stream) => $call,
            TlsStream::Server($stream) => $call,
        }
    };
}

impl<IO> TlsStream<IO> {
    /// The transport and the engine's connection.
    pub fn get_ref(&self) -> (&IO, &Connection) {
        either!(self, stream => stream.get_ref())
    }

    /// The transport. Reading or writing it here breaks the connection.
    pub fn get_mut(&mut self) -> &mut IO {
        either!(self, stream => stream.get_mut())
    }

    /// The transport. Nothing is sent: shut the stream down first, if the peer should know.
    pub fn into_inner(self) -> IO {
        either!(self, stream => stream.into_inner())
    }

    /// The connection's name in logs, the register and the console.
    pub fn id(&self) -> ConnectionId {
        either!(self, stream => stream.id())
    }

    /// What is known of the connection and of the session it is on.
    pub fn facts(&self) -> &Facts {
        either!(self, stream => stream.facts())
    }

    /// The session the connection is on.
    pub fn session(&self) -> &SessionFacts {
        either!(self, stream => stream.session())
    }

    /// Bytes that went over the wire so far.
    pub fn traffic(&self) -> Traffic {
        either!(self, stream => stream.traffic())
    }

    /// Replaces our sending keys, and the peer's if `request` says so. It goes out with the next
    /// write or flush.
    pub fn update_keys(&mut self, request: KeyUpdateRequest) {
        either!(self, stream => stream.update_keys(request));
    }

    /// Which handshake's keys protected the bytes that the last read gave: [`Facts::epoch`] as it
    /// was then. No read gives bytes of two.
    pub fn read_epoch(&self) -> u32 {
        either!(self, stream => stream.read_epoch())
    }

    /// Fills `out` with keying material that both ends can derive: RFC 9846 §7.5.
    ///
    /// # Errors
    /// When more is asked for than can be derived.
    pub fn export_keying_material(
        &self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), ExportTooLong> {
        either!(self, stream => stream.export_keying_material(label, context, out))
    }

    /// The `tls-exporter` channel binding: RFC 9266.
    pub fn channel_binding(&self) -> Option<[u8; 32]> {
        either!(self, stream => stream.channel_binding())
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> TlsStream<IO> {
    /// TLS 1.2: negotiates again on this connection, as the stream of either side does.
    ///
    /// # Errors
    /// As [`client::TlsStream::renegotiate`].
    pub async fn renegotiate(&mut self) -> io::Result<bool> {
        either!(self, stream => stream.renegotiate().await)
    }

    /// New traffic keys for both halves.
    ///
    /// # Errors
    /// As [`client::TlsStream::rekey`].
    pub async fn rekey(&mut self) -> io::Result<bool> {
        either!(self, stream => stream.rekey().await)
    }

    /// Closes TLS in both directions and hands the transport back, with whatever the peer has sent
    /// behind its `close_notify`.
    ///
    /// # Errors
    /// As [`client::TlsStream::restart`].
    pub async fn restart(self) -> io::Result<(IO, Vec<u8>)> {
        either!(self, stream => stream.restart().await)
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<IO> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self.get_mut(), stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncBufRead for TlsStream<IO> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        either!(self.get_mut(), stream => Pin::new(stream).poll_fill_buf(cx))
    }

    fn consume(self: Pin<&mut Self>, amt: usize) {
        either!(self.get_mut(), stream => Pin::new(stream).consume(amt));
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<IO> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self.get_mut(), stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self.get_mut(), stream => Pin::new(stream).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self.get_mut(), stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self.get_mut(), stream => Pin::new(stream).poll_shutdown(cx))
    }
}

#[cfg(unix)]
impl<IO: std::os::fd::AsRawFd> std::os::fd::AsRawFd for TlsStream<IO> {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        either!(self, stream => stream.as_raw_fd())
    }
}

#[cfg(unix)]
impl<IO: std::os::fd::AsFd> std::os::fd::AsFd for TlsStream<IO> {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        either!(self, stream => stream.as_fd())
    }
}
