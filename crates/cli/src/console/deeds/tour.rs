//! The guided tour: seven steps, each done for real and checked by what the server tells of it.

use super::Deeds;
use crate::console::view::{Shown, is_closed, lineage_state, wait_for};
use crate::console::visitor::Wanted;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;
use tessera::wire::ProtocolVersion;
use tessera_console::Picture;
use tessera_console::deed::{Check, Done, NotDone};

/// How long what a step does may take to be seen.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

/// What the steps before have made.
#[derive(Clone, Default)]
pub(super) struct Memory {
    connection: String,
    lineage: String,
    fingerprints: Vec<String>,
}

impl Deeds {
    /// One step.
    pub(super) async fn tour(&self, step: u8) -> Result<Done, NotDone> {
        let checks = match step {
            1 => self.full_handshake().await,
            2 => self.close_and_keep().await,
            3 => self.pick_up_again().await,
            4 => self.five_at_once().await,
            5 => self.outlive_the_server().await,
            6 => self.change_sessions().await,
            7 => self.be_refused().await,
            _ => Err(NotDone::bad_request("the tour has steps 1 to 7")),
        }?;
        let text = match checks.iter().all(|check| check.ok) {
            true => "this is what happened",
            false => "something else happened: see which check does not hold",
        };
        Ok(Done {
            checks,
            ..Done::text(text)
        })
    }

    async fn full_handshake(&self) -> Result<Vec<Check>, NotDone> {
        let row = self.one(ProtocolVersion::TLS1_3, false).await?;
        *self.memory() = Memory {
            connection: row.id.clone(),
            lineage: row.lineage.clone(),
            fingerprints: vec![row.keys.clone()],
        };
        let lineage = self.lineage_state(&row.lineage);
        Ok(vec![
            check(
                "the handshake was a full one",
                row.kind == "full",
                &row.kind,
            ),
            check("a session began with it", lineage == "live", lineage),
            check("the connection is open", row.open, yes_or_no(row.open)),
        ])
    }

    async fn close_and_keep(&self) -> Result<Vec<Check>, NotDone> {
        let known = self.known()?;
        self.close(Some(&known.connection)).await?;
        let closed = self
            .sees(|picture| is_closed(picture, &known.connection))
            .await;
        let lineage = self.lineage_state(&known.lineage);
        Ok(vec![
            check("the connection is closed", closed, yes_or_no(closed)),
            check("the session stays", lineage == "live", lineage),
        ])
    }

    async fn pick_up_again(&self) -> Result<Vec<Check>, NotDone> {
        let known = self.known()?;
        let row = self.one(ProtocolVersion::TLS1_3, true).await?;
        let fresh = !known.fingerprints.contains(&row.keys);
        let mut checks = vec![
            self.resumed(&row, &known),
            check("its keys are its own", fresh, &row.keys),
            check(
                "it is another connection",
                row.id != known.connection,
                &row.id,
            ),
        ];
        checks.push(no_certificate(&row));
        self.remember(&row);
        Ok(checks)
    }

    async fn five_at_once(&self) -> Result<Vec<Check>, NotDone> {
        let known = self.known()?;
        let wanted = Wanted {
            version: ProtocolVersion::TLS1_3,
            resume: true,
            early_data: false,
        };
        let ids = self.open(wanted, 5).await?;
        let rows = ids.iter().filter_map(|id| Shown::of(&self.picture, id));
        let rows: Vec<Shown> = rows.collect();
        let open = rows.iter().filter(|row| row.open).count();
        let on_it = rows
            .iter()
            .filter(|row| row.lineage == known.lineage)
            .count();
        let mut keys: Vec<&String> = rows.iter().map(|row| &row.keys).collect();
        keys.sort_unstable();
        keys.dedup();
        for row in &rows {
            self.remember(row);
        }
        Ok(vec![
            check(
                "five connections are open at once",
                open == 5,
                open.to_string(),
            ),
            check(
                "all of them on the one session",
                on_it == 5,
                on_it.to_string(),
            ),
            check(
                "each with keys of its own",
                keys.len() == 5,
                format!("{} sets", keys.len()),
            ),
        ])
    }

