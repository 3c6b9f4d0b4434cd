//! Budgets a peer of `serve` can draw on that lie above TLS; those of TLS are the engine's.

use std::time::Duration;

/// How long a handshake may take, unless `--timeout` says otherwise.
pub(crate) const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long a failed connection may take to hear why.
pub(crate) const LINGER: Duration = Duration::from_secs(1);

/// How long the head of an HTTP/1 request may take.
pub(crate) const HEAD: Duration = Duration::from_secs(30);

/// Streams at once on one HTTP/2 connection.
pub(crate) const STREAMS: u32 = 128;

/// The longest line, in bytes, that `--echo` waits for; a longer one comes back in pieces.
pub(crate) const LONGEST_LINE: u64 = 64 * 1024;

/// Logins: more than a server for trying things out ever has; the idlest one makes room.
pub(crate) const WEB_SESSIONS: usize = 10_000;
