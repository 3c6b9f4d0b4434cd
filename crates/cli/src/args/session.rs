//! Flags of `session`.

use super::{ConnectArgs, StateArgs, duration};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
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
  tessera session connections 3f9a12c4     who is and was on it, in all processes on the store
  tessera session revoke 3f9a12c4 --why 'lost laptop' --close      this lineage, tickets that are out included
  tessera session revoke --peer CN=alice --close                   everything this client has, everywhere, within a second
  tessera session revoke --list            what is revoked, by whom and why
  tessera session export 3f9a12c4 -o s.pem     for openssl s_client -sess_in; the ticket leaves the wallet
  tessera session import s.pem --for host:443 --trust    from a file of OpenSSL, BoringSSL, curl, Botan or our own
  tessera session convert s.pem --from nginx --to haproxy --from-keys n.key --to-keys h.keys --to-context 686170726f7879
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
    /// The connections of a session or lineage, of all processes on the store
    Connections {
        /// The beginning of a session's or a lineage's id
        id: String,
        #[command(flatten)]
        state: StateArgs,
    },
    /// Take a client's session out of the wallet into a file: a ticket in two places would be used twice
    Export(ExportArgs),
    /// Put the sessions of a file into the wallet, tainted unless --trust says otherwise
    Import(Box<ImportArgs>),
    /// Write a session file in another format, or make one server's ticket into another's
    Convert(Box<ConvertArgs>),
    /// Sessions that must not be resumed any more, in tickets nobody keeps included; in force within a second in every
    /// process on the store
    Revoke(RevokeArgs),
}

/// Flags of `session revoke`.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["lineage", "peer", "server_name", "all", "list"])))]
pub(crate) struct RevokeArgs {
    /// A lineage: its id, or the beginning of it or of a session's in it
    pub(crate) lineage: Option<String>,
    /// All of this client, by its certificate's subject as `session list` shows it
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) peer: Option<String>,
    /// All made for this server name
    #[arg(long, value_name = "NAME")]
    pub(crate) server_name: Option<String>,
    /// All there are; whoever authenticates later than a minute from now is not meant
    #[arg(long)]
    pub(crate) all: bool,
    /// Only list what is revoked
    #[arg(long, conflicts_with_all = ["why", "close"])]
    pub(crate) list: bool,
    /// The reason, kept beside your name
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) why: String,
    /// Close the connections that are open on them
    #[arg(long)]
    pub(crate) close: bool,
    #[command(flatten)]
    pub(crate) state: StateArgs,
}

/// Flags of `session export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// The beginning of the session's id
    pub(crate) id: String,
    /// OpenSSL's PEM, in clear; or our own file, sealed
    #[arg(long, value_name = "FORMAT", default_value = "openssl")]
    pub(crate) format: WrittenFormat,
    /// Where it goes [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) file_key: FileKeyArgs,
    #[command(flatten)]
    pub(crate) state: StateArgs,
}

/// Flags of `session import`.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// The file
    pub(crate) file: PathBuf,
    /// Its format; where it can be either OpenSSL's or BoringSSL's it has to be said
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(crate) format: ReadFormat,
    /// Whom the session is for [default: the name in the file, port 443]
    #[arg(long = "for", value_name = "HOST:PORT")]
    pub(crate) destination: Option<String>,
    /// Take the file's word that the peer was verified; if it says otherwise, the session stays tainted
    #[arg(long)]
    pub(crate) trust: bool,
    #[command(flatten)]
    pub(crate) botan: BotanArgs,
    #[command(flatten)]
    pub(crate) file_key: FileKeyArgs,
    #[command(flatten)]
    pub(crate) state: StateArgs,

    /// The name that will be asked for [default: HOST]
    #[arg(long, value_name = "NAME", help_heading = "As connect will be called")]
    pub(crate) sni: Option<String>,
    /// The CAs (PEM) that will be trusted, and no others
    #[arg(long, value_name = "FILE", help_heading = "As connect will be called")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The peer will not be verified
    #[arg(long, help_heading = "As connect will be called")]
    pub(crate) insecure: bool,
    /// The application protocols that will be offered
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "As connect will be called"
    )]
    pub(crate) alpn: Vec<String>,
    /// The TLS versions that will be offered
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "As connect will be called"
    )]
    pub(crate) tls: Vec<String>,
}

