//! The path of a message: decode, step, and the effects carried out in their order.

use super::{Connection, Output};
use crate::event::TracedMessage;
use crate::fault::Fault;
use crate::handshake::cx::{Effect, Established, Identified};
use crate::handshake::question::{Answer, Consent, Question, QuestionId};
use crate::handshake::{Arrival, Unread, Wish};
use crate::offered_session::OfferedSession;
use crate::record::limits;
use crate::record::open::Opener;
use crate::{Destination, Event, connection::questions::Due};
use crate::{Half, Trace};
use tessera_session::{Side, Timestamp};
use tessera_wire::alert::Alert;
use tessera_wire::codepoint::{HandshakeType, KeyUpdateRequest, ProtocolVersion};

impl Connection {
    /// A client's first flight.
    pub(super) fn start(
        &mut self,
        to: Destination,
        offered: Option<OfferedSession>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let effects = self.role.start(to, offered, now, &mut self.entropy)?;
        self.carry(effects)
    }

    /// One whole handshake message of the peer.
    pub(super) fn message(&mut self, now: Timestamp, raw: Vec<u8>) -> Result<(), Fault> {
        self.trace(Half::Receiving, &raw);
        match raw.first().map(|kind| HandshakeType(*kind)) {
            Some(HandshakeType::KEY_UPDATE) => self.budget.key_update()?,
            Some(HandshakeType::NEW_SESSION_TICKET) => self.budget.ticket()?,
            Some(HandshakeType::HELLO_REQUEST) => self.budget.renegotiation()?,
            Some(HandshakeType::CLIENT_HELLO | HandshakeType::CERTIFICATE_REQUEST)
                if self.role.is_connected() =>
            {
                self.budget.renegotiation()?;
            }
            _ => {}
        }
        let says_nothing = self.outbound.closed && !self.role.asks_about_renegotiation();
        if says_nothing && self.role.is_tls12() && self.role.is_settled() {
            // RFC 5246 §7.2.1: behind our close_notify we say nothing, so nothing is negotiated. An
            // application that wants to be asked may still end it.
            return Ok(());
        }
        self.step(now, Arrival::Message(Unread, raw))
    }

    /// An answer to one of our questions.
    pub(super) fn answer(
        &mut self,
        now: Timestamp,
        id: QuestionId,
        answer: Answer,
    ) -> Result<(), Fault> {
        match self.questions.close(id, answer)? {
            Due::Step(Answer::Authorised(granted)) => {
                self.authorised(granted)?;
                self.turn(now)
            }
            Due::Step(answer) => {
                // Behind our close_notify there is no handshake to begin: RFC 5246 §7.2.1.
                let answer = match answer {
                    Answer::Consent(Consent::Grant) if self.outbound.closed => {
                        Answer::Consent(Consent::Ignore)
                    }
                    other => other,
                };
                self.step(now, Arrival::Told(answer))?;
                // What came while the question was open has waited for this.
                self.turn(now)
            }
            Due::Kept(keeping, true) => {
                match keeping.message {
                    // To tell that a ticket was issued is to note it.
                    Some(message) => self.carry(vec![
                        Effect::Send(message),
                        Effect::Tell(Event::TicketIssued(keeping.ticket)),
                    ])?,
                    None => self.answer_for(keeping.ticket),
                }
                Ok(())
            }
            Due::Kept(keeping, false) => {
                self.outputs
                    .push_back(Output::Event(Event::TicketNotKept(keeping.ticket)));
                Ok(())
            }
            Due::Late => Ok(()),
        }
    }

    /// What the application wants, where the connection is far enough for that.
    pub(super) fn wish(&mut self, now: Timestamp, wish: Wish) -> Result<(), Fault> {
        if self.role.grants(wish) && !self.outbound.closed && !self.awaits_authorisation() {
            self.budget.awaits_answer();
            return self.step(now, Arrival::Wanted(wish));
        }
        // A handshake that is under way on the connection will do; where there is none, nothing
        // will come of it.
        if self.outbound.closed || self.role.is_settled() {
            self.decline(wish);
        }
        Ok(())
    }

    fn decline(&mut self, wish: Wish) {
        match wish {
            Wish::RequestCertificate => self.tell(Event::CannotAsk),
            Wish::Renegotiate => self.tell(Event::RenegotiationDeclined),
            Wish::UpdateKeys(_) if self.role.is_tls12() => self.tell(Event::RenegotiationDeclined),
            Wish::UpdateKeys(_) => {}
        }
    }

    /// New sending keys.
    pub(super) fn update_keys(
        &mut self,
        now: Timestamp,
        request: KeyUpdateRequest,
    ) -> Result<(), Fault> {
        if self.role.grants(Wish::UpdateKeys(request)) && !self.outbound.closed {
            self.owes_key_update = false;
        }
        self.wish(now, Wish::UpdateKeys(request))
    }

    /// Answers the peer's wish for our next keys, once for however many wishes, and not while an
    /// earlier answer waits: a peer that does not read cannot make us pile up KeyUpdates.
    pub(super) fn pay_key_update(&mut self, now: Timestamp) {
        if self.owes_key_update && !self.outbound.answer_waits && !self.ended {
            self.outbound.answer_waits = true;
            let paid = self.update_keys(now, KeyUpdateRequest::UpdateNotRequested);
            self.settle(paid);
        }
    }

