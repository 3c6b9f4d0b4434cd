//! A connection whose one end is looked at, and whose other end says one thing at a time.

use crate::names::{Namer, Version, Word};
use crate::oracle::Oracle;
use crate::scenes::{Act, Scene, Set};
use std::collections::VecDeque;
use std::time::Duration;
use tessera_crypto::Entropy;
use tessera_engine::{Input, OfferedSession};
use tessera_session::Side;
use tessera_session::ticket::rotation::out_of_turn;
use tessera_testkit::tap::{Content, Tap};
use tessera_testkit::{End, Link, Pair, after};
use tessera_wire::codepoint::{AlertDescription, ContentType};

/// A scene that is played again and again.
pub(crate) struct Stage {
    pub(crate) scene: &'static Scene,
    pub(crate) pair: Pair,
    offered: Option<OfferedSession>,
}

impl Stage {
    pub(crate) fn new(scene: &'static Scene) -> Self {
        let mut pair = scene.pair();
        let mut offered = None;
        if scene.has(Set::Offers) {
            pair.connect();
            offered = pair.world.draw();
            assert!(offered.is_some(), "{}: there is a session", scene.name);
        }
        if scene.has(Set::Declines) {
            pair.server.authorisation_version += 1;
        }
        if scene.has(Set::OldKey) {
            let shared = &pair.server.shared;
            let mut entropy = Entropy::from_seed([9; 32]);
            pair.now = pair.now.plus(after::seconds(1));
            let ring = out_of_turn(&shared.ring(), &pair.rotation, pair.now, &mut entropy);
            shared.set_ring(ring.expect("room for another key"));
        }
        Self {
            scene,
            pair,
            offered,
        }
    }

    /// The same connection once more.
    pub(crate) fn walk(&mut self, subject: Side) -> Walk<'_> {
        self.pair.world.wallet.clear();
        self.pair.world.asked.clear();
        let offered = self.offered.as_ref().map(|offered| OfferedSession {
            session: offered.session.clone(),
            ticket: offered.ticket.clone(),
        });
        let link = self.pair.link(offered);
        let version = self.scene.version;
        let can_be_asked = version == Version::Tls13 && self.scene.has(Set::HasCertificate);
        let mut walk = Walk {
            subject,
            link,
            pair: &mut self.pair,
            acts: self.scene.acts.iter().copied().collect(),
            tap: Tap::default(),
            namer: Namer::new(version),
            oracle: Oracle::new(version, can_be_asked),
            waiting: VecDeque::new(),
            passed: Vec::new(),
            last_words: None,
            chunk: usize::MAX,
        };
        walk.hear_subject();
        walk
    }
}

/// One playing of a scene.
pub(crate) struct Walk<'a> {
    /// The end that is looked at.
    pub(crate) subject: Side,
    pub(crate) link: Link,
    pub(crate) oracle: Oracle,
    pub(crate) tap: Tap,
    /// What the other end has said and the subject has not heard.
    pub(crate) waiting: VecDeque<Content>,
    /// Every message that either end said, with its name.
    pub(crate) passed: Vec<(&'static str, Content)>,
    /// What the subject said last.
    pub(crate) last_words: Option<Content>,
    pub(crate) acts: VecDeque<(Side, Act)>,
    /// Bytes come in pieces of at most this size.
    pub(crate) chunk: usize,
    pair: &'a mut Pair,
    namer: Namer,
}

pub(crate) const fn other(side: Side) -> Side {
    match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    }
}

