//! `tessera demo`: the whole story, told by real processes.
//!
//! The rows come from the ledgers of the `serve` processes it starts; what the clients saw is only
//! compared with them.

mod check;
mod client;
mod learn;
mod ledger;
mod report;
mod scene;
mod server;
mod story;

use crate::args::{DemoArgs, Global};
use crate::console::Console;
use crate::console::deeds::{Deeds, Stage};
use crate::console::keeper::Keeper;
use crate::console::process::ServerProcess;
use crate::exit::{Exit, Failure, Outcome};
use crate::report::out;
use crate::report::talk::Talk;
use crate::verb::serve::signals::Signals;
use report::Story;
use scene::Scene;
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// Tells the story; then, unless only it was asked for, keeps the server for visitors.
pub(crate) fn run(args: &DemoArgs, global: &Global, talk: Talk) -> Outcome<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let exit = runtime.block_on(tell(args, global, talk));
    runtime.shutdown_background();
    exit
}

async fn tell(args: &DemoArgs, global: &Global, talk: Talk) -> Outcome<Exit> {
    let machine = global.json || global.jsonl;
    let scene = Scene::new(args.state.as_deref())?;
    let learn = args.learn && !machine;
    // A story that is only told has nobody who looks.
    let console = match args.once && !learn {
        true => None,
        false => Some(Console::open(&args.console, scene.dir()).await?),
    };
    let scene = match &console {
        Some(console) => scene.shown_in(console.picture(), learn),
        None => scene,
    };
    let console = match (console, learn) {
        (Some(console), true) => return teach(args, scene, console, talk).await,
        (console, _) => console,
    };
    let teller = story::Teller {
        step: args.step,
        talk,
    };
    // Whatever ends this, children and temporary files go with it.
    let (server, mut told) = tokio::select! {
        told = story::tell(&scene, teller) => told?,
        interrupted = interrupted() => return interrupted,
    };
    talk.progressed();
    let exit = if told.ok() {
        Exit::Done
    } else {
        Exit::Internal
    };
    let Some(console) = console else {
        show(&told, global)?;
        server.stop().await?;
        return Ok(exit);
    };
    told.console = Some(console.url());
    show(&told, global)?;
    invite(&server, &console.url(), machine, talk)?;
    let signals = Signals::new()?;
    let (keeper, _) = stage(&scene, server, console, talk)?;
    keeper.keep(signals).await?;
    Ok(exit)
}

/// The guided tour, on a server of its own; then, unless only that was asked for, everything stays up.
async fn teach(args: &DemoArgs, scene: Scene, console: Console, talk: Talk) -> Outcome<Exit> {
    let server = server::start(&scene, server::NEW).await?;
    let url = console.url();
    out::line(format_args!("The same, drawn: {url}"))?;
    talk.warn("--learn: the console shows traffic secrets to whoever has its address");
    let signals = Signals::new()?;
    let (keeper, deeds) = stage(&scene, server, console, talk)?;
    let keeping = tokio::spawn(keeper.keep(signals));
    let as_said = learn::tour(&deeds, args.step, talk).await?;
    if args.once {
        keeping.abort();
    } else {
        out::line(format_args!(
            "\nThe console stays up: {url}\nCtrl-C ends all of it."
        ))?;
        keeping.await.map_err(Failure::internal)??;
    }
    Ok(if as_said { Exit::Done } else { Exit::Internal })
}

/// The last server of the story becomes the one that the console's buttons are about.
fn stage(
    scene: &Scene,
    server: ServerProcess,
    console: Console,
    talk: Talk,
) -> Outcome<(Keeper, Arc<Deeds>)> {
    let ca = server.ca().map(ToOwned::to_owned);
    let args = server::args(scene, server::NEW);
    let (keeper, kept) = Keeper::new(server, args, console.picture(), talk);
    let stage = Stage::of_demo(scene.dir(), ca, scene.key_log(), kept);
    Ok((keeper, console.serve(stage, talk)?))
}

fn show(told: &Story, global: &Global) -> Outcome<()> {
    if global.json {
        out::json(told)?;
    } else if global.jsonl {
        out::json_lines("tessera.demo-row/1", &told.connections)?;
        out::json_lines("tessera.demo-step/1", &told.steps)?;
    } else {
        out::line(told)?;
    }
    Ok(())
}

fn invite(server: &ServerProcess, console: &str, machine: bool, talk: Talk) -> Outcome<()> {
    let url = format!("https://localhost:{}/", server.port());
    let ca = server.ca().unwrap_or_else(|| Path::new("")).display();
    if machine {
        talk.say(format_args!(
            "the server stays up at {url} (CA: {ca}), the console at {console}; Ctrl-C ends it"
        ));
        return Ok(());
    }
    out::line(format_args!(
        "\nLook at it live, and press the buttons: {console}\n\
         The server stays up, too: {url}\n  curl --cacert {ca} {url}json\n\
         Ctrl-C ends all of it."
    ))
}

/// Ready when somebody wants this to end.
async fn interrupted() -> Outcome<Exit> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(Exit::Done)
}
