//! The handshakes: what may arrive, and the one machine of either role.

pub(crate) mod cx;
pub(crate) mod hello;
pub(crate) mod question;
pub(crate) mod tls13;

use crate::Fault;
use crate::handshake::question::Answer;
use tessera_wire::codepoint::KeyUpdateRequest;
use tessera_wire::handshake::Handshake;

/// What may come to a state.
pub(crate) enum Arrival {
    /// A handshake message of the peer, and its bytes as they came.
    Message(Handshake, Vec<u8>),
    /// The answer to a question.
    Told(Answer),
    /// What the application wants.
    Wanted(Wish),
}

/// What an application can want of an established connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// New sending keys; and whether the peer should replace its own, too.
    UpdateKeys(KeyUpdateRequest),
}

impl Arrival {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Message(message, _) => message.name(),
            Self::Told(answer) => answer.name(),
            Self::Wanted(Wish::UpdateKeys(_)) => "a wish for new keys",
        }
    }
}

/// Whatever a table does not list.
pub(crate) fn unexpected(state: &'static str, arrival: &Arrival) -> Fault {
    Fault::Unexpected {
        state,
        came: arrival.name(),
    }
}
