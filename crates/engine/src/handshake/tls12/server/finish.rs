//! Client → ChangeCipherSpec, Finished → us, and ours: RFC 5246 §7.1 and §7.4.9.

use super::State;
use super::begun::Begun;
use super::connected::Connected;
use super::tickets;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::{Cx, Effect, Established};
use crate::handshake::tls12::settled::{FinishedPair, Renegotiations, Settled, Wire};
use crate::keys::tls12::{KeyBlock, MainSecret};
use crate::{Event, Half, ServerConfig};
use tessera_crypto::Secret;
use tessera_session::Side;
use tessera_wire::handshake::Finished;

/// The client owes us its ChangeCipherSpec.
pub(crate) struct WaitChangeCipherSpec {
    pub(super) ending: Ending,
}

/// Its records are under the new keys; the first is its Finished.
pub(crate) struct WaitFinished {
    pub(super) ending: Ending,
}

/// The store is asked to keep the session; the client hears of success only afterwards.
pub(crate) struct WaitKept {
    pub(super) ending: Ending,
}

/// A handshake whose secrets are there.
pub(super) struct Ending {
    pub(super) begun: Begun,
    pub(super) main: MainSecret,
    keys: KeyBlock,
    finished: FinishedPair,
    /// Our Finished is out.
    sent: bool,
}

impl Ending {
    pub(super) fn new(begun: Begun, main: MainSecret, keys: KeyBlock) -> Self {
        Self {
            begun,
            main,
            keys,
            finished: FinishedPair::default(),
            sent: false,
        }
    }

    /// Our ChangeCipherSpec and Finished, and between them the new keys: RFC 5246 §7.1 (1, 2).
    pub(super) fn send_finished(&mut self, cx: &mut Cx<'_, ServerConfig>) -> Result<(), Fault> {
        cx.cause(Effect::SendChangeCipherSpec);
        let keys = self.keys.record_keys(Side::Server)?;
        cx.cause(Effect::Install(Half::Sending, keys));
        let transcript = self.begun.said.current();
        let verify_data = self.main.verify_data(Side::Server, &transcript);
        let message = Finished {
            verify_data: verify_data.to_vec(),
        };
        self.begun.send(message.encode(), cx);
        self.finished.server = verify_data;
        self.sent = true;
        Ok(())
    }
}

impl WaitChangeCipherSpec {
    pub(crate) fn change_cipher_spec(
        self: Box<Self>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let keys = self.ending.keys.record_keys(Side::Client)?;
        cx.cause(Effect::Install(Half::Receiving, keys));
        let wait = WaitFinished {
            ending: self.ending,
        };
        Ok(State::WaitFinished(Box::new(wait)))
    }
}

impl WaitFinished {
    pub(crate) fn finished(
        self: Box<Self>,
        message: &Finished,
        raw: &[u8],
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let mut ending = self.ending;
        let transcript = ending.begun.said.current();
        ending.finished.client = ending.main.verify_data(Side::Client, &transcript);
        // RFC 5246 §7.4.9 (1).
        let expected = Secret::new(&ending.finished.client);
        if !expected.is_ok_and(|expected| expected.matches(&message.verify_data)) {
            return Err(Misbehaviour::WrongFinished.into());
        }
        ending.begun.said.absorb(raw);
        if ending.sent {
            return Ok(ending.establish(cx));
        }
        ending.name(cx);
        if let Some(keep) = tickets::to_keep(&ending, cx) {
            cx.ask(keep);
            return Ok(State::WaitKept(Box::new(WaitKept { ending })));
        }
        ending.finish(cx)
    }
}

impl WaitKept {
    /// A session the store could not keep is one that cannot be resumed; the connection goes on.
    pub(crate) fn kept(
        self: Box<Self>,
        kept: bool,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let mut ending = self.ending;
        if let Some(id) = ending.begun.wire.as_ref().map(Wire::id) {
            cx.tell(match kept {
                true => Event::TicketIssued(id),
                false => Event::TicketNotKept(id),
            });
        }
        if !kept {
            ending.begun.wire = None;
        }
        ending.finish(cx)
    }
}

impl Ending {
    /// The new session's names and times.
    fn name(&mut self, cx: &Cx<'_, ServerConfig>) {
        let agreed = &mut self.begun.agreed;
        let (own, lineage) = Settled::exporter(agreed, &self.main).names();
        let id = match &self.begun.wire {
            Some(wire @ Wire::SessionId(_)) => wire.id(),
            Some(Wire::Ticket(_)) | None => own,
        };
        agreed.current.name((id, lineage));
        tickets::limit_lifetime(&mut self.begun, cx);
    }

    /// The end of a full handshake, whose client has proven itself: the ticket, if one was announced
    /// (RFC 5077 §3.3 (1, 2, 3)), and our Finished.
    fn finish(mut self, cx: &mut Cx<'_, ServerConfig>) -> Result<State, Fault> {
        if self.begun.owes_ticket {
            let (message, ticket) = tickets::seal(&self.begun.agreed, &self.main, cx);
            if let Some(wire) = ticket.map(Wire::Ticket) {
                self.begun.agreed.current.id = wire.id();
                cx.tell(Event::TicketIssued(wire.id()));
                self.begun.wire = Some(wire);
            } else {
                self.begun.wire = None;
            }
            self.begun.send(message, cx);
        }
        self.send_finished(cx)?;
        Ok(self.establish(cx))
    }

    fn establish(self, cx: &mut Cx<'_, ServerConfig>) -> State {
        let before = self.begun.before.as_ref();
        let settled = Box::new(Settled {
            renegotiations: before.map_or_else(Renegotiations::default, |b| b.renegotiations),
            agreed: self.begun.agreed,
            main: self.main,
            finished: self.finished,
            wire: self.begun.wire,
        });
        cx.cause(Effect::Establish(Box::new(Established {
            facts: settled.facts(&self.keys),
            exporter: settled.public_exporter(),
        })));
        State::Connected(Box::new(Connected::new(settled)))
    }
}
