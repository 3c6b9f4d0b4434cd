//! `serve --console`: the process that was started holds the console, and a process of its own serves.
//!
//! So there is somebody to show how a server ends, and that its sessions do not. The server gets what was typed, and
//! the signals this process gets.

use super::Invitation;
use super::signals::Signals;
use crate::args::{Global, ServeArgs};
use crate::console::deeds::Stage;
use crate::console::keeper::Keeper;
use crate::console::process::ServerProcess;
use crate::console::{Console, typed};
use crate::exit::{Exit, Failure, Outcome};
use crate::plan::serve::ServePlan;
use crate::report::talk::Talk;
use std::ffi::OsString;
use std::path::PathBuf;

/// Serves until told to stop, and shows it.
pub(super) fn run(args: &ServeArgs, global: &Global, talk: Talk) -> Outcome<Exit> {
    let plan = ServePlan::new(args, global.timeout)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let kept = runtime.block_on(keep(args, plan, global, talk));
    runtime.shutdown_background();
    kept
}

async fn keep(args: &ServeArgs, plan: ServePlan, global: &Global, talk: Talk) -> Outcome<Exit> {
    let signals = Signals::new()?;
    let address = args.console.as_deref().unwrap_or_default();
    let console = Console::open(address, &plan.state).await?;
    let key_log = args.learn.then(|| key_log(&plan));
    let typed = for_server(&plan, key_log.as_ref());
    let mut first = typed.clone();
    first.extend(["--listen".into(), plan.listen_text.clone().into()]);
    let server = ServerProcess::start(&first, Some(console.picture())).await?;
    let (address, ca) = (server.listening(), server.ca().map(ToOwned::to_owned));
    let (keeper, kept) = Keeper::new(server, typed, console.picture(), talk);
    let stage = Stage::new(args, &plan, (ca.as_deref(), key_log), kept);
    let url = console.url();
    console.serve(stage, talk)?;
    let invitation = Invitation {
        address,
        ca: ca.as_deref(),
        console: Some(url),
        pages: !args.echo && args.starttls.is_none(),
    };
    invitation.say(global.json || global.jsonl, talk)?;
    if args.learn {
        talk.warn("--learn: traffic secrets are written down, and the console shows them to whoever has its address");
    }
    let ended = keeper.keep(signals).await?;
    match ended.success() {
        true => Ok(Exit::Done),
        false => Err(Failure::internal(format_args!(
            "the server process ended: {ended}"
        ))),
    }
}

/// Where traffic secrets are written: where it was said, or in the state directory.
fn key_log(plan: &ServePlan) -> PathBuf {
    let asked = plan.keylog.clone();
    asked.unwrap_or_else(|| plan.state.file("console.keylog"))
}

/// What the server process is started with, but for its address.
fn for_server(plan: &ServePlan, key_log: Option<&PathBuf>) -> Vec<OsString> {
    let mut args = typed::for_server(std::env::args_os().skip(1));
    args.push("--json".into());
    if let Some(key_log) = key_log.filter(|_| plan.keylog.is_none()) {
        args.extend(["--keylog".into(), key_log.into()]);
    }
    args
}
