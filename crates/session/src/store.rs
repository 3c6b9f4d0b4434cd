//! Where sessions live: the traits of stores, and the one in memory. One conformance suite runs on all.
//!
//! Stores keep; they judge nothing. The only time a store compares times is in `expire`.

pub mod block_on;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod memory;
mod register;
mod revocation;
mod revoked;
mod wallet_key;

use core::fmt;
use core::future::Future;
use core::pin::Pin;

pub use memory::MemoryStore;
pub use register::{ConnectionId, ProcessId, Register, RegisteredConnection, Tally, Uses};
pub use revocation::{Ends, PeerHash, Revocation, Selector};
pub use revoked::{Revocable, Revoked};
pub use wallet_key::{Verification, WalletKey};

use crate::id::TicketId;
use crate::session::Side;
use crate::summary::Summary;
use crate::ticket::Ring;
use crate::time::Timestamp;
use crate::vault::{OpenFailure, StoredSession};

/// What a store answers, when it does. Dropping it gives the answer up, not the deed.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A reply that is there already.
pub fn ready<'a, T: Send + 'a>(result: Result<T, StoreError>) -> Reply<'a, T> {
    Box::pin(core::future::ready(result))
}

/// Where a server's sessions live.
pub trait SessionStore: Send + Sync {
    /// Keeps a session; one of the same id is replaced. Answers when it is kept.
    fn insert(&self, session: StoredSession) -> Reply<'_, ()>;

    /// Looks, and leaves it there: nothing is used up before a binder verifies.
    fn find(&self, id: TicketId) -> Reply<'_, Option<StoredSession>>;

    /// Atomically marks a ticket spent, across every server that shares the store, whether or not the
    /// session itself is stored. Exactly one caller is ever told [`Claim::Won`].
    fn claim(&self, spend: Spend) -> Reply<'_, Claim>;

    /// Since when every claim is remembered, for early data; `None` where that cannot be promised.
    fn recording_since(&self) -> Reply<'_, Option<Timestamp>> {
        ready(Ok(None))
    }

    /// Forgets one session; whether there was one.
    fn remove(&self, id: TicketId) -> Reply<'_, bool>;

    /// Forgets the sessions selected and says how many. Self-encrypted tickets are out of its reach:
    /// a [`Revocation`] is what stops those.
    fn revoke(&self, which: Selector) -> Reply<'_, u64>;

    /// One page of what is kept, in an order of the store's own: page after page, everything that stays
    /// is listed once.
    fn list(&self, page: Page) -> Reply<'_, Vec<Listed>>;

    /// The broom: forgets sessions and spent marks whose time is over, and says how many sessions.
    fn expire(&self, now: Timestamp) -> Reply<'_, u64>;

    /// How many sessions and tickets went before their time to make room, as far as that was counted.
    fn evicted(&self) -> Reply<'_, u64> {
        ready(Ok(0))
    }
}

/// The client's side: TLS 1.3 tickets are drawn and gone (RFC 9846 appendix C.4), TLS 1.2 sessions stay.
pub trait TicketWallet: Send + Sync {
    /// Keeps a ticket for connections of this key; beyond [`TICKETS_PER_KEY`] the one that ends first goes.
    fn keep(&self, key: &WalletKey, session: StoredSession) -> Reply<'_, ()>;

    /// Takes the TLS 1.3 ticket that lasts longest, for one caller only; if there is none, a TLS 1.2
    /// session, which stays.
    fn draw(&self, key: &WalletKey) -> Reply<'_, Option<StoredSession>>;

    /// Takes the session of this id, whatever its version: for an export.
    fn take(&self, id: TicketId) -> Reply<'_, Option<StoredSession>>;

    /// Forgets everything of this key, for the peer failed to verify. Says how many.
    fn forget(&self, key: &WalletKey) -> Reply<'_, u64>;

    /// Forgets the sessions selected and says how many: the siblings of a refused ticket, for one.
    fn discard(&self, which: Selector) -> Reply<'_, u64>;

    /// One page of what is kept, in an order of the store's own.
    fn contents(&self, page: Page) -> Reply<'_, Vec<Listed>>;

    /// The broom: forgets what has ended and says how many.
    fn sweep(&self, now: Timestamp) -> Reply<'_, u64>;
}

