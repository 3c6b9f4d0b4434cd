//! The receiving half: records in, content out.

use super::Connection;
use crate::Event;
use crate::fault::{Fault, Misbehaviour, RecordError};
use crate::handshake::Arrival;
use crate::record::deframe::{Familiarity, deframe};
use crate::record::limits;
use crate::record::open::Opener;
use crate::record::reassemble::Reassembler;
use std::ops::Range;
use tessera_session::Timestamp;
use tessera_wire::alert::Alert;
use tessera_wire::codepoint::{AlertDescription, AlertLevel, ContentType};
use tessera_wire::record::HEADER_LEN;

/// What has come in and is not done with.
pub(super) struct Inbound {
    /// Bytes given by `handle` that are no whole record yet, or wait for an answer.
    pub(super) buffer: Vec<u8>,
    pub(super) reassembler: Reassembler,
    pub(super) opener: Option<Opener>,
    pub(super) familiarity: Familiarity,
    /// Early data that nobody will read may still come: so many bytes of it are passed over.
    pub(super) passes_over: Option<usize>,
    /// Early data is taken, and so much more of it may come; until the client's Finished.
    pub(super) early_left: Option<u32>,
    /// The peer's `close_notify` has come.
    pub(super) closed: bool,
}

impl Default for Inbound {
    fn default() -> Self {
        Self {
            buffer: Vec::new(),
            reassembler: Reassembler::default(),
            opener: None,
            familiarity: Familiarity::Stranger,
            passes_over: None,
            early_left: None,
            closed: false,
        }
    }
}

impl Inbound {
    /// From here on records are opened by this.
    pub(super) fn install(&mut self, opener: Opener) {
        if opener.is_tls12() {
            self.familiarity = Familiarity::Sealed;
        }
        self.opener = Some(opener);
    }

    /// Nothing that is still here will be read.
    pub(super) fn forget(&mut self) {
        self.buffer = Vec::new();
        self.reassembler = Reassembler::default();
    }

    /// Early data is what it counts as, padding excluded, and more of it is an error as anywhere:
    /// RFC 9846 §4.3.10 (10).
    fn take_early(&mut self, len: usize) -> Result<(), Fault> {
        let Some(left) = &mut self.early_left else {
            return Ok(());
        };
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        *left = left
            .checked_sub(len)
            .ok_or(Misbehaviour::TooMuchEarlyData)?;
        Ok(())
    }

    /// Bytes behind the peer's `close_notify`, as far as there is room for them.
    fn leave_over(&mut self, bytes: &[u8]) {
        let room = limits::LEFT_OVER.saturating_sub(self.buffer.len());
        let kept = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.buffer.extend_from_slice(kept);
    }

    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity() + self.reassembler.capacity()
    }

    /// A record did not verify: is it early data that was refused? Where it was taken, it is an error:
    /// RFC 9846 §4.3.10 (4, 11).
    fn pass_over(&mut self, record: usize, fault: RecordError) -> Result<(), Fault> {
        let left = self.passes_over.ok_or(fault)?;
        let left = left.checked_sub(record);
        self.passes_over = Some(left.ok_or(Misbehaviour::TooMuchEarlyData)?);
        Ok(())
    }
}

impl Connection {
    /// Bytes from the peer, by copy: the general road. [`Connection::receive`] is the quick one.
    pub(super) fn ciphertext(&mut self, now: Timestamp, bytes: &[u8]) -> Result<(), Fault> {
        if self.inbound.closed {
            // RFC 9846 §6.1 (1): whatever comes behind close_notify is not TLS's any more.
            self.inbound.leave_over(bytes);
            return Ok(());
        }
        self.inbound.buffer.extend_from_slice(bytes);
        self.turn(now)
    }

