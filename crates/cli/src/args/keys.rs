//! Flags of `keys`.

use super::{StateArgs, duration};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Flags of `keys`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) verb: KeysVerb,
}

const EXAMPLES: &str = "\
Our own keys are never exported, in no format: tickets of ours are for servers of ours. What is imported belongs to
another server, opens that server's tickets on listeners that say so (serve --foreign-names), and ends.

Examples:
  tessera keys list                                        names, phases, times, and never a secret
  tessera keys rotate                                      a new key seals, the old one still opens, no ticket is refused
  tessera keys import ticket.key --dialect nginx --until 14d   a migration from nginx
  tessera keys export --dialect haproxy -o haproxy.keys    the same keys in HAProxy's order
  tessera keys retire 3f9a12c4                             what it sealed opens no more";

/// What can be done with ticket keys.
#[derive(Subcommand, Debug)]
pub(crate) enum KeysVerb {
    /// List the keys of the ring
    List {
        #[command(flatten)]
        state: StateArgs,
    },
    /// Make a new key that seals as soon as every process has heard of it; those before it only open
    Rotate {
        /// How long that takes; with 0s it seals at once, and tickets under it that reach a process too early do a full
        /// handshake [default: 2s; for a fleet's store 5s]
        #[arg(long, value_name = "D", value_parser = duration)]
        announced_for: Option<Duration>,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Take the ticket keys of another server in
    Import(ImportKeysArgs),
    /// Write the keys that were imported, in the order of a dialect
    Export(ExportKeysArgs),
    /// Erase a key: what it sealed opens no more
    Retire {
        /// The beginning of the key's name
        name: String,
        #[command(flatten)]
        state: StateArgs,
    },
}

/// Flags of `keys import`.
#[derive(Args, Debug)]
pub(crate) struct ImportKeysArgs {
    /// The files, in the order in which the server's settings name them: the first seals (HAProxy: one file)
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Whose files they are: the same bytes are other keys in another dialect
    #[arg(long, value_name = "SERVER")]
    pub(crate) dialect: DialectArg,
    /// How long the migration lasts; then the keys are erased
    #[arg(long, value_name = "D", default_value = "30d", value_parser = duration)]
    pub(crate) until: Duration,
    /// The session id context of that server, for tickets we are to issue for it [default: learned]
    #[arg(long, value_name = "HEX", conflicts_with = "like")]
    pub(crate) context: Option<String>,
    /// A session or ticket of that server, to take the context from
    #[arg(long, value_name = "FILE")]
    pub(crate) like: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) state: StateArgs,
}

/// Flags of `keys export`.
#[derive(Args, Debug)]
pub(crate) struct ExportKeysArgs {
    /// Whose order they are written in
    #[arg(long, value_name = "SERVER")]
    pub(crate) dialect: DialectArg,
    /// Whose keys, if those of several were imported [default: the same]
    #[arg(long, value_name = "SERVER")]
    pub(crate) from: Option<DialectArg>,
    /// Where they go; further keys of nginx, Apache and Envoy to FILE.2, FILE.3 … [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) state: StateArgs,
}

/// Servers whose key files are understood.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DialectArg {
    /// nginx: 48 or 80 bytes a file.
    Nginx,
    /// HAProxy: one file with a key a line, in Base64.
    Haproxy,
    /// Apache httpd: 48 bytes.
    Apache,
    /// Envoy: 80 bytes a file.
    Envoy,
}
