//! `session connections`: who is and was on a session or a lineage, in all processes on the store.

use super::catalogue::{ALIVE, Catalogue};
use crate::args::Global;
use crate::exit::{Exit, Failure, Outcome};
use crate::report::listing::Listing;
use crate::report::talk::Talk;
use crate::report::text::short;
use crate::store::Store;
use serde::Serialize;
use tessera::session::store::{RegisteredConnection, Uses};
use tessera::session::{LineageId, TicketId};
use tessera::{Timestamp, clock};
use tessera_observe::Time;

/// Connections shown of one session or lineage: the latest.
const MOST: usize = 1_000;

/// `tessera.session-connections/1`.
#[derive(Serialize)]
struct List {
    schema: &'static str,
    connections: Vec<Row>,
}

/// One connection.
#[derive(Serialize)]
struct Row {
    connection: String,
    process: String,
    session: String,
    lineage: String,
    peer: String,
    opened_at: Time,
    closed_at: Option<Time>,
    /// `open`, `closed`, or `lost` with its process.
    state: &'static str,
}

impl Row {
    fn new(connection: &RegisteredConnection, alive_since: Timestamp) -> Self {
        Self {
            connection: connection.connection.to_string(),
            process: data_encoding::HEXLOWER.encode(&connection.process.0),
            session: connection.session.to_string(),
            lineage: connection.lineage.to_string(),
            peer: connection.peer.clone(),
            opened_at: connection.opened_at.into(),
            closed_at: connection.closed_at.map(Time::from),
            state: match connection.closed_at {
                Some(_) => "closed",
                None if connection.seen_at >= alive_since => "open",
                None => "lost",
            },
        }
    }
}

/// Lists them, the latest first.
pub(super) async fn run(store: &Store, id: &str, global: &Global, talk: Talk) -> Outcome<Exit> {
    let mut connections = Vec::new();
    for uses in meant(store, id, talk).await? {
        let some = store.register.connections(uses, MOST).await;
        connections.extend(some.map_err(Failure::store)?);
    }
    connections.sort_by_key(|one| (std::cmp::Reverse(one.opened_at), one.connection));
    connections.dedup_by_key(|one| one.connection);
    let alive_since = clock::now().minus(ALIVE);
    let rows: Vec<Row> = connections
        .iter()
        .map(|one| Row::new(one, alive_since))
        .collect();
    let list = List {
        schema: "tessera.session-connections/1",
        connections: rows,
    };
    let listing = Listing {
        document: &list,
        rows: &list.connections,
        row_schema: "tessera.session-connection/1",
        heading: [
            "connection",
            "process",
            "session",
            "state",
            "peer",
            "opened",
        ],
        none: "No connection on it is remembered.",
    };
    listing.print(global, |row| {
        [
            short(&row.connection).into(),
            short(&row.process).into(),
            short(&row.session).into(),
            row.state.into(),
            row.peer.as_str().into(),
            row.opened_at.to_string().into(),
        ]
    })
}

/// A whole id is taken at its word; of a beginning, everything kept that begins so, and its lineage's sessions where it
/// is the lineage that does.
async fn meant(store: &Store, id: &str, talk: Talk) -> Outcome<Vec<Uses>> {
    if let Ok(lineage) = LineageId::parse(id) {
        return Ok(vec![Uses::Lineage(lineage)]);
    }
    if let Ok(session) = TicketId::parse(id)
        && session_is_used(store, session).await?
    {
        return Ok(vec![Uses::Session(session)]);
    }
    let rows = Catalogue::read(store, talk).await?.matching(id)?;
    let mut meant: Vec<Uses> = rows
        .iter()
        .map(|row| {
            if row.is_of_a_lineage()
                || row
                    .handle
                    .lineage
                    .to_string()
                    .starts_with(&id.to_ascii_lowercase())
            {
                Uses::Lineage(row.handle.lineage)
            } else {
                Uses::Session(row.handle.id)
            }
        })
        .collect();
    meant.dedup();
    Ok(meant)
}

async fn session_is_used(store: &Store, session: TicketId) -> Outcome<bool> {
    let tally = store
        .register
        .tally(Uses::Session(session), Timestamp::EPOCH);
    Ok(tally.await.map_err(Failure::store)?.uses > 0)
}
