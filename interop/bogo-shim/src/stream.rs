//! The engine on the runner's socket.

use crate::answers::Answers;
use crate::failure::Failure;
use crate::options::Options;
use crate::socket::Socket;
use std::collections::VecDeque;
use tessera_engine::{
    Answer, ClientHelloInfo, Connection, Ending, Event, Facts, Half, Input, KeyUpdateRequest,
    Output, Question, QuestionId, peek_client_hello,
};

/// One connection of a test.
pub(crate) struct Stream<'a> {
    pub(crate) connection: Connection,
    pub(crate) answers: Answers<'a>,
    socket: Socket,
    /// Bytes that are sealed and not written.
    unsent: Vec<u8>,
    /// Nothing more is written until this is taken back.
    held_back: bool,
    /// Bytes read, not yet done with; only on the quick road.
    incoming: Vec<u8>,
    /// Plaintext that nobody has read yet.
    plaintext: VecDeque<u8>,
    asked: VecDeque<(QuestionId, Question)>,
    ending: Option<Ending>,
    /// Early data is under way, and these are the options once it is refused.
    when_refused: Option<&'a Options>,
    pub(crate) told: Told,
}

/// What was heard that is not for reading.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Renegotiations done.
    pub(crate) renegotiations: u32,
    /// The peer's ClientHello or CertificateRequest, if messages are traced.
    pub(crate) asked: Option<Vec<u8>>,
    /// The type of the handshake message that came last, if messages are traced.
    pub(crate) last_message: Option<u8>,
    /// The client's hello, if somebody asks for it.
    pub(crate) hello: Option<ClientHelloInfo>,
    /// The bytes up to there.
    heard: Vec<u8>,
}

impl Told {
    fn hear(&mut self, bytes: &[u8]) {
        if self.hello.is_none() {
            self.heard.extend(bytes);
            self.hello = peek_client_hello(&self.heard).ok().flatten();
        }
    }
}

/// Handshake messages, by their types.
const CLIENT_HELLO: u8 = 1;
const CERTIFICATE_REQUEST: u8 = 13;
/// The engine's in-place road takes in so much at once.
const CHUNK: usize = 16 * 1024 + 512;

impl<'a> Stream<'a> {
    pub(crate) fn new(connection: Connection, answers: Answers<'a>, socket: Socket) -> Self {
        Self {
            connection,
            answers,
            socket,
            unsent: Vec::new(),
            held_back: false,
            incoming: Vec::new(),
            plaintext: VecDeque::new(),
            asked: VecDeque::new(),
            ending: None,
            when_refused: None,
            told: Told::default(),
        }
    }

    /// Whether early data may be sent now.
    pub(crate) fn sends_early(&self) -> bool {
        self.connection.early_data_left() > 0
    }

    /// As much of it as may be sent early; how much that was.
    pub(crate) fn write_early(&mut self, bytes: &[u8]) -> Result<usize, Failure> {
        let sent = self.connection.send_early(bytes, &mut self.unsent);
        self.settle();
        self.send_first_byte();
        self.check().map(|()| sent)
    }

    /// Until a message of this type has come.
    pub(crate) fn wait_for(&mut self, message: u8) -> Result<(), Failure> {
        self.settle();
        while self.told.last_message != Some(message) {
            self.check()?;
            if !self.take_in()? {
                return Err(Failure::CutOff);
            }
        }
        Ok(())
    }

    /// The handshake behind early data; questions that come once it is refused are answered by `retry`.
    pub(crate) fn early_handshake(&mut self, retry: &'a Options) -> Result<(), Failure> {
        self.when_refused = self.sends_early().then_some(retry);
        self.complete_handshake()?;
        self.when_refused = None;
        self.finish_write();
        Ok(())
    }

    /// Until data may be sent: the first handshake is complete, or this is a false start.
    pub(crate) fn handshake(&mut self) -> Result<(), Failure> {
        self.handshake_until(|connection| connection.is_sending())
    }

    /// Until the first handshake is complete.
    pub(crate) fn complete_handshake(&mut self) -> Result<(), Failure> {
        self.handshake_until(|connection| connection.facts().is_some())
    }

