//! TLS on anything that blocks: threads, scripts, tools.
//!
//! A stream is made on anything that reads and writes. A transport that can be told how long to
//! wait, such as a `TcpStream`, goes in as [`Timed`]: then the thread keeps the timeouts of the
//! config, as tokio's streams do. The whole handshake has `handshake_timeout`, whatever dribbles
//! in; a read or write of an established stream on which nothing moves for `idle_timeout` says
//! `close_notify` and fails. Servers want this:
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::net::TcpListener;
//! use std::sync::Arc;
//! use tessera_io::blocking::{self, Timed};
//! use tessera_io::{ServerConfig, ServerSettings};
//!
//! let config = Arc::new(ServerConfig::try_from(ServerSettings::default())?);
//! let (tcp, peer) = TcpListener::bind("[::]:4433")?.accept()?;
//! let stream = blocking::accept_from(&config, Timed(tcp), peer.to_string())?;
//! # Ok(())
//! # }
//! ```
//!
//! Any other transport waits as long as it will: a handshake is given up between two reads only,
//! and nobody notices that an established stream is idle.
//!
//! Where a store, wallet or signer takes its time, the thread parks until it has answered or its
//! deadline is over.

mod park;
mod stream;
mod timed;

pub use stream::{Stream, StreamOwned};
pub use timed::{Patient, Timed, Transport, WaitAtMost};

use crate::buffer::Inbox;
use crate::connect::Start;
use crate::{ClientConfig, ConnectOptions, ServerConfig, accept};
use std::io;
use std::sync::Arc;
use tessera_session::ServerName;

/// Connects to the server of this name over `io`.
///
/// # Errors
/// When the handshake fails or takes too long, or the transport fails.
pub fn connect<T: Transport>(
    config: &Arc<ClientConfig>,
    name: ServerName,
    io: T,
) -> io::Result<StreamOwned<T::Io>> {
    connect_with(config, name, io, ConnectOptions::default())
}

/// The same, with more to say about this connection.
///
/// # Errors
/// As [`connect`].
pub fn connect_with<T: Transport>(
    config: &Arc<ClientConfig>,
    name: ServerName,
    io: T,
    options: ConnectOptions,
) -> io::Result<StreamOwned<T::Io>> {
    let mut start = Start::new(Arc::clone(config), name, options, park::limit_draw);
    park::until(|cx| start.poll_draw(cx));
    StreamOwned::establish(io, start.begin(park::limit))
}

/// Serves the client at the other end of `io`.
///
/// # Errors
/// As [`connect`].
pub fn accept<T: Transport>(config: &Arc<ServerConfig>, io: T) -> io::Result<StreamOwned<T::Io>> {
    StreamOwned::establish(
        io,
        accept::driver(Arc::clone(config), Inbox::default(), None, park::limit),
    )
}

/// The same, naming where the client is: for the register and the observer.
///
/// # Errors
/// As [`connect`].
pub fn accept_from<T: Transport>(
    config: &Arc<ServerConfig>,
    io: T,
    peer: impl Into<String>,
) -> io::Result<StreamOwned<T::Io>> {
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
