//! Budgets a peer can draw on that a handshake knows of; those of records and messages are in `record/limits.rs`.

/// Certificates in a chain: as many as a session remembers. Each is taken apart, and six or seven are the longest path
/// anybody builds.
pub(crate) const CERTIFICATES: usize = 16;

/// PSK identities a server looks at: each may cost a store a look-up, and clients with two are rare.
pub(crate) const IDENTITIES_LOOKED_AT: usize = 2;

/// The longest ticket a client keeps: half of what all extensions of the next ClientHello may have together.
pub(crate) const LONGEST_TICKET: usize = 0x8000;

/// Renegotiations of one connection, ever: more is an attack or a mistake.
pub(crate) const RENEGOTIATIONS: u32 = 1000;

/// Renegotiations in one second: a full handshake costs a server a signature.
pub(crate) const RENEGOTIATIONS_A_SECOND: u32 = 16;
