//! Someone between two ends who has the keys of both: a [`Tap`] reads what passes, and writes what arrives instead,
//! be it what was said or what nobody said. Its keys are those of the key logs.

mod protection;
mod terms;

use protection::{Protection, header};
use terms::Terms;
use tessera_session::Side;
use tessera_wire::codepoint::{ContentType, HandshakeType};
use tessera_wire::record::{HEADER_LEN, RecordHeader};

/// What one end says to the other: a whole handshake message, or the content of a record of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its type, as it is under the protection.
    pub content_type: ContentType,
    /// The message with its header, or the record's content.
    pub bytes: Vec<u8>,
}

/// Keys and unfinished business of both directions.
#[derive(Default)]
pub struct Tap {
    terms: Option<Terms>,
    client: Half,
    server: Half,
}

/// One direction: as its sender protects it, and as its receiver must find it.
#[derive(Default)]
struct Half {
    read: Stage,
    written: Stage,
    /// Handshake bytes that are no whole message yet.
    partial: Vec<u8>,
}

/// How far one reading of a direction has come.
#[derive(Default)]
struct Stage {
    keys: Option<Protection>,
    /// TLS 1.3: the first Finished has passed, and what follows is under application keys.
    finished: bool,
}

impl Content {
    /// A handshake message, header included.
    pub fn message(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(ContentType::HANDSHAKE, bytes)
    }

    /// Whatever a record of this type may hold.
    pub fn new(content_type: ContentType, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            content_type,
            bytes: bytes.into(),
        }
    }

    /// The type of the message, if it is one.
    pub fn msg_type(&self) -> Option<HandshakeType> {
        let first = self.bytes.first().copied().map(HandshakeType);
        first.filter(|_| self.content_type == ContentType::HANDSHAKE)
    }
}

impl Tap {
    /// What `sender` said in these records, which are whole ones; with the sender's key log so far. What does not open
    /// is left out.
    pub fn read(&mut self, sender: Side, records: &[u8], key_log: &[String]) -> Vec<Content> {
        let mut said = Vec::new();
        for (outer, fragment) in split(records) {
            let opened = self.open(sender, (outer, fragment), key_log);
            match opened {
                Some((ContentType::HANDSHAKE, bytes)) => {
                    self.half(sender).partial.extend(bytes);
                    while let Some(bytes) = self.half(sender).message() {
                        if let Some(terms) = Terms::of(&bytes).filter(|_| sender == Side::Server) {
                            self.terms = Some(terms);
                        }
                        let content = Content::message(bytes);
                        self.passed(sender, &content, key_log, |half| &mut half.read);
                        said.push(content);
                    }
                }
                Some((content_type, bytes)) => {
                    let content = Content::new(content_type, bytes);
                    self.passed(sender, &content, key_log, |half| &mut half.read);
                    said.push(content);
                }
                None => {}
            }
        }
        said
    }

    /// The record in which `sender` would say this now. Behind what changes its keys, the next ones are used.
    pub fn write(&mut self, sender: Side, content: &Content, key_log: &[String]) -> Vec<u8> {
        // A ChangeCipherSpec of TLS 1.3 is never protected: RFC 9846 §5.
        let never = self.is_tls13() && content.content_type == ContentType::CHANGE_CIPHER_SPEC;
        let record = match never {
            true => clear(content.content_type, &content.bytes),
            false => self.seal(sender, content.content_type, &content.bytes, key_log),
        };
        self.passed(sender, content, key_log, |half| &mut half.written);
        record
    }

    /// As [`Tap::write`], of messages one behind the other in records of at most `longest` bytes. No keys may change
    /// before the last one.
    pub fn write_packed(
        &mut self,
        sender: Side,
        (messages, longest): (&[Content], usize),
        key_log: &[String],
    ) -> Vec<u8> {
        let bytes: Vec<u8> = messages.iter().flat_map(|m| m.bytes.clone()).collect();
        let mut records = Vec::new();
        for piece in bytes.chunks(longest.max(1)) {
            records.extend(self.seal(sender, ContentType::HANDSHAKE, piece, key_log));
        }
        for message in messages {
            self.passed(sender, message, key_log, |half| &mut half.written);
        }
        records
    }

