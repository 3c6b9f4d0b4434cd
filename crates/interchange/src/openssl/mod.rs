//! OpenSSL's sessions: what `openssl s_client -sess_out` writes and `-sess_in` reads.
//!
//! ```text
//! SSL_SESSION ::= SEQUENCE {
//!     structure version   INTEGER (1),
//!     protocol version    INTEGER,                    -- 0x0303, 0x0304
//!     cipher suite        OCTET STRING (SIZE (2)),
//!     session id          OCTET STRING (SIZE (0..32)),
//!     secret              OCTET STRING,               -- 1.2: main secret; 1.3: the ticket's PSK
//!     key_arg         [0] IMPLICIT OCTET STRING OPTIONAL,      -- of SSL 2.0
//!     time            [1] EXPLICIT INTEGER OPTIONAL,           -- Unix seconds
//!     timeout         [2] EXPLICIT INTEGER OPTIONAL,           -- seconds
//!     peer            [3] EXPLICIT Certificate OPTIONAL,       -- the leaf alone
//!     session id ctx  [4] EXPLICIT OCTET STRING OPTIONAL,      -- always written
//!     verify_result   [5] EXPLICIT INTEGER OPTIONAL,           -- 0 is not written
//!     host name       [6] EXPLICIT OCTET STRING OPTIONAL,
//!     PSK hint        [7] EXPLICIT OCTET STRING OPTIONAL,
//!     PSK identity    [8] EXPLICIT OCTET STRING OPTIONAL,
//!     lifetime hint   [9] EXPLICIT INTEGER OPTIONAL,           -- seconds
//!     ticket         [10] EXPLICIT OCTET STRING OPTIONAL,
//!     compression    [11] EXPLICIT OCTET STRING OPTIONAL,
//!     SRP user       [12] EXPLICIT OCTET STRING OPTIONAL,
//!     flags          [13] EXPLICIT INTEGER OPTIONAL,           -- 1: extended main secret
//!     ticket_age_add [14] EXPLICIT INTEGER OPTIONAL,
//!     max_early_data [15] EXPLICIT INTEGER OPTIONAL,
//!     ALPN           [16] EXPLICIT OCTET STRING OPTIONAL,
//!     fragment size  [17] EXPLICIT INTEGER OPTIONAL,
//!     application    [18] EXPLICIT OCTET STRING OPTIONAL,
//!     group          [19] EXPLICIT INTEGER OPTIONAL,           -- always written
//!     raw key        [20] EXPLICIT OCTET STRING OPTIONAL       -- OpenSSL 4
//! }
//! ```
//!
//! Fields come in this order, each at most once. BoringSSL's files begin alike and differ from
//! `[13]` on; they are refused here by a field that OpenSSL does not have, or by its type.
//!
//! What such a file cannot say is lost on the way out: the lineage, when the peer was
//! authenticated (only when the ticket was made), the scope, and all of the chain but the leaf.

mod read;
mod write;

pub use read::{ReadError, read_der, read_pem};
pub use write::{WriteError, write_der, write_pem};

use tessera_session::{ServerName, Session, Taint};

/// The label of the PEM block.
pub const LABEL: &str = "SSL SESSION PARAMETERS";

/// Numbers of the optional fields.
mod field {
    pub(super) const KEY_ARG: u8 = 0;
    pub(super) const TIME: u8 = 1;
    pub(super) const TIMEOUT: u8 = 2;
    pub(super) const PEER: u8 = 3;
    pub(super) const SESSION_ID_CONTEXT: u8 = 4;
    pub(super) const VERIFY_RESULT: u8 = 5;
    pub(super) const HOST_NAME: u8 = 6;
    pub(super) const PSK_IDENTITY_HINT: u8 = 7;
    pub(super) const PSK_IDENTITY: u8 = 8;
    pub(super) const LIFETIME_HINT: u8 = 9;
    pub(super) const TICKET: u8 = 10;
    pub(super) const COMPRESSION: u8 = 11;
    pub(super) const SRP_USER: u8 = 12;
    pub(super) const FLAGS: u8 = 13;
    pub(super) const TICKET_AGE_ADD: u8 = 14;
    pub(super) const MAX_EARLY_DATA: u8 = 15;
    pub(super) const ALPN: u8 = 16;
    pub(super) const MAX_FRAGMENT: u8 = 17;
    pub(super) const APPLICATION_DATA: u8 = 18;
    pub(super) const GROUP: u8 = 19;
    pub(super) const RAW_PUBLIC_KEY: u8 = 20;
    pub(super) const LAST: u8 = RAW_PUBLIC_KEY;
}

/// The one bit of `flags` we know: RFC 7627.
const EXTENDED_MAIN_SECRET: u64 = 1;

/// What an OpenSSL file holds.
#[derive(Clone)]
pub struct OpenSslSession {
    /// The session, tainted: see [`Self::vouched`]. Its lineage is a new one, the same at every
    /// reading; its authentication is as old as its ticket.
    pub session: Session,
    /// The ticket as it goes over the wire; empty for a TLS 1.2 session that goes by its id.
    pub ticket: Vec<u8>,
    /// What OpenSSL's verifier said of the peer: 0 is "ok".
    pub verify_result: u32,
    /// OpenSSL's own scope; empty on clients.
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

impl OpenSslSession {
    /// Says whose session this is. OpenSSL keeps the name only where the server acknowledged it,
    /// so it is often missing; where it is there, it has to be this one.
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

    /// Takes the file's word for it that the peer was verified: the taint goes, unless the file
    /// itself says that verification failed.
    pub fn vouched(mut self) -> Self {
        if self.session.taint == Some(Taint::Imported) {
            self.session.taint = None;
        }
        self
    }
}
