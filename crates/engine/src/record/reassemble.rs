//! Fragments become whole handshake messages.

use super::limits;
use crate::fault::{Fault, Misbehaviour, RecordError};
use tessera_wire::codepoint::HandshakeType;

/// Handshake bytes on their way to becoming messages: RFC 9846 §5.1. Holds no memory while empty.
#[derive(Default)]
pub(crate) struct Reassembler {
    bytes: Vec<u8>,
    /// Where the next message begins; what lies before is done with.
    start: usize,
}

/// The 4-byte header: type and 24-bit length.
const HEADER: usize = 4;

impl Reassembler {
    /// Takes in one record's content.
    pub(crate) fn push(&mut self, fragment: &[u8]) -> Result<(), Fault> {
        // What is done with goes first: messages that never end with their record would pile up otherwise.
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.extend_from_slice(fragment);
        self.check_budget()
    }

    /// A message over its budget is refused as soon as its header is there, before its bytes are.
    fn check_budget(&self) -> Result<(), Fault> {
        match self.header() {
            Some((kind, length)) if length > limits::handshake_message(kind) => {
                Err(Misbehaviour::MessageTooLong.into())
            }
            _ => Ok(()),
        }
    }

    fn header(&self) -> Option<(HandshakeType, usize)> {
        let [kind, a, b, c] = *self.bytes.get(self.start..)?.first_chunk::<HEADER>()?;
        Some((
            HandshakeType(kind),
            usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c),
        ))
    }

    /// The next whole message, header included.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        self.check_budget()?;
        let Some((_, length)) = self.header() else {
            return Ok(None);
        };
        let end = self.start + HEADER + length;
        let Some(message) = self.bytes.get(self.start..end) else {
            return Ok(None);
        };
        let message = message.to_vec();
        self.start = end;
        if self.start == self.bytes.len() {
            *self = Self::default();
        }
        Ok(Some(message))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.len() == self.start
    }

    /// Keys may change only between messages: RFC 9846 §5.1.
    pub(crate) fn require_boundary(&self) -> Result<(), RecordError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(RecordError::Interleaved)
        }
    }

    /// The next whole message, left where it is.
    #[cfg(test)]
    pub(crate) fn clone_next(&self) -> Option<Vec<u8>> {
        let (_, length) = self.header()?;
        self.bytes
            .get(self.start..self.start + HEADER + length)
            .map(<[u8]>::to_vec)
    }

    /// Bytes of heap held.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_whole_however_they_came_in() {
        let stream = [20, 0, 0, 2, 7, 8, 24, 0, 0, 1, 0];
        for cut in 0..=stream.len() {
            let mut reassembler = Reassembler::default();
            let mut messages = Vec::new();
            for part in [&stream[..cut], &stream[cut..]] {
                reassembler.push(part).expect("within budget");
                while let Some(message) = reassembler.next().expect("within budget") {
                    messages.push(message);
                }
            }
            assert_eq!(messages, [vec![20, 0, 0, 2, 7, 8], vec![24, 0, 0, 1, 0]]);
            assert!(reassembler.is_empty());
            assert_eq!(
                reassembler.capacity(),
                0,
                "an idle connection holds no buffer"
            );
        }
    }

    #[test]
    fn a_message_over_its_budget_is_refused_by_its_header() {
        let mut reassembler = Reassembler::default();
        let error = reassembler.push(&[20, 0xff, 0xff, 0xff]).err();
        assert_eq!(error, Some(Misbehaviour::MessageTooLong.into()));
    }

    #[test]
    fn no_key_changes_inside_a_message() {
        // RFC 9846 §5.1 (3, 5).
        let mut reassembler = Reassembler::default();
        reassembler.push(&[20, 0, 0, 2, 7]).expect("within budget");
        assert_eq!(
            reassembler.require_boundary(),
            Err(RecordError::Interleaved)
        );
    }
}
