//! Flags of `serve`.

use super::{DialectArg, PskArgs, StateArgs, duration};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Flags of `serve`.
#[derive(Args, Debug, Clone)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8443")]
    pub(crate) listen: String,
    #[command(flatten)]
    pub(crate) state: StateArgs,

    /// A certificate chain (PEM), leaf first; several pairs are chosen by the client's server name
    #[arg(long, value_name = "FILE", help_heading = "Certificates")]
    pub(crate) cert: Vec<PathBuf>,
    /// The private key (PEM) of the certificate at the same place
    #[arg(long, value_name = "FILE", help_heading = "Certificates")]
    pub(crate) key: Vec<PathBuf>,
    /// An OCSP response (DER) to staple to the first certificate
    #[arg(long, value_name = "FILE", help_heading = "Certificates")]
    pub(crate) ocsp: Option<PathBuf>,
    /// Whether clients show certificates
    #[arg(
        long,
        value_name = "MODE",
        default_value = "none",
        help_heading = "Certificates"
    )]
    pub(crate) client_auth: ClientAuthArg,
    /// The CAs (PEM) client certificates must come from
    #[arg(long, value_name = "FILE", help_heading = "Certificates")]
    pub(crate) client_ca: Option<PathBuf>,

    /// What an external key is called that lets a client in; without --cert nobody else is let in
    #[arg(long, value_name = "ID", help_heading = "Certificates")]
    pub(crate) psk_identity: Vec<String>,
    /// The external key at the same place: hexadecimal digits, or bytes as they are
    #[arg(long, value_name = "FILE", help_heading = "Certificates")]
    pub(crate) psk: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) psk_args: PskArgs,

    /// TLS versions: 1.2, 1.3 [default: both]
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "Protocol"
    )]
    pub(crate) tls: Vec<String>,
    /// Application protocols, best first [default: h2,http/1.1; with --echo: none]
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "Protocol"
    )]
    pub(crate) alpn: Vec<String>,
    /// Key exchange groups, best first [default: X25519MLKEM768,X25519,P-256,P-384; P-521 and MLKEM1024 where asked for]
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "Protocol"
    )]
    pub(crate) groups: Vec<String>,
    /// Take so much 0-RTT data, 32768 at most; each ticket is good for it once
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 0,
        help_heading = "Protocol"
    )]
    pub(crate) early_data: u32,
    /// TLS 1.2: who may negotiate again on a live connection
    #[arg(
        long,
        value_name = "WHO",
        default_value = "never",
        help_heading = "Protocol"
    )]
    pub(crate) renegotiate: RenegotiateArg,
    /// Speak this protocol until clients come to TLS: smtp, lmtp, imap or ldap; with --echo they may close TLS and ask again
    #[arg(long, value_name = "PROTO", help_heading = "Protocol")]
    pub(crate) starttls: Option<String>,

    /// Tickets a handshake issues
    #[arg(long, value_name = "N", default_value_t = 2, help_heading = "Sessions")]
    pub(crate) tickets: u8,
    /// The most for a client that asks for a number
    #[arg(long, value_name = "N", default_value_t = 8, help_heading = "Sessions")]
    pub(crate) max_tickets: u8,
    /// Self-encrypted tickets, or lookup keys into the store; sealed, unless clients are asked for certificates
    #[arg(long, value_name = "KIND", help_heading = "Sessions")]
    pub(crate) ticket_kind: Option<TicketKindArg>,
    /// Ticket keys that follow from this seed and the time, instead of a shared ring: lines of a time and 64 hex digits
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "foreign_names",
        help_heading = "Sessions"
    )]
    pub(crate) ratchet_seed_file: Option<PathBuf>,
    /// How long each of those keys seals; the same on every server
    #[arg(long, value_name = "D", default_value = "12h", value_parser = duration, requires = "ratchet_seed_file", help_heading = "Sessions")]
    pub(crate) ratchet_epoch: Duration,
    /// The clock is right: go there, however many epochs it is
    #[arg(long, requires = "ratchet_seed_file", help_heading = "Sessions")]
    pub(crate) ratchet_jump: bool,
    /// TLS 1.2: no tickets
    #[arg(long, help_heading = "Sessions")]
    pub(crate) no_tickets: bool,
    /// TLS 1.2: no session IDs
    #[arg(long, help_heading = "Sessions")]
    pub(crate) no_session_ids: bool,
    /// A ticket resumes once, ever, across all processes on the store; TLS 1.2, which cannot have that, resumes nothing
    #[arg(long, help_heading = "Sessions")]
    pub(crate) single_use: bool,
    /// The resumption scope's name: servers that should share sessions share it [default: random per state directory]
    #[arg(long, value_name = "NAME", help_heading = "Sessions")]
    pub(crate) policy: Option<String>,
    /// How long a ticket resumes
    #[arg(long, value_name = "D", default_value = "2h", value_parser = duration, help_heading = "Sessions")]
    pub(crate) session_lifetime: Duration,
    /// How long resumptions may go on after one full handshake, at most 7d
    #[arg(long, value_name = "D", default_value = "24h", value_parser = duration, help_heading = "Sessions")]
    pub(crate) lineage_lifetime: Duration,
    /// How long a handshake waits for the store before it goes on without it [default: 1s; for a fleet's store 250ms]
    #[arg(long, value_name = "D", value_parser = duration, help_heading = "Sessions")]
    pub(crate) store_deadline: Option<Duration>,

    /// While the store has not said for this long what is revoked, clients with a certificate resume nothing
    #[arg(long, value_name = "D", default_value = "10s", value_parser = duration, help_heading = "Sessions")]
    pub(crate) revocation_lag: Duration,

    /// Take tickets of other servers, whose keys were imported, from clients that ask for one of these names
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "Migration"
    )]
    pub(crate) foreign_names: Vec<String>,
    /// For these names issue tickets that this server resumes, too, and not our own
    #[arg(
        long,
        value_name = "SERVER",
        requires = "foreign_names",
        help_heading = "Migration"
    )]
    pub(crate) issue: Option<DialectArg>,
    /// The day on which the migration ends [default: each key's own end]
    #[arg(
        long,
        value_name = "DATE",
        requires = "foreign_names",
        help_heading = "Migration"
    )]
    pub(crate) foreign_until: Option<String>,

    /// Serve the files of this directory instead of the built-in pages
    #[arg(long, value_name = "DIR", help_heading = "Content")]
    pub(crate) dir: Option<PathBuf>,
    /// Send every line back as it is, without HTTP
    #[arg(long, conflicts_with = "dir", help_heading = "Content")]
    pub(crate) echo: bool,
    /// A sign-in on the built-in pages ends after this long without a request
    #[arg(long, value_name = "D", default_value = "15m", value_parser = duration, help_heading = "Content")]
    pub(crate) sign_in_idle: Duration,

    /// Close idle connections after this long; their sessions stay
    #[arg(long, value_name = "D", default_value = "60s", value_parser = duration, help_heading = "Operation")]
    pub(crate) idle_timeout: Duration,
    /// The live console on this loopback address; a process of its own serves, so that it can be killed and started again
    #[arg(long, value_name = "ADDR", help_heading = "Operation")]
    pub(crate) console: Option<String>,
    /// The console reveals traffic secrets, too: never with real visitors
    #[arg(long, requires = "console", help_heading = "Operation")]
    pub(crate) learn: bool,
    /// Append one line of JSON for each connection that ends
    #[arg(long, value_name = "FILE", help_heading = "Operation")]
    pub(crate) ledger: Option<PathBuf>,
    /// Append traffic secrets, for debugging only [also: SSLKEYLOGFILE]
    #[arg(long, value_name = "FILE", help_heading = "Operation")]
    pub(crate) keylog: Option<PathBuf>,
    /// For the console that starts it: what happens as JSON lines on stdout, and an end when stdin ends
    #[arg(long, hide = true)]
    pub(crate) feed: bool,
}

