//! TLS sessions as things of their own: what they are, when they may be used, where they are kept.
//!
//! * [`session`], [`binding`], [`id`], [`time`]: what a session is;
//! * [`scope`]: what it may be resumed for;
//! * [`policy`], [`refusal`]: whether an offered session is resumed, and the reason when it is not;
//! * [`issue`]: what a handshake leaves behind;
//! * [`record`], [`summary`]: a session as bytes, and the part of it that may be shown;
//! * [`vault`]: the keys everything is sealed under before it leaves the process;
//! * [`ticket`]: self-encrypted tickets and the ring of keys that seals them;
//! * [`store`]: the traits of the places that keep sessions, and the one in memory;
//! * [`shared`]: ring and revocations as snapshots that every connection may take.
//!
//! Nothing here reads a clock, draws randomness of its own or does I/O. Section numbers are those
//! of RFC 9846 (TLS 1.3) unless another document is named.
#![cfg_attr(
    not(any(test, feature = "conformance")),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)
)]

pub mod binding;
pub mod date;
mod filed;
pub mod id;
pub mod issue;
pub mod policy;
pub mod record;
pub mod refusal;
pub mod scope;
pub mod session;
pub mod shared;
pub mod store;
pub mod summary;
pub mod ticket;
pub mod time;
pub mod vault;

#[cfg(any(test, feature = "conformance"))]
mod samples;

pub use binding::{Alpn, Binding, IssuerSerial, NameError, PeerIdentity, ServerName};
pub use date::ParseTimeError;
pub use id::{LineageId, ParseIdError, TicketId};
pub use issue::{Limits, Origin, TicketPlan};
pub use policy::{EarlyData, Offer, ResumptionPolicy, RevokedSerials, Ruling};
pub use record::RecordError;
pub use refusal::Refusal;
pub use scope::{ClientAuthMode, Scope, ScopeInputs};
pub use session::{
    Lifetime, Lineage, Resumption, ResumptionSecret, SecretError, Session, Side, Taint, suite_hash,
};
pub use shared::Tickets;
pub use store::{
    Claim, Listed, Page, Register, RegisteredConnection, Reply, Revocation, Revocations, Revoked,
    RingStore, Selector, SessionStore, Spend, StoreError, TicketWallet, Verification, WalletKey,
};
pub use summary::{Summary, TicketKind};
pub use ticket::{
    Dialect, ForeignKey, ForeignRole, ForeignTickets, KeyName, Opened, Phase, Ratchet,
    RatchetPolicy, Ring, RotationPolicy, SessionIdContext, Ticket, TicketKey,
};
pub use time::Timestamp;
pub use vault::{OpenFailure, StoredSession, Vault};
