//! Why there will be no TLS on this connection.

use std::fmt;

use crate::Protocol;
use crate::excerpt::Excerpt;

/// How a dialogue failed. Whatever it is, the connection is to be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartTlsError {
    /// The peer said something that the protocol does not have here.
    Unexpected {
        /// What was spoken.
        protocol: Protocol,
        /// What should have come.
        expected: &'static str,
        /// What came.
        received: Excerpt,
    },
    /// The server said no.
    Refused {
        /// What was spoken.
        protocol: Protocol,
        /// What should have come.
        expected: &'static str,
        /// What the server said.
        received: Excerpt,
    },
    /// The server does not offer STARTTLS, or somebody on the way took it out. There is no going on without:
    /// RFC 9325 §3.2 (3).
    NotOffered {
        /// What was spoken.
        protocol: Protocol,
        /// What it would be called among the server's offers.
        expected: &'static str,
        /// What the server offers instead.
        offered: Vec<Excerpt>,
    },
    /// The server says that we are logged in already. STARTTLS is impossible then, and whoever does not insist on it
    /// goes on in the clear: RFC 9051 §7.1.4.
    Preauthenticated {
        /// What was spoken.
        protocol: Protocol,
        /// What the server said.
        received: Excerpt,
    },
    /// Something was said in the clear behind the go-ahead, to pass for something said inside TLS.
    PlaintextAfterGoAhead {
        /// What was spoken.
        protocol: Protocol,
        /// As much of it as has come.
        received: Excerpt,
    },
    /// A line or message that does not end.
    TooLong {
        /// What was spoken.
        protocol: Protocol,
        /// What should have come.
        expected: &'static str,
        /// How many bytes it may have.
        limit: usize,
        /// How it begins.
        received: Excerpt,
    },
    /// A dialogue that does not end.
    TooMuch {
        /// What was spoken.
        protocol: Protocol,
        /// What should have come.
        expected: &'static str,
        /// The last that was heard.
        received: Excerpt,
    },
    /// The peer closed the connection.
    Ended {
        /// What was spoken.
        protocol: Protocol,
        /// What should have come.
        expected: &'static str,
    },
}

impl StartTlsError {
    /// What was spoken.
    pub const fn protocol(&self) -> Protocol {
        match self {
            Self::Unexpected { protocol, .. }
            | Self::Refused { protocol, .. }
            | Self::NotOffered { protocol, .. }
            | Self::Preauthenticated { protocol, .. }
            | Self::PlaintextAfterGoAhead { protocol, .. }
            | Self::TooLong { protocol, .. }
            | Self::TooMuch { protocol, .. }
            | Self::Ended { protocol, .. } => *protocol,
        }
    }
}

impl fmt::Display for StartTlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.protocol())?;
        match self {
            Self::Unexpected {
                expected, received, ..
            } => write!(f, "expected {expected}, received \"{received}\""),
            Self::Refused {
                expected, received, ..
            } => write!(
                f,
                "expected {expected}, but the server refused: \"{received}\""
            ),
            Self::NotOffered {
                expected, offered, ..
            } if offered.is_empty() => {
                write!(f, "expected {expected}, but the server offers nothing")
            }
            Self::NotOffered {
                expected, offered, ..
            } => {
                write!(f, "expected {expected}, but the server offers only ")?;
                list(f, offered)
            }
            Self::Preauthenticated { received, .. } => write!(
                f,
                "expected a greeting before login, received \"{received}\": nobody can start TLS after it"
            ),
            Self::PlaintextAfterGoAhead { received, .. } => write!(
                f,
                "expected TLS behind the go-ahead, received \"{received}\" in the clear: somebody may be injecting it"
            ),
            Self::TooLong {
                expected,
                limit,
                received,
                ..
            } => write!(
                f,
                "expected {expected}, received over {limit} bytes without an end: \"{received}\""
            ),
            Self::TooMuch {
                expected, received, ..
            } => write!(
                f,
                "expected {expected}, received more than anybody says before TLS, at last \"{received}\""
            ),
            Self::Ended { expected, .. } => {
                write!(f, "expected {expected}, but the peer closed the connection")
            }
        }
    }
}

/// The first offers of a server; all of them could be a thousand.
fn list(f: &mut fmt::Formatter<'_>, offered: &[Excerpt]) -> fmt::Result {
    const SHOWN: usize = 20;
    for (at, offer) in offered.iter().take(SHOWN).enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(f, "{comma}{offer}")?;
    }
    match offered.len().checked_sub(SHOWN) {
        Some(more @ 1..) => write!(f, " and {more} more"),
        _ => Ok(()),
    }
}

impl std::error::Error for StartTlsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_protocol_what_was_expected_and_what_came() {
        let refused = StartTlsError::Refused {
            protocol: Protocol::Smtp,
            expected: "220 to STARTTLS",
            received: Excerpt::of_answer(b"454 TLS not available\r\n"),
        };
        assert_eq!(
            refused.to_string(),
            "smtp: expected 220 to STARTTLS, but the server refused: \"454 TLS not available\""
        );
    }

    #[test]
    fn a_server_without_starttls_is_told_by_what_it_offers_and_not_at_any_length() {
        let error = |count| StartTlsError::NotOffered {
            protocol: Protocol::Imap,
            expected: "STARTTLS",
            offered: vec![Excerpt::of_answer(b"IDLE"); count],
        };
        assert!(error(0).to_string().ends_with("the server offers nothing"));
        assert!(error(2).to_string().ends_with("offers only IDLE, IDLE"));
        assert!(error(1000).to_string().ends_with("IDLE and 980 more"));
    }
}
