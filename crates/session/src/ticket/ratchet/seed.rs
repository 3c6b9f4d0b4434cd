//! The seed of a ratchet: what servers that share tickets are given, in a file of lines.

use core::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;
use zeroize::Zeroizing;

use crate::time::Timestamp;

/// A seed's bytes.
pub(super) const SECRET_LEN: usize = 32;
/// More lines than a file of this kind ever needs.
const MOST_LINES: usize = 1_000;

/// When a chain begins and from what, and the fresh entropy that is mixed in later.
///
/// A line is a time (RFC 3339) and 64 hexadecimal digits. The first one begins the chain; each later one
/// is mixed in with the first epoch that begins at its time or after it. Empty lines and those that begin
/// with `#` say nothing.
pub struct Seed {
    /// In the order of their times, and never empty.
    lines: Vec<Line>,
}

/// From when on, and what.
pub(super) struct Line {
    pub(super) from: Timestamp,
    pub(super) secret: Zeroizing<[u8; SECRET_LEN]>,
}

/// Why a text is no seed. Nothing of the text is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedError {
    /// There is no line in it, or more than a thousand.
    Lines,
    /// A line is not a time, a space and 64 hexadecimal digits.
    Line(usize),
    /// The bytes of a line are all zero: what a secret looks like that nobody ever set.
    AllZero(usize),
    /// A line's time is not after that of the line before.
    Order(usize),
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lines => {
                f.write_str("a ratchet's seed has one line at least, and a thousand at most")
            }
            Self::Line(line) => write!(
                f,
                "line {line} of the ratchet's seed is not a time, a space and 64 hexadecimal digits"
            ),
            Self::AllZero(line) => write!(f, "line {line} of the ratchet's seed is all zero"),
            Self::Order(line) => write!(
                f,
                "line {line} of the ratchet's seed is not later than the one before it"
            ),
        }
    }
}

impl std::error::Error for SeedError {}

impl Seed {
    /// Reads a file's text.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, SeedError> {
        let mut lines: Vec<Line> = Vec::new();
        for (number, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let line = Line::parse(text).ok_or(SeedError::Line(number))?;
            if line.secret.iter().all(|byte| *byte == 0) {
                return Err(SeedError::AllZero(number));
            }
            if lines.last().is_some_and(|before| before.from >= line.from) {
                return Err(SeedError::Order(number));
            }
            if lines.len() == MOST_LINES {
                return Err(SeedError::Lines);
            }
            lines.push(line);
        }
        if lines.is_empty() {
            return Err(SeedError::Lines);
        }
        Ok(Self { lines })
    }

    /// When a chain begins that begins with this seed.
    pub fn begins(&self) -> Timestamp {
        self.lines
            .first()
            .map_or(Timestamp::EPOCH, |line| line.from)
    }

    pub(super) fn secret(&self) -> &[u8] {
        self.lines.first().map_or(&[], |line| &*line.secret)
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }
}

impl Line {
    fn parse(text: &str) -> Option<Self> {
        let (from, digits) = text.split_once(char::is_whitespace)?;
        let digits = digits.trim_start().as_bytes();
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        if HEXLOWER_PERMISSIVE.decode_len(digits.len()) != Ok(SECRET_LEN) {
            return None;
        }
        HEXLOWER_PERMISSIVE.decode_mut(digits, &mut *secret).ok()?;
        // Whole seconds, as `date` writes them, will do.
        let precise = from.replace('Z', ".000Z");
        let from = from.parse().or_else(|_| precise.parse()).ok()?;
        Some(Self { from, secret })
    }
}
