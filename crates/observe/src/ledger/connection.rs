//! What the ledger keeps of one connection.

use core::time::Duration;
use std::collections::VecDeque;

use tessera_engine::{EarlyDataFate, Event, Facts, TracedMessage};
use tessera_session::{LineageId, Refusal, TicketId, Timestamp};
use tessera_wire::Random;

use super::ConnectionId;
use super::trace;
use crate::row::{ConnectionRow, DerivedRow, HandshakeRow, LineageRow, MessageRow, State, Traces};

/// Renegotiations whose rows are kept: the last ones.
const HANDSHAKES: usize = 16;
/// Tickets of one connection that are kept; no handshake issues more than 32.
const TICKETS: usize = 64;

/// One connection.
pub(super) struct Connection {
    /// The ledger's number of the last change.
    pub(super) changed: u64,
    /// The ledger's number of its opening: ids tell no order.
    pub(super) number: u64,
    opened_at: Timestamp,
    closed_at: Option<Timestamp>,
    peer: String,
    state: State,
    ending: Option<String>,
    alert_sent: Option<String>,
    alert_received: Option<String>,
    server_name: Option<String>,
    /// When the handshake that is under way began, if its hello told us.
    hello_at: Option<Timestamp>,
    handshakes: VecDeque<Handshake>,
    /// Handshakes completed.
    completed: u32,
    refusal: Option<Refusal>,
    retried: bool,
    key_updates: u64,
    bytes: Bytes,
    tickets: Vec<TicketId>,
    web_session: Option<String>,
    client_random: Option<Random>,
    /// Of the handshake that is under way, or came to nothing.
    under_way: Traces,
}

/// Received and sent.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Bytes {
    received: u64,
    sent: u64,
}

/// One completed handshake.
struct Handshake {
    session: TicketId,
    about: About,
    row: HandshakeRow,
    /// The connection's bytes when this epoch began; the first one's handshake is its own.
    began: Bytes,
}

/// What a lineage and its tickets have from a connection on it.
#[derive(Clone)]
pub(super) struct About {
    pub(super) lineage: LineageId,
    pub(super) generation: u32,
    pub(super) authenticated_at: Timestamp,
    pub(super) lineage_ends_at: Timestamp,
    server_name: Option<String>,
    peer_identity: Option<String>,
}

impl About {
    fn of(facts: &Facts) -> Self {
        Self {
            lineage: facts.session.lineage,
            generation: facts.session.generation,
            authenticated_at: facts.session.authenticated_at,
            lineage_ends_at: facts.session.lineage_ends_at,
            server_name: facts.server_name.as_ref().map(ToString::to_string),
            peer_identity: facts.peer.as_ref().map(|peer| peer.subject.clone()),
        }
    }

    /// The lineage, still without sessions and connections.
    pub(super) fn lineage_row(&self) -> LineageRow {
        LineageRow {
            id: self.lineage.to_string(),
            authenticated_at: self.authenticated_at.into(),
            lineage_ends_at: self.lineage_ends_at.into(),
            server_name: self.server_name.clone(),
            peer_identity: self.peer_identity.clone(),
            sessions: Vec::new(),
            connections: Vec::new(),
        }
    }
}

impl Connection {
    pub(super) fn new(opened_at: Timestamp, peer: &str, number: u64) -> Self {
        Self {
            changed: number,
            number,
            opened_at,
            closed_at: None,
            peer: peer.to_owned(),
            state: State::Handshaking,
            ending: None,
            alert_sent: None,
            alert_received: None,
            server_name: None,
            hello_at: None,
            handshakes: VecDeque::new(),
            completed: 0,
            refusal: None,
            retried: false,
            key_updates: 0,
            bytes: Bytes::default(),
            tickets: Vec::new(),
            web_session: None,
            client_random: None,
            under_way: Traces::default(),
        }
    }

