//! What only the world outside can know.

use crate::{Facts, Verdict};
use std::fmt;
use tessera_session::{Claim, PeerIdentity, ServerName, Session, Side, Spend, TicketId};
use tessera_wire::codepoint::SignatureScheme;

/// Names one question of one connection, so that a late answer can be told from a current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuestionId(pub(crate) u64);

/// Things only the world outside can know. Each has exactly one [`Answer`].
///
/// All but [`Question::Keep`] hold the handshake until answered, and at most one of those is open
/// at a time.
pub enum Question {
    /// Server: is there a session under this lookup key? Answer: [`Answer::Session`].
    FindSession(TicketId),
    /// Server: use this ticket up, once and for all. Answer: [`Answer::Claim`].
    ClaimSession(Spend),
    /// Keep this session. A server sends the stored ticket only after [`Answer::Kept`] said so.
    Keep(Box<Keep>),
    /// Is this chain good for this name? Answer: [`Answer::Verdict`].
    VerifyPeer(Box<PeerClaim>),
    /// Sign this with the private key of one of the configured identities. Answer:
    /// [`Answer::Signature`].
    Sign {
        /// Index into the identities of the settings.
        identity: usize,
        /// How to sign.
        scheme: SignatureScheme,
        /// What to sign, before hashing.
        message: Vec<u8>,
    },
    /// TLS 1.2, where the settings say to ask: the peer wants another handshake on this connection.
    /// Answer: [`Answer::Consent`].
    Renegotiate,
    /// Server, where the settings say to ask: may this client come in? Asked when the handshake is
    /// complete, a full one and a resumed one alike, before any of it is told, any data is delivered, early
    /// data included, and any ticket goes out; and again where the client shows another certificate.
    /// Answer: [`Answer::Authorised`].
    Authorise(Box<Facts>),
}

/// A session to be kept.
pub struct Keep {
    /// Whose side of the session this is.
    pub side: Side,
    /// The hash of the ticket's wire bytes.
    pub id: TicketId,
    /// The session itself.
    pub session: Session,
    /// The ticket as it goes over the wire: the client needs it to resume.
    pub ticket: Vec<u8>,
}

/// What a peer claims to be.
pub struct PeerClaim {
    /// Whose chain this is.
    pub side: Side,
    /// The chain as the peer sent it, DER, leaf first; never empty.
    pub chain: Vec<Vec<u8>>,
    /// The name the leaf must be good for (a server's).
    pub name: Option<ServerName>,
    /// A stapled OCSP response, if any.
    pub ocsp: Option<Vec<u8>>,
    /// Signed certificate timestamps that came with the leaf: RFC 6962 §3.3.
    pub scts: Vec<Vec<u8>>,
}

impl PeerClaim {
    /// What a session remembers of a server. What was stapled then is not.
    pub(crate) fn remembered(peer: &PeerIdentity, name: Option<&ServerName>) -> Self {
        Self {
            side: Side::Server,
            chain: peer.chain.clone(),
            name: name.cloned(),
            ocsp: None,
            scts: Vec::new(),
        }
    }
}

/// The reply to a [`Question`]. Giving up on a question is an answer, too: `Lost` or `None`.
pub enum Answer {
    /// To [`Question::FindSession`].
    Session(Found),
    /// To [`Question::ClaimSession`]; `None` is a claim that could not be decided in time, and counts as lost.
    Claim(Option<Claim>),
    /// To [`Question::Keep`]: whether the session is safely kept.
    Kept(bool),
    /// To [`Question::VerifyPeer`].
    Verdict(Verdict),
    /// To [`Question::Sign`]; `None` when the key could not be used.
    Signature(Option<Vec<u8>>),
    /// To [`Question::Renegotiate`].
    Consent(Consent),
    /// To [`Question::Authorise`]: who is not let in hears `access_denied`.
    Authorised(bool),
}

/// What becomes of a peer's wish to renegotiate: RFC 5246 §7.4.1.1, §7.2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// It is granted: a handshake begins, for a new session.
    Grant,
    /// It is declined with `no_renegotiation`, and the connection goes on.
    Decline,
    /// It is passed over, and the connection goes on.
    Ignore,
    /// It ends the connection, with `no_renegotiation`.
    End,
}

/// What a look-up found.
pub enum Found {
    /// This session.
    Session(Box<Session>),
    /// Nothing under that id.
    Nothing,
    /// The store failed or took too long.
    Unavailable,
}

impl Question {
    /// Its name, for people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FindSession(_) => "FindSession",
            Self::ClaimSession(_) => "ClaimSession",
            Self::Keep(_) => "Keep",
            Self::VerifyPeer(_) => "VerifyPeer",
            Self::Sign { .. } => "Sign",
            Self::Renegotiate => "Renegotiate",
            Self::Authorise(_) => "Authorise",
        }
    }

    /// Whether the handshake waits for the answer.
    pub fn holds(&self) -> bool {
        !matches!(self, Self::Keep(_))
    }
}

impl Answer {
    /// Its name, for people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Session(_) => "Session",
            Self::Claim(_) => "Claim",
            Self::Kept(_) => "Kept",
            Self::Verdict(_) => "Verdict",
            Self::Signature(_) => "Signature",
            Self::Consent(_) => "Consent",
            Self::Authorised(_) => "Authorised",
        }
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
