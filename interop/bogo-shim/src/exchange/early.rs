//! What a client does before the server has answered.

use super::{Exchange, first_words};
use crate::expectations;
use crate::failure::Failure;
use tessera_engine::EarlyDataFate;

impl Exchange<'_> {
    /// Where early data is offered: what is done under the terms of the session, then the handshake. A
    /// server that refuses the data makes it as if nothing had been done, and other flags hold.
    pub(super) fn early(&mut self) -> Result<(), Failure> {
        let options = self.options;
        let Some(session) = self.offered.as_ref().filter(|_| self.stream.sends_early()) else {
            return Ok(());
        };
        expectations::early(options, session)?;
        if options.export_keying_material > 0 {
            self.stream.keying_material()?;
        }
        if let Some(message) = options.early_write_after {
            self.stream.wait_for(message)?;
        }
        let unwritten = self.write_early()?;
        self.stream.early_handshake(self.retry)?;
        match self.stream.facts().map(|facts| facts.early_data) {
            Some(EarlyDataFate::Accepted) => self.unwritten = Some(unwritten),
            _ => self.options = self.retry,
        }
        self.stream.answers.options = self.options;
        Ok(())
    }

    /// What is left of the first words when no more may be sent early.
    fn write_early(&mut self) -> Result<Vec<u8>, Failure> {
        let options = self.options;
        if options.read_with_unfinished_write {
            self.stream.hold_back();
        } else if !options.shim_writes_first {
            return Ok(Vec::new());
        }
        let mut unwritten = Vec::new();
        for words in first_words(options) {
            let sent = self.stream.write_early(words)?;
            unwritten.extend(words.get(sent..).unwrap_or_default());
        }
        Ok(unwritten)
    }
}
