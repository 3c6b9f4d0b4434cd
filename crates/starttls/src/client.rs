//! The client's side.

use crate::dialogue::{Dialogue, Framing, Opening, Side, Step, Turn};
use crate::excerpt::Excerpt;
use crate::line::{self, imap, smtp};
use crate::name::OurName;
use crate::{Protocol, StartTlsError, ldap};

/// A client on its way to TLS: it waits for the greeting, asks what the server can do, insists on STARTTLS being among it,
/// asks for that, and waits for the go-ahead.
pub struct ClientDialogue(Dialogue<ClientSide>);

impl ClientDialogue {
    /// A client that calls itself `our_name` where the protocol asks for a name. What is not visible ASCII is left out.
    pub fn new(protocol: Protocol, our_name: &str) -> Self {
        Self::before(protocol, our_name, Opening::First)
    }

    /// The same once more, after TLS was closed on a connection that stays. There is no greeting: the client speaks
    /// first. Of these protocols only LDAP says that this can be (RFC 4511 §4.14.3); elsewhere both ends have to agree on it.
    pub fn again(protocol: Protocol, our_name: &str) -> Self {
        Self::before(protocol, our_name, Opening::Again)
    }

    fn before(protocol: Protocol, our_name: &str, opening: Opening) -> Self {
        let name = OurName::new(our_name);
        let lines = |table| ClientSide::Lines(line::Client::new(protocol, table, name, opening));
        Self(Dialogue::new(match protocol {
            Protocol::Smtp => lines(&smtp::CLIENT),
            Protocol::Lmtp => lines(&smtp::LMTP_CLIENT),
            Protocol::Imap => lines(&imap::CLIENT),
            Protocol::Ldap => ClientSide::Ldap(ldap::Client),
        }))
    }

    /// What to send before anything has come: nothing, where the server speaks first.
    pub fn start(&mut self) -> Step {
        self.0.start()
    }

    /// Takes what has come, in any pieces.
    ///
    /// After `done` the dialogue is to be dropped and every byte handed to TLS. It wants no more: whatever a server says
    /// between the go-ahead and our ClientHello is an error. So is everything after an error.
    ///
    /// Answers that come before their question count, since only the pieces would tell: a go-ahead among them gives a step with
    /// STARTTLS in `send` that is `done`, and the server's own go-ahead is then no TLS.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Step, StartTlsError> {
        self.0.receive(bytes)
    }

    /// What it means that the peer has closed the connection now.
    pub fn ended(&self) -> StartTlsError {
        self.0.ended()
    }
}

enum ClientSide {
    Lines(line::Client),
    Ldap(ldap::Client),
}

impl Side for ClientSide {
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
            Self::Lines(side) => side.open(),
            Self::Ldap(side) => side.open(),
        }
    }

    fn hear(&mut self, unit: &[u8]) -> Result<Turn, StartTlsError> {
        match self {
            Self::Lines(side) => side.hear(unit),
            Self::Ldap(side) => side.hear(unit),
        }
    }

    fn excerpt(&self, heard: &[u8]) -> Excerpt {
        Excerpt::of_answer(heard)
    }
}
