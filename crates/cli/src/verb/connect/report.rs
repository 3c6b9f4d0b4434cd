//! What `connect` found out: `tessera.connect/1`, and the same for people.

use crate::exit::{AlertSeen, Failure};
use crate::report::text::{bytes, micros, short, span};
use serde::Serialize;
use std::time::Duration;
use tessera::engine::EarlyDataFate;
use tessera::session::PeerIdentity;
use tessera::{Facts, clock};

/// `tessera.connect/1`.
#[derive(Serialize)]
pub(crate) struct ConnectReport<'a> {
    /// The schema.
    pub(crate) schema: &'static str,
    /// Each connection whose handshake was completed.
    pub(crate) connections: &'a [ConnectionReport],
    /// What ended it all, if it did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorReport>,
}

/// How it failed.
#[derive(Serialize)]
pub(crate) struct ErrorReport {
    exit: u8,
    message: String,
    alert: Option<AlertSeen>,
}

/// One connection.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ConnectionReport {
    /// How the session came to it.
    pub(crate) kind: &'static str,
    version: String,
    cipher_suite: String,
    group: Option<String>,
    alpn: Option<String>,
    /// Whether a session was resumed.
    pub(crate) resumed: bool,
    session: SessionReport,
    /// The id of the session that was offered.
    offered: Option<String>,
    refusal: Option<&'static str>,
    refusal_text: Option<String>,
    tickets_received: u32,
    /// Names the traffic keys without telling them.
    pub(crate) keys_fingerprint: String,
    early_data: &'static str,
    /// Why early data was withheld or rejected, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    early_data_refusal: Option<&'static str>,
    handshake_us: u64,
    bytes_in: u64,
    bytes_out: u64,
    peer: PeerReport,
    /// The status of an HTTP response.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// What the peer sent.
    body: Option<String>,
    /// How long ago the peer was authenticated: for people.
    #[serde(skip)]
    age: Duration,
    /// What ended it before its time.
    #[serde(skip)]
    pub(crate) failure: Option<Failure>,
}

/// The session a connection is on.
#[derive(Clone, Debug, Serialize)]
struct SessionReport {
    id: String,
    lineage: String,
    generation: u32,
}

/// Who the peer is.
#[derive(Clone, Debug, Serialize)]
struct PeerReport {
    subject: Option<String>,
    /// PEM, leaf first.
    chain: Vec<String>,
}

/// What only the adapter and the clock know of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// The id of the session that was offered.
    pub(crate) offered: Option<String>,
    /// Tickets that came.
    pub(crate) tickets_received: u32,
    /// How long the handshake took.
    pub(crate) handshake: Duration,
    /// Bytes on the wire.
    pub(crate) received: u64,
    /// Bytes on the wire.
    pub(crate) sent: u64,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// The status of an HTTP response.
    pub(crate) status: Option<u16>,
    /// What was kept for the report.
    pub(crate) body: Option<Vec<u8>>,
}

impl<'a> ConnectReport<'a> {
    /// The report on these connections.
    pub(crate) fn new(connections: &'a [ConnectionReport], failure: Option<&Failure>) -> Self {
        let error = failure.map(|failure| ErrorReport {
            exit: failure.exit as u8,
            message: failure.message.clone(),
            alert: failure.alert.clone(),
        });
        Self {
            schema: "tessera.connect/1",
            connections,
            error,
        }
    }
}

impl ConnectionReport {
    /// The report on one connection.
    pub(crate) fn new(facts: &Facts, measured: Measured, said: Said) -> Self {
        let refusal = facts.refusal;
        // The server does not tell a client why; only its own ledger does.
        let declined = measured.offered.is_some() && !facts.resumed && refusal.is_none();
        let declined =
            declined.then(|| "the server chose a full handshake; its own log says why".to_owned());
        Self {
            kind: facts.kind.code(),
            version: facts.version.to_string(),
            cipher_suite: facts.cipher_suite.to_string(),
            group: facts.group.map(|group| group.to_string()),
            alpn: facts.alpn.as_ref().map(ToString::to_string),
            resumed: facts.resumed,
            session: SessionReport {
                id: facts.session.id.to_string(),
                lineage: facts.session.lineage.to_string(),
                generation: facts.session.generation,
            },
            offered: measured.offered,
            refusal: refusal.map(|refusal| refusal.code()),
            refusal_text: refusal.map(|refusal| refusal.to_string()).or(declined),
            tickets_received: measured.tickets_received,
            keys_fingerprint: facts.keys_fingerprint.to_string(),
            early_data: match facts.early_data {
                EarlyDataFate::NotOffered | EarlyDataFate::Withheld(_) => "none",
                EarlyDataFate::Accepted => "accepted",
                EarlyDataFate::Rejected(_) => "rejected",
            },
            early_data_refusal: match facts.early_data {
                EarlyDataFate::Withheld(why) | EarlyDataFate::Rejected(why) => Some(why.code()),
                EarlyDataFate::NotOffered | EarlyDataFate::Accepted => None,
            },
            handshake_us: u64::try_from(measured.handshake.as_micros()).unwrap_or(u64::MAX),
            bytes_in: measured.received,
            bytes_out: measured.sent,
            peer: PeerReport::new(facts.peer.as_ref()),
            status: said.status,
            body: said
                .body
                .map(|body| String::from_utf8_lossy(&body).into_owned()),
            age: clock::now()
                .since(facts.session.authenticated_at)
                .unwrap_or_default(),
            failure: None,
        }
    }
}

impl ConnectionReport {
    /// What it is instead of what `--expect` asked for, and why.
    pub(crate) fn surprise(&self) -> String {
        if self.resumed {
            return "is resumed, not full".to_owned();
        }
        let why = match (&self.refusal_text, &self.offered) {
            (Some(why), _) => why.as_str(),
            (None, None) => "there was no session to offer",
            (None, Some(_)) => "the session that was offered was not resumed",
        };
        format!("is full, not resumed: {why}")
    }
}

impl PeerReport {
    fn new(peer: Option<&PeerIdentity>) -> Self {
        Self {
            subject: peer.map(|peer| peer.subject.clone()),
            chain: peer
                .map(|peer| peer.chain.iter().map(|der| pem(der)).collect())
                .unwrap_or_default(),
        }
    }
}

fn pem(der: &[u8]) -> String {
    let base64 = data_encoding::BASE64.encode(der);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

/// The line people read.
impl std::fmt::Display for ConnectionReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lineage = short(&self.session.lineage);
        if self.resumed {
            write!(f, "Session: REUSED (lineage {lineage}, ")?;
            // A session of TLS 1.2 stays the same however often it is used.
            if self.session.generation > 0 {
                write!(f, "use #{}, ", self.session.generation)?;
            }
            write!(f, "authenticated {} ago)", span(self.age))?;
        } else {
            write!(f, "Session: NEW (lineage {lineage})")?;
            if let Some(why) = &self.refusal_text {
                write!(f, "; offered and not resumed: {why}")?;
            }
        }
        let alpn = self.alpn.as_deref().unwrap_or("no ALPN");
        write!(
            f,
            "\n  {} {} {} {alpn}",
            self.version,
            self.cipher_suite,
            self.group.as_deref().unwrap_or("no key exchange")
        )?;
        let (handshake, tickets) = (micros(self.handshake_us), self.tickets_received);
        let (received, sent) = (bytes(self.bytes_in), bytes(self.bytes_out));
        let plural = if tickets == 1 { "" } else { "s" };
        write!(
            f,
            "\n  keys {} · {handshake} · {received} in, {sent} out · {tickets} ticket{plural}",
            self.keys_fingerprint
        )
    }
}
