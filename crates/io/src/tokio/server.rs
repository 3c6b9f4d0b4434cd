//! The stream of a server.

use super::stream::Stream;
use super::tls_stream::stream_api;
use crate::Traffic;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tessera_engine::{Connection, ExportTooLong, Facts, KeyUpdateRequest, SessionFacts};
use tessera_session::store::ConnectionId;
use tessera_wire::codepoint::ProtocolVersion;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

/// An established connection to a client.
///
/// Reading gives `Ok(0)` only behind the client's `close_notify`; where the transport ends without
/// one, it is an error of kind `UnexpectedEof`. After an error, [`crate::TlsError::of`] says what
/// it was.
pub struct TlsStream<IO>(Stream<IO>);

stream_api!(TlsStream);

impl<IO> TlsStream<IO> {
    /// How many of the bytes that wait to be read (as `fill_buf` shows them) came as early data: whoever saw them on their way may have
    /// sent them again, so let nothing happen for them that must not happen twice (RFC 8470). One read
    /// never gives bytes of both kinds.
    pub fn early_data_waiting(&self) -> usize {
        self.0.driver().early_unread()
    }

    /// Whether early data was taken and the client has not proven yet that it is there. Answers may be
    /// written all the same.
    pub fn is_early(&self) -> bool {
        self.0.driver().is_early()
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> TlsStream<IO> {
    /// Asks the client who it is, after the handshake. TLS 1.2: a renegotiation, where the settings
    /// allow it; TLS 1.3: post-handshake authentication (RFC 9846 §4.7.2). `false`: it would not say,
    /// or was not asked, for it never is under HTTP/2. Data that comes meanwhile stays readable.
    ///
    /// # Errors
    /// When the connection fails, which it does for a certificate that does not verify.
    pub async fn request_client_certificate(&mut self) -> io::Result<bool> {
        self.ask_for_certificate();
        poll_fn(|cx| self.poll_certificate(cx)).await
    }

    /// The first half of [`Self::request_client_certificate`].
    pub fn ask_for_certificate(&mut self) {
        self.0.driver_mut().request_certificate();
    }

    /// The second half: ready with the answer.
    ///
    /// # Errors
    /// As [`Self::request_client_certificate`].
    pub fn poll_certificate(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        ready!(self.0.poll_handshake(cx))?;
        Poll::Ready(Ok(self.facts().peer.is_some()))
    }
}