    /// Handles all that is there, until it runs out or a question holds us.
    pub(super) fn turn(&mut self, now: Timestamp) -> Result<(), Fault> {
        let mut buffer = std::mem::take(&mut self.inbound.buffer);
        let mut start = 0;
        let result = loop {
            match self.next_content(now, buffer.get_mut(start..).unwrap_or_default()) {
                Ok(Content { consumed: 0, .. }) => break Ok(()),
                Ok(Content {
                    consumed,
                    plaintext,
                }) => {
                    if let Some(range) = plaintext {
                        let content = buffer
                            .get(start + range.start..start + range.end)
                            .unwrap_or_default()
                            .to_vec();
                        self.outputs.push_back(match self.is_early() {
                            true => super::Output::DeliverEarly(content),
                            false => super::Output::Deliver(content),
                        });
                    }
                    start += consumed;
                }
                Err(fault) => break Err(fault),
            }
        };
        if start < buffer.len() && result.is_ok() {
            buffer.drain(..start);
            if self.inbound.closed {
                buffer.truncate(limits::LEFT_OVER);
            }
            self.inbound.buffer = buffer;
        }
        result
    }

    /// Handles waiting messages, then records at the front of `buffer`, until there is plaintext,
    /// a question holds us, or no whole record is left.
    pub(super) fn next_content(
        &mut self,
        now: Timestamp,
        buffer: &mut [u8],
    ) -> Result<Content, Fault> {
        let mut consumed = 0;
        loop {
            self.messages(now)?;
            if self.questions.is_holding() || self.ended {
                return Ok(Content {
                    consumed,
                    plaintext: None,
                });
            }
            if self.inbound.closed {
                return Ok(Content {
                    consumed,
                    plaintext: None,
                });
            }
            let rest = buffer.get_mut(consumed..).unwrap_or_default();
            let Some(frame) = deframe(rest, self.inbound.familiarity)? else {
                return Ok(Content {
                    consumed,
                    plaintext: None,
                });
            };
            if self.inbound.familiarity == Familiarity::Stranger {
                self.inbound.familiarity = Familiarity::Known;
            }
            let record = rest.get_mut(..frame.len).unwrap_or_default();
            let content = self.record(now, frame.header.content_type, record)?;
            let begin = consumed;
            consumed += frame.len;
            if let Some(range) = content {
                return Ok(Content {
                    consumed,
                    plaintext: Some(begin + range.start..begin + range.end),
                });
            }
        }
    }

    /// Whole handshake messages, one after the other, while nothing holds us.
    fn messages(&mut self, now: Timestamp) -> Result<(), Fault> {
        while !self.questions.is_holding() {
            let Some(message) = self.inbound.reassembler.next()? else {
                break;
            };
            self.message(now, message)?;
        }
        Ok(())
    }

    /// One whole record. Where its application data lies, if it has any.
    pub(super) fn record(
        &mut self,
        now: Timestamp,
        outer: ContentType,
        record: &mut [u8],
    ) -> Result<Option<Range<usize>>, Fault> {
        let clear = HEADER_LEN..record.len();
        match (outer, self.inbound.opener.as_mut()) {
            (_, Some(opener)) if opener.is_tls12() => {
                let plaintext = opener.open(record)?;
                self.content(now, outer, record, plaintext.content)
            }
            (ContentType::CHANGE_CIPHER_SPEC, _) => self.content(now, outer, record, clear),
            (ContentType::APPLICATION_DATA, Some(opener)) => match opener.open(record) {
                Ok(plaintext) => {
                    self.inbound.passes_over = None;
                    // RFC 9846 §5 (2): a protected ChangeCipherSpec is none.
                    if plaintext.content_type == ContentType::CHANGE_CIPHER_SPEC {
                        return Err(RecordError::UnexpectedType(plaintext.content_type.0).into());
                    }
                    self.content(now, plaintext.content_type, record, plaintext.content)
                }
                Err(RecordError::BadMac) => {
                    self.inbound.pass_over(record.len(), RecordError::BadMac)?;
                    Ok(None)
                }
                Err(error) => Err(error.into()),
            },
            // Between a HelloRetryRequest and the second hello: early data for the first.
            (ContentType::APPLICATION_DATA, None) => {
                self.inbound
                    .pass_over(record.len(), RecordError::UnexpectedType(outer.0))?;
                Ok(None)
            }
            // A peer that could not read our flight has no keys to say so with.
            (ContentType::ALERT, Some(opener))
                if opener.is_fresh() && !self.role.is_connected() =>
            {
                self.content(now, outer, record, clear)
            }
            (_, Some(_)) => Err(RecordError::NotProtected.into()),
            (_, None) => {
                if outer == ContentType::HANDSHAKE {
                    self.inbound.passes_over = None;
                }
                self.content(now, outer, record, clear)
            }
        }
    }

