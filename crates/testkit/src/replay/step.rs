//! One thing that happens.

use super::Outcome;
use std::time::Duration;
use tessera_engine::{Input, KeyUpdateRequest};
use tessera_session::Side;

/// One thing that happens, and what came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The line of the file it begins on; 0 where it is of no file.
    pub line: usize,
    /// How long after the beginning of virtual time.
    pub at: Duration,
    /// What happens.
    pub act: Act,
    /// What came out of the end it happened to.
    pub outcome: Outcome,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A new client and a new server meet; those before are gone. What comes out is the client's.
    Connect(Offer),
    /// An end is given an input.
    Give(Side, Given),
}

/// What a client offers to resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Nothing.
    Fresh,
    /// The newest session of the wallet, if there is one.
    Newest,
}

/// An input of a connection, its bytes its own. Answers are the world's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Bytes from the peer.
    Ciphertext(Vec<u8>),
    /// Bytes from the application.
    Plaintext(Vec<u8>),
    /// New traffic keys for what this end sends.
    UpdateKeys,
    /// New traffic keys for both.
    UpdateBothKeys,
    /// Another handshake.
    Renegotiate,
    /// The client's certificate is wanted.
    RequestCertificate,
    /// The application will send no more.
    Close,
    /// The transport will bring no more.
    EndOfStream,
}

impl Act {
    /// As a file has it, without its bytes.
    pub fn words(&self) -> String {
        match self {
            Self::Connect(offer) => format!("connect {}", offer.word()),
            Self::Give(side, given) => format!("{} {}", end(*side), given.word()),
        }
    }

    /// Its bytes, where it takes any.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Give(_, Given::Ciphertext(bytes) | Given::Plaintext(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// As [`Self::bytes`].
    pub(super) fn bytes_mut(&mut self) -> Option<&mut Vec<u8>> {
        match self {
            Self::Give(_, Given::Ciphertext(bytes) | Given::Plaintext(bytes)) => Some(bytes),
            _ => None,
        }
    }
}

/// The word for an end.
pub(super) const fn end(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

impl Offer {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Fresh, Self::Newest];

    /// The word a file has for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Newest => "newest",
        }
    }
}

impl Given {
    /// One of each, those with bytes without any.
    pub const ALL: [Self; 8] = [
        Self::Ciphertext(Vec::new()),
        Self::Plaintext(Vec::new()),
        Self::UpdateKeys,
        Self::UpdateBothKeys,
        Self::Renegotiate,
        Self::RequestCertificate,
        Self::Close,
        Self::EndOfStream,
    ];

    /// The word a file has for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ciphertext(_) => "ciphertext",
            Self::Plaintext(_) => "plaintext",
            Self::UpdateKeys => "update_keys",
            Self::UpdateBothKeys => "update_both_keys",
            Self::Renegotiate => "renegotiate",
            Self::RequestCertificate => "request_certificate",
            Self::Close => "close",
            Self::EndOfStream => "end_of_stream",
        }
    }

    /// What the engine takes.
    pub(super) fn input(&self) -> Input<'_> {
        match self {
            Self::Ciphertext(bytes) => Input::Ciphertext(bytes),
            Self::Plaintext(bytes) => Input::Plaintext(bytes),
            Self::UpdateKeys => Input::UpdateKeys(KeyUpdateRequest::UpdateNotRequested),
            Self::UpdateBothKeys => Input::UpdateKeys(KeyUpdateRequest::UpdateRequested),
            Self::Renegotiate => Input::Renegotiate,
            Self::RequestCertificate => Input::RequestCertificate,
            Self::Close => Input::Close,
            Self::EndOfStream => Input::EndOfStream,
        }
    }
}
