//! BoringSSL's sessions: what `SSL_SESSION_to_bytes` writes.
//!
//! ```text
//! SSLSession ::= SEQUENCE {
//!     structure version   INTEGER (1),
//!     protocol version    INTEGER,                    -- 0x0303, 0x0304
//!     cipher suite        OCTET STRING (SIZE (2)),
//!     session id          OCTET STRING (SIZE (0..32)),
//!     secret              OCTET STRING,               -- 1.2: main secret; 1.3: the ticket's PSK
//!     time            [1] EXPLICIT INTEGER,                     -- Unix seconds
//!     timeout         [2] EXPLICIT INTEGER,                     -- seconds
//!     peer            [3] EXPLICIT Certificate OPTIONAL,        -- the leaf
//!     session id ctx  [4] EXPLICIT OCTET STRING OPTIONAL,
//!     verify_result   [5] EXPLICIT INTEGER OPTIONAL,
//!     PSK identity    [8] EXPLICIT OCTET STRING OPTIONAL,
//!     lifetime hint   [9] EXPLICIT INTEGER OPTIONAL,            -- seconds
//!     ticket         [10] EXPLICIT OCTET STRING OPTIONAL,
//!     peer's hash    [13] EXPLICIT OCTET STRING OPTIONAL,       -- instead of [3]
//!     handshake hash [14] EXPLICIT OCTET STRING OPTIONAL,
//!     SCTs           [15] EXPLICIT OCTET STRING OPTIONAL,
//!     OCSP response  [16] EXPLICIT OCTET STRING OPTIONAL,
//!     extended secret[17] EXPLICIT BOOLEAN OPTIONAL,
//!     group          [18] EXPLICIT INTEGER OPTIONAL,
//!     chain          [19] EXPLICIT SEQUENCE OF Certificate OPTIONAL,  -- behind the leaf
//!     ticket_age_add [21] EXPLICIT OCTET STRING (SIZE (4)) OPTIONAL,
//!     is server      [22] EXPLICIT BOOLEAN DEFAULT TRUE,
//!     signature      [23] EXPLICIT INTEGER OPTIONAL,
//!     max_early_data [24] EXPLICIT INTEGER OPTIONAL,
//!     auth timeout   [25] EXPLICIT INTEGER OPTIONAL,            -- defaults to the timeout
//!     early ALPN     [26] EXPLICIT OCTET STRING OPTIONAL,
//!     is QUIC        [27] EXPLICIT BOOLEAN OPTIONAL,
//!     QUIC context   [28] EXPLICIT OCTET STRING OPTIONAL,
//!     ALPS           [29], [30] EXPLICIT OCTET STRING OPTIONAL, -- ours, the peer's
//!     across names   [31] EXPLICIT BOOLEAN OPTIONAL,
//!     peer's type    [32] EXPLICIT INTEGER DEFAULT 0,
//!     raw key        [33] EXPLICIT SubjectPublicKeyInfo OPTIONAL
//! }
//! ```
//!
//! `[6]` is skipped, and `[0]`, `[7]`, `[11]`, `[12]` and `[20]` are errors, as they are there. There is no
//! host name: whoever imports such a session says for whom.

mod client;
pub(crate) mod structure;

pub use client::{read_der, read_pem};
