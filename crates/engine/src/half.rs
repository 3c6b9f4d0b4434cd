//! The two directions of a connection.

/// One direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// What we send.
    Sending,
    /// What we receive.
    Receiving,
}
