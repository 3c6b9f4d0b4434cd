//! A server's half of a session, as OpenSSL's servers put it into their tickets.
//!
//! Such a ticket says when it was made and not when its session was: OpenSSL moves the time at every renewal. So
//! ours carry what a session inherits as application data, which OpenSSL copies into the tickets it renews. A
//! ticket without it is as old as it says, and founds a lineage of its own.

use tessera_session::ticket::SessionIdContext;
use tessera_session::{
    Binding, Lifetime, Lineage, LineageId, Resumption, Scope, Session, Timestamp,
};
use tessera_wire::{ProtocolVersion, Reader, SessionId, Writer};
use zeroize::Zeroizing;

use super::EXTENDED_MAIN_SECRET;
use super::client::{described, timeout, times};
use super::structure::Structure;
use crate::error::ReadError;
use crate::foreign;

/// A server's session, and what it is bound to there.
pub struct State {
    /// The session. Its scope is for whoever accepts it to set, and it never allows early data.
    pub session: Session,
    /// A server with another context does not resume it.
    pub context: SessionIdContext,
    /// Whether the session went through our hands before, and says so.
    pub is_carried: bool,
}

/// Why a server's session is of no use to another server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// It cannot be read.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// It names a client that another server authenticated, under rules of its own.
    #[error("it carries a client's identity, which only the server that verified it can vouch for")]
    HasPeer,
}

/// Reads the session in a ticket; `ticket` is the whole of it, which names the session.
pub fn read_state(der: &[u8], ticket: &[u8]) -> Result<State, StateError> {
    let file = Structure::read(der)?;
    if has_peer(&file) {
        return Err(StateError::HasPeer);
    }
    if file.compression.is_some_and(|method| method != [0]) {
        return Err(ReadError::Compressed.into());
    }
    let version = file.head.version()?;
    let mut lifetime = times(&file).lifetime(version);
    let mut lineage = foreign::lineage(ticket, &[]);
    let inherited = file.application_data.and_then(Inherited::read);
    let is_carried = inherited.is_some();
    if let Some(inherited) = inherited {
        lineage = inherited.lineage;
        inherited.limit(&mut lifetime, version);
    }
    let session = Session {
        lineage,
        version,
        cipher_suite: file.head.suite(),
        secret: file.head.secret()?,
        lifetime,
        resumption: if version == ProtocolVersion::TLS1_3 {
            Resumption::Tls13 {
                ticket_age_add: file.ticket_age_add,
                // Whoever guards against replays there does not guard here.
                max_early_data_size: 0,
            }
        } else {
            Resumption::Tls12 {
                session_id: SessionId::empty(),
                extended_main_secret: file.flags & EXTENDED_MAIN_SECRET != 0,
            }
        },
        taint: None,
        app_data: Vec::new(),
        group: foreign::group(file.group)?,
        binding: Binding {
            server_name: file.host_name.map(foreign::host_name).transpose()?,
            alpn: file.alpn.map(foreign::alpn).transpose()?,
            peer: None,
            scope: Scope([0; 32]),
        },
    };
    Ok(State {
        session,
        context: context(&file),
        is_carried,
    })
}

/// Whether a session names its client in any way OpenSSL has for that.
pub(crate) fn has_peer(file: &Structure<'_>) -> bool {
    [
        file.peer,
        file.psk_identity,
        file.srp_user,
        file.raw_public_key,
    ]
    .iter()
    .any(Option::is_some)
}

pub(crate) fn context(file: &Structure<'_>) -> SessionIdContext {
    // The reader lets no longer one pass.
    SessionIdContext::new(file.session_id_context).unwrap_or(SessionIdContext::EMPTY)
}

/// Writes a session as servers with this context resume it. Who the client is does not go with it: a session with
/// an identity is not for other servers, and `None` here.
pub fn write_state(session: &Session, context: &SessionIdContext) -> Option<Zeroizing<Vec<u8>>> {
    if session.binding.peer.is_some() || session.taint.is_some() {
        return None;
    }
    let inherited = Inherited {
        lineage: session.lineage,
        authenticated_at: session.lifetime.authenticated_at,
        lineage_ends_at: session.lifetime.lineage_ends_at,
    }
    .write();
    let lifetime = session.lifetime;
    let file = Structure {
        session_id_context: context.as_bytes(),
        time: lifetime.issued_at.as_unix_secs(),
        timeout: timeout(&lifetime),
        lifetime_hint: lifetime.ticket_lifetime(),
        max_early_data: 0,
        application_data: Some(&inherited),
        ..described(session)
    };
    Some(file.write())
}

/// What a session inherits from its full handshake, in the tickets that we seal for others.
struct Inherited {
    lineage: Lineage,
    authenticated_at: Timestamp,
    lineage_ends_at: Timestamp,
}

const MAGIC: &[u8; 8] = b"tessera\x01";

impl Inherited {
    fn write(&self) -> Vec<u8> {
        let mut w = Writer::with_capacity(44);
        w.bytes(MAGIC);
        w.bytes(&self.lineage.id.0);
        w.u32(self.lineage.generation);
        w.u64(self.authenticated_at.as_millis());
        w.u64(self.lineage_ends_at.as_millis());
        w.into_vec()
    }

    /// `None` for application data that is not ours.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut r = Reader::new(bytes.strip_prefix(MAGIC)?);
        let inherited = Self {
            lineage: Lineage {
                id: LineageId(r.array("lineage").ok()?),
                generation: r.u32("generation").ok()?,
            },
            authenticated_at: Timestamp::from_millis(r.u64("authenticated_at").ok()?),
            lineage_ends_at: Timestamp::from_millis(r.u64("lineage_ends_at").ok()?),
        };
        r.finish("application data").ok()?;
        Some(inherited)
    }

    /// A renewal elsewhere has moved the ticket's time; the authentication stays where it was.
    fn limit(&self, lifetime: &mut Lifetime, version: ProtocolVersion) {
        lifetime.authenticated_at = lifetime.authenticated_at.min(self.authenticated_at);
        lifetime.lineage_ends_at = self
            .lineage_ends_at
            .min(lifetime.authenticated_at.plus(foreign::longest(version)));
        lifetime.expires_at = lifetime.expires_at.min(lifetime.lineage_ends_at);
    }
}
