//! What one end sends, record by record, and what can be known to be in each.

use super::{Scenario, Setting, Versions, told};
use crate::End;
use std::collections::VecDeque;
use tessera_engine::{Event, Half};
use tessera_wire::RecordHeader;
use tessera_wire::codepoint::{AlertDescription, ContentType};

/// The records one end sends, and how they are protected. Names stand in RFC 9846's brackets: `{}` under
/// handshake keys, `[]` under those of application data.
pub(super) struct Track {
    is_tls12: bool,
    /// So many bytes of a protected record are not its content.
    overhead: usize,
    cover: Cover,
    /// Sent and not yet arrived.
    under_way: Vec<u8>,
}

/// The keys the next record is under.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cover {
    Clear,
    Handshake,
    Application,
}

/// One record.
pub(super) struct Record {
    /// Its type and length, as anybody sees them.
    pub(super) seen: String,
    /// What is in it.
    pub(super) contents: Vec<String>,
}

/// What an end sent in one step.
pub(super) struct Sent<'a> {
    bytes: &'a [u8],
    /// Handshake messages: names and lengths.
    messages: VecDeque<(String, usize)>,
    alert: Option<AlertDescription>,
    closes: bool,
}

impl<'a> Sent<'a> {
    /// What came behind so many bytes and events.
    pub(super) fn since(end: &'a End, bytes: usize, events: usize, closes: bool) -> Self {
        let events = end.events.iter().skip(events);
        let message = |event: &Event| match event {
            Event::Message(message) if message.half == Half::Sending => {
                Some((told::message(&message.bytes), message.bytes.len()))
            }
            _ => None,
        };
        let alert = |event: &Event| match event {
            Event::AlertSent(alert) => Some(*alert),
            Event::RenegotiationRefused => Some(AlertDescription::NO_RENEGOTIATION),
            _ => None,
        };
        Self {
            bytes: end.sent.get(bytes..).unwrap_or_default(),
            messages: events.clone().filter_map(message).collect(),
            alert: events.clone().find_map(alert),
            closes,
        }
    }

    /// The messages that a record of this length has room for.
    fn fitting(&mut self, mut room: usize) -> Vec<String> {
        let mut names = Vec::new();
        while self.messages.front().is_some_and(|(_, len)| *len <= room)
            && let Some((name, len)) = self.messages.pop_front()
        {
            room -= len;
            names.push(name);
        }
        names
    }
}

impl Track {
    /// Before the first record.
    pub(super) fn new(scenario: &Scenario) -> Self {
        let is_tls12 = scenario.versions == Versions::Tls12;
        let has_nonce = is_tls12 && !scenario.settings.contains(&Setting::ChaCha20);
        Self {
            is_tls12,
            // The tag; then the type of RFC 9846 §5.2, or the explicit nonce of RFC 5288 §3.
            overhead: 16 + if has_nonce { 8 } else { usize::from(!is_tls12) },
            cover: Cover::Clear,
            under_way: Vec::new(),
        }
    }

    /// The records of one step.
    pub(super) fn send(&mut self, mut sent: Sent<'_>) -> Vec<Record> {
        self.under_way.extend_from_slice(sent.bytes);
        let mut records = Vec::new();
        let mut rest = sent.bytes;
        while let Some((header, behind)) = rest.split_first_chunk() {
            let header = RecordHeader::decode(header);
            let length = usize::from(header.length);
            let (body, behind) = behind.split_at(length.min(behind.len()));
            records.push(Record {
                seen: format!("{} {length}", header.content_type),
                contents: self.contents(header.content_type, body, &mut sent),
            });
            rest = behind;
        }
        records
    }

    fn contents(&mut self, kind: ContentType, body: &[u8], sent: &mut Sent<'_>) -> Vec<String> {
        if !self.is_tls12 && kind == ContentType::APPLICATION_DATA && self.cover == Cover::Clear {
            self.cover = Cover::Handshake;
        }
        let cover = self.cover;
        let names = match kind {
            ContentType::CHANGE_CIPHER_SPEC => {
                // In TLS 1.3 it means nothing: RFC 9846 §5.
                if self.is_tls12 {
                    self.cover = Cover::Application;
                }
                vec!["ChangeCipherSpec".to_owned()]
            }
            ContentType::ALERT => vec![alert(cover, body, sent)],
            ContentType::HANDSHAKE if cover == Cover::Clear || !self.is_tls12 => {
                return sent.fitting(body.len());
            }
            ContentType::HANDSHAKE => sent.fitting(body.len().saturating_sub(self.overhead)),
            _ => self.inner(body, sent),
        };
        if cover == Cover::Handshake && names.iter().any(|name| name == "Finished") {
            self.cover = Cover::Application;
        }
        let in_brackets = |name: String| match cover {
            Cover::Clear => name,
            Cover::Handshake if kind == ContentType::APPLICATION_DATA => format!("{{{name}}}"),
            Cover::Application if self.is_tls12 || kind == ContentType::APPLICATION_DATA => {
                format!("[{name}]")
            }
            Cover::Handshake | Cover::Application => name,
        };
        names.into_iter().map(in_brackets).collect()
    }

    /// A record that says `application_data`: in TLS 1.3 it may be anything.
    fn inner(&self, body: &[u8], sent: &mut Sent<'_>) -> Vec<String> {
        let length = body.len().saturating_sub(self.overhead);
        if self.is_tls12 {
            return vec![format!("{length} bytes")];
        }
        let messages = sent.fitting(length);
        match () {
            () if !messages.is_empty() => messages,
            () if length == 2 && (sent.alert.is_some() || sent.closes) => {
                vec![alert(self.cover, &[], sent)]
            }
            () => vec![format!("{length} bytes")],
        }
    }

    /// Bytes come to the other end; says what is odd about them.
    pub(super) fn arrive(&mut self, bytes: &[u8]) -> Option<String> {
        let same = bytes.iter().zip(&self.under_way);
        let same = same.take_while(|(came, sent)| came == sent).count();
        let arrived = bytes.len().min(self.under_way.len());
        self.under_way.drain(..arrived);
        match same {
            same if same == bytes.len() => None,
            same if same < arrived => Some(format!("✗ byte {same} of {} changed", bytes.len())),
            same => Some(format!("✗ {} bytes nobody sent", bytes.len() - same)),
        }
    }
}

/// The alert's name: as it stands there, as it was told, or the one that ends a direction.
fn alert(cover: Cover, body: &[u8], sent: &Sent<'_>) -> String {
    let description = match (cover, body) {
        (Cover::Clear, [_, description]) => AlertDescription(*description),
        _ => sent.alert.unwrap_or(AlertDescription::CLOSE_NOTIFY),
    };
    format!("alert {description}")
}
