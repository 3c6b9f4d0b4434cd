//! Flags of `demo`.

use clap::Args;
use std::path::PathBuf;

/// Flags of `demo`.
#[derive(Args, Debug, Clone, Default)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DemoArgs {
    /// Print the table and exit: 0 if every step did what it should, 1 if not
    #[arg(long)]
    pub(crate) once: bool,
    /// The guided tour: seven steps, explained, done, and checked by what the server tells
    #[arg(long)]
    pub(crate) learn: bool,
    /// Where the live console listens, on loopback
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) console: String,
    /// Use this state directory instead of a fresh temporary one
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Wait for a line on stdin before each step, to look around (or to interfere) in between
    #[arg(long)]
    pub(crate) step: bool,
}

const EXAMPLES: &str = "\
Examples:
  tessera demo                  the story, then a server that stays up to be visited
  tessera demo --learn          the guided tour, in the terminal and in the console
  tessera demo --once --json    for programs: exits 1 if any step did not do what it should";
