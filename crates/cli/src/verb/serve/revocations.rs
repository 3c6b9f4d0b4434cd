//! What was revoked, by whichever process on the store: in force here within a second.

use super::notices::{About, Notices};
use super::open::OpenConnections;
use crate::store::Store;
use tessera::session::{StoreError, Tickets};
use tessera::{Timestamp, clock};

/// Takes what was revoked since the last look, and closes the connections that it says.
pub(crate) async fn look(
    store: &Store,
    tickets: &Tickets,
    open: &OpenConnections,
    notices: &Notices,
) -> Result<(), StoreError> {
    // What is answered is at least as new as the question.
    let asked_at = clock::now();
    let version = store.revocations.revoked_version().await?;
    if tickets.confirm_revocations(version, asked_at) {
        return Ok(());
    }
    let revoked = store.revocations.revoked().await?;
    let before = tickets.revocations();
    tickets.set_revocations(revoked.seen_at(asked_at));
    let now = tickets.revocations();
    let closed = open.close(&now.newly_closing(&before));
    if now.version() != before.version() {
        // Nothing was resumed on knowledge older than this.
        let age = match before.as_of() {
            Timestamp::EPOCH => String::new(),
            then => format!(
                ", what was known before is {} ms old",
                asked_at.ahead_of(then).as_millis()
            ),
        };
        notices.say(
            About::Revocations,
            format_args!(
                "revocations: {} in force as of version {}, {closed} connections closed{age}",
                now.len(),
                now.version()
            ),
        );
    }
    Ok(())
}
