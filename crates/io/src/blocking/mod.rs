//! TLS on anything that blocks: threads, scripts, tools.
//!
//! Where a store, wallet or signer takes its time, the thread parks until it has answered or its
//! deadline is over. How long a read may block is the transport's own setting; the timeouts of the
//! config are for tokio.

mod park;
mod stream;

pub use stream::{Stream, StreamOwned};

use crate::buffer::Inbox;
use crate::connect::Start;
use crate::{ClientConfig, ConnectOptions, ServerConfig, accept};
use std::io::{self, Read, Write};
use std::sync::Arc;
use tessera_session::ServerName;

/// Connects to the server of this name over `io`.
///
/// # Errors
/// When the handshake fails, or the transport does.
pub fn connect<T: Read + Write>(
    config: &Arc<ClientConfig>,
    name: ServerName,
    io: T,
) -> io::Result<StreamOwned<T>> {
    connect_with(config, name, io, ConnectOptions::default())
}

/// The same, with more to say about this connection.
///
/// # Errors
/// As [`connect`].
pub fn connect_with<T: Read + Write>(
    config: &Arc<ClientConfig>,
    name: ServerName,
    io: T,
    options: ConnectOptions,
) -> io::Result<StreamOwned<T>> {
    let mut start = Start::new(Arc::clone(config), name, options, park::limit_draw);
    park::until(|cx| start.poll_draw(cx));
    StreamOwned::establish(io, start.begin(park::limit))
}

/// Serves the client at the other end of `io`.
///
/// # Errors
/// As [`connect`].
pub fn accept<T: Read + Write>(config: &Arc<ServerConfig>, io: T) -> io::Result<StreamOwned<T>> {
    StreamOwned::establish(
        io,
        accept::driver(Arc::clone(config), Inbox::default(), None, park::limit),
    )
}

/// The same, naming where the client is: for the register and the observer.
///
/// # Errors
/// As [`connect`].
pub fn accept_from<T: Read + Write>(
    config: &Arc<ServerConfig>,
    io: T,
    peer: impl Into<String>,
) -> io::Result<StreamOwned<T>> {
    StreamOwned::establish(
        io,
        accept::driver(
            Arc::clone(config),
            Inbox::default(),
            Some(peer.into()),
            park::limit,
        ),
    )
}