    /// Unprotected content, by its type. Handshake messages are not interleaved with anything, only
    /// application data may be empty, and there are no other types: RFC 9846 §5.1 (2, 3), §5.4 (3), §5 (5).
    pub(super) fn content(
        &mut self,
        now: Timestamp,
        content_type: ContentType,
        record: &[u8],
        range: Range<usize>,
    ) -> Result<Option<Range<usize>>, Fault> {
        let content = record.get(range.clone()).unwrap_or_default();
        // In TLS 1.2 data goes on during a renegotiation, between the records of one message too:
        // RFC 5246 §6.2.1 (4).
        let is_data = content_type == ContentType::APPLICATION_DATA;
        if content_type != ContentType::HANDSHAKE && !(is_data && self.role.is_tls12()) {
            self.inbound.reassembler.require_boundary()?;
        }
        match content_type {
            ContentType::HANDSHAKE | ContentType::ALERT if content.is_empty() => {
                Err(RecordError::Empty.into())
            }
            ContentType::HANDSHAKE => {
                self.inbound.reassembler.push(content)?;
                Ok(None)
            }
            ContentType::ALERT => self.alert(now, content).map(|()| None),
            ContentType::CHANGE_CIPHER_SPEC => self.change_cipher_spec(now, content).map(|()| None),
            ContentType::APPLICATION_DATA if self.role.takes_data() => {
                if content.is_empty() {
                    self.budget.empty_record()?;
                    return Ok(None);
                }
                self.budget.content();
                self.inbound.take_early(content.len())?;
                Ok(Some(range))
            }
            ContentType::APPLICATION_DATA => Err(Fault::Unexpected {
                state: self.role.state_name(),
                came: "application data",
            }),
            other => Err(RecordError::UnexpectedType(other.0).into()),
        }
    }

    /// TLS 1.2 changes keys here (RFC 5246 §7.1). In TLS 1.3, and before anyone knows, it is one
    /// byte 1, after the first ClientHello and before the peer's Finished, and is dropped
    /// (RFC 9846 §5 (1)). Anything else ends the connection: RFC 9846 §5 (2, 3).
    fn change_cipher_spec(&mut self, now: Timestamp, fragment: &[u8]) -> Result<(), Fault> {
        if fragment != [1] {
            return Err(RecordError::BadChangeCipherSpec.into());
        }
        if self.role.is_tls12() {
            return self.step(now, Arrival::ChangeCipherSpec);
        }
        if self.role.is_connected() || !self.role.may_be_tls13() {
            return Err(RecordError::BadChangeCipherSpec.into());
        }
        self.budget.change_cipher_spec()
    }

    /// RFC 9846 §6 (4, 5): but for `close_notify` and `user_canceled`, every alert of TLS 1.3 is the
    /// end, whatever level it claims. In TLS 1.2 warnings are only told (RFC 5246 §7.2.2).
    fn alert(&mut self, now: Timestamp, content: &[u8]) -> Result<(), Fault> {
        let alert = Alert::decode(content)?;
        self.outputs
            .push_back(super::Output::Event(Event::AlertReceived(
                alert.description,
            )));
        let warns = alert.level == AlertLevel::WARNING && self.role.bears_warnings();
        match alert.description {
            AlertDescription::CLOSE_NOTIFY if self.role.is_connected() => {
                self.peer_closes();
                Ok(())
            }
            AlertDescription::USER_CANCELED => self.budget.warning(),
            AlertDescription::NO_RENEGOTIATION if warns && self.role.is_connected() => {
                self.budget.warning()?;
                self.step(now, Arrival::NoRenegotiation)
            }
            AlertDescription::CLOSE_NOTIFY => Err(Fault::AlertReceived(alert.description)),
            _ if warns => self.budget.warning(),
            description => Err(Fault::AlertReceived(description)),
        }
    }

    /// From here on early data of the peer is dropped unread.
    pub(super) fn refuse_early_data(&mut self) {
        self.inbound.passes_over = Some(limits::REFUSED_EARLY_DATA);
    }
}

/// What a look at the buffer brought.
pub(super) struct Content {
    /// Bytes of the buffer that are done with.
    pub(super) consumed: usize,
    /// Where application data lies in the buffer, in the last record consumed.
    pub(super) plaintext: Option<Range<usize>>,
}
