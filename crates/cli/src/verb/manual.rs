//! `completions` and `man`: the command line, described for shells and readers.

use crate::args::Cli;
use crate::exit::{Exit, Failure, Outcome};
use crate::report::out;
use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;
use std::fs;
use std::io;
use std::path::Path;

/// Prints completions for a shell.
pub(crate) fn completions(shell: Shell) -> Outcome<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tessera", &mut script);
    out::bytes(&script)?;
    Ok(Exit::Done)
}

/// Writes one page for the program and one for each verb; or the program's to stdout.
pub(crate) fn man(dir: Option<&Path>) -> Outcome<Exit> {
    let mut command = Cli::command();
    command.build();
    let Some(dir) = dir else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        out::bytes(&page)?;
        return Ok(Exit::Done);
    };
    let failed = |error: io::Error| Failure::internal(format_args!("{}: {error}", dir.display()));
    fs::create_dir_all(dir).map_err(failed)?;
    pages(command, "tessera", dir).map_err(failed)?;
    Ok(Exit::Done)
}

fn pages(command: clap::Command, name: &str, dir: &Path) -> io::Result<()> {
    let verbs: Vec<_> = command
        .get_subcommands()
        .filter(|verb| !verb.is_hide_set())
        .cloned()
        .collect();
    for verb in verbs {
        let name = format!("{name}-{}", verb.get_name());
        pages(verb, &name, dir)?;
    }
    // clap keeps names for as long as the program runs; there are a dozen of them.
    let title: &'static str = name.to_owned().leak();
    let mut page = Vec::new();
    Man::new(command.name(title)).render(&mut page)?;
    fs::write(dir.join(format!("{name}.1")), page)
}
