//! Budgets a peer can draw on that settings may lower and never raise.

/// Early data a server accepts, in bytes: what a handshake that has proven nothing yet makes it keep.
pub(crate) const EARLY_DATA: u32 = 32 * 1024;
