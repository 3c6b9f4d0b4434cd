//! From text to a replay: whole or not at all.

use super::error::{ParseError, Problem};
use super::{Act, Given, Offer, Outcome, Part, Replay, Scenario, Setting, Step, Versions};
use data_encoding::HEXLOWER_PERMISSIVE;
use std::time::Duration;
use tessera_session::Side;

/// The first line: the format and its version.
pub(super) const HEAD: &str = "tessera replay 1";
/// How many bytes a written line of an input has.
pub(super) const BYTES_PER_LINE: usize = 40;

/// The longest file. Everything in a replay is bounded by this.
const LONGEST: usize = 1 << 20;
/// The most steps: a connection costs time each.
const MOST_STEPS: usize = 4096;
/// The latest moment: a year of milliseconds.
const LATEST: u64 = 366 * 24 * 3600 * 1000;

impl Replay {
    /// Reads a replay.
    ///
    /// # Errors
    /// The line that is wrong, and what to do about it.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.len() > LONGEST {
            return Err(Problem::TooLong { most: LONGEST }.on(1));
        }
        if let Some(at) = text
            .lines()
            .position(|line| line.contains(char::is_control))
        {
            return Err(Problem::Control.on(at + 1));
        }
        let mut lines = Lines::new(text);
        lines.begin()?;
        let about = lines.head("about")?.to_owned();
        let scenario = scenario(lines.head("scenario")?).map_err(|problem| lines.blame(problem))?;
        let seed = number("seed", lines.head("seed")?, u8::MAX.into());
        let seed = seed.map_err(|problem| lines.blame(problem))?;
        let mut replay = Self {
            about,
            scenario,
            seed: u8::try_from(seed).unwrap_or(u8::MAX),
            steps: Vec::new(),
        };
        while let Some(line) = lines.next() {
            replay
                .line(lines.number, line)
                .map_err(|problem| lines.blame(problem))?;
        }
        Ok(replay)
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), Problem> {
        if let Some(hex) = line.strip_prefix("  ") {
            let step = self.steps.last_mut().ok_or(Problem::StrayBytes)?;
            // Bytes stand between the input they belong to and what came out of it.
            let bytes = step.act.bytes_mut().ok_or(Problem::StrayBytes)?;
            if step.outcome != Outcome::default() {
                return Err(Problem::StrayBytes);
            }
            let more = HEXLOWER_PERMISSIVE.decode(hex.as_bytes());
            bytes.extend(more.map_err(|_| Problem::Hex)?);
            return Ok(());
        }
        if let Some(part) = line.strip_prefix("> ") {
            let step = self.steps.last_mut().ok_or(Problem::StrayOutcome)?;
            return outcome(&mut step.outcome, part);
        }
        let step = step(number, line)?;
        if self.steps.is_empty() && !matches!(step.act, Act::Connect(_)) {
            return Err(Problem::NotConnected);
        }
        if self.steps.len() == MOST_STEPS {
            return Err(Problem::TooManySteps { most: MOST_STEPS });
        }
        self.steps.push(step);
        Ok(())
    }
}

/// Lines that mean something, with their numbers.
struct Lines<'a> {
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
    /// Of the line that came last.
    number: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            lines: text.lines().enumerate(),
            number: 1,
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        for (at, line) in self.lines.by_ref() {
            let line = line.trim_end();
            if !line.is_empty() && !line.starts_with('#') {
                self.number = at + 1;
                return Some(line);
            }
        }
        None
    }

    fn blame(&self, problem: Problem) -> ParseError {
        problem.on(self.number)
    }

    /// The first line.
    fn begin(&mut self) -> Result<(), ParseError> {
        let line = self.next().unwrap_or_default();
        if line == HEAD {
            return Ok(());
        }
        let problem = match line.strip_prefix("tessera replay ") {
            Some(version) => Problem::version(version),
            None => Problem::NoReplay,
        };
        Err(self.blame(problem))
    }

    /// What stands behind this word, on the next line.
    fn head(&mut self, word: &'static str) -> Result<&'a str, ParseError> {
        let line = self.next().unwrap_or_default();
        let value = line
            .strip_prefix(word)
            .and_then(|rest| rest.strip_prefix(' '));
        value
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| self.blame(Problem::Missing { word }))
    }
}

