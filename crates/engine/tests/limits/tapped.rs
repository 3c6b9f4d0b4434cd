//! Two ends with somebody between them who can speak for either.

use tessera_engine::{Fault, Input, KeyLog};
use tessera_session::Side;
use tessera_testkit::tap::{Content, Tap};
use tessera_testkit::{End, Link, Pair};
use tessera_wire::codepoint::{AlertDescription, ContentType, HandshakeType};
use tessera_wire::record::MAX_PLAINTEXT;

/// An established connection, and everything that was said on it.
pub(crate) struct Tapped {
    pub(crate) pair: Pair,
    pub(crate) link: Link,
    tap: Tap,
    said: Vec<(Side, Content)>,
}

impl Tapped {
    /// Connects, offering nothing.
    pub(crate) fn new(mut pair: Pair) -> Self {
        pair.client.key_log = KeyLog::Emit;
        pair.server.key_log = KeyLog::Emit;
        let link = pair.link(None);
        let mut tapped = Self {
            pair,
            link,
            tap: Tap::default(),
            said: Vec::new(),
        };
        let now = tapped.link.now;
        tapped.link.client.collect(now, &mut tapped.pair.world);
        while tapped.pass(Side::Client) || tapped.pass(Side::Server) {}
        assert!(tapped.link.kind().is_some(), "established");
        tapped
    }

    /// Hands over what one end has said. Whether it was anything.
    pub(crate) fn pass(&mut self, side: Side) -> bool {
        let from = match side {
            Side::Client => &mut self.link.client,
            Side::Server => &mut self.link.server,
        };
        let (sent, key_log) = (std::mem::take(&mut from.outbox), from.key_log.clone());
        let said = self.tap.read(side, &sent, &key_log);
        for content in said {
            self.says(side, &content);
            self.said.push((side, content));
        }
        !sent.is_empty()
    }

    /// The other end hears this of `side`, which knows nothing of it.
    pub(crate) fn says(&mut self, side: Side, content: &Content) {
        let key_log = self.end(side).key_log.clone();
        let records = self.tap.write(side, content, &key_log);
        self.hears(other(side), &records);
    }

    /// The same of many messages, in records that never end with a message.
    pub(crate) fn says_across(&mut self, side: Side, messages: &[Content]) {
        let longest = messages.iter().map(|m| m.bytes.len()).max().unwrap_or(1) + 1;
        let longest = longest.min(MAX_PLAINTEXT);
        let key_log = self.end(side).key_log.clone();
        let records = self.tap.write_packed(side, (messages, longest), &key_log);
        self.hears(other(side), &records);
    }

    /// An end gets these bytes.
    pub(crate) fn hears(&mut self, side: Side, bytes: &[u8]) {
        let now = self.link.now;
        let end = match side {
            Side::Client => &mut self.link.client,
            Side::Server => &mut self.link.server,
        };
        end.handle(now, Input::Ciphertext(bytes), &mut self.pair.world);
    }

    pub(crate) fn end(&self, side: Side) -> &End {
        match side {
            Side::Client => &self.link.client,
            Side::Server => &self.link.server,
        }
    }

    /// A message that was said.
    pub(crate) fn message(&self, side: Side, msg_type: HandshakeType) -> Content {
        let found = self
            .said
            .iter()
            .find(|(speaker, content)| *speaker == side && content.msg_type() == Some(msg_type));
        found.expect("it was said").1.clone()
    }
}

pub(crate) const fn other(side: Side) -> Side {
    match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    }
}

pub(crate) fn data(bytes: &[u8]) -> Content {
    Content::new(ContentType::APPLICATION_DATA, bytes)
}

pub(crate) fn warning(description: AlertDescription) -> Content {
    Content::new(ContentType::ALERT, [1, description.0])
}

/// Of something said over and over, so many are borne, and one more ends the connection.
#[track_caller]
pub(crate) fn so_many(
    tapped: &mut Tapped,
    side: Side,
    content: &Content,
    limit: usize,
) -> (Option<Fault>, Option<AlertDescription>) {
    for number in 1..=limit {
        tapped.says(side, content);
        assert_eq!(tapped.end(other(side)).ending, None, "number {number}");
    }
    tapped.says(side, content);
    outcome(tapped.end(other(side)))
}

/// What an end ended with, and said of it.
pub(crate) fn outcome(end: &End) -> (Option<Fault>, Option<AlertDescription>) {
    (end.fault().cloned(), end.alert_sent())
}
