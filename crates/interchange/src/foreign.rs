//! A session that another stack wrote down.

use core::time::Duration;

use tessera_crypto::{HashAlgorithm, HashContext};
use tessera_session::policy::{LONGEST_LINEAGE_TLS12, LONGEST_LINEAGE_TLS13};
use tessera_session::{
    Alpn, Lifetime, Lineage, LineageId, Resumption, ServerName, Session, Taint, Timestamp,
};
use tessera_wire::{NamedGroup, ProtocolVersion, SessionId};

use crate::der::DerProblem;
use crate::error::{ReadError, at};

/// What a file of another stack holds.
#[derive(Clone)]
pub struct ForeignSession {
    /// The session, tainted: see [`Self::vouched`]. Its lineage is a new one, the same at every
    /// reading; its authentication is as old as its ticket.
    pub session: Session,
    /// The ticket as it goes over the wire; empty for a TLS 1.2 session that goes by its id.
    pub ticket: Vec<u8>,
    /// What the stack's verifier said of the peer: 0 is "ok".
    pub verify_result: u32,
    /// The stack's own scope; empty on clients.
    pub session_id_context: Vec<u8>,
}

/// The file's session belongs to another host than the one it is meant for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the session was made for {found}, not for {wanted}")]
pub struct OtherName {
    /// The host it is meant for.
    pub wanted: ServerName,
    /// The host it was made for.
    pub found: ServerName,
}

impl ForeignSession {
    /// Says whose session this is. Many files do not have the name (OpenSSL keeps it only where the
    /// server acknowledged it); where it is there, it has to be this one.
    pub fn named(mut self, name: &ServerName) -> Result<Self, OtherName> {
        match &self.session.binding.server_name {
            Some(found) if found != name => Err(OtherName {
                wanted: name.clone(),
                found: found.clone(),
            }),
            _ => {
                self.session.binding.server_name = Some(name.clone());
                Ok(self)
            }
        }
    }

    /// What stands for the session on the wire: its ticket, or the id of TLS 1.2.
    pub fn wire(&self) -> &[u8] {
        match &self.session.resumption {
            Resumption::Tls12 { session_id, .. } if self.ticket.is_empty() => session_id.as_slice(),
            _ => &self.ticket,
        }
    }

    /// Takes the file's word for it that the peer was verified: the taint goes, unless the file
    /// itself says that verification failed.
    pub fn vouched(mut self) -> Self {
        if self.session.taint == Some(Taint::Imported) {
            self.session.taint = None;
        }
        self
    }
}

/// The ticket alone, of what stands for a session on the wire: empty where that is its id.
pub(crate) fn ticket_alone<'a>(session: &Session, wire: &'a [u8]) -> &'a [u8] {
    match &session.resumption {
        Resumption::Tls12 { session_id, .. } if session_id.as_slice() == wire => &[],
        _ => wire,
    }
}

/// The taint of what is read, before anybody vouches for it. A raw public key has no name in it that
/// could be the one connected to, so nobody can vouch for that.
pub(crate) const fn taint(verify_result: u32, raw_public_key: Option<&[u8]>) -> Taint {
    match (verify_result, raw_public_key) {
        (0, None) => Taint::Imported,
        _ => Taint::Unverified,
    }
}

/// A lineage of its own, and the same one however often the file is read.
pub(crate) fn lineage(ticket: &[u8], session_id: &[u8]) -> Lineage {
    let mut hash = HashContext::new(HashAlgorithm::Sha256);
    hash.update(b"tessera imported lineage");
    hash.update(if ticket.is_empty() {
        session_id
    } else {
        ticket
    });
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(hash.finish().as_bytes()) {
        *to = *from;
    }
    Lineage {
        id: LineageId(id),
        generation: 0,
    }
}

/// The longest a lineage of this version may last.
pub(crate) const fn longest(version: ProtocolVersion) -> Duration {
    if version.0 == ProtocolVersion::TLS1_3.0 {
        LONGEST_LINEAGE_TLS13
    } else {
        LONGEST_LINEAGE_TLS12
    }
}

/// What a file says of a session's times, in seconds; 0 where it says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// When the ticket was made, or came. A file that does not say is as old as time itself.
    pub(crate) made: u64,
    /// How long the stack would keep the session.
    pub(crate) timeout: u64,
    /// How long the server said it is good for.
    pub(crate) lifetime_hint: u32,
    /// How long the authentication counts.
    pub(crate) authentication: u64,
}

impl Times {
    /// The least of what the stack, the server and the RFCs allow.
    pub(crate) fn lifetime(self, version: ProtocolVersion) -> Lifetime {
        let made = Timestamp::from_unix_secs(self.made);
        let at_most = |seconds: u64| match seconds {
            0 => longest(version),
            seconds => Duration::from_secs(seconds).min(longest(version)),
        };
        let lineage = at_most(self.authentication);
        let ticket = at_most(self.timeout).min(at_most(self.lifetime_hint.into()));
        Lifetime {
            authenticated_at: made,
            issued_at: made,
            expires_at: made.plus(ticket.min(lineage)),
            lineage_ends_at: made.plus(lineage),
        }
    }
}

pub(crate) fn alpn(name: &[u8]) -> Result<Alpn, ReadError> {
    Alpn::new(name).map_err(|_| at("ALPN")(DerProblem::StringLength(name.len())))
}

/// Other stacks write 0 for a group they do not know.
pub(crate) fn group(number: u64) -> Result<Option<NamedGroup>, ReadError> {
    let group = u16::try_from(number).map_err(|_| at("group")(DerProblem::Integer))?;
    Ok(Some(NamedGroup(group)).filter(|group| group.0 != 0))
}

pub(crate) fn host_name(bytes: &[u8]) -> Result<ServerName, ReadError> {
    let text = core::str::from_utf8(bytes)
        .map_err(|_| ReadError::HostName(tessera_session::NameError::Character))?;
    ServerName::new(text).map_err(ReadError::HostName)
}

/// What a session is offered by, in the files of OpenSSL and of BoringSSL.
pub(crate) struct Offered<'a> {
    /// Empty where there is none.
    pub(crate) ticket: &'a [u8],
    pub(crate) session_id: &'a [u8],
    pub(crate) ticket_age_add: u32,
    pub(crate) max_early_data_size: u32,
    pub(crate) extended_main_secret: bool,
}

impl Offered<'_> {
    /// How it resumes. With a ticket the session id is the ticket's hash, and never travels.
    pub(crate) fn resumption(&self, version: ProtocolVersion) -> Result<Resumption, ReadError> {
        let (ticket, id) = (self.ticket, self.session_id);
        match (version, ticket.is_empty()) {
            (ProtocolVersion::TLS1_3, false) => Ok(Resumption::Tls13 {
                ticket_age_add: self.ticket_age_add,
                max_early_data_size: self.max_early_data_size,
            }),
            (ProtocolVersion::TLS1_3, true) => Err(ReadError::NothingToOffer),
            (_, true) if id.is_empty() => Err(ReadError::NothingToOffer),
            (_, without_ticket) => Ok(Resumption::Tls12 {
                session_id: session_id(if without_ticket { id } else { &[] })?,
                extended_main_secret: self.extended_main_secret,
            }),
        }
    }
}

pub(crate) fn session_id(bytes: &[u8]) -> Result<SessionId, ReadError> {
    SessionId::new(bytes).map_err(|_| at("session id")(DerProblem::StringLength(bytes.len())))
}
