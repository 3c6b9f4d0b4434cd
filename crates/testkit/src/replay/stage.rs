//! Where replays are played: recording and replaying are the same here.

use super::outcome::Mark;
use super::{Act, Given, Offer, Outcome, Scenario};
use crate::pair::START;
use crate::{End, Link, Pair};
use std::time::Duration;
use tessera_session::Side;

/// The ends of the current connection, and the world around them.
pub(super) struct Stage {
    pair: Pair,
    link: Option<Link>,
}

impl Stage {
    /// Before the first connection.
    pub(super) fn new(scenario: &Scenario, seed: u8) -> Self {
        Self {
            pair: scenario.pair(seed),
            link: None,
        }
    }

    /// Lets something happen, and says what came out. Before the first connection nothing happens.
    pub(super) fn perform(&mut self, at: Duration, act: &Act) -> Outcome {
        let now = START.plus(at);
        self.pair.now = now;
        match act {
            Act::Connect(offer) => self.connect(*offer),
            Act::Give(side, given) => self.give(*side, given),
        }
    }

    fn connect(&mut self, offer: Offer) -> Outcome {
        let offered = match offer {
            Offer::Fresh => None,
            Offer::Newest => self.pair.world.draw(),
        };
        let link = self.pair.link(offered);
        let link = self.link.insert(link);
        let asked = self.pair.world.asked.len();
        link.client.collect(self.pair.now, &mut self.pair.world);
        Mark::default().outcome(&link.client, &self.pair.world, asked)
    }

    fn give(&mut self, side: Side, given: &Given) -> Outcome {
        let Some(link) = &mut self.link else {
            return Outcome::default();
        };
        link.now = self.pair.now;
        let end = end_mut(link, side);
        let (mark, asked) = (Mark::at(end), self.pair.world.asked.len());
        end.handle(self.pair.now, given.input(), &mut self.pair.world);
        mark.outcome(end, &self.pair.world, asked)
    }

    /// The current connection.
    pub(super) const fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    /// Bytes an end has sent and nobody has taken yet.
    pub(super) fn take_outbox(&mut self, side: Side) -> Vec<u8> {
        self.link
            .as_mut()
            .map(|link| std::mem::take(&mut end_mut(link, side).outbox))
            .unwrap_or_default()
    }
}

fn end_mut(link: &mut Link, side: Side) -> &mut End {
    match side {
        Side::Client => &mut link.client,
        Side::Server => &mut link.server,
    }
}
