//! What the ledger answers. Names, numbers and times: nothing here can hold a secret.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// Everything the ledger has, connections and sessions grouped by lineage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerRows {
    /// `tessera.ledger/1`.
    pub schema: Cow<'static, str>,
    /// Where [`crate::Ledger::since`] goes on from here.
    pub sequence: u64,
    /// Finished connections that had to make room.
    pub dropped: u64,
    /// The lineages, the one authenticated last first.
    pub lineages: Vec<LineageRow>,
    /// Connections that are on no session: their handshake is under way, or came to nothing.
    pub without_session: Vec<ConnectionRow>,
}

impl LedgerRows {
    /// The schema's name.
    pub const SCHEMA: &'static str = "tessera.ledger/1";
}

/// All that descends from one full handshake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineageRow {
    /// Its id.
    pub id: String,
    /// When the peers last really authenticated each other.
    pub authenticated_at: Time,
    /// When every session of it ends.
    pub lineage_ends_at: Time,
    /// The name asked for.
    pub server_name: Option<String>,
    /// Who the peer is.
    pub peer_identity: Option<String>,
    /// Its sessions, by generation.
    pub sessions: Vec<SessionRow>,
    /// The connections on them, in the order they were opened.
    pub connections: Vec<ConnectionRow>,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Its id: a ticket's, or a fresh one after a full handshake.
    pub id: String,
    /// The lineage; `None` of a ticket that went out before its handshake was told complete.
    pub lineage: Option<String>,
    /// Resumptions since the full handshake.
    pub generation: u32,
    /// Connections that ran on it; 0 for a ticket nobody has come back with.
    pub uses: u64,
    /// The connection that issued it, where the ledger saw that.
    pub issued_by: Option<String>,
    /// When it was made.
    pub issued_at: Option<Time>,
    /// When it ends; unknown of a ticket until it is used.
    pub expires_at: Option<Time>,
    /// When the peers last really authenticated each other.
    pub authenticated_at: Option<Time>,
    /// When every session of the lineage ends.
    pub lineage_ends_at: Option<Time>,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The first handshake is under way.
    Handshaking,
    /// Application data may flow.
    Open,
    /// The peer will send no more.
    PeerClosed,
    /// Over.
    Closed,
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionRow {
    /// Its id.
    pub id: String,
    /// When it was opened.
    pub opened_at: Time,
    /// When it ended.
    pub closed_at: Option<Time>,
    /// The peer's address.
    pub peer: String,
    /// How far it is.
    pub state: State,
    /// How it ended, for people.
    pub ending: Option<String>,
    /// The fatal alert sent.
    pub alert_sent: Option<String>,
    /// The alert received.
    pub alert_received: Option<String>,
    /// The name asked for.
    pub server_name: Option<String>,
    /// The current session, as its handshake left it; `None` before the first.
    #[serde(flatten)]
    pub handshake: Option<HandshakeRow>,
    /// The handshakes before the current one: renegotiation only.
    pub earlier: Vec<HandshakeRow>,
    /// Why an offered session was not resumed: the code.
    pub refusal: Option<String>,
    /// The same for people.
    pub refusal_text: Option<String>,
    /// Whether a HelloRetryRequest was needed.
    pub retried: bool,
    /// Keys replaced, both halves counted.
    pub key_updates: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Ids of the tickets issued or received on it.
    pub tickets: Vec<String>,
    /// The web session its latest request belonged to: the application's, which TLS knows nothing of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_session: Option<String>,
    /// What the client calls this connection in its first hello: public, and what a key log goes by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_random: Option<String>,
    /// What there is of a handshake that is not complete, and of one that came to nothing.
    #[serde(default, skip_serializing_if = "Traces::is_empty")]
    pub under_way: Traces,
}

