//! `session expire`: what is named here is not resumed any more.

use super::revoke::{CLOCK_SKEW, whoami};
use super::row::Row;
use crate::args::Global;
use crate::exit::{Exit, Failure, Outcome};
use crate::report::out;
use crate::report::talk::Talk;
use crate::store::Store;
use serde_json::json;
use tessera::clock;
use tessera::session::{Revocation, Selector, Side, TicketKind};

/// What a revocation says that stands for an expiry.
pub(super) const BY_HAND: &str = "expired by hand";

/// Ends these. A session in the store is forgotten; self-encrypted tickets are out of reach, so their
/// lineage is revoked; a client's ticket leaves the wallet.
pub(super) async fn run(store: &Store, rows: &[Row], global: &Global, talk: Talk) -> Outcome<Exit> {
    let now = clock::now();
    for row in rows {
        let handle = &row.handle;
        match (handle.side, handle.kind) {
            (Side::Client, _) => store.wallet.take(handle.id).await.map(|_| ()),
            (Side::Server, TicketKind::Lineage) => {
                let revocation =
                    Revocation::new(Selector::Lineage(handle.lineage), BY_HAND, now, CLOCK_SKEW)
                        .by(&whoami());
                store.revocations.add(revocation).await.map(|_| ())
            }
            (Side::Server, TicketKind::Sealed | TicketKind::Stored) => {
                store.sessions.remove(handle.id).await.map(|_| ())
            }
        }
        .map_err(Failure::store)?;
    }
    if global.json || global.jsonl {
        out::json(&json!({"schema": "tessera.session-expire/1", "expired": rows.len()}))?;
    }
    let plural = if rows.len() == 1 { "" } else { "s" };
    talk.say(format_args!("{} session{plural} ended", rows.len()));
    Ok(Exit::Done)
}