    fn handshake_until(&mut self, done: impl Fn(&Connection) -> bool) -> Result<(), Failure> {
        self.settle();
        let held = self.unsent.len();
        while !done(&self.connection) && self.connection.facts().is_none() {
            self.check()?;
            if !self.take_in()? {
                return Err(Failure::CutOff);
            }
            // What was begun goes out before anything else does.
            if self.unsent.len() > held {
                self.finish_write();
            }
        }
        self.check()
    }

    /// The next plaintext, `most` bytes of it; `None` once there will be none.
    pub(crate) fn read(&mut self, most: usize) -> Result<Option<Vec<u8>>, Failure> {
        let read = self.peek(most)?;
        self.plaintext.drain(..read.as_ref().map_or(0, Vec::len));
        Ok(read)
    }

    /// As [`Stream::read`], and it stays there.
    pub(crate) fn peek(&mut self, most: usize) -> Result<Option<Vec<u8>>, Failure> {
        self.settle();
        while self.plaintext.is_empty() {
            if self.connection.peer_closed() {
                return Ok(None);
            }
            self.check()?;
            if !self.take_in()? {
                return self.end_of_stream();
            }
            // An asynchronous read comes back to its caller before there is anything to read.
            let options = self.answers.options;
            if options.asynchronous && options.export_between_reads {
                self.keying_material()?;
            }
        }
        Ok(Some(self.plaintext.iter().take(most).copied().collect()))
    }

    /// What the flags want exported.
    pub(crate) fn keying_material(&self) -> Result<Vec<u8>, Failure> {
        let options = self.answers.options;
        let context = options.export_context.as_bytes();
        let mut material = vec![0; options.export_keying_material];
        let exported = self.connection.export_keying_material(
            options.export_label.as_bytes(),
            options.use_export_context.then_some(context),
            &mut material,
        );
        match exported {
            Ok(true) => Ok(material),
            _ => Err(Failure::expectation("keying material")),
        }
    }

    /// A transport that ends is an end like another, once there is a connection.
    fn end_of_stream(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        if self.connection.facts().is_none() {
            return Err(Failure::CutOff);
        }
        self.connection
            .handle(self.answers.world.now(), Input::EndOfStream);
        self.settle();
        match &self.ending {
            Some(Ending::Fault { .. }) => self.check().map(|()| None),
            _ => Ok(None),
        }
    }