/// One completed handshake: a connection has several only by renegotiation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandshakeRow {
    /// Completed handshakes before this one.
    pub epoch: u32,
    /// `full`, `psk`, `ticket`, `session_id` or `renegotiated`.
    pub kind: String,
    /// Whether a session was resumed.
    pub resumed: bool,
    /// The session's id.
    pub session: String,
    /// Its lineage.
    pub lineage: String,
    /// Its generation.
    pub generation: u32,
    /// The version, as in `TLSv1.3`.
    pub version: String,
    /// The cipher suite.
    pub cipher_suite: String,
    /// The key exchange group; none in an abbreviated TLS 1.2 handshake.
    pub group: Option<String>,
    /// The application protocol.
    pub alpn: Option<String>,
    /// Names the traffic keys without telling them.
    pub keys_fingerprint: String,
    /// How long it took.
    pub handshake_us: u64,
    /// Bytes received in this epoch.
    #[serde(rename = "epoch_bytes_in")]
    pub bytes_in: u64,
    /// Bytes sent in this epoch.
    #[serde(rename = "epoch_bytes_out")]
    pub bytes_out: u64,
    /// What became of early data: `none`, `accepted` or `rejected`.
    pub early_data: Cow<'static, str>,
    /// Why it was rejected, or not sent: the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_data_refusal: Option<String>,
    /// What it said and derived, where that is traced.
    #[serde(flatten)]
    pub traces: Traces,
}

/// What a handshake said and derived: only where the settings have messages traced.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Traces {
    /// Its messages, and those that came behind it in the same epoch, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageRow>,
    /// Its secrets by name, each behind the one it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<DerivedRow>,
}

impl Traces {
    /// Nothing was traced.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.derived.is_empty()
    }
}

/// One handshake message: its name and length, nothing of what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    /// Sent by the side that has this ledger.
    pub sent: bool,
    /// As the RFC's `HandshakeType` has it: `client_hello`.
    pub name: Cow<'static, str>,
    /// With its header of four bytes.
    pub bytes: u64,
}

/// One secret of the key schedule, named and not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DerivedRow {
    /// What it is: `client_traffic`.
    pub what: Cow<'static, str>,
    /// What it was derived from; none of those that come from outside.
    pub from: Option<Cow<'static, str>>,
    /// Tells it apart from others, and gives it away to nobody.
    pub fingerprint: String,
}

/// The table of `tessera demo`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Demo {
    /// `tessera.demo/1`.
    pub schema: Cow<'static, str>,
    /// One row a handshake, in the order they came about.
    pub connections: Vec<DemoRow>,
}

impl Demo {
    /// The schema's name.
    pub const SCHEMA: &'static str = "tessera.demo/1";

    /// The table with these rows.
    pub fn new(connections: Vec<DemoRow>) -> Self {
        Self {
            schema: Cow::Borrowed(Self::SCHEMA),
            connections,
        }
    }
}

/// One row of `tessera demo`: a connection, or a renegotiation on one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DemoRow {
    /// The connection's id.
    pub connection: String,
    /// The session's id.
    pub session: String,
    /// Its lineage.
    pub lineage: String,
    /// Its generation.
    pub generation: u32,
    /// The version, as in `TLSv1.3`.
    pub version: String,
    /// `full`, `resumed` or `renegotiated`.
    pub kind: String,
    /// The server's process id.
    pub process: u32,
    /// Names the traffic keys without telling them.
    pub keys_fingerprint: String,
    /// Why an offered session was not resumed: the code.
    pub refusal: Option<String>,
    /// How long the handshake took.
    pub handshake_us: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
}

impl ConnectionRow {
    /// The connection as rows of `tessera demo`: one for each of its handshakes.
    pub fn demo_rows(&self, process: u32) -> Vec<DemoRow> {
        let handshakes = self.earlier.iter().chain(&self.handshake);
        handshakes
            .map(|handshake| self.demo_row(handshake, process))
            .collect()
    }

    fn demo_row(&self, handshake: &HandshakeRow, process: u32) -> DemoRow {
        let kind = match handshake.kind.as_str() {
            "psk" | "ticket" | "session_id" => "resumed",
            other => other,
        };
        DemoRow {
            connection: self.id.clone(),
            session: handshake.session.clone(),
            lineage: handshake.lineage.clone(),
            generation: handshake.generation,
            version: handshake.version.clone(),
            kind: kind.to_owned(),
            process,
            keys_fingerprint: handshake.keys_fingerprint.clone(),
            // A session is offered in the first hello, and refused there.
            refusal: self.refusal.clone().filter(|_| handshake.epoch == 0),
            handshake_us: handshake.handshake_us,
            bytes_in: handshake.bytes_in,
            bytes_out: handshake.bytes_out,
        }
    }
}
