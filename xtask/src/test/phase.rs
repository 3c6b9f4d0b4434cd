//! One step of the test run and how it ended.

use std::ffi::OsStr;
use std::fmt;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::repository;

/// A named step. It may fail without stopping the others.
pub(super) struct Phase {
    pub(super) name: &'static str,
    work: Box<dyn Fn() -> Result<Outcome>>,
}

/// How a phase ended.
pub(super) enum Outcome {
    /// A check with one answer.
    Ok,
    /// A check with one answer: no.
    Failed,
    /// A phase that ran tests and counted them.
    Tests { passed: u64, failed: u64 },
}

impl Phase {
    pub(super) fn new(name: &'static str, work: impl Fn() -> Result<Outcome> + 'static) -> Self {
        Self {
            name,
            work: Box::new(work),
        }
    }

    /// A cargo command that succeeds or fails.
    pub(super) fn command(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self::new(name, move || {
            let status = program(repository::cargo()).args(arguments).status()?;
            Ok(Outcome::of(status.success()))
        })
    }

    /// A check of our own that lists what it found.
    pub(super) fn check(name: &'static str, find: fn() -> Result<Vec<String>>) -> Self {
        Self::new(name, move || {
            let findings = find()?;
            for finding in &findings {
                println!("{finding}");
            }
            Ok(Outcome::of(findings.is_empty()))
        })
    }

    /// Does the work; an error is a failure with its reason printed.
    pub(super) fn run(&self) -> Outcome {
        (self.work)().unwrap_or_else(|error| {
            println!("{error:#}");
            Outcome::Failed
        })
    }
}

impl Outcome {
    pub(super) fn of(ok: bool) -> Self {
        if ok { Self::Ok } else { Self::Failed }
    }

    /// Tests that passed; a check is no test.
    pub(super) fn passed(&self) -> u64 {
        match self {
            Self::Tests { passed, .. } => *passed,
            Self::Ok | Self::Failed => 0,
        }
    }

    /// Tests that failed; a failed check counts as one, so that the last line never hides it.
    pub(super) fn failed(&self) -> u64 {
        match self {
            Self::Tests { failed, .. } => *failed,
            Self::Ok => 0,
            Self::Failed => 1,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Failed => f.write_str("FAILED"),
            Self::Tests { passed, failed } => write!(f, "{passed} tests passed, {failed} failed"),
        }
    }
}

/// A program to run in the root, with nothing on its standard input.
pub(super) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(repository::root()).stdin(Stdio::null());
    command
}
