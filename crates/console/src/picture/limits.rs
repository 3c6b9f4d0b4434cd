//! How much of what servers tell is kept.

use core::time::Duration;

/// Connections; open ones are kept in any case.
pub(super) const CONNECTIONS: usize = 20_000;
/// Ids of the console's own connections.
pub(super) const MINE: usize = 4_096;
/// Lineages; those with open connections are kept in any case.
pub(super) const LINEAGES: usize = 4_000;
/// Sessions of a lineage: its row is told whole, whatever changed in it.
pub(super) const SESSIONS: usize = 32;
/// Notices.
pub(super) const NOTICES: usize = 2_000;
/// Ticket keys.
pub(super) const KEYS: usize = 256;
/// Processes that ended.
pub(super) const ENDED: usize = 64;
/// Tickets whose issuer is known.
pub(super) const TICKETS: usize = 65_536;
/// Sessions whose issuer may still be told: feeds of two processes have no order.
pub(super) const WAITING: usize = 4_096;
/// Resumptions of one of them.
pub(super) const WAITING_EACH: usize = 64;
/// Nodes of other consoles, and as many pairs of them.
pub(super) const OTHERS: usize = 1_024;
/// What became of handshakes, added up.
pub(super) const SUMS: Duration = Duration::from_secs(6 * 60 * 60);
