//! What can be wrong with a file, and how what it says can differ from what happens.

use super::{Outcome, Part, Step};
use std::error::Error;
use std::fmt;

/// A text that is no replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What a line can have wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// More text than a replay may have.
    TooLong {
        /// So many bytes are allowed.
        most: usize,
    },
    /// More steps than a replay may have.
    TooManySteps {
        /// So many are allowed.
        most: usize,
    },
    /// A character that would do something to a terminal.
    Control,
    /// The first line is another one.
    NoReplay,
    /// Another version of the format.
    Version {
        /// Which, as far as it can be printed.
        version: String,
    },
    /// A line of the head is missing.
    Missing {
        /// The word it begins with.
        word: &'static str,
    },
    /// A word that is not one of those that may stand here.
    Unknown {
        /// What it should be.
        what: &'static str,
        /// What it is, as far as it can be printed.
        word: String,
        /// What it could be.
        known: String,
    },
    /// A word twice where it may stand once.
    Twice {
        /// Which.
        word: &'static str,
    },
    /// Not a number, or too big a one.
    Number {
        /// What it should be.
        what: &'static str,
        /// The biggest.
        most: u64,
    },
    /// Neither a step, nor bytes, nor an outcome.
    NoStep,
    /// An input before there is a connection.
    NotConnected,
    /// Not hexadecimal, or half a byte.
    Hex,
    /// Bytes where none belong.
    StrayBytes,
    /// An outcome before the first step.
    StrayOutcome,
    /// An outcome that is not written as one.
    NoOutcome {
        /// Which part.
        part: Part,
    },
}

impl Problem {
    pub(super) const fn on(self, line: usize) -> ParseError {
        ParseError {
            line,
            problem: self,
        }
    }

    pub(super) fn version(version: &str) -> Self {
        Self::Version {
            version: printable(version),
        }
    }

    pub(super) fn unknown(what: &'static str, word: &str, known: &[&str]) -> Self {
        Self::Unknown {
            what,
            word: printable(word),
            known: known.join(", "),
        }
    }
}

/// The beginning of a word somebody else wrote, for a terminal.
fn printable(word: &str) -> String {
    let start: String = word.chars().take(30).collect();
    start.escape_default().to_string()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { most } => {
                write!(f, "the file is longer than {most} bytes: record a shorter scene")
            }
            Self::TooManySteps { most } => {
                write!(f, "more than {most} steps: record a shorter scene")
            }
            Self::Control => f.write_str("a control character: take it out, tabs included"),
            Self::NoReplay => write!(f, "not a replay: its first line is `{}`", super::parse::HEAD),
            Self::Version { version } => write!(
                f,
                "version `{version}` of the format, and only 1 is read here: record it again"
            ),
            Self::Missing { word } => write!(
                f,
                "`{word} …` should stand here: the head is about, scenario, seed, in this order"
            ),
            Self::Unknown { what, word, known } => {
                write!(f, "`{word}` is no {what}: write one of {known}")
            }
            Self::Twice { word } => write!(f, "`{word}` stands here twice: take one away"),
            Self::Number { what, most } => {
                write!(f, "`{what}` wants a number from 0 to {most}, in digits")
            }
            Self::NoStep => f.write_str(
                "not a step: write `at MILLISECONDS connect OFFER` or `at MILLISECONDS END INPUT`, \
                 bytes behind two spaces, what came out behind `> `",
            ),
            Self::NotConnected => f.write_str(
                "nobody is connected yet: begin with `at 0 connect fresh`",
            ),
            Self::Hex => f.write_str("not hexadecimal: write two digits for each byte"),
            Self::StrayBytes => f.write_str(
                "bytes belong right behind a step with ciphertext or plaintext: move or remove them",
            ),
            Self::StrayOutcome => f.write_str("nothing has happened yet: write a step before this"),
            Self::NoOutcome { part: part @ (Part::Sent | Part::Delivered) } => write!(
                f,
                "`{}` wants a number of bytes and their SHA-256: record it again",
                part.word()
            ),
            Self::NoOutcome { part } => write!(
                f,
                "`{}` wants words with one space between them: record it again",
                part.word()
            ),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl Error for ParseError {}

/// The first thing that came out otherwise than a replay has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which step, from 1.
    pub step: usize,
    /// The line of the file on which the step begins; 0 where it is of no file.
    pub line: usize,
    /// What happened in that step.
    pub act: String,
    /// What is different.
    pub part: Part,
    /// As the replay has it; `None` where it has nothing.
    pub expected: Option<String>,
    /// As it is.
    pub came: Option<String>,
}

impl Difference {
    /// Between what a step had and what came.
    pub(super) fn between(number: usize, step: &Step, came: &Outcome) -> Option<Self> {
        let differs = |part: &Part| step.outcome.part(*part) != came.part(*part);
        let part = Part::ALL.into_iter().find(differs)?;
        Some(Self {
            step: number,
            line: step.line,
            act: step.act.words(),
            part,
            expected: step.outcome.part(part),
            came: came.part(part),
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nothing = || "nothing".to_owned();
        write!(
            f,
            "step {} (line {}: {}): {} was `{}` and is `{}`; if that is meant, record the replay again",
            self.step,
            self.line,
            self.act,
            self.part.word(),
            self.expected.clone().unwrap_or_else(nothing),
            self.came.clone().unwrap_or_else(nothing),
        )
    }
}

impl Error for Difference {}
