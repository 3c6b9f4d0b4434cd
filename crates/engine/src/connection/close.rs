//! How a connection ends: `close_notify`, half-close, truncation, fault. RFC 9846 §6.1.

use super::{Connection, Output};
use crate::Event;
use crate::fault::{Fault, LocalError};
use std::collections::VecDeque;
use tessera_session::TicketId;
use tessera_wire::alert::Alert;
use tessera_wire::codepoint::AlertDescription;

/// Why a connection is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Both ends said `close_notify`: nothing was cut off.
    Closed,
    /// The transport ended without the peer's `close_notify`: what came last may be missing.
    /// Sessions stay good (RFC 9846 §6.1).
    Truncated {
        /// The state it happened in.
        state: &'static str,
    },
    /// Something went wrong.
    Fault {
        /// What.
        fault: Fault,
        /// The state it happened in.
        state: &'static str,
        /// Tickets received or issued here. RFC 9846 §6 wants them discarded where possible; a
        /// self-encrypted ticket that is out cannot be.
        discard: Vec<TicketId>,
    },
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed => f.write_str("closed by both ends"),
            Self::Truncated { state } => {
                write!(f, "cut off in {state}: the peer's close_notify is missing")
            }
            Self::Fault { fault, state, .. } => write!(f, "{fault} (in {state})"),
        }
    }
}

impl Connection {
    /// The application will send no more, and the peer is told: RFC 9846 §6.1 (4).
    pub(super) fn close(&mut self) -> Result<(), Fault> {
        if self.outbound.closed {
            return Ok(());
        }
        if !self.role.is_connected() && !self.role.sends_data() {
            return Err(LocalError::Cancelled.into());
        }
        self.outbound
            .alert(&Alert::new(AlertDescription::CLOSE_NOTIFY))?;
        self.outbound.closed = true;
        if self.inbound.closed {
            self.end(Ending::Closed);
        }
        Ok(())
    }

    /// The peer's `close_notify` has come. We may go on sending.
    pub(super) fn peer_closes(&mut self) {
        self.inbound.closed = true;
        self.outputs.push_back(Output::Event(Event::PeerClosed));
        if self.outbound.closed {
            self.end(Ending::Closed);
        }
    }

    /// The transport has nothing more to give. Whether that is the end of the data, the peer says:
    /// RFC 9846 §6.1 (5).
    pub(super) fn end_of_stream(&mut self) {
        if !self.inbound.closed {
            let state = self.role.state_name();
            self.end(Ending::Truncated { state });
        }
    }

    /// A fault becomes its alert, and the end: RFC 9846 §6.2 (1, 2), RFC 5246 §7.2.2 (3, 4).
    pub(super) fn settle(&mut self, result: Result<(), Fault>) {
        let Err(fault) = result else { return };
        if self.ended {
            return;
        }
        let state = self.last_state;
        if let Some(description) = fault.alert().filter(|_| !self.outbound.closed) {
            self.send_last(description);
        }
        self.forget_secrets();
        // The answer about one in keeping comes too late to be heard.
        let in_keeping: Vec<TicketId> = self.questions.tickets_in_keeping().collect();
        in_keeping.into_iter().for_each(|id| self.answer_for(id));
        let discard = std::mem::take(&mut self.tickets);
        self.end(Ending::Fault {
            fault,
            state,
            discard,
        });
    }

    /// What failed leaves nothing behind: RFC 9846 §6 (2), RFC 5246 §7.2.2 (1).
    fn forget_secrets(&mut self) {
        self.role.forget();
        self.inbound.opener = None;
        self.outbound.forget_keys();
        self.exporter = None;
    }

    /// A fatal end costs this one, too. In TLS 1.2 a ticket may stand for the session that is noted already.
    pub(super) fn answer_for(&mut self, ticket: TicketId) {
        if !self.tickets.contains(&ticket) {
            self.tickets.push(ticket);
        }
    }

    /// The last thing we say. An alert that cannot be sealed is one that cannot be sent.
    fn send_last(&mut self, description: AlertDescription) {
        let sent = self.outbound.alert(&Alert::new(description));
        // RFC 9846 §6.1 (3): user_canceled says why, and close_notify follows it.
        if sent.is_ok() && description == AlertDescription::USER_CANCELED {
            let _ = self
                .outbound
                .alert(&Alert::new(AlertDescription::CLOSE_NOTIFY));
        }
        if sent.is_ok() {
            self.outputs
                .push_back(Output::Event(Event::AlertSent(description)));
        }
    }

    fn end(&mut self, ending: Ending) {
        self.ended = true;
        if !self.inbound.closed {
            self.inbound.forget();
        }
        self.outbound.held = Vec::new();
        self.questions = Default::default();
        // Nothing that was asked needs an answer any more; what was told or delivered stays.
        let outputs = std::mem::take(&mut self.outputs);
        self.outputs = outputs
            .into_iter()
            .filter(|output| !is_holding(output))
            .collect::<VecDeque<_>>();
        self.outputs.push_back(Output::Ended(ending));
    }
}

fn is_holding(output: &Output) -> bool {
    matches!(output, Output::Ask(_, question) if question.holds())
}