/// How many tickets a wallet keeps for one key.
pub const TICKETS_PER_KEY: usize = 32;

/// Where the ring of ticket keys lives.
pub trait RingStore: Send + Sync {
    /// The ring; `None` before there ever was one.
    fn ring(&self) -> Reply<'_, Option<Ring>>;

    /// Puts `ring` in place of the one with version `expected` (0: none yet). Fully durable when it answers.
    fn replace_ring(&self, expected: u64, ring: Ring) -> Reply<'_, Swap>;

    /// The version of the ring, cheap enough to ask every second; 0 before there was one.
    fn ring_version(&self) -> Reply<'_, u64>;
}

/// The outcome of replacing a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// It is in place.
    Done,
    /// Somebody else was first: read again.
    Lost,
}

/// Where revocations live. The set only grows, until its entries end.
pub trait Revocations: Send + Sync {
    /// Adds one and gives the set's new version. Fully durable when it answers.
    fn add(&self, revocation: Revocation) -> Reply<'_, u64>;

    /// The whole set.
    fn revoked(&self) -> Reply<'_, Revoked>;

    /// The version of the set, cheap enough to ask every second.
    fn revoked_version(&self) -> Reply<'_, u64>;

    /// The broom: forgets revocations that cover nothing any more, and says how many.
    fn lapse(&self, now: Timestamp) -> Reply<'_, u64>;
}

/// A ticket that is to be used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend {
    /// The id to mark as spent.
    pub id: TicketId,
    /// When the ticket was issued: a store that lost marks since cannot say whether it was used.
    pub issued_at: Timestamp,
    /// The mark must outlive this moment.
    pub until: Timestamp,
}

/// The outcome of using a session up. Whatever is not won is no error: a full handshake follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is yours.
    Won,
    /// Somebody else has it.
    AlreadyUsed,
    /// The store lost marks after the ticket was issued: perhaps somebody else had it.
    Unrecorded,
}

/// Which part of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Begin behind this one.
    pub after: Option<TicketId>,
    /// At most so many.
    pub limit: usize,
}

impl Page {
    /// The first `limit` entries.
    pub const fn first(limit: usize) -> Self {
        Self { after: None, limit }
    }
}

/// One entry of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The id it is kept under.
    pub id: TicketId,
    /// Who keeps it.
    pub side: Side,
    /// Until when it is kept.
    pub expires_at: Timestamp,
    /// What it is, or why that cannot be read.
    pub summary: Result<Summary, OpenFailure>,
    /// Whether a claim used it up.
    pub spent: bool,
}

/// Why a store could not do what it was asked. Never a reason to fail a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// It cannot be reached, or is shutting down.
    Unavailable(String),
    /// It did not answer in time.
    Deadline(String),
    /// There is no room left.
    Full(String),
    /// Somebody else holds it for longer than we wait.
    Locked(String),
    /// It may only be read.
    ReadOnly(String),
    /// What it holds is damaged; the text says where it was set aside.
    Damaged(String),
    /// It was sealed under another key.
    WrongKey(String),
    /// Its owner or permissions let others read secrets.
    Exposed(String),
    /// This session cannot be kept.
    Unfit(String),
    /// It may forget what must not be forgotten, and so makes no promise.
    Forgetful(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(what) => write!(f, "the store is unavailable: {what}"),
            Self::Deadline(what) => write!(f, "the store did not answer in time: {what}"),
            Self::Full(what) => write!(
                f,
                "the store is full: {what}; make room, sessions are not kept until then"
            ),
            Self::Locked(what) => write!(
                f,
                "the store is locked: {what}; find out which process holds it"
            ),
            Self::ReadOnly(what) => write!(
                f,
                "the store is read-only: {what}; make it writable or choose another"
            ),
            Self::Damaged(what) => write!(f, "the store is damaged: {what}"),
            Self::WrongKey(what) => write!(
                f,
                "the store was made with another key: {what}; bring back its key or choose another store"
            ),
            Self::Exposed(what) => write!(f, "the store's secrets are exposed: {what}"),
            Self::Unfit(what) => write!(f, "the session cannot be kept: {what}"),
            Self::Forgetful(what) => write!(f, "the store may forget what was used: {what}"),
        }
    }
}

impl std::error::Error for StoreError {}
