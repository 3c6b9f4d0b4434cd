//! Connections written down: the settings, the seed, every input, and what came out of each.
//!
//! A connection gives the same outputs for the same seed and the same (now, input), so a [`Replay`] shows the first
//! step at which it no longer does. A [`Recorder`] makes one; `just replay FILE` draws one.
//!
//! # The format
//!
//! Text, a line at a time. Empty lines and lines that begin with `#` mean nothing. First comes the head, then the
//! steps in their order:
//!
//! ```text
//! tessera replay 1                        the format and its version
//! about Data in both directions.          what it shows, in a sentence
//! scenario tls13 client_certificate       the version, then settings: see Scenario
//! seed 7                                  what both ends' randomness is drawn from, 0 to 255
//!
//! at 0 connect fresh                      a new client and a new server, after so many milliseconds
//! > sent 221 9f86d081884c7d65…            bytes the client sent: how many, and their SHA-256
//! > told sends:ClientHello                what was told, in order
//!
//! at 0 server ciphertext                  an end, and its input
//!   16030100d8010000d40303…               the input's bytes, in as many lines as it takes
//! > asked VerifyPeer Sign                 what the world was asked; it answers by itself, the same always
//! > delivered 5 2cf24dba5fb0a30e…         bytes for the application
//! > ended fault peer bad_record_mac Connected
//! ```
//!
//! | input | what follows it |
//! |---|---|
//! | `connect` | `fresh`, or `newest`: the newest session of the wallet is offered |
//! | `client`, `server` | `ciphertext` or `plaintext` and bytes; `update_keys`, `update_both_keys`, `renegotiate`, `request_certificate`, `close`, `end_of_stream` |
//!
//! The lines with `>` are what is compared, and a part that has no line is empty. Answers to questions are not
//! written down: [`crate::World`] gives the same ones every time.
//!
//! What is told is an event's name, and behind a colon what it is about. A file holds test keys' ciphertext and no
//! secret. It is read whole or not at all: [`Replay::parse`] has a limit for everything and an error that says what
//! to do.
//!
//! # What may stand in a scenario
//!
//! Only what is deterministic: Ed25519 signatures and the curves' key shares are, while ECDSA, RSA-PSS and ML-KEM draw
//! randomness of the backend's own. So all certificates are Ed25519, and the hybrid is not offered.

mod diagram;
mod error;
mod imprint;
mod outcome;
mod parse;
mod recorder;
mod scenario;
mod stage;
mod step;
mod told;
mod track;
mod write;

pub use error::{Difference, ParseError, Problem};
pub use imprint::Imprint;
pub use outcome::{Outcome, Part};
pub use recorder::Recorder;
pub use scenario::{Scenario, Setting, Versions};
pub use step::{Act, Given, Offer, Step};

use stage::Stage;

/// A few connections, step by step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// What it shows, in a sentence.
    pub about: String,
    /// What both ends are set to.
    pub scenario: Scenario,
    /// What their randomness is drawn from.
    pub seed: u8,
    /// What happens, in order. The first step connects.
    pub steps: Vec<Step>,
}

impl Replay {
    /// Lets everything happen again.
    ///
    /// # Errors
    /// The first step, and the first part of it, at which something else came out.
    pub fn run(&self) -> Result<(), Difference> {
        let mut stage = Stage::new(&self.scenario, self.seed);
        for (at, step) in self.steps.iter().enumerate() {
            let came = stage.perform(step.at, &step.act);
            if let Some(difference) = Difference::between(at + 1, step, &came) {
                return Err(difference);
            }
        }
        Ok(())
    }

    /// The flights between the two ends as a picture of text, and what each end told meanwhile.
    pub fn diagram(&self) -> String {
        diagram::draw(self)
    }
}
