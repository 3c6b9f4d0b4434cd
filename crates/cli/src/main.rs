//! The program `tessera`: parse, plan, run, exit code.
//!
//! `args` is what was typed and `plan` what it means; a verb computes, `report` shows, and `exit`
//! says how it ended.

mod args;
mod console;
mod devcert;
mod exit;
mod host;
mod keylog;
mod plan;
mod random;
mod report;
mod secret_file;
mod store;
mod verb;

use args::{Cli, Verb};
use clap::Parser as _;
use exit::{Exit, Outcome};
use plan::later;
use report::talk::Talk;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let talk = Talk::new(&cli.global);
    // A core dump would put every secret of the process on the disk.
    let _ = setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    );
    match run(&cli, talk) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            talk.failure(&failure);
            failure.exit.into()
        }
    }
}

fn run(cli: &Cli, talk: Talk) -> Outcome<Exit> {
    match &cli.verb {
        Verb::Demo(args) => verb::demo::run(args, &cli.global, talk),
        Verb::Serve(args) => verb::serve::run(args, &cli.global, talk),
        Verb::Connect(args) => verb::connect::run(args, &cli.global, talk),
        Verb::Session(args) => verb::session::run(args, &cli.global, talk),
        Verb::Completions { shell } => verb::manual::completions(*shell),
        Verb::Man { dir } => verb::manual::man(dir.as_deref()),
        Verb::Keys(args) => verb::keys::run(args, &cli.global, talk),
        Verb::Proxy(_) => Err(later::refuse("proxy")),
        Verb::Probe(_) => Err(later::refuse("probe")),
        Verb::Bench(_) => Err(later::refuse("bench")),
    }
}