impl ImportArgs {
    /// How `connect` will be called for this target: the session waits for just that.
    pub(crate) fn connecting_to(&self, target: String) -> ConnectArgs {
        ConnectArgs {
            target,
            state: self.state.clone(),
            sni: self.sni.clone(),
            ca_file: self.ca_file.clone(),
            insecure: self.insecure,
            alpn: self.alpn.clone(),
            tls: self.tls.clone(),
            ..ConnectArgs::default()
        }
    }
}

/// Flags of `session convert`.
#[derive(Args, Debug)]
pub(crate) struct ConvertArgs {
    /// A session file; for tickets, a client's session of OpenSSL with the ticket in it, or the ticket's bytes
    pub(crate) file: PathBuf,
    /// A session format, or the server whose ticket it is
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(crate) from: Source,
    /// A session format, or the server whose ticket it becomes
    #[arg(long, value_name = "FORMAT")]
    pub(crate) to: Sink,
    /// Where it goes [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) botan: BotanArgs,
    #[command(flatten)]
    pub(crate) file_key: FileKeyArgs,
    #[command(flatten)]
    pub(crate) state: StateArgs,

    /// The ticket keys of the server it comes from, as its settings name them
    #[arg(long, value_name = "FILE", help_heading = "Tickets")]
    pub(crate) from_keys: Vec<PathBuf>,
    /// The ticket keys of the server it is for
    #[arg(long, value_name = "FILE", help_heading = "Tickets")]
    pub(crate) to_keys: Vec<PathBuf>,
    /// The session id context of the server it is for
    #[arg(
        long,
        value_name = "HEX",
        conflicts_with = "to_like",
        help_heading = "Tickets"
    )]
    pub(crate) to_context: Option<String>,
    /// A session or ticket of the server it is for, to take the context from
    #[arg(long, value_name = "FILE", help_heading = "Tickets")]
    pub(crate) to_like: Option<PathBuf>,
}

/// What Botan keeps beside its sessions.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct BotanArgs {
    /// The ticket that belongs to the session, which Botan keeps beside it: a file with its bytes
    #[arg(long, value_name = "FILE", help_heading = "Botan's files")]
    pub(crate) ticket: Option<PathBuf>,
    /// TLS 1.2: the session id that belongs to it
    #[arg(
        long,
        value_name = "HEX",
        conflicts_with = "ticket",
        help_heading = "Botan's files"
    )]
    pub(crate) session_id: Option<String>,
    /// The key of a sealed session: a file with its bytes
    #[arg(long, value_name = "FILE", help_heading = "Botan's files")]
    pub(crate) botan_key: Option<PathBuf>,
}

/// The key of our own files.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct FileKeyArgs {
    /// The key of our own file, in the form of a store key [default: the key of the store]
    #[arg(long, value_name = "FILE")]
    pub(crate) file_key: Option<PathBuf>,
}

/// Formats that are written.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrittenFormat {
    /// OpenSSL's PEM.
    Openssl,
    /// Our own sealed file.
    Tessera,
}

/// Formats that are read.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadFormat {
    /// Whichever it is.
    Auto,
    /// OpenSSL's PEM or DER.
    Openssl,
    /// BoringSSL's DER or PEM.
    Boringssl,
    /// curl's file.
    Curl,
    /// Botan's PEM or DER, or sealed.
    Botan,
    /// Our own sealed file.
    Tessera,
}

/// What is converted.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A session file in whichever format it is.
    Auto,
    /// A session file of OpenSSL.
    Openssl,
    /// A session file of BoringSSL.
    Boringssl,
    /// A session file of curl.
    Curl,
    /// A session file of Botan.
    Botan,
    /// Our own session file.
    Tessera,
    /// A ticket of nginx.
    Nginx,
    /// A ticket of HAProxy.
    Haproxy,
    /// A ticket of Apache httpd.
    Apache,
    /// A ticket of Envoy.
    Envoy,
}

/// What it becomes.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sink {
    /// A session file of OpenSSL.
    Openssl,
    /// Our own session file.
    Tessera,
    /// A ticket of nginx.
    Nginx,
    /// A ticket of HAProxy.
    Haproxy,
    /// A ticket of Apache httpd.
    Apache,
}
