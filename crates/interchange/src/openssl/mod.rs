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

mod client;
pub(crate) mod server;
pub(crate) mod structure;

pub use client::{
    der_of_pem, pem_of_der, read_der, read_pem, ticket_of, with_ticket, write_der, write_pem,
};
pub use server::{State, StateError, read_state, write_state};

/// The label of the PEM block.
pub const LABEL: &str = "SSL SESSION PARAMETERS";

/// The one bit of `flags` we know: RFC 7627.
const EXTENDED_MAIN_SECRET: u64 = 1;