    /// Seals and sends; before the handshake is done the engine keeps it.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let now = self.answers.world.now();
        let sent = if self.answers.options.asynchronous {
            0
        } else {
            self.connection.send(now, bytes, &mut self.unsent)
        };
        if sent == 0 {
            self.connection.handle(now, Input::Plaintext(bytes));
        }
        self.settle();
        self.check()
    }

    pub(crate) fn update_keys(&mut self, request: KeyUpdateRequest) -> Result<(), Failure> {
        let now = self.answers.world.now();
        self.connection.handle(now, Input::UpdateKeys(request));
        self.settle();
        self.check()
    }

    /// Says `close_notify`, and waits for the peer's.
    pub(crate) fn close(&mut self) -> Result<(), Failure> {
        self.answers.cannot_handshake = true;
        self.connection
            .handle(self.answers.world.now(), Input::Close);
        self.settle();
        while !self.connection.is_ended() && self.plaintext.is_empty() {
            if !self.take_in()? {
                let now = self.answers.world.now();
                self.connection.handle(now, Input::EndOfStream);
                self.settle();
            }
        }
        self.check()?;
        if self.plaintext.is_empty() {
            Ok(())
        } else {
            Err(Failure::expectation("application data on shutdown"))
        }
    }

    /// Seals, and sends the first byte of it; nothing more goes out for now.
    pub(crate) fn begin_write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.hold_back();
        self.answers.cannot_handshake = true;
        self.write(bytes)?;
        self.send_first_byte();
        Ok(())
    }

    /// From here on nothing goes out, but the first byte of what is begun.
    pub(crate) fn hold_back(&mut self) {
        self.settle();
        self.held_back = true;
    }

    fn send_first_byte(&mut self) {
        if !self.unsent.is_empty() {
            self.socket.write(&[self.unsent.remove(0)]);
        }
    }

    /// Sends what was held back.
    pub(crate) fn finish_write(&mut self) {
        self.held_back = false;
        self.answers.cannot_handshake = false;
        self.flush();
    }

    pub(crate) fn facts(&self) -> Option<&Facts> {
        self.connection.facts()
    }

    /// Whether the connection is over in another way than by `close_notify`.
    fn check(&self) -> Result<(), Failure> {
        match &self.ending {
            None | Some(Ending::Closed) => Ok(()),
            Some(ending) => Err(Failure::Ended(ending.clone())),
        }
    }

    /// Waits for bytes and lets them in; `false` at the end of the stream.
    fn take_in(&mut self) -> Result<bool, Failure> {
        let now = self.answers.world.now();
        if self.answers.options.asynchronous {
            let mut byte = [0];
            if self.socket.read(&mut byte)? == 0 {
                return Ok(false);
            }
            self.hear(&byte);
            self.connection.handle(now, Input::Ciphertext(&byte));
        } else {
            let start = self.incoming.len();
            self.incoming.resize(start + CHUNK, 0);
            let read = self
                .socket
                .read(self.incoming.get_mut(start..).unwrap_or_default())?;
            self.incoming.truncate(start + read);
            if read == 0 {
                return Ok(false);
            }
            let heard = self.incoming.split_off(start);
            self.hear(&heard);
            self.incoming.extend(heard);
        }
        self.settle();
        Ok(true)
    }

    fn hear(&mut self, bytes: &[u8]) {
        if self.answers.options.expect.advertised_alpn.is_some() {
            self.told.hear(bytes);
        }
    }

    /// Everything that can be done without the peer: records, outputs, questions.
    fn settle(&mut self) {
        loop {
            self.receive();
            self.drain();
            let Some((id, question)) = self.asked.pop_front() else {
                break;
            };
            self.wait_before_answering();
            if let Some(retry) = self.when_refused.filter(|_| !self.sends_early()) {
                self.answers.options = retry;
            }
            let answer = self.answers.answer(question);
            self.answer(id, answer);
        }
        self.flush();
    }

    fn answer(&mut self, id: QuestionId, answer: Answer) {
        let now = self.answers.world.now();
        self.connection.handle(now, Input::Answer(id, answer));
        self.drain();
    }

    /// An answer that comes late comes behind what the peer has said meanwhile.
    fn wait_before_answering(&mut self) {
        if !self.answers.options.asynchronous {
            return;
        }
        let mut byte = [0];
        if self
            .socket
            .read_waiting(&mut byte)
            .is_ok_and(|read| read > 0)
        {
            let now = self.answers.world.now();
            self.hear(&byte);
            self.connection.handle(now, Input::Ciphertext(&byte));
            self.drain();
        }
    }

    /// The quick road: records are opened where they lie.
    fn receive(&mut self) {
        while !self.incoming.is_empty() {
            let now = self.answers.world.now();
            let received = self.connection.receive(now, &mut self.incoming);
            if let Some(range) = received.plaintext {
                let plaintext = self.incoming.get(range).unwrap_or_default();
                self.plaintext.extend(plaintext);
            }
            self.incoming.drain(..received.consumed);
            if received.consumed == 0 {
                break;
            }
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.connection.poll() {
            match output {
                Output::Transmit(bytes) => self.unsent.extend(bytes),
                Output::Deliver(bytes) | Output::DeliverEarly(bytes) => {
                    self.plaintext.extend(bytes);
                }
                Output::Ask(id, question) => self.asked.push_back((id, question)),
                Output::Event(event) => self.event(&event),
                Output::KeyLog(_) => {}
                Output::Ended(ending) => self.ending = Some(ending),
            }
        }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Renegotiated(_) => self.told.renegotiations += 1,
            Event::Message(message) if message.half == Half::Receiving => {
                self.told.last_message = message.bytes.first().copied();
                if matches!(
                    self.told.last_message,
                    Some(CLIENT_HELLO | CERTIFICATE_REQUEST)
                ) {
                    self.told.asked = Some(message.bytes.clone());
                }
            }
            _ => {}
        }
        if let Event::Established(facts) | Event::Renegotiated(facts) = event {
            let signature = match self.answers.options.server {
                true => facts.client_signature,
                false => facts.server_signature,
            };
            let known = &mut self.answers.world.signatures;
            known.extend(signature.map(|signature| (facts.session.lineage, signature)));
        }
    }

    fn flush(&mut self) {
        if !self.held_back {
            self.socket.write(&self.unsent);
            self.unsent.clear();
        }
    }
}
