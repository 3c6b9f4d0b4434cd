//! The counters.

use super::progress::{Progress, Standing};
use crate::document::Counters;

impl Counters {
    /// Counts what a connection did.
    pub(super) fn count(&mut self, progress: &Progress<'_>) {
        if let Some(stood) = progress.stood() {
            *self.standing(stood) -= 1;
        }
        *self.standing(progress.stands()) += 1;
        for handshake in &progress.handshakes {
            self.keys_derived += 1;
            self.secrets_agreed += u64::from(!handshake.resumed);
            match (handshake.epoch, handshake.resumed) {
                (0, true) => self.resumed += 1,
                (0, false) => self.full += 1,
                _ => self.renegotiated += 1,
            }
        }
        self.keys_derived += progress.growth(|row| row.key_updates);
        if let Some(code) = progress.refusal() {
            *self.refused.entry(code.to_owned()).or_default() += 1;
        }
        self.tickets_issued += progress.tickets().len() as u64;
        self.bytes_in += progress.growth(|row| row.bytes_in);
        self.bytes_out += progress.growth(|row| row.bytes_out);
    }

    fn standing(&mut self, standing: Standing) -> &mut u64 {
        match standing {
            Standing::Open => &mut self.open,
            Standing::Closed => &mut self.closed,
            Standing::Failed => &mut self.failed,
        }
    }
}
