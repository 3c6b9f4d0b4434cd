//! Values as JSON on stdout, and other whole lines.

use crate::exit::{Failure, Outcome};
use serde::Serialize;
use std::io::{self, Write as _};

/// Prints one document, as a line of its own.
pub(crate) fn print(value: &impl Serialize) -> Outcome<()> {
    line(&serde_json::to_string(value).map_err(Failure::internal)?)
}

/// Prints one line, and sees that it is out.
pub(crate) fn line(text: &str) -> Outcome<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        // Whoever reads has had enough: not our failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
