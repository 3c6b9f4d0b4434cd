//! Making a replay.

use super::{Act, Given, Offer, Replay, Scenario, Stage, Step};
use crate::{Direction, Link};
use std::time::Duration;
use tessera_session::Side;

/// Lets things happen between two ends, and writes them down.
///
/// ```
/// use tessera_testkit::replay::{Recorder, Replay, Scenario, Versions};
///
/// let mut recorder = Recorder::new("A full handshake.", Scenario::new(Versions::Tls13), 7);
/// recorder.connect();
/// let text = recorder.finish().to_string();
/// assert_eq!(Replay::parse(&text).expect("just written").run(), Ok(()));
/// ```
pub struct Recorder {
    stage: Stage,
    replay: Replay,
    now: Duration,
    /// Bytes are handed over in pieces of at most this size.
    pub chunk: usize,
}

impl Recorder {
    /// Begins a replay.
    pub fn new(about: &str, scenario: Scenario, seed: u8) -> Self {
        Self {
            stage: Stage::new(&scenario, seed),
            replay: Replay {
                about: about.to_owned(),
                scenario,
                seed,
                steps: Vec::new(),
            },
            now: Duration::ZERO,
            chunk: usize::MAX,
        }
    }

    /// Time passes.
    pub fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    /// Connects, offering the newest session of the wallet, and runs until both ends are quiet.
    pub fn connect(&mut self) {
        self.meet(Offer::Newest);
        self.run();
    }

    /// Two ends that have not exchanged a byte.
    pub fn meet(&mut self, offer: Offer) {
        self.act(Act::Connect(offer));
    }

    /// Gives an end an input, and hands nothing over.
    pub fn give(&mut self, side: Side, given: Given) {
        self.act(Act::Give(side, given));
    }

    /// Gives an end an input, and everything settles.
    pub fn does(&mut self, side: Side, given: Given) {
        self.give(side, given);
        self.run();
    }

    /// An application sends, and everything settles.
    pub fn says(&mut self, side: Side, bytes: &[u8]) {
        self.does(side, Given::Plaintext(bytes.to_vec()));
    }

    /// Both ends close.
    pub fn close(&mut self) {
        self.does(Side::Client, Given::Close);
        self.does(Side::Server, Given::Close);
    }

    /// Hands bytes over in both directions until both ends are quiet.
    pub fn run(&mut self) {
        self.run_through(|_, _| {});
    }

    /// As [`Self::run`], with someone in the middle who may change what passes.
    pub fn run_through(&mut self, mut middle: impl FnMut(Direction, &mut Vec<u8>)) {
        loop {
            let mut to_server = self.stage.take_outbox(Side::Client);
            let mut to_client = self.stage.take_outbox(Side::Server);
            if to_server.is_empty() && to_client.is_empty() {
                return;
            }
            if !to_server.is_empty() {
                middle(Direction::ToServer, &mut to_server);
            }
            if !to_client.is_empty() {
                middle(Direction::ToClient, &mut to_client);
            }
            for (side, bytes) in [(Side::Server, to_server), (Side::Client, to_client)] {
                for piece in bytes.chunks(self.chunk.max(1)) {
                    self.give(side, Given::Ciphertext(piece.to_vec()));
                }
            }
        }
    }

    /// The current connection, to look at.
    ///
    /// # Panics
    /// Before the first one.
    pub fn link(&self) -> &Link {
        self.stage.link().expect("a connection")
    }

    /// What was recorded.
    pub fn finish(self) -> Replay {
        self.replay
    }

    fn act(&mut self, act: Act) {
        let outcome = self.stage.perform(self.now, &act);
        self.replay.steps.push(Step {
            line: 0,
            at: self.now,
            act,
            outcome,
        });
    }
}
