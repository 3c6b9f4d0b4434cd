//! Everything a store keeps, with how it stands and who uses it.

use super::row::{Row, State};
use crate::exit::{Failure, Outcome};
use crate::report::talk::Talk;
use crate::store::Store;
use std::time::Duration;
use tessera::session::store::{Tally, Uses};
use tessera::session::{Listed, Revocation, Revoked, Side, Summary, TicketKind};
use tessera::{Timestamp, clock};

/// A process that has not said so for this long does not live.
pub(super) const ALIVE: Duration = Duration::from_secs(5);

/// What is kept.
pub(super) struct Catalogue {
    /// Servers' sessions first, then clients', each by id.
    pub(super) rows: Vec<Row>,
}

impl Catalogue {
    /// Reads everything there is. Records that do not open are named and left out.
    pub(super) async fn read(store: &Store, talk: Talk) -> Outcome<Self> {
        let now = clock::now();
        let revoked = store.revocations.revoked().await.map_err(Failure::store)?;
        let mut rows = Vec::new();
        for side in [Side::Server, Side::Client] {
            let first = rows.len();
            for listed in store.listed(side).await.map_err(Failure::store)? {
                match &listed.summary {
                    Ok(summary) => {
                        let tally = tally(store, summary, now).await?;
                        let state = state(&listed, summary, &revoked, now);
                        rows.push(Row::new(&listed, summary, state, tally));
                    }
                    Err(failure) => talk.warn(format_args!(
                        "{side} session {}: {failure}",
                        listed.id.short()
                    )),
                }
            }
            if let Some(rows) = rows.get_mut(first..) {
                rows.sort_by_key(|row: &Row| row.handle.id);
            }
        }
        Ok(Self { rows })
    }

    /// Those whose id or lineage begins so; a person rarely types all 64 digits.
    pub(super) fn matching(&self, with: &str) -> Outcome<Vec<Row>> {
        let with = beginning(with)?;
        let rows: Vec<_> = self
            .rows
            .iter()
            .filter(|row| row.begins(&with))
            .cloned()
            .collect();
        if rows.is_empty() {
            return Err(Failure::internal(format_args!(
                "no session or lineage begins with {with}"
            )));
        }
        Ok(rows)
    }

    /// Those made longer ago than this.
    pub(super) fn older_than(self, age: Duration) -> Vec<Row> {
        let before = clock::now().minus(age);
        self.rows
            .into_iter()
            .filter(|row| row.handle.issued_at < before)
            .collect()
    }
}

/// What an id may begin with.
pub(super) fn beginning(with: &str) -> Outcome<String> {
    let with = with.to_ascii_lowercase();
    if with.is_empty() || !with.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Failure::usage(format_args!(
            "{with:?} is not the beginning of an id"
        )));
    }
    Ok(with)
}

/// How it stands, and what revokes it.
fn state<'a>(
    listed: &Listed,
    summary: &Summary,
    revoked: &'a Revoked,
    now: Timestamp,
) -> (State, Option<&'a Revocation>) {
    let state = match revoked.covering(summary) {
        Some(revocation) => return (State::Revoked, Some(revocation)),
        None if listed.spent => State::Used,
        None if summary.expires_at <= now => State::Expired,
        None => State::Live,
    };
    (state, None)
}

/// Connections are registered by servers; of a lineage whose tickets are with its clients, all count.
async fn tally(store: &Store, summary: &Summary, now: Timestamp) -> Outcome<Tally> {
    let of = match (summary.side, summary.kind) {
        (Side::Client, _) => return Ok(Tally::default()),
        (Side::Server, TicketKind::Lineage) => Uses::Lineage(summary.lineage.id),
        (Side::Server, TicketKind::Sealed | TicketKind::Stored) => Uses::Session(summary.id),
    };
    store
        .register
        .tally(of, now.minus(ALIVE))
        .await
        .map_err(Failure::store)
}
