//! Client → ClientHello → us, on a connection that has had one, where the application decides.

use super::connected::Connected;
use super::{State, hello};
use crate::ServerConfig;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::Cx;
use crate::handshake::question::Consent;
use tessera_wire::handshake::ClientHello;

/// The application is asked whether the client's hello is answered.
pub(crate) struct WaitConsent {
    pub(super) connected: Box<Connected>,
    pub(super) message: ClientHello,
    pub(super) raw: Vec<u8>,
}

impl WaitConsent {
    pub(crate) fn consent(
        self,
        consent: Consent,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        match consent {
            Consent::Grant => {
                hello::again(&self.message, self.raw, (self.connected.settled, None), cx)
            }
            Consent::Decline => Ok(State::Connected(self.connected.decline(cx))),
            Consent::Ignore => Ok(State::Connected(self.connected)),
            Consent::End => Err(Misbehaviour::RenegotiationForbidden.into()),
        }
    }
}
