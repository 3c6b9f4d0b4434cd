//! What may be said of one connection of a client.

use tessera_engine::OfferedSession;

/// How one connection differs from the others of its config.
#[derive(Default)]
pub struct ConnectOptions {
    /// The host connected to, where it is not the one the certificate is for.
    pub host: Option<String>,
    /// Its port. A ticket is offered only where it came from, so say it if one host has several
    /// servers.
    pub port: u16,
    /// The proxy in between, if any.
    pub proxy: Option<String>,
    /// Which session to offer.
    pub resume: Resume,
}

impl ConnectOptions {
    /// For a server on this port.
    pub fn port(port: u16) -> Self {
        Self {
            port,
            ..Self::default()
        }
    }
}

/// Which session a client offers.
#[derive(Default)]
pub enum Resume {
    /// One drawn from the wallet, if there is one.
    #[default]
    FromWallet,
    /// This one. To hand it over says that it may be offered here, whatever it was made for.
    With(Box<OfferedSession>),
    /// None: a full handshake.
    Never,
}
