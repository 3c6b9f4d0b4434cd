//! What both sides do alike: cut what arrives into lines or messages, hand each to the side, and stop where TLS begins.

use crate::excerpt::Excerpt;
use crate::{Protocol, StartTlsError, limits};

/// What to do next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// Send this, whatever else the step says.
    pub send: Vec<u8>,
    /// TLS begins with the very next byte, in both directions.
    pub done: bool,
    /// The peer took its leave without TLS: close the connection once `send` is sent. Only a server is told this.
    pub close: bool,
}

/// One side of one protocol.
pub(crate) trait Side {
    fn protocol(&self) -> Protocol;
    fn framing(&self) -> Framing;
    /// What is being waited for.
    fn expected(&self) -> &'static str;
    /// What is said before anything is heard.
    fn open(&mut self) -> Vec<u8>;
    /// What follows from a whole line or message.
    fn hear(&mut self, unit: &[u8]) -> Result<Turn, StartTlsError>;
    /// So much of what was heard as may be shown to people.
    fn excerpt(&self, heard: &[u8]) -> Excerpt;
}

/// Whether anything was said on the connection before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Nothing: where the protocol has a greeting, the server greets.
    First,
    /// TLS was there, and was closed.
    Again,
}

/// What a side makes of a line or message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) send: Vec<u8>,
    pub(crate) then: Then,
}

impl Turn {
    pub(crate) fn new(send: impl Into<Vec<u8>>, then: Then) -> Self {
        let send = send.into();
        Self { send, then }
    }

    pub(crate) const fn listen() -> Self {
        Self {
            send: Vec::new(),
            then: Then::Listen,
        }
    }
}

/// What comes after a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The peer speaks.
    Listen,
    /// TLS.
    StartTls,
    /// Nothing: the peer took its leave.
    Close,
}

/// Where a line or message ends, and how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Behind CR LF.
    Lines { limit: usize },
    /// Where the length of a BER element says.
    Ber { limit: usize },
}

/// What the bytes so far are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// More is missing.
    Part,
    /// A whole line or message.
    Whole,
    /// Nothing that could become one.
    Foreign,
    /// More than there may be.
    TooLong,
}

impl Framing {
    const fn limit(self) -> usize {
        match self {
            Self::Lines { limit } | Self::Ber { limit } => limit,
        }
    }

    /// Asked after every single byte.
    fn extent(self, bytes: &[u8]) -> Extent {
        let extent = match self {
            Self::Lines { .. } => crate::line::extent(bytes),
            Self::Ber { limit } => crate::ldap::extent(bytes, limit),
        };
        match extent {
            Extent::Part if bytes.len() >= self.limit() => Extent::TooLong,
            _ => extent,
        }
    }
}

/// A dialogue of one side.
pub(crate) struct Dialogue<S> {
    side: S,
    /// The line or message that is coming in.
    unit: Vec<u8>,
    units: usize,
    bytes: usize,
    state: State,
}

enum State {
    Talking,
    Tls,
    Closed,
    Failed(StartTlsError),
}

impl<S: Side> Dialogue<S> {
    pub(crate) const fn new(side: S) -> Self {
        Self {
            side,
            unit: Vec::new(),
            units: 0,
            bytes: 0,
            state: State::Talking,
        }
    }

    pub(crate) const fn side(&self) -> &S {
        &self.side
    }

    pub(crate) fn start(&mut self) -> Step {
        Step {
            send: self.side.open(),
            ..Step::default()
        }
    }

