//! How often things happened, since the ledger began. Plain counters; nothing here exports them.

use std::collections::BTreeMap;

use serde::Serialize;
use tessera_engine::Event;

/// Counters. Their labels are codes with few values, never what a peer chose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// Connections opened.
    pub opened: u64,
    /// Connections that ended.
    pub closed: u64,
    /// Completed handshakes, by kind.
    pub established: BTreeMap<&'static str, u64>,
    /// Those that resumed a session, whatever their kind.
    pub resumed: u64,
    /// Sessions offered and not resumed, by the refusal's code.
    pub refused: BTreeMap<&'static str, u64>,
    /// Handshakes that needed a HelloRetryRequest.
    pub retried: u64,
    /// Tickets issued.
    pub tickets_issued: u64,
    /// Tickets received.
    pub tickets_received: u64,
    /// Sessions that could not be kept.
    pub tickets_not_kept: u64,
    /// Keys replaced.
    pub key_updates: u64,
    /// Fatal alerts sent, by name.
    pub alerts_sent: BTreeMap<String, u64>,
    /// Alerts received, by name.
    pub alerts_received: BTreeMap<String, u64>,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
}

impl Metrics {
    pub(crate) fn count(&mut self, event: &Event) {
        match event {
            Event::Established(facts) | Event::Renegotiated(facts) => {
                count(&mut self.established, facts.kind.code());
                self.resumed += u64::from(facts.resumed);
            }
            Event::Refused(refusal) => count(&mut self.refused, refusal.code()),
            Event::Retried { .. } => self.retried += 1,
            Event::TicketIssued(_) => self.tickets_issued += 1,
            Event::TicketReceived(_) => self.tickets_received += 1,
            Event::TicketNotKept(_) => self.tickets_not_kept += 1,
            Event::KeysUpdated(_) => self.key_updates += 1,
            Event::AlertSent(alert) => count(&mut self.alerts_sent, alert.to_string()),
            Event::AlertReceived(alert) => count(&mut self.alerts_received, alert.to_string()),
            _ => {}
        }
    }
}

fn count<K: Ord>(counters: &mut BTreeMap<K, u64>, label: K) {
    *counters.entry(label).or_default() += 1;
}
