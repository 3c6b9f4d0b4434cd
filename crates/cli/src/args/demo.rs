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
    /// Explain each step while it happens
    #[arg(long)]
    pub(crate) learn: bool,
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
  tessera demo --learn          the same, with each step explained
  tessera demo --once --json    for programs: exits 1 if any step did not do what it should";
