//! Sessions, wallet, ticket keys, revocations and register in one SQLite file, shared by any number of processes.
//!
//! * [`keyfile`]: the state directory, the store key and the deployment id;
//! * [`SqliteStore`]: the store. It answers from threads of its own, never from the caller's:
//!   one writes sessions (group commit, WAL, `synchronous=NORMAL`: a process that dies loses nothing that was
//!   acknowledged, a machine that loses power perhaps the last moments), one writes claims, ring and revocations
//!   (`synchronous=FULL`), and some only read;
//! * [`Incident`]: a damaged file is set aside, never deleted, and everybody who had it open goes on with the new one;
//! * [`Report`]: what `verify` found when it opened every record.
//!
//! The file belongs on a local disk: SQLite's locks do not hold on network file systems.

mod commit;
mod connection;
mod failure;
mod incident;
pub mod keyfile;
mod reply;
mod row;
mod schema;
mod site;
mod store;
mod table;
mod threads;
mod verify;

pub use incident::Incident;
pub use keyfile::{KeyFileError, KeySource, Readers, StoreKey};
pub use store::{Settings, SqliteStore};
pub use verify::{Finding, Report, examine};
