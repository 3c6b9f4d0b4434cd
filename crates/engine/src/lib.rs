//! The TLS protocol: records, keys, handshakes, connections. No I/O, no clock, no hidden
//! randomness.
//!
//! A [`Connection`] is moved by [`Connection::handle`] and asked for what it wants by
//! [`Connection::poll`]. What only the world can know — a session in a store, the verdict on a
//! chain, a signature — it asks as a [`Question`] and takes as an [`Answer`], so nothing in here
//! can block.
//!
//! Where things are: bytes enter in `record/deframe.rs`; which message may come when is the table
//! at the top of `handshake/tls13/{client,server}/mod.rs`; the alert for an error is
//! `Fault::alert`.

mod config;
mod connection;
mod destination;
mod event;
mod facts;
mod fault;
mod half;
mod handshake;
mod keys;
mod offered_session;
mod record;
mod verdict;

pub use config::{
    Audience, Authorisation, ClientAuth, ClientConfig, ClientSettings, EarlyDataOffer,
    ExtendedMainSecret, ExternalPsk, FalseStart, GreaseValues, GroupChoice, Identity, KeyShares,
    PeerChange, PskError, Renegotiation, Reverification, SecureRenegotiation, ServerConfig,
    ServerSettings, SessionForms, SettingsError, SuiteChoice, SuiteOrder, Unsuited, WithoutPsk,
};
pub use connection::{
    ClientHelloInfo, Connection, Ending, Input, Output, Received, peek_client_hello,
    refuse_client_hello,
};
pub use destination::Destination;
pub use event::{Event, Trace, TracedMessage};
pub use facts::{EarlyDataFate, Facts, KeysFingerprint, Kind, SessionFacts, TicketAge};
pub use fault::{Blame, Fault, LocalError, Misbehaviour, Mismatch, NotTls, RecordError};
pub use half::Half;
pub use handshake::question::{Answer, Consent, Found, Keep, PeerClaim, Question, QuestionId};
pub use keys::derived::{Derived, SecretFingerprint};
pub use keys::exporter::ExportTooLong;
pub use keys::keylog::{KeyLog, KeyLogLine};
pub use offered_session::OfferedSession;
/// The hash that an external key is used with.
pub use tessera_crypto::HashAlgorithm as PskHash;
pub use tessera_wire::codepoint::KeyUpdateRequest;
pub use verdict::{Accepted, IdentityError, IdentityProblem, Trust, Verdict};
