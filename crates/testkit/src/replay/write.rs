//! From a replay to its text.

use super::Replay;
use super::parse::{BYTES_PER_LINE, HEAD};
use data_encoding::HEXLOWER;
use std::fmt;

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        writeln!(f, "about {}", self.about)?;
        writeln!(f, "scenario {}", self.scenario)?;
        writeln!(f, "seed {}", self.seed)?;
        for step in &self.steps {
            writeln!(f, "\nat {} {}", step.at.as_millis(), step.act.words())?;
            for line in step.act.bytes().unwrap_or_default().chunks(BYTES_PER_LINE) {
                writeln!(f, "  {}", HEXLOWER.encode(line))?;
            }
            write!(f, "{}", step.outcome)?;
        }
        Ok(())
    }
}
