//! What the command line means: files read and checked, names resolved, the state directory found.
//!
//! After this nothing about the command line is wrong any more.

pub(crate) mod connect;
pub(crate) mod foreign;
pub(crate) mod later;
pub(crate) mod migration;
mod names;
mod pairs;
mod psk;
pub(crate) mod ratchet;
pub(crate) mod serve;
pub(crate) mod state;
pub(crate) mod store;
pub(crate) mod target;
