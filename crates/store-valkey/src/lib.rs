//! Sessions, claims, ticket keys, revocations, wallet and register in Valkey or Redis, shared by a fleet: one node, or a
//! cluster.
//!
//! * [`Location`]: where it is, as people write it;
//! * [`ValkeyStore`]: the store. It answers from a thread of its own, within a deadline, or says why not; a node that does
//!   not answer is left alone until it does, and nobody waits for it meanwhile. Nothing here ever fails a connection;
//! * [`Dial`]: how nodes are reached. Over TLS it is somebody else's business;
//! * [`Counts`]: what happened, by reason;
//! * [`Unopened`]: what is there and was not written by the fleet.
//!
//! Whoever looks into the store sees how much there is, and when it was written. Records are sealed before they leave,
//! with a key of the fleet's that is never there; what they are filed under is keyed, too. Whoever *writes* to the store
//! can make it lose things: sessions, which costs full handshakes, and marks of used tickets, which costs the promise
//! that a ticket is used once. He cannot make anything that opens. An old ring or an old list of revocations is put right
//! by every process that knows a newer one.
//!
//! `docs/stores.md` says what is lost when a node is lost.
#![cfg_attr(
    not(test),
    deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)
)]

mod answer;
mod claims;
mod counts;
mod dial;
mod document;
mod failure;
mod inner;
mod key;
mod location;
mod near;
mod node;
mod register;
mod revocations;
mod ring;
mod road;
mod script;
mod sessions;
mod settings;
mod slot;
mod store;
mod unopened;
mod wallet;
mod workshop;

pub use counts::Counts;
pub use dial::{Dial, Dialled, Plain, Stream};
pub use location::{Address, Location, ParseLocationError};
pub use settings::Settings;
pub use store::ValkeyStore;
pub use unopened::Unopened;
