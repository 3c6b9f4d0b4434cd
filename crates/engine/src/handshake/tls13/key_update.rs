//! KeyUpdate, alike for both ends: RFC 9846 §4.7.3.

use crate::handshake::cx::{Cx, Effect};
use crate::keys::tls13::TrafficSecret;
use crate::{Event, Fault, Half};
use tessera_crypto::SuiteParameters;
use tessera_wire::codepoint::KeyUpdateRequest;
use tessera_wire::handshake::KeyUpdate;

/// The traffic secrets in use on an established connection.
pub(crate) struct Traffic {
    pub(crate) suite: &'static SuiteParameters,
    pub(crate) sending: TrafficSecret,
    pub(crate) receiving: TrafficSecret,
    /// We asked the peer for new keys and it has not answered: never ask twice.
    pub(crate) asked: bool,
}

impl Traffic {
    /// The peer's sending keys are replaced, so our receiving ones are, and by nothing else:
    /// RFC 9846 §4.7.3 (3, 8).
    pub(crate) fn received<C>(
        &mut self,
        update: KeyUpdate,
        cx: &mut Cx<'_, C>,
    ) -> Result<(), Fault> {
        self.receiving = self.receiving.next();
        self.asked = false;
        cx.install(Half::Receiving, &self.receiving, self.suite)?;
        cx.tell(Event::KeysUpdated(Half::Receiving));
        if update.request_update == KeyUpdateRequest::UpdateRequested {
            cx.cause(Effect::OweKeyUpdate);
        }
        Ok(())
    }

    /// Our sending keys are replaced, behind the message that says so: RFC 9846 §4.7.3 (2, 6, 7).
    pub(crate) fn update<C>(
        &mut self,
        request: KeyUpdateRequest,
        cx: &mut Cx<'_, C>,
    ) -> Result<(), Fault> {
        let request_update = match request {
            KeyUpdateRequest::UpdateRequested if self.asked => KeyUpdateRequest::UpdateNotRequested,
            other => other,
        };
        self.asked |= request_update == KeyUpdateRequest::UpdateRequested;
        cx.send(KeyUpdate { request_update }.encode());
        self.sending = self.sending.next();
        cx.install(Half::Sending, &self.sending, self.suite)?;
        cx.tell(Event::KeysUpdated(Half::Sending));
        Ok(())
    }
}
