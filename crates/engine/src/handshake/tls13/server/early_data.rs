//! Client → early data, EndOfEarlyData → us: RFC 9846 §4.6.

use super::State;
use super::finish::WaitFinished;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use crate::keys::tls13::TrafficSecret;
use crate::{Half, ServerConfig};

/// Early data is taken, and the connection is usable; what comes may still be a replay.
pub(crate) struct WaitEndOfEarlyData {
    pub(super) wait: WaitFinished,
    /// What the client's Finished will be protected with.
    pub(super) handshake: TrafficSecret,
}

impl WaitEndOfEarlyData {
    pub(crate) fn end_of_early_data(
        mut self,
        raw: &[u8],
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        self.wait.transcript.absorb(raw);
        let suite = self.wait.agreed.suite;
        cx.install(Half::Receiving, &self.handshake, suite)?;
        Ok(State::WaitFinished(Box::new(self.wait)))
    }
}
