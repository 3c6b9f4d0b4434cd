//! The stream of a server.

use super::stream::Stream;
use super::tls_stream::stream_api;
use crate::Traffic;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use tessera_engine::{Connection, ExportTooLong, Facts, KeyUpdateRequest, SessionFacts};
use tessera_session::store::ConnectionId;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

/// An established connection to a client.
///
/// Reading gives `Ok(0)` only behind the client's `close_notify`; where the transport ends without
/// one, it is an error of kind `UnexpectedEof`. After an error, [`crate::TlsError::of`] says what
/// it was.
pub struct TlsStream<IO>(Stream<IO>);

stream_api!(TlsStream);
