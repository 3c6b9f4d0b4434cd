//! What pages are told: `tessera.console/1`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tessera_observe::{ConnectionRow, SessionRow, Time};

/// What changed in the picture after a sequence number. Rows are whole: each takes the place of the
/// one with its id. What is not there has not changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// `tessera.console/1`.
    pub schema: Cow<'static, str>,
    /// Ask for what comes after this next.
    pub sequence: u64,
    /// Whether this is everything there is: forget all rows first.
    pub everything: bool,
    /// The console's clock.
    pub at: Time,
    /// The console itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console: Option<Arc<ConsoleRow>>,
    /// Server processes, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<Arc<ProcessRow>>,
    /// Lineages, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lineages: Vec<Arc<LineageRow>>,
    /// Connections, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<Arc<ShownConnection>>,
    /// Ticket keys, by their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Arc<KeyRow>>,
    /// What happened, by its sequence numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Arc<NoticeRow>>,
    /// How often things happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counters: Option<Counters>,
    /// Logins, where the server knows of any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_sessions: Option<u64>,
    /// Who resumes whose sessions.
    #[serde(default, skip_serializing_if = "FleetPart::is_empty")]
    pub fleet: FleetPart,
    /// Ids of rows that are no longer kept.
    #[serde(default, skip_serializing_if = "Gone::is_empty")]
    pub gone: Gone,
}

impl Document {
    /// The schema's name.
    pub const SCHEMA: &'static str = "tessera.console/1";
}

/// The console itself and the server it was started for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleRow {
    /// The server's name in its fleet.
    pub node: String,
    /// The process that holds the console.
    pub pid: u32,
    /// Since when.
    pub started_at: Time,
    /// Whether secrets may be shown.
    pub learn: bool,
    /// Where sessions are kept, for people.
    pub store: String,
    /// The server's address.
    pub listening: String,
    /// Every deed by name, and why it is not to be had; nothing if it is. Whoever serves the
    /// console fills this in.
    #[serde(default)]
    pub deeds: BTreeMap<String, Option<String>>,
}

/// A server process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRow {
    /// Its id here: a system uses process ids again.
    pub id: String,
    /// Its process id.
    pub pid: u32,
    /// The server's name in its fleet.
    pub node: String,
    /// Since when.
    pub started_at: Time,
    /// Until when.
    pub ended_at: Option<Time>,
    /// How it ended, for people: `ended by signal 9`.
    pub ending: Option<String>,
}

/// A lineage: what a page draws as a bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineageRow {
    /// What is known of it.
    #[serde(flatten)]
    pub fact: LineageFact,
    /// Its sessions, the latest ones.
    pub sessions: Vec<Arc<SessionRow>>,
}

/// What is known of a lineage; by itself, what the store says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineageFact {
    /// Its id.
    pub id: String,
    /// The name asked for.
    pub server_name: Option<String>,
    /// Who the peer is.
    pub peer_identity: Option<String>,
    /// The version, as in `TLSv1.3`; unknown until a connection on it is told.
    pub version: Option<String>,
    /// The cipher suite.
    pub cipher_suite: Option<String>,
    /// When the peers last really authenticated each other.
    pub authenticated_at: Time,
    /// When the last of its sessions ends, where that is known.
    pub expires_at: Option<Time>,
    /// When every session of it ends, where that is known.
    pub lineage_ends_at: Option<Time>,
    /// The highest generation seen.
    pub generation: u32,
    /// Handshakes on it.
    pub uses: u64,
    /// Whether it can still be resumed.
    pub state: LineageState,
    /// When it could no longer.
    pub ended_at: Option<Time>,
    /// Why, for people.
    pub why: Option<String>,
}

/// Whether a lineage can still be resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineageState {
    /// It can.
    Live,
    /// Its time is over, or was ended.
    Expired,
    /// Somebody revoked it.
    Revoked,
}

/// A connection and whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownConnection {
    /// What its server tells.
    #[serde(flatten)]
    pub row: ConnectionRow,
    /// The server's process id.
    pub process: u32,
    /// Who opened it, where that was the console.
    pub by: Option<By>,
}

/// Who opened a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A button here.
    Console,
}

/// A ticket key, as `keys list` has it. Its secret has no place here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// Its name.
    pub name: String,
    /// `tessera`, or the server it came from.
    pub dialect: Cow<'static, str>,
    /// `announced`, `sealing`, `opening` or `retired`.
    pub phase: Cow<'static, str>,
    /// From when tickets are sealed with it.
    pub seals_from: Option<Time>,
    /// Until when.
    pub seals_until: Option<Time>,
    /// Until when tickets are opened with it.
    pub opens_until: Time,
    /// Of another server: whether it is known what its tickets are bound to.
    pub context_known: Option<bool>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRow {
    /// Its number.
    pub sequence: u64,
    /// When.
    pub at: Time,
    /// What: `restart`, `revoked`, `expired`, `ring`, `renewed`, `trouble`, `deed`, `refused`, `reload`, `revocations`.
    pub kind: Cow<'static, str>,
    /// The same for people.
    pub text: String,
    /// The lineage it happened to.
    pub lineage: Option<String>,
    /// The connection it happened on.
    pub connection: Option<String>,
}

/// How often things happened since the console was started. Rows that had to make room still count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Connections that are open, handshakes under way included.
    pub open: u64,
    /// Connections that ended after a handshake.
    pub closed: u64,
    /// Connections that ended without one.
    pub failed: u64,
    /// Lineages that can still be resumed.
    pub sessions_live: u64,
    /// Handshakes that agreed a new session's secret: full ones, those of renegotiations included.
    pub secrets_agreed: u64,
    /// Sets of traffic keys: one a handshake, and one for each half that replaced its own.
    pub keys_derived: u64,
    /// Connections that resumed a session.
    pub resumed: u64,
    /// Connections that began with a full handshake.
    pub full: u64,
    /// Handshakes after a connection's first.
    pub renegotiated: u64,
    /// Sessions offered and not resumed, by the refusal's code.
    pub refused: BTreeMap<String, u64>,
    /// Tickets that went over connections.
    pub tickets_issued: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
}

/// Who resumes whose sessions, and who has to begin anew: what changed of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetPart {
    /// Server processes of this console and of others, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Arc<FleetNode>>,
    /// Resumptions, by the pair of ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<Arc<FleetPair>>,
    /// What became of handshakes in ten seconds, by their beginning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub misses: Vec<Arc<FleetMisses>>,
}

impl FleetPart {
    fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.resumed.is_empty() && self.misses.is_empty()
    }
}

/// A server process in its fleet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetNode {
    /// Its id; of a process of this console, the id it has there.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Its process id, where that is known.
    pub pid: Option<u32>,
    /// Whether it runs.
    pub alive: bool,
}

/// How often one process resumed what another had issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetPair {
    /// The node that issued the ticket.
    pub issued_by: String,
    /// The node that it was resumed on.
    pub resumed_on: String,
    /// How often.
    pub count: u64,
}

/// What became of the handshakes of connections opened within ten seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetMisses {
    /// When the ten seconds began.
    pub at: Time,
    /// Sessions offered and not resumed, by the refusal's code.
    pub refused: BTreeMap<String, u64>,
    /// Resumed.
    pub resumed: u64,
    /// Full.
    pub full: u64,
}

/// Ids of rows that are no longer kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Of connections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<String>,
    /// Of lineages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lineages: Vec<String>,
    /// Of server processes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<String>,
    /// Names of ticket keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// Of nodes of the fleet: their pairs are gone, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
}

impl Gone {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
