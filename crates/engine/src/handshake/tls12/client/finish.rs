//! Server → NewSessionTicket, ChangeCipherSpec, Finished → us: RFC 5077 §3.3, RFC 5246 §7.1 and
//! §7.4.9.

use super::State;
use super::connected::Connected;
use super::server_hello::Begun;
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::{Cx, Effect, Established};
use crate::handshake::limits;
use crate::handshake::question::Keep;
use crate::handshake::tls12::settled::{FinishedPair, Renegotiations, Settled, Wire};
use crate::keys::tls12::{KeyBlock, MainSecret};
use crate::{ClientConfig, Half};
use std::time::Duration;
use tessera_crypto::Secret;
use tessera_session::Side;
use tessera_wire::handshake::Finished;
use tessera_wire::handshake::tls12::NewSessionTicket;

/// The server owes us its ChangeCipherSpec, and a ticket before it if it announced one.
pub(crate) struct WaitChangeCipherSpec {
    pub(super) ending: Ending,
}

/// Its records are under the new keys; the first is its Finished.
pub(crate) struct WaitFinished {
    pub(super) ending: Ending,
}

/// A handshake whose secrets are there.
pub(super) struct Ending {
    pub(super) begun: Begun,
    main: MainSecret,
    keys: KeyBlock,
    finished: FinishedPair,
    ticket: Option<NewSessionTicket>,
    /// What stood for the session that is resumed.
    resumed_by: Option<Wire>,
    /// We send application data before the server has proven anything.
    pub(super) starts_falsely: bool,
}

impl Ending {
    pub(super) fn full(begun: Begun, main: MainSecret, keys: KeyBlock) -> Self {
        Self {
            begun,
            main,
            keys,
            finished: FinishedPair::default(),
            ticket: None,
            resumed_by: None,
            starts_falsely: false,
        }
    }

    pub(super) fn abbreviated(
        begun: Begun,
        main: MainSecret,
        keys: KeyBlock,
        resumed_by: Wire,
    ) -> Self {
        Self {
            resumed_by: Some(resumed_by),
            ..Self::full(begun, main, keys)
        }
    }

    /// Our ChangeCipherSpec and Finished, and between them the new keys: RFC 5246 §7.1 (1, 2).
    pub(super) fn send_finished(&mut self, cx: &mut Cx<'_, ClientConfig>) -> Result<(), Fault> {
        cx.cause(Effect::SendChangeCipherSpec);
        let keys = self.keys.record_keys(Side::Client)?;
        cx.cause(Effect::Install(Half::Sending, keys));
        let transcript = self.begun.said.current();
        let verify_data = self.main.verify_data(Side::Client, &transcript);
        let message = Finished {
            verify_data: verify_data.to_vec(),
        }
        .encode();
        self.begun.said.absorb(&message);
        cx.send(message);
        self.finished.client = verify_data;
        Ok(())
    }
}

impl WaitChangeCipherSpec {
    /// RFC 5077 §3.3: exactly one, where ServerHello announced it; an empty one takes it back.
    pub(crate) fn ticket(
        mut self: Box<Self>,
        message: NewSessionTicket,
        raw: &[u8],
    ) -> Result<State, Fault> {
        if !self.ending.begun.expects_ticket || self.ending.ticket.is_some() {
            return Err(Fault::Unexpected {
                state: "WaitChangeCipherSpec",
                came: "NewSessionTicket",
            });
        }
        self.ending.begun.said.absorb(raw);
        self.ending.ticket = Some(message);
        Ok(State::WaitChangeCipherSpec(self))
    }

    pub(crate) fn change_cipher_spec(
        self: Box<Self>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        if self.ending.begun.expects_ticket && self.ending.ticket.is_none() {
            return Err(Fault::Unexpected {
                state: "WaitChangeCipherSpec",
                came: "a change_cipher_spec before the ticket",
            });
        }
        let keys = self.ending.keys.record_keys(Side::Server)?;
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
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        let mut ending = self.ending;
        let transcript = ending.begun.said.current();
        ending.finished.server = ending.main.verify_data(Side::Server, &transcript);
        // RFC 5246 §7.4.9 (1).
        let expected = Secret::new(&ending.finished.server);
        if !expected.is_ok_and(|expected| expected.matches(&message.verify_data)) {
            return Err(Misbehaviour::WrongFinished.into());
        }
        ending.begun.said.absorb(raw);
        if ending.resumed_by.is_some() {
            ending.send_finished(cx)?;
        }
        Ok(ending.establish(cx))
    }
}

