//! `session revoke`: what is selected is resumed no more, in any process on the store, whoever keeps its tickets.

use super::catalogue::{Catalogue, beginning};
use super::row::RevokedNote;
use crate::args::{Global, RevokeArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::host;
use crate::report::listing::Listing;
use crate::report::out;
use crate::report::talk::Talk;
use crate::store::Store;
use serde::Serialize;
use std::time::Duration;
use tessera::clock;
use tessera::session::store::{Ends, PeerHash, Revocable};
use tessera::session::{LineageId, Revocation, Revoked, Selector, ServerName};
use tessera_observe::Time;

/// Clocks of servers on one store may differ by this much.
pub(super) const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// `tessera.session-revoke/1`.
#[derive(Serialize)]
struct Done {
    schema: &'static str,
    #[serde(flatten)]
    revocation: Row,
    /// Kept sessions that could have been resumed a moment ago.
    sessions: usize,
    /// Connections that are open on them.
    open_connections: u64,
}

/// `tessera.revocation-list/1`.
#[derive(Serialize)]
struct List {
    schema: &'static str,
    revocations: Vec<Row>,
}

/// One revocation.
#[derive(Serialize)]
struct Row {
    /// `lineage`, `peer`, `server_name` or `all`.
    selector: &'static str,
    /// Which one; of a peer a hash, for the name is not kept.
    of: Option<String>,
    #[serde(flatten)]
    note: RevokedNote,
    /// Whoever authenticated later is not meant.
    cutoff: Time,
    until: Time,
    closes_connections: bool,
}

impl From<&Revocation> for Row {
    fn from(revocation: &Revocation) -> Self {
        let (selector, of) = match &revocation.selector {
            Selector::Lineage(id) => ("lineage", Some(id.to_string())),
            Selector::Peer(hash) => ("peer", Some(data_encoding::HEXLOWER.encode(&hash.0))),
            Selector::ServerName(name) => ("server_name", Some(name.to_string())),
            Selector::All => ("all", None),
        };
        Self {
            selector,
            of,
            note: revocation.into(),
            cutoff: revocation.cutoff.into(),
            until: revocation.until.into(),
            closes_connections: revocation.ends == Ends::Connections,
        }
    }
}

/// Whether what was typed could name something in any store.
pub(super) fn check(args: &RevokeArgs) -> Outcome<()> {
    args.lineage.as_deref().map(beginning).transpose()?;
    args.server_name.as_deref().map(name).transpose()?;
    Ok(())
}

fn name(name: &str) -> Outcome<ServerName> {
    ServerName::new(name)
        .map_err(|error| Failure::usage(format_args!("--server-name {name}: {error}")))
}

/// Revokes, or lists what is revoked.
pub(super) async fn run(
    store: &Store,
    args: &RevokeArgs,
    global: &Global,
    talk: Talk,
) -> Outcome<Exit> {
    if args.list {
        let revoked = store.revocations.revoked().await.map_err(Failure::store)?;
        return list(&revoked, global);
    }
    let catalogue = Catalogue::read(store, talk).await?;
    let selector = selector(args, &catalogue)?;
    let revocation = Revocation::new(selector, &args.why, clock::now(), CLOCK_SKEW).by(&whoami());
    let revocation = if args.close {
        revocation.closing_connections()
    } else {
        revocation
    };
    let this_one = Revoked::new(1, [revocation.clone()]);
    let reached: Vec<_> = catalogue
        .rows
        .iter()
        .filter(|row| row.is_live() && this_one.covers(Revocable::from(&row.handle)))
        .collect();
    let open_connections = reached.iter().map(|row| row.open_connections()).sum();
    store
        .revocations
        .add(revocation.clone())
        .await
        .map_err(Failure::store)?;
    let done = Done {
        schema: "tessera.session-revoke/1",
        revocation: Row::from(&revocation),
        sessions: reached.len(),
        open_connections,
    };
    if global.json || global.jsonl {
        out::json(&done)?;
    }
    let open = match (args.close, open_connections) {
        (_, 0) => String::new(),
        (true, open) => format!(", {open} open connections are closed"),
        (false, open) => format!(", {open} connections stay open (--close ends them, too)"),
    };
    talk.say(format_args!(
        "revoked, in force within a second: {} kept sessions, and every ticket of theirs that is out{open}",
        done.sessions
    ));
    Ok(Exit::Done)
}

/// What is meant.
fn selector(args: &RevokeArgs, catalogue: &Catalogue) -> Outcome<Selector> {
    if let Some(subject) = &args.peer {
        return Ok(Selector::Peer(PeerHash::of_subject(subject)));
    }
    if let Some(named) = &args.server_name {
        return Ok(Selector::ServerName(name(named)?));
    }
    let Some(beginning) = &args.lineage else {
        return Ok(Selector::All);
    };
    // A whole id is taken at its word: nobody need have kept anything of it.
    if let Ok(lineage) = LineageId::parse(beginning) {
        return Ok(Selector::Lineage(lineage));
    }
    let rows = catalogue.matching(beginning)?;
    let mut lineages: Vec<LineageId> = rows.iter().map(|row| row.handle.lineage).collect();
    lineages.sort_unstable();
    lineages.dedup();
    match lineages.as_slice() {
        [lineage] => Ok(Selector::Lineage(*lineage)),
        several => Err(Failure::usage(format_args!(
            "{} lineages begin with {beginning}: write more of the id",
            several.len()
        ))),
    }
}

fn list(revoked: &Revoked, global: &Global) -> Outcome<Exit> {
    let mut revocations: Vec<&Revocation> = revoked.iter().collect();
    revocations.sort_by_key(|revocation| revocation.at);
    let rows: Vec<Row> = revocations.into_iter().map(Row::from).collect();
    let list = List {
        schema: "tessera.revocation-list/1",
        revocations: rows,
    };
    let listing = Listing {
        document: &list,
        rows: &list.revocations,
        row_schema: "tessera.revocation/1",
        heading: ["what", "which", "until", "revoked"],
        none: "Nothing is revoked.",
    };
    listing.print(global, |row| {
        [
            row.selector.into(),
            row.of.as_deref().unwrap_or("-").into(),
            row.until.to_string().into(),
            row.note.to_string().into(),
        ]
    })
}

/// Who does this, as far as the machine knows: it is kept for people, and proves nothing.
pub(super) fn whoami() -> String {
    let user = ["SUDO_USER", "LOGNAME", "USER"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()))
        .unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()));
    format!("{user}@{}", host::name())
}
