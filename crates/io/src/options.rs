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
    /// What is said first: as early data where the settings and the ticket allow it, in a false start of TLS 1.2
    /// where they allow that ([`tessera_engine::FalseStart`]), else as soon as the
    /// handshake is done. Early data may be replayed by whoever sees it, so let it be something that may happen
    /// twice. What became of it is in [`tessera_engine::Facts::early_data`].
    pub early_data: Vec<u8>,
    /// What to do with early data that the server drops.
    pub when_dropped: WhenDropped,
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

/// What becomes of early data that a server does not take: RFC 9846 §F.5 (4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum WhenDropped {
    /// The application sees to it.
    #[default]
    Leave,
    /// It is said again as soon as the handshake is done; never under another application protocol than it
    /// was written for.
    SayAgain,
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