const EXAMPLES: &str = "\
Examples:
  tessera serve                                        https://127.0.0.1:8443 with a development certificate
  tessera serve --listen [::]:443 --cert a.pem --key a.key --cert b.pem --key b.key
  tessera serve --single-use --ticket-kind stored      every ticket resumes once, across all processes
  tessera serve --client-auth require --client-ca ca.pem
  tessera serve --policy shop --store valkeys://cache.example --store-key-file fleet.key    one of a fleet
  tessera serve --foreign-names shop.example --issue nginx --foreign-until 2027-01-31    beside nginx, on its ticket keys
  tessera serve --console 127.0.0.1:0                  and a page that shows which connections are on which session
  tessera serve --policy shop --ratchet-seed-file seed share tickets with every server that has the seed

SIGHUP reloads certificates and keeps sessions; SIGTERM drains and exits 0.";

/// Whether clients show certificates.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientAuthArg {
    /// They are not asked.
    None,
    /// They are asked, and may decline.
    Request,
    /// No certificate, no connection.
    Require,
}

/// What a ticket is.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TicketKindArg {
    /// The client carries the sealed session.
    Sealed,
    /// The store keeps the session, the ticket names it.
    Stored,
}

/// Who may start a renegotiation.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RenegotiateArg {
    /// Nobody.
    Never,
    /// The server.
    Server,
    /// Both.
    Any,
}
