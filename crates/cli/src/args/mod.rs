//! What was typed. What it means is `plan`'s business.

mod connect;
mod demo;
mod keys;
mod psk;
mod serve;
mod session;

pub(crate) use connect::{ConnectArgs, Expect};
pub(crate) use demo::DemoArgs;
pub(crate) use keys::{DialectArg, ExportKeysArgs, ImportKeysArgs, KeysArgs, KeysVerb};
pub(crate) use psk::{PskArgs, PskHashArg};
pub(crate) use serve::{ClientAuthArg, RenegotiateArg, ServeArgs, TicketKindArg};
pub(crate) use session::{
    BotanArgs, ConvertArgs, ExportArgs, FileKeyArgs, ImportArgs, ReadFormat, RevokeArgs,
    SessionArgs, SessionVerb, Sink, Source, WrittenFormat,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// TLS 1.3 and 1.2 from scratch, with sessions you can hold.
///
/// A connection lives for seconds; the session behind it can be kept, shared, resumed by another
/// process, listed and ended. Start with `tessera demo`.
#[derive(Parser, Debug)]
#[command(
    name = "tessera",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_help = EXIT_CODES, after_long_help = format!("{EXIT_CODES}{CURL}"))]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes:
  0 done                      1 internal or I/O error    2 usage
  3 cannot connect            4 handshake failed         5 peer not verified
  6 expectation not met       7 timeout                  8 store or key ring error

Data goes to stdout, talk to stderr.";

const CURL: &str = "

Where curl would have failed, too, it exits 7 for our 3, 35 for 4, 60 for 5 and 28 for 7.";

/// Flags every verb knows.
#[derive(Args, Debug, Clone)]
pub(crate) struct Global {
    /// Print one JSON document instead of text
    #[arg(long, global = true, help_heading = "General")]
    pub(crate) json: bool,
    /// Print a stream of JSON lines instead of text
    #[arg(long, global = true, conflicts_with = "json", help_heading = "General")]
    pub(crate) jsonl: bool,
    /// Say less on stderr: errors only
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "General"
    )]
    pub(crate) quiet: bool,
    /// Say more on stderr
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "General")]
    pub(crate) verbose: u8,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "General"
    )]
    pub(crate) color: Color,
    /// Give up after this long: `500ms`, `30s`, `2m`
    #[arg(long, global = true, value_name = "D", value_parser = duration, help_heading = "General")]
    pub(crate) timeout: Option<Duration>,
}

