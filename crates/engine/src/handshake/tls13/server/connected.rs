//! The handshake is done.

use super::State;
use super::late::Askable;
use crate::ServerConfig;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use crate::handshake::tls13::key_update::Traffic;
use tessera_wire::codepoint::KeyUpdateRequest;
use tessera_wire::handshake::KeyUpdate;

/// An established connection. Small: it may be idle for hours.
pub(crate) struct Connected {
    pub(super) traffic: Traffic,
    /// What is needed to ask the client who it is, if it can be asked.
    pub(super) askable: Option<Box<Askable>>,
}

impl Connected {
    pub(crate) fn key_update(
        mut self: Box<Self>,
        message: KeyUpdate,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        self.traffic.received(message, cx)?;
        Ok(State::Connected(self))
    }

    pub(crate) fn update_keys(
        mut self: Box<Self>,
        request: KeyUpdateRequest,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        self.traffic.update(request, cx)?;
        Ok(State::Connected(self))
    }
}
