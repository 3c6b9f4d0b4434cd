//! The server's side.

use crate::dialogue::{Dialogue, Framing, Opening, Side, Step, Turn};
use crate::excerpt::Excerpt;
use crate::line::{self, imap, smtp};
use crate::name::OurName;
use crate::{Protocol, StartTlsError, ldap};

/// A server that has nothing to offer but TLS: it greets, says so when asked what it can do, refuses everything else as its
/// protocol does, and gives the go-ahead.
///
/// RFC 3207 §4 forbids a mail exchanger that others find in the DNS to insist on TLS like that. It is meant for submission, for
/// relays by arrangement, and for the other protocols.
pub struct ServerDialogue(Dialogue<ServerSide>);

impl ServerDialogue {
    /// A server that calls itself `our_name`. What is not visible ASCII is left out.
    pub fn new(protocol: Protocol, our_name: &str) -> Self {
        Self::before(protocol, our_name, Opening::First)
    }

    /// The same once more, after TLS was closed on a connection that stays. There is no greeting.
    pub fn again(protocol: Protocol, our_name: &str) -> Self {
        Self::before(protocol, our_name, Opening::Again)
    }

    fn before(protocol: Protocol, our_name: &str, opening: Opening) -> Self {
        let name = OurName::new(our_name);
        let lines = |table| ServerSide::Lines(line::Server::new(protocol, table, name, opening));
        Self(Dialogue::new(match protocol {
            Protocol::Smtp => lines(&smtp::SERVER),
            Protocol::Lmtp => lines(&smtp::LMTP_SERVER),
            Protocol::Imap => lines(&imap::SERVER),
            Protocol::Ldap => ServerSide::Ldap(ldap::Server),
        }))
    }

    /// What to send before anything has come: the greeting, where the protocol has one.
    pub fn start(&mut self) -> Step {
        self.0.start()
    }

    /// Takes what has come, in any pieces.
    ///
    /// `done` is only said when nothing has come behind STARTTLS: the go-ahead is in `send`, and whatever comes after it was
    /// sent is TLS and not to be given to the dialogue. After an error every call has the same error; what other commands
    /// in the same bytes would have been answered is not said any more.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Step, StartTlsError> {
        self.0.receive(bytes)
    }

    /// What it means that the peer has closed the connection now.
    pub fn ended(&self) -> StartTlsError {
        self.0.ended()
    }

    /// What may be sent after an error, before the connection is closed, so that the client's people can read why.
    pub fn farewell(&self) -> Vec<u8> {
        match self.0.side() {
            ServerSide::Lines(side) => side.farewell(),
            ServerSide::Ldap(side) => side.farewell(),
        }
    }
}

enum ServerSide {
    Lines(line::Server),
    Ldap(ldap::Server),
}

impl Side for ServerSide {
    fn protocol(&self) -> Protocol {
        match self {
            Self::Lines(side) => side.protocol(),
            Self::Ldap(_) => Protocol::Ldap,
        }
    }

    fn framing(&self) -> Framing {
        match self {
            Self::Lines(side) => side.framing(),
            Self::Ldap(_) => ldap::FRAMING,
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Lines(side) => side.expected(),
            Self::Ldap(side) => side.expected(),
        }
    }

    fn open(&mut self) -> Vec<u8> {
        match self {
            Self::Lines(side) => side.greeting(),
            Self::Ldap(_) => Vec::new(),
        }
    }

    fn hear(&mut self, unit: &[u8]) -> Result<Turn, StartTlsError> {
        match self {
            Self::Lines(side) => side.hear(unit),
            Self::Ldap(side) => side.hear(unit),
        }
    }

    fn excerpt(&self, heard: &[u8]) -> Excerpt {
        Excerpt::of_command(heard)
    }
}
