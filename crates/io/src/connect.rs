//! How a client's connection begins: perhaps with a ticket from the wallet.

use crate::config::ClientConfig;
use crate::driver::{Driver, Name};
use crate::services::{ClientServices, Limit, Services};
use crate::{Asked, ConnectOptions, Resume, Trouble, WhenDropped, clock};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tessera_engine::{Connection, Destination, OfferedSession};
use tessera_session::{ServerName, WalletKey};

/// What a wallet gave, and what went wrong with it.
pub(crate) type Drawn = (Option<OfferedSession>, Option<Trouble>);
pub(crate) type Draw = Pin<Box<dyn Future<Output = Drawn> + Send>>;

/// Puts a limit on how long drawing may take, by the timers of whichever adapter this is.
pub(crate) type DrawLimit = fn(Draw, Duration) -> Draw;

/// A client's connection that has not begun.
pub(crate) struct Start {
    config: Arc<ClientConfig>,
    key: Arc<WalletKey>,
    name: ServerName,
    offered: Option<OfferedSession>,
    trouble: Option<Trouble>,
    early_data: Vec<u8>,
    when_dropped: WhenDropped,
    /// In a lock for `Sync`; it is never contended.
    draw: Option<Mutex<Draw>>,
}

impl Start {
    pub(crate) fn new(
        config: Arc<ClientConfig>,
        name: ServerName,
        options: ConnectOptions,
        limit: DrawLimit,
    ) -> Self {
        let key = Arc::new(config.wallet_key(&name, &options));
        let (draw, offered) = match options.resume {
            Resume::FromWallet => (config.wallet.clone(), None),
            Resume::With(mut offered) => {
                offered.session.binding.scope = key.scope();
                (None, Some(*offered))
            }
            Resume::Never => (None, None),
        };
        let draw = draw.map(|wallet| {
            let deadline = wallet.deadline;
            Mutex::new(limit(
                Box::pin(ClientServices::draw(wallet, Arc::clone(&key))),
                deadline,
            ))
        });
        Self {
            config,
            key,
            name,
            offered,
            trouble: None,
            early_data: options.early_data,
            when_dropped: options.when_dropped,
            draw,
        }
    }

    #[cfg(feature = "tokio")]
    pub(crate) fn handshake_timeout(&self) -> Option<Duration> {
        self.config.handshake_timeout()
    }

    /// Ready when the wallet has answered, or was waited for long enough.
    pub(crate) fn poll_draw(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(draw) = &mut self.draw else {
            return Poll::Ready(());
        };
        let draw = draw.get_mut().unwrap_or_else(PoisonError::into_inner);
        draw.as_mut().poll(cx).map(|(offered, trouble)| {
            self.draw = None;
            self.offered = offered;
            self.trouble = trouble;
        })
    }

    /// What stands for a draw that took too long.
    pub(crate) fn too_late(after: Duration) -> Drawn {
        (
            None,
            Some(Trouble::Late {
                asked: Asked::Draw,
                after,
            }),
        )
    }

    /// The ClientHello is the first thing to be sent.
    pub(crate) fn begin(self, limit: Limit) -> Driver {
        let to = Destination {
            name: self.name.clone(),
            scope: self.key.scope(),
        };
        let services = ClientServices {
            config: Arc::clone(&self.config),
            offered: self
                .offered
                .as_ref()
                .map(|offered| offered.session.lineage.id),
            key: Arc::clone(&self.key),
        };
        let engine = Arc::clone(self.config.engine());
        let alpn = self
            .offered
            .as_ref()
            .and_then(|offered| offered.session.binding.alpn.clone());
        let connection = Connection::client(engine, to, self.offered, clock::seed(), clock::now());
        let name = Name {
            id: clock::connection_id(),
            peer: Some(address(&self.key.host, self.key.port)),
            server_name: Some(self.name),
        };
        let mut driver = Driver::new(connection, Services::Client(services), name, limit);
        driver.say_first(self.early_data, (alpn, self.when_dropped));
        if let Some(trouble) = &self.trouble {
            driver.trouble(trouble);
        }
        driver
    }
}

/// As one writes it: an IPv6 address in brackets.
fn address(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_people_write_them() {
        assert_eq!(address("a.example", 443), "a.example:443");
        assert_eq!(address("::1", 8443), "[::1]:8443");
    }
}
