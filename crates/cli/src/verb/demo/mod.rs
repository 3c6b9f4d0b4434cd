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
use crate::exit::{Exit, Outcome};
use crate::report::out;
use crate::report::talk::Talk;
use report::Story;
use scene::Scene;
use server::Server;
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
    let scene = Scene::new(args.state.as_deref())?;
    let machine = global.json || global.jsonl;
    let teller = story::Teller {
        step: args.step,
        learn: args.learn && !machine,
        talk,
    };
    // Whatever ends this, children and temporary files go with it.
    let (server, told) = tokio::select! {
        told = story::tell(&scene, teller) => told?,
        interrupted = interrupted() => return interrupted,
    };
    talk.progressed();
    show(&told, global)?;
    if !args.once {
        invite(&server, machine, talk)?;
        interrupted().await?;
    }
    server.stop().await?;
    Ok(if told.ok() {
        Exit::Done
    } else {
        Exit::Internal
    })
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

fn invite(server: &Server, machine: bool, talk: Talk) -> Outcome<()> {
    let (url, ca) = (server.url(), server.ca().display().to_string());
    if machine {
        talk.say(format_args!(
            "the server stays up at {url} (CA: {ca}); Ctrl-C ends it"
        ));
        return Ok(());
    }
    out::line(format_args!(
        "\nThe server stays up: {url}\n  curl --cacert {ca} {url}json\n\
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
