//! Fleets: server processes that share nothing but a store.

mod early_data;
mod outage;
mod revocation;
mod rotation;
mod store;
