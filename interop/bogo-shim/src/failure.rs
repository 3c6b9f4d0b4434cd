//! Why a test ends badly.

use std::fmt;
use tessera_engine::{Ending, SettingsError};

/// What went wrong; printed, it is what the error map of `bogo.json` looks for.
pub(crate) enum Failure {
    /// The flags ask for something that is not there.
    Unimplemented(String),
    /// The files of a certificate or key will not do.
    Credential(String),
    /// The flags make no config.
    Settings(SettingsError),
    /// The socket failed.
    Socket(std::io::Error),
    /// The connection ended otherwise than by both ends' will.
    Ended(Ending),
    /// The transport was closed before the handshake was done.
    CutOff,
    /// The client was sent away before anything was agreed.
    TurnedAway,
    /// Something is not as the flags say it should be.
    Expectation(String),
}

impl Failure {
    pub(crate) fn expectation(what: impl Into<String>) -> Self {
        Self::Expectation(what.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unimplemented(what) => write!(f, "{what} is not implemented"),
            Self::Credential(why) => write!(f, "credential: {why}"),
            Self::Settings(error) => write!(f, "settings: {error:?}"),
            Self::Socket(error) => write!(f, "socket: {error}"),
            // The value, not the words: a program compares it.
            Self::Ended(Ending::Fault { fault, state, .. }) => {
                write!(f, "fault: {fault:?} in {state}")
            }
            Self::Ended(ending) => write!(f, "{ending}"),
            Self::CutOff => f.write_str("cut off before the handshake was done"),
            Self::TurnedAway => f.write_str("the client was turned away"),
            Self::Expectation(what) => write!(f, "expected otherwise: {what}"),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Socket(error)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::UnknownSignatureScheme(_)
            | SettingsError::UnknownGroup(_)
            | SettingsError::UnknownCipherSuite(_)
            | SettingsError::NoUsableScheme { .. } => Self::Unimplemented(error.to_string()),
            _ => Self::Settings(error),
        }
    }
}
