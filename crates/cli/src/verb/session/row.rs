//! One kept session as it is shown: `tessera.session-list/1`. No secret in it, ever.

use crate::report::table::Cell;
use crate::report::text::short;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::fmt;
use tessera::Timestamp;
use tessera::session::store::{Revocable, Tally};
use tessera::session::{
    LineageId, Listed, Revocation, ServerName, Side, Summary, TicketId, TicketKind,
};
use tessera_console::LineageFact;
use tessera_console::document::LineageState;
use tessera_observe::Time;

/// `tessera.session-list/1`.
#[derive(Serialize)]
pub(super) struct SessionList {
    schema: &'static str,
    pub(super) sessions: Vec<Row>,
    /// Of a whole store: how many went before their time to make room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evicted: Option<u64>,
}

impl SessionList {
    /// The list of these.
    pub(super) fn new(sessions: Vec<Row>) -> Self {
        Self {
            schema: "tessera.session-list/1",
            sessions,
            evicted: None,
        }
    }

    /// The list of what a store keeps, which has let so many go to make room.
    pub(super) fn of_store(sessions: Vec<Row>, evicted: u64) -> Self {
        Self {
            evicted: Some(evicted),
            ..Self::new(sessions)
        }
    }
}

/// How a kept session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It may be resumed.
    Live,
    /// Its time is over.
    Expired,
    /// It was used up.
    Used,
    /// It must not be resumed.
    Revoked,
}

/// Who revoked something, when and why.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RevokedNote {
    at: Time,
    by: String,
    why: String,
}

impl From<&Revocation> for RevokedNote {
    fn from(revocation: &Revocation) -> Self {
        Self {
            at: revocation.at.into(),
            by: revocation.by.clone(),
            why: revocation.why.clone(),
        }
    }
}

impl RevokedNote {
    /// Why.
    pub(super) fn why(&self) -> &str {
        &self.why
    }

    /// When.
    pub(super) fn at(&self) -> Time {
        self.at
    }
}

impl fmt::Display for RevokedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, by, why } = self;
        let by = if by.is_empty() { "somebody" } else { by };
        write!(f, "{at} by {by}")?;
        match why.as_str() {
            "" => Ok(()),
            why => write!(f, ": {why}"),
        }
    }
}

/// One kept session.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    id: String,
    lineage: String,
    generation: u32,
    side: &'static str,
    version: String,
    cipher_suite: String,
    server_name: Option<String>,
    peer: Option<String>,
    authenticated_at: Time,
    issued_at: Time,
    expires_at: Time,
    uses: u64,
    state: State,
    /// Who revoked it, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<RevokedNote>,
    open_connections: u64,
    /// What to end it by.
    #[serde(skip)]
    pub(super) handle: Handle,
}

/// What a session is ended by.
#[derive(Clone, Debug)]
pub(super) struct Handle {
    pub(super) id: TicketId,
    pub(super) lineage: LineageId,
    pub(super) side: Side,
    pub(super) kind: TicketKind,
    pub(super) issued_at: Timestamp,
    authenticated_at: Timestamp,
    server_name: Option<ServerName>,
    peer: Option<String>,
}

impl<'a> From<&'a Handle> for Revocable<'a> {
    fn from(handle: &'a Handle) -> Self {
        Self {
            authenticated_at: handle.authenticated_at,
            lineage: handle.lineage,
            server_name: handle.server_name.as_ref(),
            peer: handle.peer.as_deref(),
        }
    }
}

impl Row {
    /// The columns of the table.
    pub(super) const HEADING: [&'static str; 9] = [
        "id", "lineage", "gen", "side", "state", "uses", "open", "name", "expires",
    ];

