//! One end of a link: a connection, and all that came out of it.

use crate::World;
use tessera_engine::{Connection, Ending, Event, Fault, Input, Output, Question, QuestionId};
use tessera_session::{Side, Timestamp};
use tessera_wire::codepoint::AlertDescription;

/// A connection under test.
pub struct End {
    /// Which end it is.
    pub side: Side,
    /// The connection itself.
    pub connection: Connection,
    /// Bytes for the peer that are still on their way.
    pub outbox: Vec<u8>,
    /// Everything that was ever sent.
    pub sent: Vec<u8>,
    /// Everything delivered to the application.
    pub delivered: Vec<u8>,
    /// Of that, what came as early data.
    pub delivered_early: Vec<u8>,
    /// Everything told.
    pub events: Vec<Event>,
    /// The key log.
    pub key_log: Vec<String>,
    /// How it ended, if it has.
    pub ending: Option<Ending>,
    /// Questions that nobody has answered yet; filled only while `patience` is off.
    pub open: Vec<(QuestionId, Question)>,
    /// Whether questions are answered at once.
    pub answers_at_once: bool,
}

impl End {
    /// Wraps a connection.
    pub fn new(side: Side, connection: Connection) -> Self {
        Self {
            side,
            connection,
            outbox: Vec::new(),
            sent: Vec::new(),
            delivered: Vec::new(),
            delivered_early: Vec::new(),
            events: Vec::new(),
            key_log: Vec::new(),
            ending: None,
            open: Vec::new(),
            answers_at_once: true,
        }
    }

    /// Gives the connection one input and collects all that follows.
    pub fn handle(&mut self, now: Timestamp, input: Input<'_>, world: &mut World) {
        self.connection.handle(now, input);
        self.collect(now, world);
    }

    /// Drains the connection, answering its questions.
    pub fn collect(&mut self, now: Timestamp, world: &mut World) {
        while let Some(output) = self.connection.poll() {
            match output {
                Output::Transmit(bytes) => {
                    self.sent.extend_from_slice(&bytes);
                    self.outbox.extend_from_slice(&bytes);
                }
                Output::Deliver(bytes) => self.delivered.extend_from_slice(&bytes),
                Output::DeliverEarly(bytes) => {
                    self.delivered.extend_from_slice(&bytes);
                    self.delivered_early.extend_from_slice(&bytes);
                }
                Output::Ask(id, question) if self.answers_at_once => {
                    let answer = world.answer(self.side, question);
                    self.connection.handle(now, Input::Answer(id, answer));
                }
                Output::Ask(id, question) => self.open.push((id, question)),
                Output::Event(event) => self.events.push(event),
                Output::KeyLog(line) => self.key_log.push(line.as_str().to_owned()),
                Output::Ended(ending) => self.ending = Some(ending),
            }
        }
    }

    /// Answers the questions that were left open.
    pub fn answer_open(&mut self, now: Timestamp, world: &mut World) {
        for (id, question) in std::mem::take(&mut self.open) {
            let answer = world.answer(self.side, question);
            self.handle(now, Input::Answer(id, answer), world);
        }
    }

    /// The fatal alert it sent, if any; there is never more than one.
    pub fn alert_sent(&self) -> Option<AlertDescription> {
        self.events.iter().find_map(|event| match event {
            Event::AlertSent(alert) => Some(*alert),
            _ => None,
        })
    }

    /// What went wrong here, if something did.
    pub fn fault(&self) -> Option<&Fault> {
        match &self.ending {
            Some(Ending::Fault { fault, .. }) => Some(fault),
            _ => None,
        }
    }

    /// Whether the handshake was completed.
    pub fn is_established(&self) -> bool {
        self.connection.facts().is_some()
    }
}
