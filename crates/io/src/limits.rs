//! Budgets a peer can draw on that an adapter knows of; those of the protocol are the engine's.

use std::time::Duration;

/// While more bytes than this wait to be written nothing more is read: a peer that does not read cannot make us pile up
/// answers. As many of plaintext are set aside for a reader that asks for something else first.
pub(crate) const BACKLOG: usize = 64 * 1024;

/// How long a last alert waits for a peer that does not read, and a close for one that never ends its handshake.
pub(crate) const LINGER: Duration = Duration::from_secs(10);
