//! Which tickets of other servers `serve` takes and issues.

use crate::args::ServeArgs;
use crate::exit::{Failure, Outcome};
use crate::report::talk::Talk;
use std::sync::Arc;
use tessera::interchange::ticket::OpenSslTickets;
use tessera::session::{Dialect, ForeignTickets, Phase, Ring};
use tessera::{ServerName, Timestamp};

/// A migration: what was asked for, and what the listener gets of it.
pub(crate) struct MigrationPlan {
    /// For the listener. What it learns stays when certificates are reloaded.
    pub(crate) tickets: Arc<ForeignTickets>,
    until: Timestamp,
}

impl MigrationPlan {
    /// Checks what was typed; `None` if there is no migration.
    pub(crate) fn new(args: &ServeArgs) -> Outcome<Option<Self>> {
        if args.foreign_names.is_empty() {
            return Ok(None);
        }
        let names: Outcome<Vec<ServerName>> =
            args.foreign_names.iter().map(|name| listed(name)).collect();
        let until = args.foreign_until.as_deref().map(date).transpose()?;
        let until = until.unwrap_or(Timestamp::from_millis(u64::MAX));
        let issues = args.issue.map(Dialect::from);
        if issues == Some(Dialect::Envoy) {
            return Err(Failure::usage(
                "--issue envoy: its sessions do not say for which name they are, so none are made for it",
            ));
        }
        let form = Arc::new(OpenSslTickets);
        Ok(Some(Self {
            tickets: Arc::new(ForeignTickets::new(form, names?, until, issues)),
            until,
        }))
    }

    /// Says what is missing for it to work.
    pub(crate) fn warn(&self, ring: &Ring, now: Timestamp, talk: Talk) {
        let live = || {
            ring.foreign()
                .iter()
                .filter(|key| key.phase(now) != Phase::Retired)
        };
        if now >= self.until {
            talk.warn("--foreign-until has passed: no ticket of another server is taken");
        } else if live().next().is_none() {
            talk.warn(
                "--foreign-names: there are no ticket keys of other servers: import them with `tessera keys import`",
            );
        } else if let Some(dialect) = self.tickets.issues() {
            let mut sealing = live().filter(|key| key.dialect == dialect);
            if !sealing.clone().any(|key| key.phase(now) == Phase::Sealing) {
                talk.warn(format_args!(
                    "--issue {dialect}: no key of {dialect} seals, so tickets of our own are issued"
                ));
            } else if sealing.all(|key| key.context.is_none()) {
                talk.say(format_args!(
                    "tickets for {dialect} are issued once one of its own has come, which tells its session id context"
                ));
            }
        }
    }
}

/// A name that clients ask for.
fn listed(text: &str) -> Outcome<ServerName> {
    let wrong =
        |why: &dyn std::fmt::Display| Failure::usage(format_args!("--foreign-names {text}: {why}"));
    match ServerName::new(text.trim()) {
        Ok(name) if name.is_ip() => Err(wrong(&"an address is never asked for by name")),
        Ok(name) => Ok(name),
        Err(error) => Err(wrong(&error)),
    }
}

/// A day, which begins at midnight UTC, or a moment as we print it, with or without milliseconds.
fn date(text: &str) -> Outcome<Timestamp> {
    let seconds = text.strip_suffix('Z').map(|text| format!("{text}.000Z"));
    let spellings = [
        Some(text.to_owned()),
        seconds,
        Some(format!("{text}T00:00:00.000Z")),
    ];
    spellings
        .iter()
        .flatten()
        .find_map(|spelling| spelling.parse().ok())
        .ok_or_else(|| {
            Failure::usage(format_args!(
                "--foreign-until {text}: write a day like 2027-01-31, or a moment like 2027-01-31T12:00:00Z"
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_ends_on_a_day_or_at_a_moment() {
        let day: Timestamp = "2027-01-31T00:00:00.000Z".parse().unwrap();
        for text in [
            "2027-01-31",
            "2027-01-31T00:00:00Z",
            "2027-01-31T00:00:00.000Z",
        ] {
            assert_eq!(date(text).ok(), Some(day), "{text}");
        }
        for text in ["30d", "2027-02-30", "2027-01-31T00:00:00", "tomorrow", ""] {
            assert!(date(text).is_err(), "{text}");
        }
    }
}