    async fn outlive_the_server(&self) -> Result<Vec<Check>, NotDone> {
        let known = self.known()?;
        let before = self.picture.serving();
        self.restart().await?;
        let after = self.picture.serving();
        let ended = self
            .sees(|picture| is_closed(picture, &known.connection))
            .await;
        let lineage = self.lineage_state(&known.lineage);
        let row = self.one(ProtocolVersion::TLS1_3, true).await?;
        let processes = format!("{before:?} was killed, {after:?} serves");
        let checks = vec![
            check(
                "another process serves",
                before != after && after.is_some(),
                processes,
            ),
            check(
                "the connections ended with the old one",
                ended,
                yes_or_no(ended),
            ),
            check("the session did not", lineage == "live", lineage),
            self.resumed(&row, &known),
        ];
        self.remember(&row);
        Ok(checks)
    }

    async fn change_sessions(&self) -> Result<Vec<Check>, NotDone> {
        let before = self.one(ProtocolVersion::TLS1_2, false).await?;
        self.renegotiate(&before.id).await?;
        let after = wait_for(&self.picture, SEEN_WITHIN, || {
            let row = Shown::of(&self.picture, &before.id)?;
            (row.kind == "renegotiated").then_some(row)
        })
        .await;
        let after = after.unwrap_or_else(|| before.clone());
        Ok(vec![
            check(
                "it is the same connection, and it is open",
                after.open,
                &after.id,
            ),
            check(
                "it is on another session",
                after.lineage != before.lineage,
                &after.lineage,
            ),
            check("with other keys", after.keys != before.keys, &after.keys),
            check(
                "the session it left is still there",
                self.lineage_state(&before.lineage) == "live",
                self.lineage_state(&before.lineage),
            ),
        ])
    }

    async fn be_refused(&self) -> Result<Vec<Check>, NotDone> {
        let known = self.known()?;
        self.revoke(&known.lineage, "the guided tour", false)
            .await?;
        let revoked = self
            .sees(|picture| lineage_state(picture, &known.lineage) == "revoked")
            .await;
        let row = self.one(ProtocolVersion::TLS1_3, true).await?;
        let refusal = row.refusal.clone().unwrap_or_else(|| "none".to_owned());
        Ok(vec![
            check(
                "the session is revoked",
                revoked,
                self.lineage_state(&known.lineage),
            ),
            check(
                "it is not resumed: a full handshake took place",
                row.kind == "full",
                &row.kind,
            ),
            check("and the server says why", refusal == "revoked", &refusal),
            check("nobody lost the connection", row.open, yes_or_no(row.open)),
        ])
    }

    /// One new connection, as the server sees it.
    async fn one(&self, version: ProtocolVersion, resume: bool) -> Result<Shown, NotDone> {
        let wanted = Wanted {
            version,
            resume,
            early_data: false,
        };
        let ids = self.open(wanted, 1).await?;
        let row = ids.first().and_then(|id| Shown::of(&self.picture, id));
        row.ok_or_else(|| NotDone::failed("the connection is not in the picture"))
    }

    fn resumed(&self, row: &Shown, known: &Memory) -> Check {
        let why = row.refusal.as_deref().unwrap_or("no reason given");
        let found = match row.resumed {
            true => row.lineage.clone(),
            false => format!("{}: {why}", row.kind),
        };
        let ok = row.resumed && row.lineage == known.lineage;
        check("it resumes the session", ok, found)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What step 1 made.
    fn known(&self) -> Result<Memory, NotDone> {
        let known = self.memory().clone();
        match known.lineage.is_empty() {
            true => Err(NotDone::refused("the tour begins with step 1")),
            false => Ok(known),
        }
    }

    fn remember(&self, row: &Shown) {
        let mut memory = self.memory();
        memory.connection.clone_from(&row.id);
        memory.fingerprints.push(row.keys.clone());
    }

    fn lineage_state(&self, lineage: &str) -> &'static str {
        lineage_state(&self.picture, lineage)
    }

    async fn sees(&self, what: impl Fn(&Picture) -> bool) -> bool {
        let picture = &*self.picture;
        let seen = wait_for(picture, SEEN_WITHIN, || what(picture).then_some(()));
        seen.await.is_some()
    }
}

fn check(what: &str, ok: bool, found: impl Into<String>) -> Check {
    Check {
        what: what.to_owned(),
        ok,
        found: found.into(),
    }
}

fn no_certificate(row: &Shown) -> Check {
    let sent = row.messages.iter().any(|message| message == "certificate");
    check("no certificate was shown", !sent, row.messages.join(", "))
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
