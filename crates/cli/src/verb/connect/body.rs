//! What the peer says: passed on to stdout while it comes, or kept for the report.

use std::fmt;
use std::io;
use tokio::io::{AsyncWriteExt as _, Stdout};

/// Where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// To stdout, while it comes.
    Stdout,
    /// Into the report.
    Report,
}

/// What was said so far.
pub(super) enum Body {
    /// It went to stdout.
    Passed(Stdout),
    /// It is here.
    Kept(Vec<u8>),
}

/// Whether there is still somebody to pass it on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Listens,
    /// Whoever reads our stdout has had enough, which is not a failure.
    Gone,
}

/// Our own stdout fails: not the peer's doing.
#[derive(Debug)]
pub(super) struct StdoutError(io::Error);

impl Body {
    /// Nothing said yet.
    pub(super) fn new(to: Destination) -> Self {
        match to {
            Destination::Stdout => Self::Passed(tokio::io::stdout()),
            Destination::Report => Self::Kept(Vec::new()),
        }
    }

    /// Takes a piece of it, all of it.
    pub(super) async fn take(&mut self, piece: &[u8]) -> Result<Reader, StdoutError> {
        let stdout = match self {
            Self::Kept(kept) => {
                kept.extend_from_slice(piece);
                return Ok(Reader::Listens);
            }
            Self::Passed(stdout) => stdout,
        };
        let passed = async {
            stdout.write_all(piece).await?;
            stdout.flush().await
        };
        match passed.await {
            Ok(()) => Ok(Reader::Listens),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(error) => Err(StdoutError(error)),
        }
    }

    /// What was kept for the report.
    pub(super) fn kept(self) -> Option<Vec<u8>> {
        match self {
            Self::Passed(_) => None,
            Self::Kept(kept) => Some(kept),
        }
    }
}

impl fmt::Display for StdoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stdout: {}", self.0)
    }
}

impl std::error::Error for StdoutError {}

impl From<StdoutError> for io::Error {
    fn from(error: StdoutError) -> Self {
        Self::other(error)
    }
}