fn scenario(text: &str) -> Result<Scenario, Problem> {
    let mut words = text.split(' ');
    let first = words.next().unwrap_or_default();
    let versions = known("version", first, Versions::ALL, |versions| versions.word())?;
    let mut scenario = Scenario::new(versions);
    for word in words {
        let setting = known("setting", word, Setting::ALL, |setting| setting.word())?;
        if !scenario.settings.insert(setting) {
            return Err(Problem::Twice {
                word: setting.word(),
            });
        }
    }
    Ok(scenario)
}

/// `at MILLISECONDS connect OFFER` or `at MILLISECONDS END INPUT`.
fn step(line_number: usize, line: &str) -> Result<Step, Problem> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["at", at, who, what] = words[..] else {
        return Err(Problem::NoStep);
    };
    let at = Duration::from_millis(number("at", at, LATEST)?);
    let act = match who {
        "connect" => Act::Connect(known("offer", what, &Offer::ALL, |offer| offer.word())?),
        "client" => Act::Give(Side::Client, given(what)?),
        "server" => Act::Give(Side::Server, given(what)?),
        _ => {
            return Err(Problem::unknown(
                "end",
                who,
                &["connect", "client", "server"],
            ));
        }
    };
    Ok(Step {
        line: line_number,
        at,
        act,
        outcome: Outcome::default(),
    })
}

fn given(word: &str) -> Result<Given, Problem> {
    known("input", word, &Given::ALL, |given| given.word())
}

fn outcome(outcome: &mut Outcome, line: &str) -> Result<(), Problem> {
    let (word, text) = line.split_once(' ').unwrap_or((line, ""));
    let part = known("outcome", word, &Part::ALL, |part| part.word())?;
    if outcome.part(part).is_some() {
        return Err(Problem::Twice { word: part.word() });
    }
    // Words are separated by one space each, so that they are written again as they stood.
    if text.split(' ').any(str::is_empty) {
        return Err(Problem::NoOutcome { part });
    }
    outcome.set(part, text).ok_or(Problem::NoOutcome { part })
}

/// The one of `all` that has this word.
fn known<T: Clone>(
    what: &'static str,
    word: &str,
    all: &[T],
    word_of: impl Fn(&T) -> &'static str,
) -> Result<T, Problem> {
    let found = all.iter().find(|one| word_of(one) == word).cloned();
    found.ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(word_of).collect();
        Problem::unknown(what, word, &words)
    })
}

