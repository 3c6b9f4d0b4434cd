//! `tessera session`: what is kept, shown, ended and checked.

mod catalogue;
mod connections;
mod convert;
mod expire;
mod export;
mod file;
mod import;
pub(crate) mod lineages;
mod revoke;
mod row;
mod verify;

use crate::args::{Global, SessionArgs, SessionVerb, StateArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::plan::state::StateDir;
use crate::plan::store::{StorePlan, StoreUrl};
use crate::report::listing::Listing;
use crate::report::out;
use crate::report::talk::Talk;
use crate::store::{self, For, Store};
use catalogue::Catalogue;
use row::{Row, SessionList};
use std::path::Path;

/// What a row alone is called.
const ROW: &str = "tessera.session/1";

/// Does what was asked with kept sessions.
pub(crate) fn run(args: &SessionArgs, global: &Global, talk: Talk) -> Outcome<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match &args.verb {
            SessionVerb::List { state, all } => {
                let store = open(state, talk)?;
                let catalogue = Catalogue::read(&store, talk).await?;
                let evicted = store.sessions.evicted().await.map_err(Failure::store)?;
                let rows = catalogue
                    .rows
                    .into_iter()
                    .filter(|row| *all || row.is_live());
                list(
                    &SessionList::of_store(rows.collect(), evicted),
                    global,
                    talk,
                )
            }
            SessionVerb::Show { id, state } => {
                let catalogue = Catalogue::read(&open(state, talk)?, talk).await?;
                show(catalogue.matching(id)?, global)
            }
            SessionVerb::Expire {
                id,
                older_than,
                all: _,
                state,
            } => {
                let store = open(state, talk)?;
                let catalogue = Catalogue::read(&store, talk).await?;
                let chosen = match (id, older_than) {
                    (Some(id), _) => catalogue.matching(id)?,
                    (None, Some(age)) => catalogue.older_than(*age),
                    (None, None) => catalogue.rows,
                };
                expire::run(&store, &chosen, global, talk).await
            }
            SessionVerb::Verify { state } => verify::run(&plan(state)?, global, talk),
            SessionVerb::Connections { id, state } => {
                connections::run(&open(state, talk)?, id, global, talk).await
            }
            SessionVerb::Export(args) => export::run(args, talk).await,
            SessionVerb::Import(args) => import::run(args, global, talk).await,
            SessionVerb::Convert(args) => convert::run(args, talk),
            SessionVerb::Revoke(args) => {
                revoke::check(args)?;
                let store = match args.list {
                    true => open(&args.state, talk)?,
                    false => open_to_change(&args.state, talk)?,
                };
                revoke::run(&store, args, global, talk).await
            }
        }
    })
}

/// Whoever only looks makes nothing: a mistyped directory must not come into being.
fn plan(args: &StateArgs) -> Outcome<StorePlan> {
    StorePlan::new(args, &StateDir::named(args.state.as_deref())?)
}

/// The store; where there is none yet, nothing is kept.
fn open(args: &StateArgs, talk: Talk) -> Outcome<Store> {
    let plan = plan(args)?;
    match missing(&plan)? {
        Some(path) => {
            talk.say(format_args!("there is no store at {}", path.display()));
            Ok(Store::in_memory())
        }
        None => store::open(&plan, For::Once, talk).map_err(Failure::from),
    }
}

/// The store for whoever wants to say something to all who are on it: where there is none, nobody would hear it.
fn open_to_change(args: &StateArgs, talk: Talk) -> Outcome<Store> {
    let plan = plan(args)?;
    match missing(&plan)? {
        Some(path) => Err(Failure::store(format_args!(
            "there is no store at {}: nothing is revoked",
            path.display()
        ))
        .with_hint("--state or --store names the one that the servers have")),
        None => store::open(&plan, For::Once, talk).map_err(Failure::from),
    }
}

/// The file of a store that is not there.
fn missing(plan: &StorePlan) -> Outcome<Option<&Path>> {
    match &plan.url {
        StoreUrl::Sqlite(path) if !is_there(path)? => Ok(Some(path)),
        _ => Ok(None),
    }
}

/// Whether there is a file, or what keeps us from knowing.
fn is_there(path: &Path) -> Outcome<bool> {
    path.try_exists()
        .map_err(|error| Failure::store(format_args!("{}: {error}", path.display())))
}

fn list(list: &SessionList, global: &Global, talk: Talk) -> Outcome<Exit> {
    if let Some(evicted @ 1..) = list.evicted {
        talk.say(format_args!(
            "{evicted} sessions and tickets went before their time to make room"
        ));
    }
    let listing = Listing {
        document: list,
        rows: &list.sessions,
        row_schema: ROW,
        heading: Row::HEADING,
        none: "No sessions are kept here.",
    };
    listing.print(global, Row::cells)
}

fn show(rows: Vec<Row>, global: &Global) -> Outcome<Exit> {
    if global.json {
        out::json(&SessionList::new(rows))?;
    } else if global.jsonl {
        out::json_lines(ROW, &rows)?;
    } else {
        rows.iter().try_for_each(out::line)?;
    }
    Ok(Exit::Done)
}
