//! Flags about external keys that both ends have alike.

use clap::{Args, ValueEnum};

/// Whom the keys are for, and their hash: with names each is imported for that client and that server (RFC 9258), at
/// both ends alike; without it goes as it is, as `openssl -psk` has it, and is never to serve both a client and a server.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct PskArgs {
    /// Bind the external key to this client and --psk-server (RFC 9258); the peer does the same
    #[arg(
        long,
        value_name = "NAME",
        requires = "psk_server",
        help_heading = "Protocol"
    )]
    pub(crate) psk_client: Option<String>,
    /// Bind the external key to this server and --psk-client (RFC 9258); the peer does the same
    #[arg(
        long,
        value_name = "NAME",
        requires = "psk_client",
        help_heading = "Protocol"
    )]
    pub(crate) psk_server: Option<String>,
    /// The hash the external key was made for: as it is it goes with cipher suites of this hash, and with names the keys of
    /// all suites are made by it (RFC 9258)
    #[arg(
        long,
        value_name = "HASH",
        default_value = "sha256",
        requires = "psk",
        help_heading = "Protocol"
    )]
    pub(crate) psk_hash: PskHashArg,
}

/// The hash of an external key.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PskHashArg {
    /// SHA-256, where nothing else was agreed: RFC 9846 §4.3.11 (2).
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
}
