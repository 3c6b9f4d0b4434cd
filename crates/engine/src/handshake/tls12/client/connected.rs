//! No handshake is under way.

use super::State;
use super::again;
use super::consent::WaitConsent;
use super::server_hello::may_renegotiate;
use crate::fault::Fault;
use crate::handshake::cx::{Cx, Effect};
use crate::handshake::question::Question;
use crate::handshake::tls12::settled::Settled;
use crate::{ClientConfig, Event, Renegotiation};
use tessera_wire::codepoint::AlertDescription;

/// An established connection.
pub(crate) struct Connected {
    pub(super) settled: Box<Settled>,
}

impl Connected {
    /// The server would like a handshake, of which this message is no part: RFC 5246 §7.4.1.1 (1).
    pub(crate) fn hello_request(
        mut self: Box<Self>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        if !self.may_renegotiate(cx) {
            return Ok(self.decline(cx));
        }
        if cx.config.settings().renegotiation == Renegotiation::Ask {
            cx.ask(Question::Renegotiate);
            let wait = WaitConsent { connected: self };
            return Ok(State::WaitConsent(Box::new(wait)));
        }
        // It does not say what for. Mostly it is for our certificate, which nobody asks for in an
        // abbreviated handshake.
        let has_more_to_show =
            !cx.config.settings().identities.is_empty() && !self.settled.agreed.shown;
        let offering = if has_more_to_show {
            again::Offering::Nothing
        } else {
            again::Offering::Current
        };
        again::hello(self.settled, offering, cx)
    }

    /// We would rather not.
    pub(super) fn decline(self: Box<Self>, cx: &mut Cx<'_, ClientConfig>) -> State {
        cx.cause(Effect::Warn(AlertDescription::NO_RENEGOTIATION));
        cx.tell(Event::RenegotiationRefused);
        State::Connected(self)
    }

    /// The application would like a new session.
    pub(crate) fn renegotiate(
        mut self: Box<Self>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        if !self.may_renegotiate(cx) {
            cx.tell(Event::RenegotiationDeclined);
            return Ok(State::Connected(self));
        }
        again::hello(self.settled, again::Offering::Nothing, cx)
    }

    /// The application would like new keys: an abbreviated handshake, so they come from the same
    /// secret, and protect from nothing but the wear of the old ones.
    pub(crate) fn update_keys(
        mut self: Box<Self>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        if !self.may_renegotiate(cx) {
            cx.tell(Event::RenegotiationDeclined);
            return Ok(State::Connected(self));
        }
        again::hello(self.settled, again::Offering::Current, cx)
    }

    fn may_renegotiate(&mut self, cx: &Cx<'_, ClientConfig>) -> bool {
        may_renegotiate(cx)
            && self.settled.can_renegotiate()
            && self.settled.renegotiations.allow(cx.now)
    }
}
