//! The stream of a client.

use super::stream::{Stream, Wanted};
use super::tls_stream::stream_api;
use super::wakers::Task;
use crate::Traffic;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use tessera_engine::{Connection, ExportTooLong, Facts, KeyUpdateRequest, SessionFacts};
use tessera_session::store::ConnectionId;
use tessera_wire::codepoint::ProtocolVersion;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

/// An established connection to a server.
///
/// Reading gives `Ok(0)` only behind the server's `close_notify`; where the transport ends without
/// one, it is an error of kind `UnexpectedEof`. After an error, [`crate::TlsError::of`] says what
/// it was.
pub struct TlsStream<IO>(Stream<IO>);

stream_api!(TlsStream);

impl<IO> TlsStream<IO> {
    /// Tickets of this connection that are in the wallet, as far as it has been read.
    pub fn tickets_kept(&self) -> u32 {
        self.0.driver().tickets_kept()
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> TlsStream<IO> {
    /// Reads until a ticket of this connection is in the wallet, or as many as the server has
    /// announced: servers send them after the handshake. `false` when none was kept (there is no
    /// wallet, or it failed), or the server closed without. Application data that comes first is set
    /// aside for reading. Put a timeout around it: not every server sends tickets.
    ///
    /// # Errors
    /// When the connection fails, or more than 64 KiB of application data come first.
    pub async fn wait_for_ticket(&mut self) -> io::Result<bool> {
        poll_fn(|cx| self.0.poll_turn(cx, Task::Reader, Wanted::Tickets)).await?;
        Ok(self.tickets_kept() > 0)
    }
}