    /// Everything a connection tells but handshakes and tickets, which touch sessions too.
    pub(super) fn tell(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::HelloReceived { server_name } => {
                self.hello_at = Some(at);
                if let Some(name) = server_name {
                    self.server_name = Some(name.to_string());
                }
            }
            Event::Retried { .. } => self.retried = true,
            Event::Refused(refusal) => self.refusal = Some(*refusal),
            Event::ClientIdentified(facts) => {
                if let Some(handshake) = self.handshakes.back_mut() {
                    handshake.about = About::of(facts);
                }
            }
            Event::KeysUpdated(_) => self.key_updates += 1,
            Event::AlertSent(alert) => self.alert_sent = Some(alert.to_string()),
            Event::AlertReceived(alert) => self.alert_received = Some(alert.to_string()),
            Event::PeerClosed => self.state = State::PeerClosed,
            Event::Message(message) => self.said(message),
            Event::Derived(derived) => self.traces(false).derives(DerivedRow::of(derived)),
            Event::RenegotiationRefused | Event::RenegotiationDeclined => self.nothing_came_of_it(),
            _ => {}
        }
    }

    /// A handshake begins with its hello, and what is said behind one is put down to it.
    fn said(&mut self, message: &TracedMessage) {
        if self.client_random.is_none() {
            self.client_random = trace::client_random(message);
        }
        self.traces(trace::begins(message))
            .said(MessageRow::of(message));
    }

    /// Where to put down what comes now, of a handshake that begins with it or of the last one that did.
    fn traces(&mut self, begins: bool) -> &mut Traces {
        match self.handshakes.back_mut() {
            Some(current) if self.under_way.is_empty() && !begins => &mut current.row.traces,
            _ => &mut self.under_way,
        }
    }

    /// The wish for another handshake was no beginning of one.
    fn nothing_came_of_it(&mut self) {
        if let Some(current) = self.handshakes.back_mut() {
            let wish = core::mem::take(&mut self.under_way);
            current.row.traces.followed_by(wish);
        }
    }

    /// A handshake is complete. Returns the session of one that is too long ago to be kept.
    pub(super) fn established(&mut self, at: Timestamp, facts: &Facts) -> Option<TicketId> {
        let began = self.hello_at.take().unwrap_or(self.opened_at);
        let took = at.since(began).unwrap_or_default();
        if self.state == State::Handshaking {
            self.state = State::Open;
        }
        self.server_name = facts
            .server_name
            .as_ref()
            .map(ToString::to_string)
            .or_else(|| self.server_name.take());
        if self.completed == 0 {
            self.refusal = facts.refusal;
        }
        self.retried |= facts.retried;
        self.handshakes.push_back(Handshake {
            session: facts.session.id,
            about: About::of(facts),
            row: HandshakeRow {
                traces: core::mem::take(&mut self.under_way),
                ..handshake_row(facts, self.completed, took)
            },
            began: if self.completed == 0 {
                Bytes::default()
            } else {
                self.bytes
            },
        });
        self.completed = self.completed.saturating_add(1);
        (self.handshakes.len() > HANDSHAKES)
            .then(|| self.handshakes.pop_front().map(|oldest| oldest.session))
            .flatten()
    }

    /// Notes a ticket; false if it is known here already, or one too many.
    pub(super) fn carries(&mut self, ticket: TicketId) -> bool {
        let new = self.tickets.len() < TICKETS && !self.tickets.contains(&ticket);
        if new {
            self.tickets.push(ticket);
        }
        new
    }

    pub(super) fn handshake_took(&mut self, time: Duration) {
        if let Some(handshake) = self.handshakes.back_mut() {
            handshake.row.handshake_us = micros(time);
        }
    }

    /// New totals; returns what they are more than the last, if they are.
    pub(super) fn bytes(&mut self, received: u64, sent: u64) -> Option<(u64, u64)> {
        let now = Bytes {
            received: received.max(self.bytes.received),
            sent: sent.max(self.bytes.sent),
        };
        if now == self.bytes {
            return None;
        }
        let before = core::mem::replace(&mut self.bytes, now);
        Some((now.received - before.received, now.sent - before.sent))
    }

    /// The web session of the latest request; whether that is another one.
    pub(super) fn web_session(&mut self, name: Option<&str>) -> bool {
        let is_another = self.web_session.as_deref() != name;
        if is_another {
            self.web_session = name.map(str::to_owned);
        }
        is_another
    }

    pub(super) fn close(&mut self, at: Timestamp, ending: &str) {
        self.state = State::Closed;
        self.closed_at = Some(at);
        self.ending = Some(ending.to_owned());
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// The lineage it is on.
    pub(super) fn about(&self) -> Option<&About> {
        self.handshakes.back().map(|handshake| &handshake.about)
    }

    /// Every lineage it is or was on.
    pub(super) fn abouts(&self) -> impl Iterator<Item = &About> {
        self.handshakes.iter().map(|handshake| &handshake.about)
    }

    pub(super) fn tickets(&self) -> &[TicketId] {
        &self.tickets
    }

    pub(super) fn ran_on(&self, session: TicketId) -> bool {
        self.handshakes
            .iter()
            .any(|handshake| handshake.session == session)
    }

    /// Every session it keeps known, as often as it does.
    pub(super) fn sessions(&self) -> impl Iterator<Item = TicketId> {
        self.handshakes
            .iter()
            .map(|handshake| handshake.session)
            .chain(self.tickets.iter().copied())
    }

    pub(super) fn row(&self, id: ConnectionId) -> ConnectionRow {
        let mut handshakes = self.handshake_rows();
        ConnectionRow {
            id: id.to_string(),
            opened_at: self.opened_at.into(),
            closed_at: self.closed_at.map(Into::into),
            peer: self.peer.clone(),
            state: self.state,
            ending: self.ending.clone(),
            alert_sent: self.alert_sent.clone(),
            alert_received: self.alert_received.clone(),
            server_name: self.server_name.clone(),
            handshake: handshakes.pop(),
            earlier: handshakes,
            refusal: self.refusal.map(|refusal| refusal.code().to_owned()),
            refusal_text: self.refusal.map(|refusal| refusal.to_string()),
            retried: self.retried,
            key_updates: self.key_updates,
            bytes_in: self.bytes.received,
            bytes_out: self.bytes.sent,
            tickets: self.tickets.iter().map(ToString::to_string).collect(),
            web_session: self.web_session.clone(),
            client_random: self.client_random.map(|random| random.to_string()),
            under_way: self.under_way.clone(),
        }
    }

    /// The handshakes, each with the bytes of its epoch: an epoch ends where the next begins.
    fn handshake_rows(&self) -> Vec<HandshakeRow> {
        let ends = self
            .handshakes
            .iter()
            .skip(1)
            .map(|next| next.began)
            .chain([self.bytes]);
        let rows = self
            .handshakes
            .iter()
            .zip(ends)
            .map(|(handshake, end)| HandshakeRow {
                bytes_in: end.received - handshake.began.received,
                bytes_out: end.sent - handshake.began.sent,
                ..handshake.row.clone()
            });
        rows.collect()
    }
}

fn handshake_row(facts: &Facts, epoch: u32, took: Duration) -> HandshakeRow {
    let (early_data, early_data_refusal) = match facts.early_data {
        EarlyDataFate::NotOffered => ("none", None),
        EarlyDataFate::Withheld(refusal) => ("none", Some(refusal)),
        EarlyDataFate::Accepted => ("accepted", None),
        EarlyDataFate::Rejected(refusal) => ("rejected", Some(refusal)),
    };
    HandshakeRow {
        epoch,
        kind: facts.kind.code().to_owned(),
        resumed: facts.resumed,
        session: facts.session.id.to_string(),
        lineage: facts.session.lineage.to_string(),
        generation: facts.session.generation,
        version: facts.version.to_string(),
        cipher_suite: facts.cipher_suite.to_string(),
        group: facts.group.map(|group| group.to_string()),
        alpn: facts.alpn.as_ref().map(ToString::to_string),
        keys_fingerprint: facts.keys_fingerprint.to_string(),
        handshake_us: micros(took),
        bytes_in: 0,
        bytes_out: 0,
        early_data: early_data.into(),
        early_data_refusal: early_data_refusal.map(|refusal| refusal.code().to_owned()),
        traces: Traces::default(),
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
