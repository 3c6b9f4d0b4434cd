//! What came out of one step.

use super::{Imprint, told};
use crate::{End, World};
use std::fmt;
use tessera_engine::Event;

/// What came out of one end in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Bytes for the peer.
    pub sent: Imprint,
    /// Bytes for the application.
    pub delivered: Imprint,
    /// What the world was asked, in order.
    pub asked: Vec<String>,
    /// Events, in order.
    pub told: Vec<String>,
    /// How the connection ended, if it did.
    pub ended: Option<String>,
}

/// One of the things an [`Outcome`] consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Bytes for the peer.
    Sent,
    /// Bytes for the application.
    Delivered,
    /// Questions.
    Asked,
    /// Events.
    Told,
    /// The end.
    Ended,
}

impl Part {
    /// All of them, in the order of a file.
    pub const ALL: [Self; 5] = [
        Self::Sent,
        Self::Delivered,
        Self::Asked,
        Self::Told,
        Self::Ended,
    ];

    /// The word a file has for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Asked => "asked",
            Self::Told => "told",
            Self::Ended => "ended",
        }
    }
}

impl Outcome {
    /// One part as a file has it; `None` where it is empty and so has no line.
    pub fn part(&self, part: Part) -> Option<String> {
        let bytes = |imprint: &Imprint| (!imprint.is_empty()).then(|| imprint.to_string());
        let words = |words: &[String]| (!words.is_empty()).then(|| words.join(" "));
        match part {
            Part::Sent => bytes(&self.sent),
            Part::Delivered => bytes(&self.delivered),
            Part::Asked => words(&self.asked),
            Part::Told => words(&self.told),
            Part::Ended => self.ended.clone(),
        }
    }

    /// Takes one part from a file's line.
    pub(super) fn set(&mut self, part: Part, text: &str) -> Option<()> {
        let words = || text.split(' ').map(str::to_owned).collect();
        match part {
            Part::Sent => self.sent = Imprint::parse(text)?,
            Part::Delivered => self.delivered = Imprint::parse(text)?,
            Part::Asked => self.asked = words(),
            Part::Told => self.told = words(),
            Part::Ended => self.ended = Some(text.to_owned()),
        }
        Some(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Part::ALL
            .into_iter()
            .filter_map(|part| Some((part.word(), self.part(part)?)))
            .try_for_each(|(word, text)| writeln!(f, "> {word} {text}"))
    }
}

/// How far an end had come before a step.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    pub(super) sent: usize,
    pub(super) delivered: usize,
    pub(super) events: usize,
    pub(super) ended: bool,
}

impl Mark {
    pub(super) fn at(end: &End) -> Self {
        Self {
            sent: end.sent.len(),
            delivered: end.delivered.len(),
            events: end.events.len(),
            ended: end.ending.is_some(),
        }
    }

    /// What has come out of the end since, and what the world was asked after `asked` questions.
    pub(super) fn outcome(self, end: &End, world: &World, asked: usize) -> Outcome {
        let asked = world.asked.iter().skip(asked);
        // The key tree follows from the messages, and the keys' fingerprint stands for it.
        let events = end.events.iter().skip(self.events);
        let events = events.filter(|event| !matches!(event, Event::Derived(_)));
        let ending = end.ending.as_ref().filter(|_| !self.ended);
        Outcome {
            sent: Imprint::of(end.sent.get(self.sent..).unwrap_or_default()),
            delivered: Imprint::of(end.delivered.get(self.delivered..).unwrap_or_default()),
            asked: asked.map(ToString::to_string).collect(),
            told: events.map(told::word).collect(),
            ended: ending.map(told::ending),
        }
    }
}