    pub(super) fn step(&mut self, now: Timestamp, arrival: Arrival<Unread>) -> Result<(), Fault> {
        self.last_state = self.role.state_name();
        let was_connected = self.role.is_connected();
        let effects = self.role.step(arrival, now, &mut self.entropy)?;
        self.last_state = self.role.state_name();
        // Nobody begins to answer a flight that is not out, or goes on behind the last one: what the
        // peer has said of the handshake ends with its record.
        let ends_flight = |effect: &Effect| match effect {
            Effect::Send(_) => !was_connected,
            Effect::Establish(_) => true,
            _ => false,
        };
        if effects.iter().any(ends_flight) {
            self.inbound.reassembler.require_boundary()?;
        }
        self.carry(effects)
    }

    /// Carries effects out, in the order of the list, which is the order on the wire.
    /// Behind one that the application has to allow first the rest waits with it.
    pub(super) fn carry(&mut self, effects: Vec<Effect>) -> Result<(), Fault> {
        let mut effects = effects.into_iter();
        while let Some(effect) = effects.next() {
            if let Some(facts) = self.to_authorise(&effect) {
                self.unauthorised = std::iter::once(effect).chain(effects).collect();
                self.ask(Question::Authorise(Box::new(facts)));
                break;
            }
            self.perform(effect)?;
        }
        self.outbound.flush()?;
        self.send_held()
    }

    /// One effect, now.
    pub(super) fn perform(&mut self, effect: Effect) -> Result<(), Fault> {
        match effect {
            Effect::Send(message) if !self.outbound.closed => {
                self.trace(Half::Sending, &message);
                self.outbound.message(&message);
            }
            Effect::Send(_) => {}
            Effect::SendChangeCipherSpec if !self.outbound.closed => {
                self.outbound.change_cipher_spec()?;
            }
            Effect::SendChangeCipherSpec => {}
            Effect::Install(Half::Sending, keys) => self.outbound.install(keys)?,
            Effect::Install(Half::Receiving, keys) => {
                // RFC 9846 §5.1 (4, 5, 6): nothing of the old keys may stand behind the change.
                self.inbound.reassembler.require_boundary()?;
                self.inbound.install(Opener::new(keys));
            }
            Effect::RefuseEarlyData => self.refuse_early_data(),
            Effect::TakeEarlyData(limit) => self.inbound.early_left = Some(limit),
            Effect::EndEarlyData => {
                self.inbound.early_left = None;
                self.tell(Event::EarlyDataOver);
            }
            Effect::OfferEarlyData(limit) => self.outbound.early_left = limit,
            Effect::AbandonEarlyData => self.outbound.abandon_early_data(),
            Effect::OweKeyUpdate => self.owes_key_update = true,
            Effect::Ask(question) => self.ask(question),
            Effect::KeepThenSend(keep, message) => self.keep(keep, message),
            Effect::Tell(event) => self.tell(event),
            Effect::Log(line) => self.outputs.push_back(Output::KeyLog(line)),
            Effect::Warn(description) if !self.outbound.closed => {
                self.outbound.alert(&Alert::warning(description))?;
            }
            Effect::Warn(_) => {}
            Effect::Establish(established) => self.establish(*established),
            Effect::Identify(identified) => self.identify(identified.map(|who| *who)),
        }
        Ok(())
    }

    fn establish(&mut self, established: Established) {
        let Established { facts, exporter } = established;
        if facts.version == ProtocolVersion::TLS1_2 {
            // RFC 5246 §7.2.2 (1, 2): a fatal alert costs the session the connection is on, and no other.
            self.tickets = vec![facts.session.id];
        }
        let told = Box::new(facts.clone());
        self.tell(match facts.epoch {
            0 => Event::Established(told),
            _ => Event::Renegotiated(told),
        });
        self.budget.renegotiated();
        self.facts = Some(Box::new(facts));
        self.exporter = exporter;
    }

    fn identify(&mut self, identified: Option<Identified>) {
        let Some(facts) = &mut self.facts else { return };
        if let Some(identified) = identified {
            identified.tell(facts);
        }
        let told = facts.clone();
        self.tell(Event::ClientIdentified(told));
    }

    fn ask(&mut self, question: Question) {
        let id = self.questions.hold(&question);
        self.outputs.push_back(Output::Ask(id, question));
    }

    fn keep(&mut self, keep: Box<crate::handshake::question::Keep>, message: Option<Vec<u8>>) {
        if self.questions.keeping() >= limits::TICKETS_IN_KEEPING {
            self.tell(Event::TicketNotKept(keep.id));
            return;
        }
        if keep.side == Side::Client {
            self.tell(Event::TicketReceived(keep.id));
        }
        let id = self.questions.keep(keep.id, message);
        self.outputs
            .push_back(Output::Ask(id, Question::Keep(keep)));
    }

    fn tell(&mut self, event: Event) {
        if let Event::TicketIssued(id) = &event {
            self.answer_for(*id);
        }
        self.outputs.push_back(Output::Event(event));
    }

    fn trace(&mut self, half: Half, bytes: &[u8]) {
        if self.role.trace() == Trace::Messages {
            let message = TracedMessage {
                half,
                bytes: bytes.to_vec(),
            };
            self.outputs
                .push_back(Output::Event(Event::Message(message)));
        }
    }
}
