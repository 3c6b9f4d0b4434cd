//! Bulk transfer in the caller's buffers: the same records by a road that allocates nothing.

use super::Connection;
use crate::fault::Fault;
use std::ops::Range;
use tessera_session::Timestamp;
use tessera_wire::codepoint::{ContentType, KeyUpdateRequest};
use tessera_wire::record::MAX_PLAINTEXT;

/// What [`Connection::receive`] did with a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// So many bytes at the front of the buffer are done with. Keep the rest and bring it back,
    /// with more behind it.
    pub consumed: usize,
    /// Where in the buffer the application's plaintext lies now; always within what was consumed.
    pub plaintext: Option<Range<usize>>,
    /// Which handshake's keys it was sent under: [`crate::Facts::epoch`].
    pub epoch: u32,
    /// It came as early data, and may be a replay.
    pub early: bool,
}

impl Connection {
    /// Opens records in place at the front of `buffer`, until one holds application data or no
    /// whole record is left. Anything else in them goes its usual way, so drain [`Self::poll`]
    /// afterwards. Consumes nothing while a question holds the connection.
    ///
    /// Use either this or [`super::Input::Ciphertext`] for a connection's bytes, not both.
    pub fn receive(&mut self, now: Timestamp, buffer: &mut [u8]) -> Received {
        let epoch = self.epoch();
        if self.ended || self.inbound.closed {
            // What comes behind close_notify is not ours.
            let consumed = if self.inbound.closed { 0 } else { buffer.len() };
            return Received {
                consumed,
                plaintext: None,
                epoch,
                early: false,
            };
        }
        let received = match self.next_content(now, buffer) {
            Ok(content) => Received {
                consumed: content.consumed,
                plaintext: content.plaintext,
                epoch: self.epoch(),
                early: self.is_early(),
            },
            Err(fault) => {
                self.settle(Err(fault));
                Received {
                    consumed: buffer.len(),
                    plaintext: None,
                    epoch,
                    early: false,
                }
            }
        };
        self.pay_key_update(now);
        received
    }

    /// Seals `plaintext` into records appended to `out`, behind anything that waits to be sent.
    /// Returns how many bytes were taken: all of them, or none while a handshake is under way
    /// ([`Self::is_sending`]) or after the end. Replaces the sending keys before they wear out.
    pub fn send(&mut self, now: Timestamp, plaintext: &[u8], out: &mut Vec<u8>) -> usize {
        if self.ended || self.outbound.closed {
            return 0;
        }
        let renewed = self.renew_tls12_keys(now);
        self.settle(renewed);
        if self.ended || !self.sends_data() {
            return 0;
        }
        let sent = self.seal_data(now, plaintext, out);
        let accepted = if sent.is_ok() { plaintext.len() } else { 0 };
        self.settle(sent);
        accepted
    }

    /// Client: seals `plaintext` as early data, appended to `out` behind anything that waits to be sent.
    /// Returns how many bytes were taken: as many as [`Self::early_data_left`] at most. What the server
    /// made of them is in [`crate::Facts::early_data`].
    pub fn send_early(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> usize {
        let left = usize::try_from(self.early_data_left()).unwrap_or(usize::MAX);
        let taken = plaintext.get(..left).unwrap_or(plaintext);
        self.take_transmit(out);
        // Keys without a successor are never worn out: RFC 9846 §5.5 (2).
        if taken.is_empty() || self.outbound.sealer.is_worn() {
            return 0;
        }
        let sealed = self
            .outbound
            .sealer
            .seal(ContentType::APPLICATION_DATA, taken, out);
        if let Err(error) = sealed {
            self.settle(Err(error.into()));
            return 0;
        }
        self.outbound.early_left -= taken.len() as u32; // no more than was left
        taken.len()
    }

    /// The same by [`super::Input`].
    pub(super) fn early_plaintext(&mut self, plaintext: &[u8]) -> Result<(), Fault> {
        let mut out = Vec::new();
        self.send_early(plaintext, &mut out);
        self.outbound.outbox.append(&mut out);
        Ok(())
    }

    /// Moves the sealed bytes that wait to be sent to the end of `out`, so that the caller's
    /// buffer is used again and again; what [`super::Output::Transmit`] does by value.
    pub fn take_transmit(&mut self, out: &mut Vec<u8>) {
        if !self.outbound.outbox.is_empty() {
            out.extend_from_slice(&self.outbound.take());
        }
    }

    /// TLS 1.2 has new keys from a new handshake only, and no data goes out during one: it begins
    /// between two calls, with room left for the second. Where there will be none, data goes on until
    /// the keys are exhausted, which ends the connection.
    fn renew_tls12_keys(&mut self, now: Timestamp) -> Result<(), Fault> {
        let worn = self.outbound.sealer.is_worn() && self.role.is_settled();
        let worn = worn && self.role.is_tls12();
        if worn && !self.outbound.renewal_wished {
            self.outbound.renewal_wished = true;
            self.update_keys(now, KeyUpdateRequest::UpdateRequested)?;
        }
        Ok(())
    }

    fn seal_data(
        &mut self,
        now: Timestamp,
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        out.reserve(self.outbound.sealer.sealed_len(plaintext.len()));
        for fragment in plaintext.chunks(MAX_PLAINTEXT) {
            let worn = self.outbound.sealer.is_worn() && !self.role.is_tls12();
            // What the peer asked for goes first: RFC 9846 §4.7.3 (5).
            if self.owes_key_update || worn {
                self.update_keys(now, KeyUpdateRequest::UpdateNotRequested)?;
            }
            self.take_transmit(out);
            self.outbound
                .sealer
                .seal(ContentType::APPLICATION_DATA, fragment, out)?;
        }
        Ok(())
    }

    /// Plaintext by [`super::Input`]: into the outbox, or held until there are keys for it:
    /// RFC 9846 §5.1 (17).
    pub(super) fn plaintext(&mut self, now: Timestamp, plaintext: &[u8]) -> Result<(), Fault> {
        if self.outbound.closed {
            return Ok(());
        }
        self.renew_tls12_keys(now)?;
        if !self.sends_data() {
            self.outbound.held.extend_from_slice(plaintext);
            return Ok(());
        }
        let mut out = Vec::new();
        self.seal_data(now, plaintext, &mut out)?;
        self.outbound.outbox.append(&mut out);
        Ok(())
    }

    /// What was held goes out as soon as the handshake is done.
    pub(super) fn send_held(&mut self) -> Result<(), Fault> {
        if self.outbound.held.is_empty() || self.outbound.closed || !self.sends_data() {
            return Ok(());
        }
        let held = std::mem::take(&mut self.outbound.held);
        for fragment in held.chunks(MAX_PLAINTEXT) {
            self.outbound.sealer.seal(
                ContentType::APPLICATION_DATA,
                fragment,
                &mut self.outbound.outbox,
            )?;
        }
        Ok(())
    }
}
