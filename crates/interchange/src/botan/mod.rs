//! Botan's sessions: what `TLS::Session::PEM_encode` writes, and the same sealed.
//!
//! ```text
//! SEQUENCE {
//!     structure version   INTEGER (20231031),
//!     start time          INTEGER,                    -- Unix seconds
//!     major, minor        INTEGER, INTEGER,           -- 3 and 3, 3 and 4
//!     cipher suite        INTEGER,
//!     side                INTEGER,                    -- 1: client, 2: server
//!     extended secret     BOOLEAN,
//!     encrypt-then-MAC    BOOLEAN,
//!     secret              OCTET STRING,               -- 1.2: main secret; 1.3: the ticket's PSK
//!     chain               SEQUENCE OF Certificate,    -- the leaf first
//!     raw key             OCTET STRING,
//!     host, service       UTF8String, UTF8String,
//!     port                INTEGER,
//!     SRTP profile        INTEGER,
//!     early data allowed  BOOLEAN,
//!     max_early_data      INTEGER,
//!     ticket_age_add      INTEGER,
//!     lifetime hint       INTEGER                     -- seconds
//! }
//! ```
//!
//! The ticket or session id is not in it: Botan keeps the *handle* beside the session, in a column of its
//! database. So whoever reads such a file has to bring the [`Handle`] too.
//!
//! Its verifier's word is not in it either. Botan ends a handshake with a peer that does not verify, so what
//! is kept counts as verified for whoever [vouches](ForeignSession::vouched) for it.

mod sealed;
mod structure;

pub(crate) use sealed::is_sealed;
pub use sealed::open_sealed;

use tessera_session::{Binding, Resumption, Scope, Session};
use tessera_wire::ProtocolVersion;

use crate::error::ReadError;
use crate::foreign::{self, ForeignSession, Times};
use crate::{peer, pem};
use structure::{CLIENT, Structure};

/// The label of the PEM block.
pub const LABEL: &str = "TLS SESSION";

/// What a session is offered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle<'a> {
    /// A ticket, of either version.
    Ticket(&'a [u8]),
    /// A session id of TLS 1.2.
    SessionId(&'a [u8]),
}

/// Reads the first session of a PEM file.
pub fn read_pem(text: &str, handle: Handle<'_>) -> Result<ForeignSession, ReadError> {
    read_der(&pem::decode(text, LABEL)?, handle)
}

/// Reads one session in DER.
pub fn read_der(bytes: &[u8], handle: Handle<'_>) -> Result<ForeignSession, ReadError> {
    let file = Structure::read(bytes)?;
    if file.side != CLIENT {
        return Err(ReadError::ServerSide);
    }
    let version = file.version()?;
    let (ticket, session_id) = match handle {
        Handle::Ticket(ticket) => (ticket, &[][..]),
        Handle::SessionId(id) => (&[][..], id),
    };
    if ticket.is_empty() && (session_id.is_empty() || version == ProtocolVersion::TLS1_3) {
        return Err(ReadError::NothingToOffer);
    }
    let peer = match file.chain.as_slice() {
        [] => None,
        chain => Some(peer::identity(chain).ok_or(ReadError::Certificate)?),
    };
    let times = Times {
        made: file.start_time,
        lifetime_hint: file.lifetime_hint,
        ..Times::default()
    };
    let session = Session {
        lineage: foreign::lineage(ticket, session_id),
        version,
        cipher_suite: file.cipher_suite,
        secret: crate::family::resumption_secret(file.secret, version, file.cipher_suite)?,
        lifetime: times.lifetime(version),
        resumption: if version == ProtocolVersion::TLS1_3 {
            Resumption::Tls13 {
                ticket_age_add: file.ticket_age_add,
                max_early_data_size: file.max_early_data,
            }
        } else {
            Resumption::Tls12 {
                session_id: foreign::session_id(session_id)?,
                extended_main_secret: file.extended_main_secret,
            }
        },
        taint: Some(foreign::taint(0, file.raw_public_key)),
        app_data: Vec::new(),
        group: None,
        binding: Binding {
            server_name: match file.host {
                "" => None,
                host => Some(foreign::host_name(host.as_bytes())?),
            },
            alpn: None,
            peer,
            // Ours to set: whoever keeps the session knows what it may be resumed for.
            scope: Scope([0; 32]),
        },
    };
    Ok(ForeignSession {
        session,
        ticket: ticket.to_vec(),
        verify_result: 0,
        session_id_context: Vec::new(),
    })
}