/// A number up to `most`, without signs or zeros before it: it is written as it is read.
fn number(what: &'static str, text: &str, most: u64) -> Result<u64, Problem> {
    let number = text.parse().ok();
    number
        .filter(|number: &u64| *number <= most && number.to_string() == text)
        .ok_or(Problem::Number { what, most })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADS: &str = "tessera replay 1\nabout it\nscenario tls13 retry\nseed 7\n";

    fn problem(text: &str) -> (usize, Problem) {
        let error = Replay::parse(text).expect_err(text);
        (error.line, error.problem)
    }

    #[test]
    fn what_is_read_is_written_as_it_was() {
        let text = format!(
            "{HEADS}\nat 0 connect fresh\n> sent 3 {}\n> told A:b C\n\nat 5 server ciphertext\n  160301\n> ended closed\n",
            "ab".repeat(32)
        );
        assert_eq!(Replay::parse(&text).expect("a replay").to_string(), text);
        let with_remarks = text.replace("\nat 5", "# why\n\n\nat 5");
        let replay = Replay::parse(&with_remarks).expect("a replay");
        assert_eq!(replay.to_string(), text);
        assert_eq!(replay.steps[1].line, 12);
    }

    #[test]
    fn a_wrong_head_says_what_should_stand_there() {
        assert_eq!(problem(""), (1, Problem::NoReplay));
        assert_eq!(problem("\n\nGET /\n"), (3, Problem::NoReplay));
        let (line, other) = problem("tessera replay 9\n");
        assert_eq!((line, other), (1, Problem::version("9")));
        let word = "scenario";
        let text = "tessera replay 1\nabout x\nseed 7\n";
        assert_eq!(problem(text), (3, Problem::Missing { word }));
        let (line, other) = problem("tessera replay 1\nabout x\nscenario tls11\n");
        assert_eq!(line, 3);
        assert!(matches!(
            other,
            Problem::Unknown {
                what: "version",
                ..
            }
        ));
        let (_, other) = problem("tessera replay 1\nabout x\nscenario tls13 retry retry\n");
        assert_eq!(other, Problem::Twice { word: "retry" });
        let (_, other) = problem("tessera replay 1\nabout x\nscenario tls13\nseed 256\n");
        let (what, most) = ("seed", 255);
        assert_eq!(other, Problem::Number { what, most });
    }

    #[test]
    fn a_wrong_step_is_named_with_its_line() {
        let cases = [
            ("connect fresh", Problem::NoStep),
            ("at 0 client close", Problem::NotConnected),
            ("  1603", Problem::StrayBytes),
            ("> ended closed", Problem::StrayOutcome),
            ("at 0 connect fresh\n  16", Problem::StrayBytes),
            (
                "at 0 connect fresh\nat 0 client plaintext\n> ended closed\n  16",
                Problem::StrayBytes,
            ),
            (
                "at 0 connect fresh\nat 0 client plaintext\n  1",
                Problem::Hex,
            ),
            (
                "at 0 connect fresh\n> sent 3 ab",
                Problem::NoOutcome { part: Part::Sent },
            ),
            (
                "at 0 connect fresh\n> told A  B",
                Problem::NoOutcome { part: Part::Told },
            ),
            (
                "at 0 connect fresh\n> ended closed\n> ended closed",
                Problem::Twice { word: "ended" },
            ),
        ];
        for (steps, expected) in cases {
            let (line, problem) = problem(&format!("{HEADS}{steps}\n"));
            assert_eq!(problem, expected, "{steps}");
            assert_eq!(line, 4 + steps.lines().count(), "{steps}");
        }
    }

    #[test]
    fn words_nobody_knows_come_with_those_somebody_does() {
        let text = format!("{HEADS}at 0 connect fresh\nat 0 client rekey\u{202e}\n");
        let error = Replay::parse(&text).expect_err("no such input").to_string();
        assert!(error.starts_with("line 6: "), "{error}");
        assert!(error.contains("update_keys, update_both_keys"), "{error}");
        assert!(error.contains("`rekey\\u{202e}` is no input"), "{error}");
        assert_eq!(problem("tessera replay 1\n\x1b[31m"), (2, Problem::Control));
    }

    #[test]
    fn everything_has_a_limit() {
        let most = LONGEST;
        assert_eq!(
            problem(&" ".repeat(most + 1)),
            (1, Problem::TooLong { most })
        );
        let steps = "at 0 connect fresh\n".repeat(MOST_STEPS + 1);
        let (line, other) = problem(&format!("{HEADS}{steps}"));
        let most = MOST_STEPS;
        assert_eq!((line, other), (5 + most, Problem::TooManySteps { most }));
        for number in ["-1", "+1", "01", "99999999999999999999", "", "1e3"] {
            let (_, other) = problem(&format!("{HEADS}at {number} connect fresh\n"));
            assert!(matches!(other, Problem::Number { .. }), "{number}: {other}");
        }
    }
}
