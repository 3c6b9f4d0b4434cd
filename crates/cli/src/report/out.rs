//! Stdout: data, and nothing else.

use crate::exit::{Failure, Outcome};
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write as _};

/// A document of a stream: what it is called, and what it says.
#[derive(Serialize)]
struct Named<'a, T> {
    schema: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

/// Prints one document, as a line of its own.
pub(crate) fn json(value: &impl Serialize) -> Outcome<()> {
    line(serde_json::to_string(value).map_err(Failure::internal)?)
}

/// Prints documents of one kind, a line each.
pub(crate) fn json_lines<T: Serialize>(schema: &'static str, values: &[T]) -> Outcome<()> {
    values
        .iter()
        .try_for_each(|value| json(&Named { schema, value }))
}

/// Prints one line, in colour where that is wanted, and sees that it is out.
pub(crate) fn line(text: impl Display) -> Outcome<()> {
    let mut stdout = anstream::stdout().lock();
    done(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
}

/// Prints bytes as they are.
pub(crate) fn bytes(bytes: &[u8]) -> Outcome<()> {
    let mut stdout = io::stdout().lock();
    done(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

fn done(printed: io::Result<()>) -> Outcome<()> {
    match printed {
        // Whoever reads has had enough: not our failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Failure::internal(format_args!("stdout: {error}"))),
    }
}
