//! What a client says first: as early data (RFC 9846 §2.3), in a false start (RFC 7918), or behind the handshake.

use crate::WhenDropped;
use tessera_engine::{Connection, EarlyDataFate, Facts};
use tessera_session::Alpn;

/// What the application wants to have said first, early if that can be.
pub(crate) struct EarlyData {
    bytes: Vec<u8>,
    /// So much of it was sent early.
    sent: usize,
    /// The application protocol it was written for.
    alpn: Option<Alpn>,
    when_dropped: WhenDropped,
}

impl EarlyData {
    /// Sends as much as may be sent early, behind the ClientHello.
    pub(crate) fn send(
        bytes: Vec<u8>,
        (alpn, when_dropped): (Option<Alpn>, WhenDropped),
        connection: &mut Connection,
        out: &mut Vec<u8>,
    ) -> Self {
        let sent = connection.send_early(&bytes, out);
        Self {
            bytes,
            sent,
            alpn,
            when_dropped,
        }
    }

    /// What is said in a false start: all of it, for TLS 1.2 has no early data.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What has to be said now that the handshake is done: the rest of it, or all of it where the
    /// server dropped what came early and the application wants it said again: RFC 9846 §F.5 (4). Nothing
    /// is under another application protocol than it was written for: RFC 9846 §4.3.10 (12).
    pub(crate) fn left(&self, facts: &Facts) -> &[u8] {
        match facts.early_data {
            EarlyDataFate::Accepted => self.bytes.get(self.sent..).unwrap_or_default(),
            EarlyDataFate::NotOffered | EarlyDataFate::Withheld(_) => &self.bytes,
            EarlyDataFate::Rejected(_) => match self.when_dropped {
                WhenDropped::SayAgain if facts.alpn == self.alpn => &self.bytes,
                WhenDropped::SayAgain | WhenDropped::Leave => &[],
            },
        }
    }
}
