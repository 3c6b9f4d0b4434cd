//! Whether a resumption looks at the peer's certificates again.

/// Whether the certificates of a session are verified again when it is resumed, as in a full
/// handshake. Their end and the revocation lists are looked at in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reverification {
    /// No: what was verified once holds as long as its session does.
    #[default]
    Never,
    /// Yes: the verifier is asked about the chain that the session remembers.
    Always,
}
