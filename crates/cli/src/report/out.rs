//! Stdout: data, and nothing else.

use crate::exit::{Failure, Outcome};
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write as _};

/// Prints one document, as a line of its own.
pub(crate) fn json(value: &impl Serialize) -> Outcome<()> {
    line(serde_json::to_string(value).map_err(Failure::internal)?)
}

/// Prints one line, in colour where that is wanted, and sees that it is out.
pub(crate) fn line(text: impl Display) -> Outcome<()> {
    let mut stdout = anstream::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        // Whoever reads has had enough: not our failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
