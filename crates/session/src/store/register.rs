//! Which connections use which session: across processes, and eventually right.

use super::Reply;
use crate::id::{LineageId, TicketId};
use crate::time::Timestamp;

/// Names a connection across processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub [u8; 16]);

impl core::fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Names a running process: drawn at its start, so that a restart is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub [u8; 16]);

/// Where connections are registered.
pub trait Register: Send + Sync {
    /// A connection finished its handshake.
    fn opened(&self, connection: RegisteredConnection) -> Reply<'_, ()>;

    /// A connection ended.
    fn closed(&self, connection: ConnectionId, at: Timestamp) -> Reply<'_, ()>;

    /// A process says that it still runs; the connections of one that no longer does are not open.
    fn alive(&self, process: ProcessId, at: Timestamp) -> Reply<'_, ()>;

    /// The connections of a session or lineage, the latest first, at most `limit` of them.
    fn connections(&self, of: Uses, limit: usize) -> Reply<'_, Vec<RegisteredConnection>>;

    /// How many there were and are. Open counts only connections of processes alive since `alive_since`.
    fn tally(&self, of: Uses, alive_since: Timestamp) -> Reply<'_, Tally>;

    /// The broom: forgets connections that closed before this moment, and those opened before it by
    /// processes not alive since.
    fn forget_connections(&self, before: Timestamp) -> Reply<'_, u64>;
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredConnection {
    /// Its name.
    pub connection: ConnectionId,
    /// The process that has it.
    pub process: ProcessId,
    /// The session it uses.
    pub session: TicketId,
    /// The lineage of that session.
    pub lineage: LineageId,
    /// The peer's address, as text.
    pub peer: String,
    /// When its handshake finished.
    pub opened_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// When its process last said that it runs.
    pub seen_at: Timestamp,
}

/// Which connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Uses {
    /// Those of one session.
    Session(TicketId),
    /// Those of one lineage.
    Lineage(LineageId),
    /// All.
    All,
}

impl Uses {
    /// Whether a connection is one of these.
    pub fn include(&self, connection: &RegisteredConnection) -> bool {
        match self {
            Self::Session(id) => connection.session == *id,
            Self::Lineage(id) => connection.lineage == *id,
            Self::All => true,
        }
    }
}

/// How many connections used a session or lineage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Ever, as far as remembered.
    pub uses: u64,
    /// Now.
    pub open: u64,
}
