//! Fleets: server processes that share nothing but a store.

mod store;
