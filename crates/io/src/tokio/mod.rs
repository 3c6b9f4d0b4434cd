//! TLS on anything that reads and writes with tokio, in the shape of tokio-rustls.
//!
//! Nothing is spawned for a connection. Whoever polls it turns the crank: questions are answered,
//! records opened and sealed, bytes moved. Timeouts need a runtime with timers
//! (`enable_time`).

mod accept;
pub mod client;
mod connect;
mod handshake;
mod idle;
mod lazy;
pub mod server;
mod stream;
mod tls_stream;
mod wakers;

pub use accept::{Accept, FallibleAccept, TlsAcceptor};
pub use connect::{Connect, FallibleConnect, TlsConnector};
pub use lazy::{LazyConfigAcceptor, StartHandshake};
pub use tls_stream::TlsStream;

use crate::Asked;
use crate::services::{Done, Work};
use std::time::Duration;

/// How long an errand may take, by tokio's timers.
fn limit(work: Work, within: Duration, asked: Asked) -> Work {
    let limited = tokio::time::timeout(within, work);
    Box::pin(async move {
        limited
            .await
            .unwrap_or_else(|_| Done::too_late(asked, within))
    })
}
