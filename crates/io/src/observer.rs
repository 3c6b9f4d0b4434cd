//! Who is told what happens on connections: a ledger, a log, metrics.

use std::time::Duration;
use tessera_engine::{Ending, Event};
use tessera_session::store::ConnectionId;
use tessera_session::{OpenFailure, Side, StoreError, Timestamp};

/// Listens to all connections of a config. It is called in the connection's own task, so it must
/// not block; nothing it does changes a connection.
pub trait Observer: Send + Sync {
    /// A connection begins; its handshake is still to come.
    fn opened(&self, connection: ConnectionId, at: Timestamp, opened: &Opened<'_>) {
        let _ = (connection, at, opened);
    }

    /// The engine has something to tell.
    fn event(&self, connection: ConnectionId, at: Timestamp, event: &Event) {
        let _ = (connection, at, event);
    }

    /// A renegotiation is about to be told: so much went over the wire before its epoch.
    fn traffic(&self, connection: ConnectionId, traffic: Traffic) {
        let _ = (connection, traffic);
    }

    /// Something outside the connection did not do its part: a store, a wallet, a key. The
    /// connection goes on without it.
    fn trouble(&self, connection: ConnectionId, at: Timestamp, trouble: &Trouble) {
        let _ = (connection, at, trouble);
    }

    /// The connection is over, however it ended.
    fn closed(&self, connection: ConnectionId, at: Timestamp, closed: &Closed<'_>) {
        let _ = (connection, at, closed);
    }
}

/// How a connection begins.
#[derive(Clone, Copy, Debug)]
pub struct Opened<'a> {
    /// Which side of it is ours.
    pub side: Side,
    /// Where the peer is, as text, if the application said so.
    pub peer: Option<&'a str>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug)]
pub struct Closed<'a> {
    /// Which side of it was ours.
    pub side: Side,
    /// What TLS says of the end; `None` where the application let go of the connection first.
    pub ending: Option<&'a Ending>,
    /// What went over the wire.
    pub traffic: Traffic,
}

/// Bytes on the wire, handshake and record protection included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// From the peer.
    pub received: u64,
    /// To the peer.
    pub sent: u64,
}

/// What can go wrong around a connection without ending it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// A store or wallet said no.
    Store {
        /// What it was asked for.
        asked: Asked,
        /// What it said.
        error: StoreError,
    },
    /// An answer did not come in time; when it comes, nobody listens any more.
    Late {
        /// What was asked for.
        asked: Asked,
        /// How long we waited.
        after: Duration,
    },
    /// What a store or wallet gave does not open, or is not what was asked for.
    Record {
        /// What was asked for.
        asked: Asked,
        /// What is wrong with it.
        failure: OpenFailure,
    },
    /// A session could not be sealed.
    Unsealable {
        /// What was to be done.
        asked: Asked,
        /// Why not, for people.
        why: String,
    },
    /// A private key could not be used.
    Signer {
        /// Why not, for people.
        why: String,
    },
}

/// What a store, a wallet or the application can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Asked {
    /// A look for a session.
    Find,
    /// To use a ticket up.
    Claim,
    /// To keep a session.
    Keep,
    /// To take a ticket out of the wallet.
    Draw,
    /// To forget sessions.
    Discard,
    /// To keep what listings show of a lineage.
    Summarise,
    /// To note that a connection opened or closed.
    Register,
    /// Whether a client may come in.
    Authorise,
}

impl Asked {
    /// The word used in logs and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Claim => "claim",
            Self::Keep => "keep",
            Self::Draw => "draw",
            Self::Discard => "discard",
            Self::Summarise => "summarise",
            Self::Register => "register",
            Self::Authorise => "authorise",
        }
    }
}

impl std::error::Error for Trouble {}

impl std::fmt::Display for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.code())
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store { asked, error } => write!(f, "{asked}: {error}"),
            Self::Late { asked, after } => write!(f, "{asked}: no answer within {after:?}"),
            Self::Record { asked, failure } => write!(f, "{asked}: {failure}"),
            Self::Unsealable { asked, why } => {
                write!(f, "{asked}: the session cannot be sealed: {why}")
            }
            Self::Signer { why } => write!(f, "the private key could not be used: {why}"),
        }
    }
}
