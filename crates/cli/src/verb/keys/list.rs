//! `keys list`: what keys there are, and never a secret.

use super::ring;
use crate::args::Global;
use crate::exit::{Exit, Outcome};
use crate::report::listing::Listing;
use crate::report::table::Cell;
use crate::store::Store;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use tessera::session::{ForeignKey, ForeignRole, Phase, Ratchet, Ring, TicketKey};
use tessera::{Timestamp, clock};
use tessera_console::document::KeyRow;
use tessera_observe::Time;

/// `tessera.key-list/1`.
#[derive(Serialize)]
struct KeyList {
    schema: &'static str,
    version: u64,
    keys: Vec<Row>,
}

/// One key. Its secret has no place here.
#[derive(Serialize)]
pub(super) struct Row {
    name: String,
    /// `tessera`, or the server it came from.
    dialect: &'static str,
    source: Source,
    phase: &'static str,
    seals_from: Option<Time>,
    seals_until: Option<Time>,
    opens_until: Time,
    /// Of another server: whether we know what its tickets are bound to, and so could issue some.
    context_known: Option<bool>,
}

/// Where a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Source {
    /// In the store, drawn at random.
    Ring,
    /// In a chain that follows from a seed.
    Ratchet,
}

/// Lists the ring of a store, and where servers of this state directory go along a chain, its keys.
pub(super) async fn run(
    store: &Store,
    ratchet: Option<&Ratchet>,
    global: &Global,
) -> Outcome<Exit> {
    print(&ring(store).await?, ratchet, global)
}

/// Shows a ring.
pub(super) fn show(ring: &Ring, global: &Global) -> Outcome<Exit> {
    print(ring, None, global)
}

/// All keys: those of the chain, of the ring, and of other servers.
pub(super) fn rows(ring: &Ring, ratchet: Option<&Ratchet>) -> Vec<Row> {
    let now = clock::now();
    let chain = ratchet.map(Ratchet::ring).unwrap_or_else(Ring::empty);
    let of_chain = chain
        .keys()
        .iter()
        .map(|key| Row::own(key, Source::Ratchet, now));
    let of_ring = ring
        .keys()
        .iter()
        .map(|key| Row::own(key, Source::Ring, now));
    let foreign = ring.foreign().iter().map(|key| Row::foreign(key, now));
    of_chain.chain(of_ring).chain(foreign).collect()
}

fn print(ring: &Ring, ratchet: Option<&Ratchet>, global: &Global) -> Outcome<Exit> {
    let list = KeyList {
        schema: "tessera.key-list/1",
        version: ring.version(),
        keys: rows(ring, ratchet),
    };
    let listing = Listing {
        document: &list,
        rows: &list.keys,
        row_schema: "tessera.key/1",
        heading: [
            "name",
            "of",
            "phase",
            "seals from",
            "seals until",
            "opens until",
        ],
        none: "There are no ticket keys yet: the first server makes one.",
    };
    listing.print(global, Row::cells)
}

impl From<Row> for KeyRow {
    fn from(row: Row) -> Self {
        Self {
            name: row.name,
            dialect: row.dialect.into(),
            phase: row.phase.into(),
            seals_from: row.seals_from,
            seals_until: row.seals_until,
            opens_until: row.opens_until,
            context_known: row.context_known,
        }
    }
}

impl Row {
    fn own(key: &TicketKey, source: Source, now: Timestamp) -> Self {
        Self {
            name: key.name.to_string(),
            dialect: "tessera",
            source,
            phase: key.phase(now).as_str(),
            seals_from: Some(key.seals_from.into()),
            seals_until: Some(key.seals_until.into()),
            opens_until: key.opens_until.into(),
            context_known: None,
        }
    }

    fn foreign(key: &ForeignKey, now: Timestamp) -> Self {
        let seals = key.role == ForeignRole::Seals;
        Self {
            name: key.name.to_string(),
            dialect: key.dialect.as_str(),
            source: Source::Ring,
            phase: key.phase(now).as_str(),
            // Since when is the other server's business.
            seals_from: None,
            seals_until: seals.then(|| key.until.into()),
            opens_until: key.until.into(),
            context_known: Some(key.context.is_some()),
        }
    }

    fn cells(&self) -> [Cell; 6] {
        let phase = match self.phase {
            phase if phase == Phase::Sealing.as_str() => AnsiColor::Green.on_default(),
            phase if phase == Phase::Retired.as_str() => Style::new().dimmed(),
            _ => Style::new(),
        };
        let time =
            |time: &Option<Time>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
        [
            self.name.as_str().into(),
            match self.source {
                Source::Ring => self.dialect.into(),
                Source::Ratchet => "ratchet".into(),
            },
            Cell::styled(self.phase, phase),
            time(&self.seals_from).into(),
            time(&self.seals_until).into(),
            self.opens_until.to_string().into(),
        ]
    }
}