    /// A session as a store lists it.
    pub(super) fn new(
        listed: &Listed,
        summary: &Summary,
        (state, revocation): (State, Option<&Revocation>),
        tally: Tally,
    ) -> Self {
        Self {
            id: summary.id.to_string(),
            lineage: summary.lineage.id.to_string(),
            generation: summary.lineage.generation,
            side: summary.side.as_str(),
            version: summary.version.to_string(),
            cipher_suite: summary.cipher_suite.to_string(),
            server_name: summary.server_name.as_ref().map(ToString::to_string),
            peer: summary.peer.clone(),
            authenticated_at: summary.authenticated_at.into(),
            issued_at: summary.issued_at.into(),
            expires_at: summary.expires_at.into(),
            uses: tally.uses,
            state,
            revoked: revocation.map(RevokedNote::from),
            open_connections: tally.open,
            handle: Handle {
                id: listed.id,
                lineage: summary.lineage.id,
                side: summary.side,
                kind: summary.kind,
                issued_at: summary.issued_at,
                authenticated_at: summary.authenticated_at,
                server_name: summary.server_name.clone(),
                peer: summary.peer.clone(),
            },
        }
    }

    /// How it stands.
    pub(super) fn state(&self) -> State {
        self.state
    }

    /// Who revoked it, if somebody did.
    pub(super) fn revoked(&self) -> Option<&RevokedNote> {
        self.revoked.as_ref()
    }

    /// What it says of its lineage.
    pub(super) fn fact(&self) -> LineageFact {
        LineageFact {
            id: self.lineage.clone(),
            server_name: self.server_name.clone(),
            peer_identity: self.peer.clone(),
            version: Some(self.version.clone()),
            cipher_suite: Some(self.cipher_suite.clone()),
            authenticated_at: self.authenticated_at,
            expires_at: Some(self.expires_at),
            lineage_ends_at: None,
            generation: self.generation,
            uses: self.uses,
            state: LineageState::Live,
            ended_at: None,
            why: None,
        }
    }

    /// Whether it may be resumed.
    pub(super) fn is_live(&self) -> bool {
        self.state == State::Live
    }

    /// Whether it stands for all self-encrypted tickets of its lineage.
    pub(super) fn is_of_a_lineage(&self) -> bool {
        self.handle.kind == TicketKind::Lineage
    }

    /// How many connections are open on it.
    pub(super) fn open_connections(&self) -> u64 {
        self.open_connections
    }

    /// Whether its id or its lineage begins so.
    pub(super) fn begins(&self, with: &str) -> bool {
        self.id.starts_with(with) || self.lineage.starts_with(with)
    }

    /// The cells of the table.
    pub(super) fn cells(&self) -> [Cell; 9] {
        let colour = match self.state {
            State::Live => AnsiColor::Green.on_default(),
            State::Used => Style::new().dimmed(),
            State::Expired | State::Revoked => AnsiColor::Red.on_default(),
        };
        [
            short(&self.id).into(),
            short(&self.lineage).into(),
            self.generation.to_string().into(),
            self.side.into(),
            Cell::styled(self.state.to_string(), colour),
            self.uses.to_string().into(),
            self.open_connections.to_string().into(),
            self.server_name
                .as_deref()
                .or(self.peer.as_deref())
                .unwrap_or("-")
                .into(),
            self.expires_at.to_string().into(),
        ]
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Live => "live",
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Revoked => "revoked",
        })
    }
}

/// Everything there is to show, a line each.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = match self.handle.kind {
            TicketKind::Sealed => "in a self-encrypted ticket",
            TicketKind::Stored => "in the store",
            TicketKind::Lineage => "by its clients, in self-encrypted tickets",
        };
        writeln!(f, "session          {}", self.id)?;
        writeln!(
            f,
            "lineage          {} (generation {})",
            self.lineage, self.generation
        )?;
        writeln!(f, "side             {}, kept {kept}", self.side)?;
        writeln!(f, "state            {}", self.state)?;
        if let Some(revoked) = &self.revoked {
            writeln!(f, "revoked          {revoked}")?;
        }
        writeln!(f, "agreed           {} {}", self.version, self.cipher_suite)?;
        writeln!(
            f,
            "server name      {}",
            self.server_name.as_deref().unwrap_or("-")
        )?;
        writeln!(
            f,
            "peer             {}",
            self.peer.as_deref().unwrap_or("-")
        )?;
        writeln!(f, "authenticated    {}", self.authenticated_at)?;
        writeln!(f, "issued           {}", self.issued_at)?;
        writeln!(f, "expires          {}", self.expires_at)?;
        writeln!(
            f,
            "connections      {}, of which {} open",
            self.uses, self.open_connections
        )
    }
}
