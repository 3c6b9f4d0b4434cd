//! Events in, a ledger of connections and lineages out.
//!
//! * [`ledger`]: what every connection tells is written down here, within bounds;
//! * [`row`]: what the ledger answers, ready for JSON;
//! * [`document`]: one connection's own page, `tessera.connection/1`;
//! * [`delta`]: what changed since the last look;
//! * [`feed`]: the same as lines, from a server to the console that started it;
//! * [`metrics`]: how often things happened;
//! * [`time`]: a moment as RFC 3339 writes it.
//!
//! No secret can get in: what is kept are names, numbers and times, copied one by one out of
//! [`tessera_engine::Event`] and [`tessera_engine::Facts`], which hold none. Of a traced message that
//! is its type, its length and the random of a hello; no other byte of it is looked at. Secrets of the
//! key schedule come as fingerprints, made by the engine.

pub mod delta;
pub mod document;
pub mod feed;
pub mod ledger;
pub mod metrics;
pub mod row;
pub mod time;

pub use delta::Delta;
pub use document::{ConnectionDocument, ConnectionPart, SessionPart, WebSessionPart};
pub use feed::{FeedLine, Notice};
pub use ledger::Ledger;
pub use metrics::Metrics;
pub use row::{
    ConnectionRow, Demo, DemoRow, DerivedRow, HandshakeRow, LedgerRows, LineageRow, MessageRow,
    SessionRow, State, Traces,
};
pub use time::Time;
