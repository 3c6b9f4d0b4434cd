//! What is said on stderr, and how much of it.

use crate::args::{Color, Global};
use crate::exit::Failure;
use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};
use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};

/// How talkative the program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Loudness {
    Errors,
    Normal,
    Details,
}

/// Talks to whoever started the program, on stderr.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    loudness: Loudness,
}

impl Talk {
    /// As loud as the flags say; sets the colours of both streams, too.
    pub(crate) fn new(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        let loudness = match (global.quiet, global.verbose) {
            (true, _) => Loudness::Errors,
            (false, 0) => Loudness::Normal,
            (false, _) => Loudness::Details,
        };
        Self { loudness }
    }

    /// A plain line.
    pub(crate) fn say(self, line: impl Display) {
        if self.loudness >= Loudness::Normal {
            write(line);
        }
    }

    /// What is under way, for somebody who sits and waits: on a terminal only, where the next of
    /// these takes its place.
    pub(crate) fn progress(self, line: impl Display) {
        if self.loudness >= Loudness::Normal && std::io::stderr().is_terminal() {
            let dim = Style::new().dimmed();
            let _ = write!(anstream::stderr().lock(), "\r\x1b[K{dim}{line}{dim:#}");
        }
    }

    /// Nothing is under way any more.
    pub(crate) fn progressed(self) {
        self.progress("");
    }

    /// A line for people who want to know more.
    pub(crate) fn detail(self, line: impl Display) {
        if self.loudness >= Loudness::Details {
            let dim = Style::new().dimmed();
            write(format_args!("{dim}{line}{dim:#}"));
        }
    }

    /// Something is not as it should be, and things go on.
    pub(crate) fn warn(self, line: impl Display) {
        if self.loudness >= Loudness::Normal {
            let yellow = AnsiColor::Yellow.on_default().bold();
            write(format_args!("{yellow}warning:{yellow:#} {line}"));
        }
    }

    /// How it ended, if it did not end well.
    pub(crate) fn failure(self, failure: &Failure) {
        self.error(failure);
        if let Some(hint) = failure.hint {
            let cyan = AnsiColor::Cyan.on_default();
            self.say(format_args!("{cyan}hint:{cyan:#} {hint}"));
        }
    }

    /// Something went wrong.
    pub(crate) fn error(self, line: impl Display) {
        let red = AnsiColor::Red.on_default().bold();
        write(format_args!("{red}error:{red:#} {line}"));
    }
}

/// One line. A stderr that nobody reads is no reason to fail.
fn write(line: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}
