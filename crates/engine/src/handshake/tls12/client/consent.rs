//! Server → HelloRequest → us, where the application decides: RFC 5246 §7.4.1.1.

use super::State;
use super::again::{self, Offering};
use super::connected::Connected;
use crate::ClientConfig;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::Cx;
use crate::handshake::question::Consent;

/// The application is asked whether we begin another handshake.
pub(crate) struct WaitConsent {
    pub(super) connected: Box<Connected>,
}

impl WaitConsent {
    pub(crate) fn consent(
        self,
        consent: Consent,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        match consent {
            Consent::Grant => again::hello(self.connected.settled, Offering::Nothing, cx),
            Consent::Decline => Ok(self.connected.decline(cx)),
            Consent::Ignore => Ok(State::Connected(self.connected)),
            Consent::End => Err(Misbehaviour::RenegotiationForbidden.into()),
        }
    }
}
