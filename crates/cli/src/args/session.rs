//! Flags of `session`.

use super::{Later, StateArgs, duration};
use clap::{Args, Subcommand};
use std::time::Duration;

/// Flags of `session`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SessionArgs {
    #[command(subcommand)]
    pub(crate) verb: SessionVerb,
}

const EXAMPLES: &str = "\
Examples:
  tessera session list                     what is kept, and never a secret
  tessera session show 3f9a12c4            one session, by the beginning of its id
  tessera session expire --older-than 2h   end what is older
  tessera session verify                   open every record, report each that fails";

/// What can be done with kept sessions.
#[derive(Subcommand, Debug)]
pub(crate) enum SessionVerb {
    /// List sessions
    List {
        #[command(flatten)]
        state: StateArgs,
        /// Ended ones, too
        #[arg(long)]
        all: bool,
    },
    /// Show one session, or all of one lineage
    Show {
        /// The beginning of a session's or a lineage's id
        id: String,
        #[command(flatten)]
        state: StateArgs,
    },
    /// End sessions: they will not be resumed
    #[command(group(clap::ArgGroup::new("which").required(true).args(["id", "older_than", "all"])))]
    Expire {
        /// The beginning of a session's or a lineage's id
        id: Option<String>,
        /// All that were made longer ago than this
        #[arg(long, value_name = "D", value_parser = duration)]
        older_than: Option<Duration>,
        /// All
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Open every record of the store and report each that fails
    Verify {
        #[command(flatten)]
        state: StateArgs,
    },
    /// The connections of a session
    #[command(hide = true, disable_help_flag = true)]
    Connections(Later),
    /// A session as a file
    #[command(hide = true, disable_help_flag = true)]
    Export(Later),
    /// A session from a file
    #[command(hide = true, disable_help_flag = true)]
    Import(Later),
    /// A session from one file format into another
    #[command(hide = true, disable_help_flag = true)]
    Convert(Later),
    /// Sessions that must not be resumed any more, stateless ones included
    #[command(hide = true, disable_help_flag = true)]
    Revoke(Later),
}
