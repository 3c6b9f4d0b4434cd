//! How the store behaves when the network does not.

use core::time::Duration;

/// How a store behaves. The defaults are for a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a look, a claim or a draw may take: a handshake waits for it.
    pub deadline: Duration,
    /// How long anything else may take, a connection's beginning included.
    pub patience: Duration,
    /// So many answers in a row that did not come, and the node is left alone until it answers again.
    pub tolerance: u32,
    /// The bytes of the first level: sessions that are found without asking, for at most a second.
    pub near_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_millis(20),
            patience: Duration::from_secs(1),
            tolerance: 3,
            near_bytes: 4 << 20,
        }
    }
}