impl Ending {
    fn establish(mut self, cx: &mut Cx<'_, ClientConfig>) -> State {
        let ticket = self.ticket.take();
        let wire = self.wire(ticket.as_ref());
        let agreed = &mut self.begun.agreed;
        // A session that is resumed keeps the name it has; a new one is called by what stands for it.
        if !agreed.current.is_resumed() {
            let (own, lineage) = Settled::exporter(agreed, &self.main).names();
            let id = wire.as_ref().map_or(own, Wire::id);
            agreed.current.name((id, lineage));
            limit_lifetime(&mut self.begun, ticket.as_ref(), cx);
        }
        let before = self.begun.before.as_ref();
        let settled = Box::new(Settled {
            renegotiations: before.map_or_else(Renegotiations::default, |b| b.renegotiations),
            agreed: self.begun.agreed,
            main: self.main,
            finished: self.finished,
            wire: wire.clone().or_else(|| self.resumed_by.clone()),
        });
        cx.cause(Effect::Establish(Box::new(Established {
            facts: settled.facts(&self.keys),
            exporter: settled.public_exporter(),
        })));
        keep(&settled, wire, cx);
        State::Connected(Box::new(Connected { settled }))
    }

    /// What a new form of the session would be offered by: the ticket, or else the session ID. A
    /// resumption has none, unless its ticket was renewed.
    fn wire(&self, ticket: Option<&NewSessionTicket>) -> Option<Wire> {
        let ticket = ticket
            .map(|message| &message.ticket)
            .filter(|ticket| (1..=limits::LONGEST_TICKET).contains(&ticket.len()));
        if let Some(ticket) = ticket {
            return Some(Wire::Ticket(ticket.clone()));
        }
        let id = self.begun.session_id;
        (self.resumed_by.is_none() && !id.is_empty()).then_some(Wire::SessionId(id))
    }
}

/// A hint of zero says nothing (RFC 5077 §3.3); nothing outlives its server's certificate.
fn limit_lifetime(begun: &mut Begun, ticket: Option<&NewSessionTicket>, cx: &Cx<'_, ClientConfig>) {
    let hint = ticket.map_or(0, |message| message.ticket_lifetime_hint);
    let lifetime = &mut begun.agreed.current.lifetime;
    if hint > 0 {
        let end = cx.now.plus(Duration::from_secs(hint.into()));
        lifetime.expires_at = lifetime.expires_at.min(end);
    }
    if let Some(peer) = &begun.agreed.peer {
        lifetime.expires_at = lifetime.expires_at.min(peer.not_after);
    }
}

/// Offers the session to the wallet, now that the server has proven everything: RFC 5077 §3.3 (4). Without the
/// extended main secret it would never be resumed.
fn keep(settled: &Settled, wire: Option<Wire>, cx: &mut Cx<'_, ClientConfig>) {
    let agreed = &settled.agreed;
    let (Some(wire), true) = (wire, agreed.extended_main_secret) else {
        return;
    };
    let forms = cx.config.settings().session_forms;
    let may_be_offered = match &wire {
        Wire::SessionId(_) => forms.ids,
        Wire::Ticket(_) => forms.tickets,
    };
    if !may_be_offered || agreed.current.lifetime.expires_at <= cx.now {
        return;
    }
    let Some(session) = agreed.session(&settled.main, wire.session_id()) else {
        return;
    };
    let keep = Box::new(Keep {
        side: Side::Client,
        id: wire.id(),
        session,
        ticket: wire.bytes().to_vec(),
    });
    cx.cause(Effect::KeepThenSend(keep, None));
}
