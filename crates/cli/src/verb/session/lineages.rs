//! What a store says of each lineage, for whoever draws them.

use super::catalogue::Catalogue;
use super::expire::BY_HAND;
use super::row::{Row, State};
use crate::exit::Outcome;
use crate::report::talk::Talk;
use crate::store::Store;
use std::collections::BTreeMap;
use tessera::session::Side;
use tessera_console::LineageFact;
use tessera_console::document::LineageState;

/// The lineages of a server's sessions.
pub(crate) async fn of(store: &Store, talk: Talk) -> Outcome<Vec<LineageFact>> {
    let catalogue = Catalogue::read(store, talk).await?;
    let mut lineages: BTreeMap<_, Vec<&Row>> = BTreeMap::new();
    for row in &catalogue.rows {
        if row.handle.side == Side::Server {
            lineages.entry(row.handle.lineage).or_default().push(row);
        }
    }
    Ok(lineages.values().filter_map(|rows| fact(rows)).collect())
}

/// What the sessions of one lineage have in common: it lives as long as one of them does.
fn fact(rows: &[&Row]) -> Option<LineageFact> {
    let latest = rows.iter().max_by_key(|row| row.handle.issued_at)?;
    let revoked = rows.iter().find(|row| row.state() == State::Revoked);
    let note = revoked.and_then(|row| row.revoked());
    let state = match note {
        Some(note) if note.why() == BY_HAND => LineageState::Expired,
        Some(_) => LineageState::Revoked,
        None if rows
            .iter()
            .any(|row| matches!(row.state(), State::Live | State::Used)) =>
        {
            LineageState::Live
        }
        None => LineageState::Expired,
    };
    Some(LineageFact {
        state,
        ended_at: note.map(|note| note.at()),
        why: note.map(ToString::to_string),
        ..latest.fact()
    })
}
