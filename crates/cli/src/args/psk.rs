//! Flags about external keys that both ends have alike.

use clap::Args;

/// Whom the keys are for: with names each is imported for that client and that server (RFC 9258), at both
/// ends alike; without it goes as it is, as `openssl -psk` has it.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct PskNames {
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
}