    /// Bytes are heard one at a time, so that it cannot matter how they were cut.
    pub(crate) fn receive(&mut self, bytes: &[u8]) -> Result<Step, StartTlsError> {
        let mut step = Step::default();
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            match &self.state {
                State::Talking => {}
                State::Closed => break,
                // What was to be sent is not: it may be the go-ahead.
                State::Tls => return Err(self.fail(self.injected(rest))),
                State::Failed(error) => return Err(error.clone()),
            }
            match self.byte(*byte) {
                Ok(said) => step.send.extend(said),
                Err(error) => return Err(self.fail(error)),
            }
            rest = behind;
        }
        if let State::Failed(error) = &self.state {
            return Err(error.clone());
        }
        step.done = matches!(self.state, State::Tls);
        step.close = matches!(self.state, State::Closed);
        Ok(step)
    }

    pub(crate) fn ended(&self) -> StartTlsError {
        if let State::Failed(error) = &self.state {
            return error.clone();
        }
        StartTlsError::Ended {
            protocol: self.side.protocol(),
            expected: self.side.expected(),
        }
    }

    /// One more byte, and what is said in answer.
    fn byte(&mut self, byte: u8) -> Result<Vec<u8>, StartTlsError> {
        self.unit.push(byte);
        self.bytes += 1;
        match self.side.framing().extent(&self.unit) {
            Extent::Part => Ok(Vec::new()),
            Extent::Whole => self.whole(),
            Extent::Foreign => Err(self.foreign()),
            Extent::TooLong => Err(self.too_long()),
        }
    }

    fn whole(&mut self) -> Result<Vec<u8>, StartTlsError> {
        let unit = std::mem::take(&mut self.unit);
        self.units += 1;
        if self.units > limits::UNITS || self.bytes > limits::BYTES {
            return Err(StartTlsError::TooMuch {
                protocol: self.side.protocol(),
                expected: self.side.expected(),
                received: self.side.excerpt(&unit),
            });
        }
        let turn = self.side.hear(&unit)?;
        self.state = match turn.then {
            Then::Listen => State::Talking,
            Then::StartTls => State::Tls,
            Then::Close => State::Closed,
        };
        Ok(turn.send)
    }

    /// Remembers the error, so that it is the answer to everything from now on.
    fn fail(&mut self, error: StartTlsError) -> StartTlsError {
        self.unit = Vec::new();
        self.state = State::Failed(error.clone());
        error
    }

    fn injected(&self, bytes: &[u8]) -> StartTlsError {
        StartTlsError::PlaintextAfterGoAhead {
            protocol: self.side.protocol(),
            received: self.side.excerpt(bytes),
        }
    }

    fn foreign(&self) -> StartTlsError {
        StartTlsError::Unexpected {
            protocol: self.side.protocol(),
            expected: self.side.expected(),
            received: self.side.excerpt(&self.unit),
        }
    }

    fn too_long(&self) -> StartTlsError {
        StartTlsError::TooLong {
            protocol: self.side.protocol(),
            expected: self.side.expected(),
            limit: self.side.framing().limit(),
            received: self.side.excerpt(&self.unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every line with itself, and `tls` and `bye` with what they say.
    struct Echo;

    impl Side for Echo {
        fn protocol(&self) -> Protocol {
            Protocol::Smtp
        }

        fn framing(&self) -> Framing {
            Framing::Lines { limit: 8 }
        }

        fn expected(&self) -> &'static str {
            "a line"
        }

        fn open(&mut self) -> Vec<u8> {
            b"hello\r\n".to_vec()
        }

        fn hear(&mut self, unit: &[u8]) -> Result<Turn, StartTlsError> {
            let then = match unit {
                b"tls\r\n" => Then::StartTls,
                b"bye\r\n" => Then::Close,
                _ => Then::Listen,
            };
            Ok(Turn::new(unit, then))
        }

        fn excerpt(&self, heard: &[u8]) -> Excerpt {
            Excerpt::of_answer(heard)
        }
    }

    fn injected(received: &[u8]) -> StartTlsError {
        StartTlsError::PlaintextAfterGoAhead {
            protocol: Protocol::Smtp,
            received: Excerpt::of_answer(received),
        }
    }

    #[test]
    fn tls_begins_behind_the_line_that_says_so() {
        let mut dialogue = Dialogue::new(Echo);
        assert_eq!(dialogue.start().send, b"hello\r\n");
        let step = dialogue.receive(b"one\r\ntls\r\n").unwrap();
        assert_eq!((&step.send[..], step.done), (&b"one\r\ntls\r\n"[..], true));
        assert!(dialogue.receive(b"").unwrap().done);
    }

    #[test]
    fn a_byte_behind_that_line_is_an_error_for_ever_whenever_it_comes() {
        let mut at_once = Dialogue::new(Echo);
        assert_eq!(at_once.receive(b"tls\r\nx"), Err(injected(b"x")));
        assert_eq!(at_once.receive(b""), Err(injected(b"x")));
        let mut later = Dialogue::new(Echo);
        assert!(later.receive(b"tls\r\n").unwrap().done);
        assert_eq!(later.receive(b"\x16"), Err(injected(b"\x16")));
        assert_eq!(later.receive(b"tls\r\n"), Err(injected(b"\x16")));
        assert_eq!(later.ended(), injected(b"\x16"));
    }

    #[test]
    fn after_a_leave_nothing_is_heard() {
        let mut dialogue = Dialogue::new(Echo);
        let step = dialogue.receive(b"bye\r\ntls\r\n").unwrap();
        assert_eq!((&step.send[..], step.close), (&b"bye\r\n"[..], true));
        let step = dialogue.receive(b"tls\r\n").unwrap();
        assert_eq!((step.send.len(), step.done, step.close), (0, false, true));
    }

    #[test]
    fn a_line_may_have_so_many_bytes_and_no_more() {
        assert!(Dialogue::new(Echo).receive(b"123456\r\n").is_ok());
        for pieces in [&[&b"1234567\r\n"[..]][..], &[b"1234567\r", b"\n"]] {
            let mut dialogue = Dialogue::new(Echo);
            let outcome = pieces.iter().map(|piece| dialogue.receive(piece)).last();
            let Some(Err(StartTlsError::TooLong { limit: 8, .. })) = outcome else {
                panic!("{outcome:?}")
            };
        }
    }

    #[test]
    fn lines_without_end_are_an_error() {
        let mut dialogue = Dialogue::new(Echo);
        for _ in 0..limits::UNITS {
            assert!(dialogue.receive(b"\r\n").is_ok());
        }
        let outcome = dialogue.receive(b"\r\n");
        assert!(
            matches!(outcome, Err(StartTlsError::TooMuch { .. })),
            "{outcome:?}"
        );
    }

    #[test]
    fn a_stream_that_ends_is_told_by_what_was_awaited() {
        let ended = Dialogue::new(Echo).ended();
        assert_eq!(
            ended.to_string(),
            "smtp: expected a line, but the peer closed the connection"
        );
    }
}
