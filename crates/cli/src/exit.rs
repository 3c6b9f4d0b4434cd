//! How a run ends: a number for programs, a sentence for people.

use std::fmt;
use std::process::ExitCode;

/// The exit codes, exactly as the manual lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Done = 0,
    /// An internal or I/O error.
    Internal = 1,
    /// The command line, or a file it names, makes no sense.
    Usage = 2,
    /// No connection to the peer.
    CannotConnect = 3,
    /// The handshake failed, or a fatal alert ended the connection.
    Handshake = 4,
    /// The peer is not who it should be.
    Unverified = 5,
    /// `--expect` was not met.
    Expectation = 6,
    /// It took too long.
    Timeout = 7,
    /// The session store or the key ring failed.
    Store = 8,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a run did not get done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The number.
    pub(crate) exit: Exit,
    /// The sentence.
    pub(crate) message: String,
    /// The fatal alert that went over the wire, and whose it was.
    pub(crate) alert: Option<AlertSeen>,
    /// What people mostly try next.
    pub(crate) hint: Option<&'static str>,
}

/// A fatal alert, and who sent it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct AlertSeen {
    /// The alert by its name in RFC 9846.
    pub(crate) description: String,
    /// `us` or `peer`.
    pub(crate) sent_by: &'static str,
}

/// What most functions of this program return.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// A failure with this number and sentence.
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self {
            exit,
            message: message.to_string(),
            alert: None,
            hint: None,
        }
    }

    /// The same, and what people mostly try next.
    pub(crate) fn with_hint(self, hint: &'static str) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    /// The command line makes no sense.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Something failed here.
    pub(crate) fn internal(message: impl fmt::Display) -> Self {
        Self::new(Exit::Internal, message)
    }

    /// The store or the ring failed.
    pub(crate) fn store(message: impl fmt::Display) -> Self {
        Self::new(Exit::Store, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_has_the_number_of_the_manual() {
        let all = [
            Exit::Done,
            Exit::Internal,
            Exit::Usage,
            Exit::CannotConnect,
            Exit::Handshake,
            Exit::Unverified,
            Exit::Expectation,
            Exit::Timeout,
            Exit::Store,
        ];
        for (number, exit) in all.into_iter().enumerate() {
            assert_eq!(exit as usize, number, "{exit:?}");
        }
    }
}
