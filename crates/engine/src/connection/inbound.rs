//! The receiving half: records in, content out.

use super::Connection;
use crate::Event;
use crate::fault::{Fault, RecordError};
use crate::record::deframe::{Familiarity, deframe};
use crate::record::limits;
use crate::record::open::Opener;
use crate::record::reassemble::Reassembler;
use std::ops::Range;
use tessera_session::Timestamp;
use tessera_wire::alert::Alert;
use tessera_wire::codepoint::{AlertDescription, ContentType};
use tessera_wire::record::HEADER_LEN;

/// What has come in and is not done with.
pub(super) struct Inbound {
    /// Bytes given by `handle` that are no whole record yet, or wait for an answer.
    pub(super) buffer: Vec<u8>,
    pub(super) reassembler: Reassembler,
    pub(super) opener: Option<Opener>,
    pub(super) familiarity: Familiarity,
    /// Early data that nobody will read may still come: so many bytes of it are passed over.
    pub(super) passes_over: usize,
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
            passes_over: 0,
            closed: false,
        }
    }
}

impl Inbound {
    /// Nothing that is still here will be read.
    pub(super) fn forget(&mut self) {
        self.buffer = Vec::new();
        self.reassembler = Reassembler::default();
    }

    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity() + self.reassembler.capacity()
    }

    /// A record did not verify: is it early data that was refused? RFC 9846 §4.3.10.
    fn pass_over(&mut self, len: usize, fault: RecordError) -> Result<(), Fault> {
        match self.passes_over.checked_sub(len) {
            Some(left) if left > 0 => {
                self.passes_over = left;
                Ok(())
            }
            _ => Err(fault.into()),
        }
    }
}

impl Connection {
    /// Bytes from the peer, by copy: the general road. [`Connection::receive`] is the quick one.
    pub(super) fn ciphertext(&mut self, now: Timestamp, bytes: &[u8]) -> Result<(), Fault> {
        if self.inbound.closed {
            // RFC 9846 §6.1: whatever comes behind close_notify is ignored.
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
                            .unwrap_or_default();
                        self.outputs
                            .push_back(super::Output::Deliver(content.to_vec()));
                    }
                    start += consumed;
                }
                Err(fault) => break Err(fault),
            }
        };
        if start < buffer.len() && !self.inbound.closed {
            buffer.drain(..start);
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
                    consumed: buffer.len(),
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
            self.inbound.familiarity = Familiarity::Known;
            let record = rest.get_mut(..frame.len).unwrap_or_default();
            let content = self.record(frame.header.content_type, record)?;
            let begin = consumed;
            consumed += frame.len;
            if let Some(len) = content {
                let start = begin + HEADER_LEN;
                return Ok(Content {
                    consumed,
                    plaintext: Some(start..start + len),
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

    /// One whole record. The length of its application data, if it has any.
    pub(super) fn record(
        &mut self,
        outer: ContentType,
        record: &mut [u8],
    ) -> Result<Option<usize>, Fault> {
        let fragment_len = record.len() - HEADER_LEN;
        match (outer, self.inbound.opener.as_mut()) {
            (ContentType::CHANGE_CIPHER_SPEC, _) => {
                self.change_cipher_spec(record.get(HEADER_LEN..).unwrap_or_default())?;
                Ok(None)
            }
            (ContentType::APPLICATION_DATA, Some(opener)) => match opener.open(record) {
                Ok(plaintext) => {
                    self.inbound.passes_over = 0;
                    let end = HEADER_LEN + plaintext.len;
                    let content = record.get(HEADER_LEN..end).unwrap_or_default();
                    self.content(plaintext.content_type, content)
                }
                Err(RecordError::BadMac) => {
                    self.inbound.pass_over(fragment_len, RecordError::BadMac)?;
                    Ok(None)
                }
                Err(error) => Err(error.into()),
            },
            // Between a HelloRetryRequest and the second hello: early data for the first.
            (ContentType::APPLICATION_DATA, None) => {
                self.inbound
                    .pass_over(fragment_len, RecordError::UnexpectedType(outer.0))?;
                Ok(None)
            }
            // A peer that could not read our flight has no keys to say so with.
            (ContentType::ALERT, Some(opener))
                if opener.is_fresh() && !self.role.is_connected() =>
            {
                self.content(outer, record.get(HEADER_LEN..).unwrap_or_default())
            }
            (_, Some(_)) => Err(RecordError::NotProtected.into()),
            (_, None) => {
                if outer == ContentType::HANDSHAKE {
                    self.inbound.passes_over = 0;
                }
                self.content(outer, record.get(HEADER_LEN..).unwrap_or_default())
            }
        }
    }

    /// Unprotected content, by its type. RFC 9846 §5.1: handshake messages are not interleaved
    /// with anything, and only application data may be empty.
    pub(super) fn content(
        &mut self,
        content_type: ContentType,
        content: &[u8],
    ) -> Result<Option<usize>, Fault> {
        if content_type != ContentType::HANDSHAKE {
            self.inbound.reassembler.require_boundary()?;
        }
        match content_type {
            ContentType::HANDSHAKE if content.is_empty() => Err(RecordError::Empty.into()),
            ContentType::HANDSHAKE => {
                self.inbound.reassembler.push(content)?;
                Ok(None)
            }
            ContentType::ALERT => self.alert(content).map(|()| None),
            ContentType::APPLICATION_DATA if self.role.is_connected() => {
                if content.is_empty() {
                    self.budget.empty_record()?;
                    return Ok(None);
                }
                self.budget.content();
                Ok(Some(content.len()))
            }
            ContentType::APPLICATION_DATA => Err(Fault::Unexpected {
                state: self.role.state_name(),
                came: "application data",
            }),
            other => Err(RecordError::UnexpectedType(other.0).into()),
        }
    }

    /// RFC 9846 §5: one byte 1, after the first ClientHello and before the peer's Finished, is
    /// dropped; anything else ends the connection.
    fn change_cipher_spec(&mut self, fragment: &[u8]) -> Result<(), Fault> {
        let untimely = self.role.is_connected() || (self.role.awaits_first_hello());
        if fragment != [1] || untimely {
            return Err(RecordError::BadChangeCipherSpec.into());
        }
        self.inbound.reassembler.require_boundary()?;
        self.budget.change_cipher_spec()
    }

    /// RFC 9846 §6: but for `close_notify` and `user_canceled`, every alert is the end, whatever
    /// level it claims.
    fn alert(&mut self, content: &[u8]) -> Result<(), Fault> {
        let alert = Alert::decode(content)?;
        self.outputs
            .push_back(super::Output::Event(Event::AlertReceived(
                alert.description,
            )));
        match alert.description {
            AlertDescription::CLOSE_NOTIFY if self.role.is_connected() => {
                self.peer_closes();
                Ok(())
            }
            AlertDescription::USER_CANCELED => self.budget.warning(),
            description => Err(Fault::AlertReceived(description)),
        }
    }

    /// From here on early data of the peer is dropped unread.
    pub(super) fn refuse_early_data(&mut self) {
        self.inbound.passes_over = limits::REFUSED_EARLY_DATA;
    }
}

/// What a look at the buffer brought.
pub(super) struct Content {
    /// Bytes of the buffer that are done with.
    pub(super) consumed: usize,
    /// Where application data lies in the buffer, in the last record consumed.
    pub(super) plaintext: Option<Range<usize>>,
}