impl Walk<'_> {
    pub(crate) fn end(&mut self, side: Side) -> &mut End {
        match side {
            Side::Client => &mut self.link.client,
            Side::Server => &mut self.link.server,
        }
    }

    pub(crate) fn subject(&self) -> &End {
        match self.subject {
            Side::Client => &self.link.client,
            Side::Server => &self.link.server,
        }
    }

    pub(crate) fn peer(&self) -> &End {
        match self.subject {
            Side::Client => &self.link.server,
            Side::Server => &self.link.client,
        }
    }

    /// Lets one thing happen: the subject hears the next that the other end says, or where there is nothing, an
    /// application wants something. `false` when neither is left.
    pub(crate) fn step(&mut self) -> bool {
        if let Some(content) = self.waiting.pop_front() {
            self.hear(&content);
            return true;
        }
        let Some((side, act)) = self.acts.pop_front() else {
            return false;
        };
        self.act(side, act);
        true
    }

    /// An application wants something.
    pub(crate) fn act(&mut self, side: Side, act: Act) {
        // So that no rate is exceeded.
        self.link.now = self.link.now.plus(Duration::from_secs(1));
        self.give(side, act.input());
        self.hear_subject();
    }

    /// The subject hears this of the other end.
    pub(crate) fn hear(&mut self, content: &Content) {
        let peer = other(self.subject);
        self.note(peer, content);
        let record = self.write(content);
        self.receive(&record);
    }

    /// The subject hears these messages of the other end, one behind the other in records of this length.
    pub(crate) fn hear_packed(&mut self, messages: &[Content], longest: usize) {
        let peer = other(self.subject);
        for message in messages {
            self.note(peer, message);
        }
        let key_log = self.end(peer).key_log.clone();
        let packed = (messages, longest);
        let records = self.tap.write_packed(peer, packed, &key_log);
        self.receive(&records);
    }

    /// The subject gets these bytes, whoever said them.
    pub(crate) fn receive(&mut self, records: &[u8]) {
        for piece in records.chunks(self.chunk) {
            self.give(self.subject, Input::Ciphertext(piece));
        }
        self.hear_subject();
    }

    /// The record in which the other end would say this now.
    pub(crate) fn write(&mut self, content: &Content) -> Vec<u8> {
        let peer = other(self.subject);
        let key_log = self.end(peer).key_log.clone();
        self.tap.write(peer, content, &key_log)
    }

    /// The record in which the other end would say all of these now.
    pub(crate) fn write_in_one(&mut self, messages: &[Content]) -> Vec<u8> {
        let peer = other(self.subject);
        let key_log = self.end(peer).key_log.clone();
        self.tap
            .write_packed(peer, (messages, usize::MAX), &key_log)
    }

    /// The same under protection, whether it would have any or not.
    pub(crate) fn seal(&mut self, content: &Content) -> Vec<u8> {
        let peer = other(self.subject);
        let key_log = self.end(peer).key_log.clone();
        let Content {
            content_type,
            bytes,
        } = content;
        self.tap.seal(peer, *content_type, bytes, &key_log)
    }

    /// Whether what the other end says now is protected.
    pub(crate) fn protects(&mut self) -> bool {
        let peer = other(self.subject);
        let key_log = self.end(peer).key_log.clone();
        self.tap.protects(peer, &key_log)
    }

    /// The name of what `side` says, if it has one, goes into the oracle.
    pub(crate) fn note(&mut self, side: Side, content: &Content) {
        if let Some(name) = self.namer.name(content) {
            self.oracle.said((side, name));
            self.passed.push((name, content.clone()));
        }
        let declines = AlertDescription::NO_RENEGOTIATION.0;
        if content.content_type == ContentType::ALERT && content.bytes.last() == Some(&declines) {
            self.oracle.declined();
        }
    }

    /// Everything the subject has said goes to the other end, and what that answers waits for the subject.
    fn hear_subject(&mut self) {
        let now = self.link.now;
        for side in [Side::Client, Side::Server] {
            // What the ends say without having heard anything.
            let (end, world) = self.end_and_world(side);
            end.collect(now, world);
        }
        let subject = self.subject;
        let said = std::mem::take(&mut self.end(subject).outbox);
        let key_log = self.end(subject).key_log.clone();
        for content in self.tap.read(subject, &said, &key_log) {
            self.note(subject, &content);
            self.last_words = Some(content);
        }
        let peer = other(subject);
        if !said.is_empty() {
            self.give(peer, Input::Ciphertext(&said));
        }
        let answer = std::mem::take(&mut self.end(peer).outbox);
        let key_log = self.end(peer).key_log.clone();
        let answer = self.tap.read(peer, &answer, &key_log);
        self.waiting.extend(answer);
    }

    fn give(&mut self, side: Side, input: Input<'_>) {
        let now = self.link.now;
        let (end, world) = self.end_and_world(side);
        end.handle(now, input, world);
    }

    fn end_and_world(&mut self, side: Side) -> (&mut End, &mut tessera_testkit::World) {
        let end = match side {
            Side::Client => &mut self.link.client,
            Side::Server => &mut self.link.server,
        };
        (end, &mut self.pair.world)
    }

    /// The subject gets the rest of what the other end has said, in its turn or not.
    pub(crate) fn hear_rest(&mut self) {
        while let Some(content) = self.waiting.pop_front() {
            let record = self.write(&content);
            self.receive(&record);
        }
    }

    /// Whatever is left of the scene.
    pub(crate) fn run(&mut self) {
        while self.step() {}
    }

    /// What was said so far: where the walk is.
    pub(crate) fn place(&self) -> Vec<Word> {
        self.oracle.history.clone()
    }
}
