//! Errors of TLS inside the errors of I/O, and how to get them back.

use std::fmt;
use std::io;
use std::time::Duration;
use tessera_engine::{Blame, Ending, Fault};
use tessera_session::{ServerName, Side};
use tessera_wire::codepoint::AlertDescription;

/// Why TLS could not go on. It is the source of the [`io::Error`] that reading, writing and
/// handshakes return; [`TlsError::of`] finds it there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsError {
    /// The connection ended before its time.
    Ended {
        /// Which side of it is ours.
        side: Side,
        /// The host it was for, as far as known.
        server_name: Option<ServerName>,
        /// How it ended.
        ending: Ending,
    },
    /// The handshake was not done in time.
    HandshakeTimeout {
        /// Which side of it is ours.
        side: Side,
        /// The state it was in.
        state: &'static str,
        /// How long it was given.
        after: Duration,
    },
    /// Nothing went over the connection for too long, and it was closed.
    Idle {
        /// Which side of it is ours.
        side: Side,
        /// For how long.
        after: Duration,
    },
    /// The application wanted to write after it had closed.
    WriteAfterClose {
        /// Which side of it is ours.
        side: Side,
    },
    /// A ClientHello longer than any real one.
    ClientHelloTooLong,
    /// A ClientHello did not decode, or is no ClientHello.
    ClientHello(Fault),
}

impl TlsError {
    /// The TLS error an I/O error stands for, if it stands for one.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// How the connection ended, where that is what went wrong.
    pub fn ending(&self) -> Option<&Ending> {
        match self {
            Self::Ended { ending, .. } => Some(ending),
            _ => None,
        }
    }

    /// What went wrong in the protocol.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Ended {
                ending: Ending::Fault { fault, .. },
                ..
            }
            | Self::ClientHello(fault) => Some(fault),
            _ => None,
        }
    }

    /// The alert that told it, and who sent it.
    pub fn alert(&self) -> Option<(AlertSender, AlertDescription)> {
        match self.fault()? {
            Fault::AlertReceived(alert) => Some((AlertSender::Peer, *alert)),
            fault => fault.alert().map(|alert| (AlertSender::Us, alert)),
        }
    }

    /// Whose doing it was, where that can be told.
    pub fn blame(&self) -> Option<Blame> {
        self.fault().map(Fault::blame)
    }

    fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Ended {
                ending: Ending::Truncated { .. },
                ..
            } => io::ErrorKind::UnexpectedEof,
            Self::Ended {
                ending: Ending::Closed,
                ..
            }
            | Self::WriteAfterClose { .. } => io::ErrorKind::BrokenPipe,
            Self::Ended {
                ending: Ending::Fault { fault, .. },
                ..
            } => match fault.blame() {
                Blame::Us => io::ErrorKind::Other,
                Blame::Peer | Blame::Settings | Blame::PeerSaidSo => io::ErrorKind::InvalidData,
            },
            Self::HandshakeTimeout { .. } | Self::Idle { .. } => io::ErrorKind::TimedOut,
            Self::ClientHelloTooLong | Self::ClientHello(_) => io::ErrorKind::InvalidData,
        }
    }
}

/// Who sent an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertSender {
    /// This side.
    Us,
    /// The other.
    Peer,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended {
                side,
                server_name: Some(name),
                ending,
            } => write!(f, "TLS {side} for {name}: {ending}"),
            Self::Ended {
                side,
                server_name: None,
                ending,
            } => write!(f, "TLS {side}: {ending}"),
            Self::HandshakeTimeout { side, state, after } => {
                write!(
                    f,
                    "TLS {side}: the handshake was not done within {after:?} (in {state})"
                )
            }
            Self::Idle { side, after } => {
                write!(f, "TLS {side}: closed after {after:?} without a byte")
            }
            Self::WriteAfterClose { side } => {
                write!(f, "TLS {side}: written to after its close_notify")
            }
            Self::ClientHelloTooLong => {
                f.write_str("TLS server: the peer's ClientHello does not end")
            }
            Self::ClientHello(fault) => write!(f, "TLS server: {fault} (in WaitClientHello)"),
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.fault().map(|fault| fault as _)
    }
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        Self::new(error.kind(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_engine::{LocalError, Misbehaviour};

    fn ended(fault: Fault) -> TlsError {
        let ending = Ending::Fault {
            fault,
            state: "WaitFinished",
            discard: Vec::new(),
        };
        TlsError::Ended {
            side: Side::Server,
            server_name: None,
            ending,
        }
    }

    #[test]
    fn an_error_names_the_party_and_the_state() {
        let error = io::Error::from(ended(Misbehaviour::WrongFinished.into()));
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let text = error.to_string();
        assert!(
            text.contains("TLS server")
                && text.contains("the peer")
                && text.contains("WaitFinished"),
            "{text}"
        );
    }

    #[test]
    fn the_alert_and_its_sender_are_found_behind_an_io_error() {
        let ours = io::Error::from(ended(Misbehaviour::WrongFinished.into()));
        let ours = TlsError::of(&ours).unwrap();
        assert_eq!(
            ours.alert(),
            Some((AlertSender::Us, AlertDescription::DECRYPT_ERROR))
        );
        assert_eq!(ours.blame(), Some(Blame::Peer));
        let theirs = ended(Fault::AlertReceived(AlertDescription::HANDSHAKE_FAILURE));
        assert_eq!(
            theirs.alert(),
            Some((AlertSender::Peer, AlertDescription::HANDSHAKE_FAILURE))
        );
        assert_eq!(
            ended(LocalError::SigningFailed.into()).blame(),
            Some(Blame::Us)
        );
        assert_eq!(TlsError::of(&io::Error::other("else")), None);
    }

    #[test]
    fn a_missing_close_notify_is_an_unexpected_end() {
        let ending = Ending::Truncated { state: "Connected" };
        let error = TlsError::Ended {
            side: Side::Client,
            server_name: ServerName::new("a.example").ok(),
            ending,
        };
        assert!(error.to_string().contains("a.example"), "{error}");
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::UnexpectedEof);
    }
}