/// When text is coloured.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What can be done.
#[derive(Subcommand, Debug)]
pub(crate) enum Verb {
    /// Run the whole story: real processes, real connections, one session through all of it
    Demo(DemoArgs),
    /// Serve pages (or files, or an echo) over TLS, with sessions that outlive the process
    Serve(Box<ServeArgs>),
    /// Connect to a server, resuming what an earlier process left in the wallet
    Connect(Box<ConnectArgs>),
    /// List, show, end and check the sessions that are kept
    Session(SessionArgs),
    /// List, rotate and retire ticket keys; take those of nginx, HAProxy, Apache and Envoy in, and give them out
    Keys(KeysArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages into a directory (default: the program's own to stdout)
    Man {
        /// Where to write them
        dir: Option<PathBuf>,
    },
    /// The terminator
    #[command(hide = true, disable_help_flag = true)]
    Proxy(Later),
    /// How a server handles sessions
    #[command(hide = true, disable_help_flag = true)]
    Probe(Later),
    /// Handshakes a second
    #[command(hide = true, disable_help_flag = true)]
    Bench(Later),
}

/// A verb whose time has not come: it takes anything, and says so.
#[derive(Args, Debug)]
pub(crate) struct Later {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub(crate) anything: Vec<OsString>,
}

/// Where sessions and development certificates are kept.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct StateArgs {
    /// The state directory [default: $XDG_STATE_HOME/tessera, else ~/.local/state/tessera]
    #[arg(long, value_name = "DIR", help_heading = "State")]
    pub(crate) state: Option<PathBuf>,
    /// Where sessions are kept: `sqlite:PATH`, `memory:`, or a fleet's `valkey://HOST:PORT[/DB]`,
    /// `valkeys://` (over TLS), `valkey+cluster://HOST:PORT,HOST:PORT` [default: sqlite:STATE/sessions.db]
    #[arg(long, value_name = "URL", help_heading = "State")]
    pub(crate) store: Option<String>,
    /// The key everything in the store is sealed under, 32 bytes; a fleet's store needs it
    /// [default: $CREDENTIALS_DIRECTORY/store.key, else STATE/store.key, made on first use]
    #[arg(long, value_name = "FILE", help_heading = "State")]
    pub(crate) store_key_file: Option<PathBuf>,
    /// The CAs (PEM) that vouch for a store behind TLS [default: the machine's]
    #[arg(long, value_name = "FILE", help_heading = "State")]
    pub(crate) store_ca: Option<PathBuf>,
}

/// A time span as people write it.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it like 500ms, 90s, 2h or 7d"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(std::iter::once("tessera").chain(line.split_whitespace()))
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_written_as_people_write_them() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
        assert_eq!(duration("7d"), Ok(Duration::from_secs(7 * 86400)));
        assert!(duration("soon").is_err());
    }

    #[test]
    fn global_flags_stand_before_or_after_the_verb() {
        let before = parse("--json -q session list").unwrap();
        let after = parse("session list --json -q").unwrap();
        assert!(before.global.json && before.global.quiet);
        assert!(after.global.json && after.global.quiet);
    }

    #[test]
    fn every_flag_of_serve_in_the_manual_parses() {
        let line = "serve --listen 127.0.0.1:0 --cert a --key b --cert c --key d --state s --store memory: \
            --store-key-file k --tls 1.2,1.3 --tickets 4 --ticket-kind stored --no-tickets --no-session-ids \
            --single-use --policy p --ocsp o --session-lifetime 90s --lineage-lifetime 7d --client-auth require \
            --client-ca ca --early-data 16384 --renegotiate any --alpn h2 --groups P-521 --idle-timeout 5s --starttls smtp --dir d \
            --console 127.0.0.1:0 --keylog f --timeout 1s --json --psk-identity i --psk f --psk-identity j --psk g \
            --psk-client c --psk-server s --psk-hash sha384";
        assert!(parse(line).is_ok());
        assert!(parse("serve --echo").is_ok());
        let ratchet = "serve --ratchet-seed-file r --ratchet-epoch 6h --ratchet-jump";
        assert!(parse(ratchet).is_ok());
        assert!(
            parse(&format!(
                "{ratchet} --foreign-names a --issue nginx --foreign-until 2027-01-31"
            ))
            .is_err()
        );
        assert!(parse("serve --ratchet-jump").is_err());
    }

    #[test]
    fn every_flag_of_connect_in_the_manual_parses() {
        let line = "connect localhost:8443 --state s --no-wallet --json --get / --sni a --ca-file c \
            --insecure --alpn h2 --tls 1.3 --groups X25519 --ciphers TLS_AES_128_GCM_SHA256 --cert c --key k \
            --sess-in i --sess-out o --reconnect 2 --parallel 3 --wait-ticket=50 --tickets 4 --expect resumed \
            --early-data f --renegotiate --key-update --starttls smtp --starttls-again --psk-identity i --psk f \
            --psk-client c --psk-server s --psk-hash sha256 --keylog k --trace --connect-to a:1:b:2 --resolve a:1:127.0.0.1 -4";
        let cli = parse(line).unwrap();
        let Verb::Connect(args) = cli.verb else {
            panic!("another verb")
        };
        assert_eq!(args.session_in.unwrap().to_str(), Some("i"));
        assert_eq!(args.wait_ticket, Some(50));
        assert!(parse("connect a --session-in i --session-out o --no-sni -6").is_ok());
    }

    #[test]
    fn every_form_of_session_and_keys_in_the_manual_parses() {
        for line in [
            "session export 3f --format tessera -o f --state s --store memory:",
            "session export 3f --format openssl",
            "session import f --format auto --for host:443 --trust",
            "session import f --format botan --ticket t --botan-key k",
            "session convert f --from openssl --to tessera -o g",
            "session revoke 3f --why x --close",
            "session revoke --peer CN=a --json",
            "session revoke --server-name a.example",
            "session revoke --all",
            "session revoke --list",
            "session connections 3f",
            "session convert f --from nginx --to haproxy --from-keys a --from-keys b --to-keys c --to-context 00",
            "session convert f --from haproxy --to nginx --from-keys a --to-keys c --to-like g",
            "keys list --json",
            "keys rotate",
            "keys rotate --announced-for 0s",
            "keys import a b --dialect nginx --until 7d --context 00",
            "keys import a --dialect haproxy --like f",
            "keys export --dialect envoy -o f",
            "keys retire 0011",
        ] {
            assert!(parse(line).is_ok(), "{line}");
        }
        assert!(
            parse("keys import a").is_err(),
            "the dialect is always said"
        );
        assert!(parse("session revoke").is_err() && parse("session revoke 3f --all").is_err());
        assert!(parse("session convert f --to-like a --to-context 00 --to nginx").is_err());
    }

    #[test]
    fn the_ticket_wait_needs_no_number() {
        let cli = parse("connect localhost:8443 --wait-ticket --get /").unwrap();
        let Verb::Connect(args) = cli.verb else {
            panic!("another verb")
        };
        assert_eq!(args.wait_ticket, Some(2000));
        assert_eq!(args.target, "localhost:8443");
    }

    #[test]
    fn verbs_of_later_versions_take_anything() {
        for line in ["proxy --config f", "probe --json a b", "bench -c 64"] {
            assert!(parse(line).is_ok(), "{line}");
        }
    }
}
