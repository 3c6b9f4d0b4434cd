//! The store in Valkey: one server, and a cluster of six.

mod conformance;
mod failover;

mod hostile;
mod processes;
mod setup;
mod trouble;