    /// These bytes under the keys that `sender` has now, if it has any. No keys change.
    pub fn seal(
        &mut self,
        sender: Side,
        content_type: ContentType,
        bytes: &[u8],
        key_log: &[String],
    ) -> Vec<u8> {
        self.begin(sender, key_log, |half| &mut half.written);
        match self.half(sender).written.keys.as_mut() {
            Some(keys) => keys.seal(content_type, bytes),
            None => clear(content_type, bytes),
        }
    }

    /// Whether what `sender` writes now is protected.
    pub fn protects(&mut self, sender: Side, key_log: &[String]) -> bool {
        self.begin(sender, key_log, |half| &mut half.written);
        self.half(sender).written.keys.is_some()
    }

    fn open(
        &mut self,
        sender: Side,
        (outer, fragment): (ContentType, &[u8]),
        key_log: &[String],
    ) -> Option<(ContentType, Vec<u8>)> {
        let is_tls13 = self.is_tls13();
        if is_tls13 && outer == ContentType::APPLICATION_DATA {
            self.begin(sender, key_log, |half| &mut half.read);
        }
        match self.half(sender).read.keys.as_mut() {
            Some(keys) if !is_tls13 || outer == ContentType::APPLICATION_DATA => {
                keys.open(outer, fragment)
            }
            _ => Some((outer, fragment.to_vec())),
        }
    }

    /// A TLS 1.3 client's first keys are there once it has read the ServerHello; nothing it says itself marks that.
    fn begin(&mut self, sender: Side, key_log: &[String], stage: fn(&mut Half) -> &mut Stage) {
        let Some(terms) = self.terms.filter(Terms::is_tls13) else {
            return;
        };
        let stage = stage(self.half(sender));
        if sender == Side::Client && stage.keys.is_none() {
            stage.keys = Protection::tls13(&terms, key_log, "CLIENT_HANDSHAKE_TRAFFIC_SECRET");
        }
    }

    /// The keys of what follows behind this.
    fn passed(
        &mut self,
        sender: Side,
        content: &Content,
        key_log: &[String],
        stage: fn(&mut Half) -> &mut Stage,
    ) {
        let Some(terms) = self.terms else { return };
        let stage = stage(self.half(sender));
        let next = match (content.content_type, content.msg_type()) {
            (ContentType::CHANGE_CIPHER_SPEC, _) if !terms.is_tls13() => {
                Protection::tls12(&terms, key_log, sender)
            }
            (_, Some(msg_type)) if terms.is_tls13() => match msg_type {
                HandshakeType::SERVER_HELLO if Terms::of(&content.bytes).is_some() => {
                    Protection::tls13(&terms, key_log, "SERVER_HANDSHAKE_TRAFFIC_SECRET")
                }
                HandshakeType::FINISHED if !stage.finished => {
                    stage.finished = true;
                    let label = match sender {
                        Side::Client => "CLIENT_TRAFFIC_SECRET_0",
                        Side::Server => "SERVER_TRAFFIC_SECRET_0",
                    };
                    Protection::tls13(&terms, key_log, label)
                }
                HandshakeType::KEY_UPDATE => stage.keys.as_ref().and_then(Protection::next),
                _ => None,
            },
            _ => None,
        };
        if next.is_some() {
            stage.keys = next;
        }
    }

    fn is_tls13(&self) -> bool {
        self.terms.as_ref().is_some_and(Terms::is_tls13)
    }

    const fn half(&mut self, sender: Side) -> &mut Half {
        match sender {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

impl Half {
    /// The next whole message.
    fn message(&mut self) -> Option<Vec<u8>> {
        let [_, a, b, c] = *self.partial.first_chunk()?;
        let end = 4 + usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?;
        let behind = (self.partial.len() >= end).then(|| self.partial.split_off(end))?;
        Some(std::mem::replace(&mut self.partial, behind))
    }
}

/// A record that is not protected.
pub fn clear(content_type: ContentType, fragment: &[u8]) -> Vec<u8> {
    [header(content_type, fragment.len()).as_slice(), fragment].concat()
}

/// The records of a stream that is made of whole ones.
fn split(mut stream: &[u8]) -> impl Iterator<Item = (ContentType, &[u8])> {
    std::iter::from_fn(move || {
        let (header, rest) = stream.split_first_chunk::<HEADER_LEN>()?;
        let header = RecordHeader::decode(header);
        let (fragment, rest) = rest.split_at_checked(usize::from(header.length))?;
        stream = rest;
        Some((header.content_type, fragment))
    })
}
