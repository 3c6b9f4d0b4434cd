//! `session export`: a session leaves the wallet for a file.

use super::catalogue::Catalogue;
use super::file::{self, Output};
use super::plan;
use crate::args::ExportArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::report::talk::Talk;
use crate::store::{self, For};
use tessera::session::Side;

/// Takes the session out of the wallet: a ticket in two places would be used twice.
pub(super) async fn run(args: &ExportArgs, talk: Talk) -> Outcome<Exit> {
    let plan = plan(&args.state)?;
    let store = store::open(&plan, For::Once, talk)?;
    let rows = Catalogue::read(&store, talk).await?.matching(&args.id)?;
    let chosen = match rows.as_slice() {
        [row] if row.handle.side == Side::Client => row.handle.id,
        [_] => {
            return Err(Failure::usage(format_args!(
                "{} is a server's session: its ticket is with its client, and only that can offer it",
                args.id
            )));
        }
        several => {
            return Err(Failure::usage(format_args!(
                "{} sessions begin with {}: write more of the id",
                several.len(),
                args.id
            )));
        }
    };
    // A place that cannot be written to costs no ticket, nor does a key that is not there.
    let output = Output::open(args.output.as_deref())?;
    let vault = file::vault(&args.file_key, || Ok(plan))?;
    let taken = store.wallet.take(chosen).await.map_err(Failure::store)?;
    let stored = taken.ok_or_else(|| {
        Failure::internal("another process was first: the session is not in the wallet any more")
    })?;
    let (session, ticket) = store
        .vault
        .open_session(&stored, Side::Client)
        .map_err(Failure::store)?;
    let wire = ticket.unwrap_or_default();
    let bytes = file::write(args.format, &session, &wire, || Ok(vault))?;
    output.write(&bytes)?;
    if let Some(path) = &args.output {
        let path = path.display();
        talk.say(format_args!(
            "session {} is in {path} now, and no longer in the wallet",
            stored.id.short()
        ));
    }
    Ok(Exit::Done)
}
