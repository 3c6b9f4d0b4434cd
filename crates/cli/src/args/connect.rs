//! Flags of `connect`.

use super::{PskArgs, StateArgs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Flags of `connect`.
#[derive(Args, Debug, Clone, Default)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ConnectArgs {
    /// HOST[:PORT] (443 if missing), https://HOST[:PORT][/PATH], or smtp://, lmtp://, imap://, ldap://HOST
    #[arg(value_name = "HOST:PORT")]
    pub(crate) target: String,
    #[command(flatten)]
    pub(crate) state: StateArgs,
    /// Leave the wallet alone: sessions live no longer than this process
    #[arg(long, help_heading = "State")]
    pub(crate) no_wallet: bool,

    /// One HTTP/1.1 request for this path on each connection; otherwise stdin goes to the peer and the peer to stdout
    #[arg(long, value_name = "PATH", help_heading = "What to do")]
    pub(crate) get: Option<String>,
    /// N more connections after the first, one after another
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help_heading = "What to do"
    )]
    pub(crate) reconnect: u32,
    /// M connections in all, at once
    #[arg(
        long,
        value_name = "M",
        default_value_t = 1,
        help_heading = "What to do"
    )]
    pub(crate) parallel: u32,
    /// Exit 6 unless every connection is so (with --reconnect: all but the first)
    #[arg(long, value_name = "KIND", help_heading = "What to do")]
    pub(crate) expect: Option<Expect>,
    /// Replace the traffic keys of both directions once the handshake is done: TLS 1.3 by KeyUpdate, TLS 1.2 by an abbreviated renegotiation
    #[arg(long, help_heading = "What to do")]
    pub(crate) key_update: bool,

    /// The name to ask for and to verify [default: HOST]
    #[arg(
        long,
        value_name = "NAME",
        alias = "servername",
        conflicts_with = "no_sni",
        help_heading = "The peer"
    )]
    pub(crate) sni: Option<String>,
    /// Ask for no name; HOST is still verified
    #[arg(long, alias = "noservername", help_heading = "The peer")]
    pub(crate) no_sni: bool,
    /// Trust the CAs of this file (PEM) and no others
    #[arg(long, value_name = "FILE", help_heading = "The peer")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Do not verify the peer; sessions made so never resume into a verified connection
    #[arg(long, help_heading = "The peer")]
    pub(crate) insecure: bool,
    /// Connect to ADDR:PORT where HOST:PORT is meant
    #[arg(long, value_name = "HOST:PORT:ADDR:PORT", help_heading = "The peer")]
    pub(crate) connect_to: Vec<String>,
    /// The address of HOST, instead of asking for it
    #[arg(long, value_name = "HOST:PORT:ADDR", help_heading = "The peer")]
    pub(crate) resolve: Vec<String>,
    /// IPv4 only
    #[arg(short = '4', conflicts_with = "ipv6", help_heading = "The peer")]
    pub(crate) ipv4: bool,
    /// IPv6 only
    #[arg(short = '6', help_heading = "The peer")]
    pub(crate) ipv6: bool,

    /// Our certificate chain (PEM), for servers that ask; of several pairs the one that fits what they ask for
    #[arg(long, value_name = "FILE", requires = "key", help_heading = "Protocol")]
    pub(crate) cert: Vec<PathBuf>,
    /// The private key (PEM) of the certificate at the same place
    #[arg(
        long,
        value_name = "FILE",
        requires = "cert",
        help_heading = "Protocol"
    )]
    pub(crate) key: Vec<PathBuf>,
    /// TLS versions: 1.2, 1.3 [default: both]
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "Protocol"
    )]
    pub(crate) tls: Vec<String>,
    /// Application protocols, best first [default: none; --get speaks HTTP/1.1 either way]
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
    /// Cipher suites, best first, e.g. TLS_AES_128_GCM_SHA256
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        help_heading = "Protocol"
    )]
    pub(crate) ciphers: Vec<String>,
    /// Speak this protocol until it comes to TLS: smtp, lmtp, imap or ldap
    #[arg(long, value_name = "PROTO", help_heading = "Protocol")]
    pub(crate) starttls: Option<String>,
    /// Close TLS before anything is said, keep the transport, and negotiate once more, resuming; with --starttls it is asked for again
    #[arg(long, help_heading = "Protocol")]
    pub(crate) starttls_again: bool,
    /// TLS 1.2: negotiate again on each connection, into a new session
    #[arg(long, help_heading = "Protocol")]
    pub(crate) renegotiate: bool,
    /// What our external key is called; a server without it is refused, unless --ca-file or --insecure is given
    #[arg(long, value_name = "ID", requires = "psk", help_heading = "Protocol")]
    pub(crate) psk_identity: Option<String>,
    /// The external key: hexadecimal digits, or bytes as they are
    #[arg(
        long,
        value_name = "FILE",
        requires = "psk_identity",
        help_heading = "Protocol"
    )]
    pub(crate) psk: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) psk_args: PskArgs,

    /// Offer the session of this file (OpenSSL PEM) on the first connection
    #[arg(
        long,
        value_name = "FILE",
        alias = "sess-in",
        help_heading = "Sessions"
    )]
    pub(crate) session_in: Option<PathBuf>,
    /// Take a session out of the wallet at the end, into this file (OpenSSL PEM)
    #[arg(
        long,
        value_name = "FILE",
        alias = "sess-out",
        help_heading = "Sessions"
    )]
    pub(crate) session_out: Option<PathBuf>,
    /// Wait for a ticket before closing, up to MS milliseconds (2000 if no number) [default: 200]
    #[arg(long, value_name = "MS", num_args = 0..=1, require_equals = true, default_missing_value = "2000", help_heading = "Sessions")]
    pub(crate) wait_ticket: Option<u64>,
    /// TLS 1.3: ask for N tickets, or for N after a full handshake and M after a resumption
    #[arg(
        long,
        value_name = "N[,M]",
        value_delimiter = ',',
        help_heading = "Sessions"
    )]
    pub(crate) tickets: Vec<u8>,
    /// Say this file first: as early data where a ticket allows it, else after the handshake
    #[arg(long, value_name = "FILE", help_heading = "Sessions")]
    pub(crate) early_data: Option<PathBuf>,
    /// TLS 1.2: say that file before the server's Finished has come (RFC 7918)
    #[arg(long, requires = "early_data", help_heading = "Sessions")]
    pub(crate) false_start: bool,

    /// Show the handshake messages on stderr, field by field, with byte offsets
    #[arg(long, help_heading = "Looking inside")]
    pub(crate) trace: bool,
    /// Append traffic secrets, for debugging only [also: SSLKEYLOGFILE]
    #[arg(long, value_name = "FILE", help_heading = "Looking inside")]
    pub(crate) keylog: Option<PathBuf>,
    /// Let --trace show what else would be kept back: ticket bytes
    #[arg(long, help_heading = "Looking inside")]
    pub(crate) show_secrets: bool,
}

const EXAMPLES: &str = "\
Examples:
  tessera connect localhost:8443 --get /json                     the session stays in the wallet
  tessera connect localhost:8443 --get /json --expect resumed    another process resumes it
  tessera connect localhost:8443 --get / --parallel 5            five at once, each on a ticket of its own
  tessera connect https://example.com/ --trace                   the handshake, message by message
  tessera connect localhost:8443 --session-out s.pem </dev/null  for openssl s_client -sess_in";

/// How every connection should come about.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// By a full handshake.
    Full,
    /// By resuming a session.
    Resumed,
}
