//! `tessera keys`: the ring of ticket keys, listed, rotated, and exchanged with other servers during a migration.

mod change;
mod export;
mod import;
mod list;

use crate::args::{Global, KeysArgs, KeysVerb, StateArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::plan::state::StateDir;
use crate::plan::store::StorePlan;
use crate::report::talk::Talk;
use crate::store::{self, For, KeptRatchet, Store};
use tessera::session::store::Swap;
use tessera::session::{Ratchet, Ring};
use tessera_console::document::KeyRow;

/// Does what was asked with ticket keys.
pub(crate) fn run(args: &KeysArgs, global: &Global, talk: Talk) -> Outcome<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match &args.verb {
            KeysVerb::List { state } => {
                let store = open(state, talk)?;
                let state = StateDir::named(state.state.as_deref())?;
                let ratchet = ratchet(&store, state)?;
                list::run(&store, ratchet.as_ref(), global).await
            }
            KeysVerb::Rotate {
                announced_for,
                state,
            } => change::rotate(&open(state, talk)?, *announced_for, global, talk).await,
            KeysVerb::Import(args) => import::run(args, global, talk).await,
            KeysVerb::Export(args) => export::run(args, talk).await,
            KeysVerb::Retire { name, state } => {
                change::retire(&open(state, talk)?, name, global, talk).await
            }
        }
    })
}

/// All keys that servers of this state directory use, for the console.
pub(crate) async fn rows(store: &Store, state: StateDir) -> Outcome<Vec<KeyRow>> {
    let rows = list::rows(&ring(store).await?, ratchet(store, state)?.as_ref());
    Ok(rows.into_iter().map(KeyRow::from).collect())
}

/// Where servers of a state directory are in their chain of keys, if they go along one.
fn ratchet(store: &Store, state: StateDir) -> Outcome<Option<Ratchet>> {
    let vault = store.vault.clone();
    KeptRatchet { state, vault }.read()
}

fn open(args: &StateArgs, talk: Talk) -> Outcome<Store> {
    let state = StateDir::open(args.state.as_deref())?;
    Ok(store::open(
        &StorePlan::new(args, &state)?,
        For::Once,
        talk,
    )?)
}

/// The ring in the store; empty where there never was one.
async fn ring(store: &Store) -> Outcome<Ring> {
    let ring = store.ring.ring().await.map_err(Failure::store)?;
    Ok(ring.unwrap_or_else(Ring::empty))
}

/// Puts in place of the ring what `next` makes of it. Of several who do so at once each gets its turn.
async fn replace(store: &Store, mut next: impl FnMut(&Ring) -> Outcome<Ring>) -> Outcome<Ring> {
    loop {
        let ring = ring(store).await?;
        let changed = next(&ring)?;
        let replaced = store.ring.replace_ring(ring.version(), changed.clone());
        match replaced.await.map_err(Failure::store)? {
            Swap::Done => return Ok(changed),
            Swap::Lost => {}
        }
    }
}
