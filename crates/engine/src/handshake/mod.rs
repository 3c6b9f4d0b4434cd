//! The handshakes: what may arrive, and the one machine of either role.
//!
//! A connection begins as [`client::Client::WaitServerHello`] or
//! [`server::Server::WaitClientHello`]; the first hello of the peer decides the version, and from
//! there on one version's table has it to itself.

pub(crate) mod client;
pub(crate) mod current;
pub(crate) mod cx;
pub(crate) mod hello;
pub(crate) mod key_tree;
pub(crate) mod limits;
pub(crate) mod peer;
pub(crate) mod question;
pub(crate) mod requested;
pub(crate) mod server;
pub(crate) mod tls12;
pub(crate) mod tls13;

use crate::Fault;
use crate::handshake::question::Answer;
use tessera_wire::codepoint::{HandshakeType, KeyUpdateRequest};
use tessera_wire::handshake::{Handshake, tls12 as wire12};
use tessera_wire::{DecodeError, Problem};

/// What may come to a state. `M` is a message of the state's version.
pub(crate) enum Arrival<M> {
    /// A handshake message of the peer, and its bytes as they came.
    Message(M, Vec<u8>),
    /// TLS 1.2: the peer's next record is under its next keys (RFC 5246 §7.1).
    ChangeCipherSpec,
    /// TLS 1.2: the peer declines a renegotiation (RFC 5246 §7.2.2).
    NoRenegotiation,
    /// The answer to a question.
    Told(Answer),
    /// What the application wants.
    Wanted(Wish),
}

/// In the place of a message nobody has read yet: which version's it is, the state knows.
pub(crate) struct Unread;

/// What an application can want of an established connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// New sending keys; and whether the peer should replace its own, too. In TLS 1.2 new keys for
    /// both, from the same secret.
    UpdateKeys(KeyUpdateRequest),
    /// TLS 1.2: a new session, on this connection.
    Renegotiate,
    /// The client's certificate, now.
    RequestCertificate,
}

/// A message of one version.
pub(crate) trait Message: Sized {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError>;
    fn name(&self) -> &'static str;
}

impl Message for Handshake {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        Self::decode(raw)
    }

    fn name(&self) -> &'static str {
        self.name()
    }
}

impl Message for wire12::Handshake {
    fn decode(raw: &[u8]) -> Result<Self, DecodeError> {
        Self::decode(raw)
    }

    fn name(&self) -> &'static str {
        self.name()
    }
}

impl Arrival<Unread> {
    /// Reads the message, if it is one, for a state of this name.
    pub(crate) fn read<M: Message>(self, state: &'static str) -> Result<Arrival<M>, Fault> {
        Ok(match self {
            Self::Message(Unread, raw) => {
                let message = M::decode(&raw).map_err(|error| undecodable(error, state))?;
                Arrival::Message(message, raw)
            }
            Self::ChangeCipherSpec => Arrival::ChangeCipherSpec,
            Self::NoRenegotiation => Arrival::NoRenegotiation,
            Self::Told(answer) => Arrival::Told(answer),
            Self::Wanted(wish) => Arrival::Wanted(wish),
        })
    }
}

impl Arrival<Unread> {
    /// Of all messages this one only: another is out of place, whatever is in it.
    pub(crate) fn only(self, wanted: HandshakeType, state: &'static str) -> Result<Self, Fault> {
        let kind = match &self {
            Self::Message(Unread, raw) => raw.first().copied().map(HandshakeType),
            _ => return Ok(self),
        };
        if kind == Some(wanted) {
            return Ok(self);
        }
        let came = kind.and_then(HandshakeType::name);
        Err(Fault::Unexpected {
            state,
            came: came.unwrap_or(UNKNOWN),
        })
    }
}

const UNKNOWN: &str = "a message of an unknown type";

/// A message of a type nobody knows is out of place, whatever is in it: RFC 9846 §6.2.
fn undecodable(error: DecodeError, state: &'static str) -> Fault {
    match (error.field, error.problem) {
        ("msg_type", Problem::IllegalValue) => Fault::Unexpected {
            state,
            came: UNKNOWN,
        },
        _ => error.into(),
    }
}

impl<M: Message> Arrival<M> {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Message(message, _) => message.name(),
            Self::ChangeCipherSpec => "a change_cipher_spec",
            Self::NoRenegotiation => "no_renegotiation",
            Self::Told(answer) => answer.name(),
            Self::Wanted(Wish::UpdateKeys(_)) => "a wish for new keys",
            Self::Wanted(Wish::Renegotiate) => "a wish for a renegotiation",
            Self::Wanted(Wish::RequestCertificate) => "a wish for the client's certificate",
        }
    }
}

/// Whatever a table does not list.
pub(crate) fn unexpected<M: Message>(state: &'static str, arrival: &Arrival<M>) -> Fault {
    Fault::Unexpected {
        state,
        came: arrival.name(),
    }
}
