//! No handshake is under way.

use super::begun::may_renegotiate;
use super::consent::WaitConsent;
use super::{State, hello};
use crate::fault::Fault;
use crate::handshake::Wish;
use crate::handshake::cx::{Cx, Effect};
use crate::handshake::question::Question;
use crate::handshake::tls12::settled::Settled;
use crate::{Event, Renegotiation, ServerConfig};
use tessera_wire::codepoint::AlertDescription;
use tessera_wire::handshake::ClientHello;
use tessera_wire::handshake::tls12::HelloRequest;

/// An established connection.
pub(crate) struct Connected {
    pub(super) settled: Box<Settled>,
    /// A HelloRequest is out, and this is why.
    asked: Option<Wish>,
}

impl Connected {
    pub(super) fn new(settled: Box<Settled>) -> Self {
        Self {
            settled,
            asked: None,
        }
    }

    /// The client starts a handshake, asked or not.
    pub(crate) fn client_hello(
        mut self: Box<Self>,
        message: ClientHello,
        raw: Vec<u8>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let allowed = may_renegotiate(self.asked.is_some(), cx) && self.settled.can_renegotiate();
        if !allowed || !self.settled.renegotiations.allow(cx.now) {
            // Ours came too soon after others.
            return Ok(self.decline(cx).declined(cx));
        }
        if self.asked.is_none() && cx.config.settings().renegotiation == Renegotiation::Ask {
            cx.ask(Question::Renegotiate);
            let wait = WaitConsent {
                connected: self,
                message,
                raw,
            };
            return Ok(State::WaitConsent(Box::new(wait)));
        }
        hello::again(&message, raw, (self.settled, self.asked), cx)
    }

    /// We would rather not.
    pub(super) fn decline(self: Box<Self>, cx: &mut Cx<'_, ServerConfig>) -> Box<Self> {
        cx.cause(Effect::Warn(AlertDescription::NO_RENEGOTIATION));
        cx.tell(Event::RenegotiationRefused);
        self
    }

    /// The application wants a handshake: the client is asked for one. Data goes on meanwhile.
    pub(crate) fn wanted(mut self: Box<Self>, wish: Wish, cx: &mut Cx<'_, ServerConfig>) -> State {
        if !may_renegotiate(true, cx) || !self.settled.can_renegotiate() {
            cx.tell(Event::RenegotiationDeclined);
            return State::Connected(self);
        }
        // RFC 5246 §7.4.1.1: not once more before there was a handshake.
        if self.asked.is_none() {
            cx.send(HelloRequest.encode());
        }
        // The wish that needs most of the handshake is the one it is for.
        let wants_more = match self.asked {
            None | Some(Wish::UpdateKeys(_)) => true,
            Some(Wish::Renegotiate | Wish::RequestCertificate) => wish == Wish::RequestCertificate,
        };
        if wants_more {
            self.asked = Some(wish);
        }
        State::Connected(self)
    }

    /// The client would rather not, or may not now.
    pub(crate) fn declined(mut self: Box<Self>, cx: &mut Cx<'_, ServerConfig>) -> State {
        if self.asked.take().is_some() {
            cx.tell(Event::RenegotiationDeclined);
        }
        State::Connected(self)
    }
}
