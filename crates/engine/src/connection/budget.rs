//! What a peer has used of the budgets in `record/limits.rs`.

use crate::fault::{Fault, Misbehaviour, RecordError};
use crate::record::limits;

/// Counters of everything a peer can do for nothing.
#[derive(Default)]
pub(super) struct Budget {
    empty_records: u32,
    warnings: u32,
    key_updates: u32,
    tickets: u32,
    renegotiations: u32,
    change_cipher_specs: u32,
}

impl Budget {
    pub(super) fn empty_record(&mut self) -> Result<(), Fault> {
        self.empty_records += 1;
        within(
            self.empty_records,
            limits::EMPTY_RECORDS,
            RecordError::TooManyEmpty.into(),
        )
    }

    pub(super) fn warning(&mut self) -> Result<(), Fault> {
        self.warnings += 1;
        within(
            self.warnings,
            limits::WARNING_ALERTS,
            Misbehaviour::TooManyWarnings.into(),
        )
    }

    pub(super) fn key_update(&mut self) -> Result<(), Fault> {
        self.key_updates += 1;
        within(
            self.key_updates,
            limits::KEY_UPDATES,
            Misbehaviour::TooManyKeyUpdates.into(),
        )
    }

    pub(super) fn ticket(&mut self) -> Result<(), Fault> {
        self.tickets += 1;
        within(
            self.tickets,
            limits::TICKETS_RECEIVED,
            Misbehaviour::TooManyTickets.into(),
        )
    }

    pub(super) fn renegotiation(&mut self) -> Result<(), Fault> {
        self.renegotiations += 1;
        within(
            self.renegotiations,
            limits::HANDSHAKE_WISHES,
            Misbehaviour::TooManyRenegotiations.into(),
        )
    }

    /// Something was asked of the peer, and a warning is one way to say no.
    pub(super) fn awaits_answer(&mut self) {
        self.warnings = 0;
    }

    /// A handshake is complete, and so a wish was granted: how many are is limited elsewhere.
    pub(super) fn renegotiated(&mut self) {
        self.renegotiations = 0;
    }

    pub(super) fn change_cipher_spec(&mut self) -> Result<(), Fault> {
        self.change_cipher_specs += 1;
        within(
            self.change_cipher_specs,
            limits::CHANGE_CIPHER_SPECS,
            RecordError::BadChangeCipherSpec.into(),
        )
    }

    /// Real content has come: what is counted in a row begins again.
    pub(super) fn content(&mut self) {
        self.empty_records = 0;
        self.warnings = 0;
        self.key_updates = 0;
        self.renegotiations = 0;
    }
}

fn within(used: u32, limit: u32, fault: Fault) -> Result<(), Fault> {
    if used > limit { Err(fault) } else { Ok(()) }
}
