//! Chains, names, revocation and credentials, with a CA of our own.

mod authority;
mod clients;
mod credentials;
mod revocation;
mod roots;
mod servers;
