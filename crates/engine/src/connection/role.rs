//! Client or server: the one place that knows which table a step goes to.

use crate::Trace;
use crate::fault::{Fault, LocalError};
use crate::handshake::client::Client;
use crate::handshake::cx::{Cx, Effect, Effects};
use crate::handshake::server::Server;
use crate::handshake::{Arrival, Unread, Wish};
use crate::keys::keylog::KeyLog;
use crate::offered_session::OfferedSession;
use crate::{Authorisation, ClientConfig, Destination, Renegotiation, ServerConfig};
use std::sync::Arc;
use tessera_crypto::Entropy;
use tessera_session::Timestamp;
use tessera_wire::codepoint::ProtocolVersion;

/// Which end this is, with its config and its handshake's state. `None`: the machine is broken or
/// has not begun, and nothing may come.
pub(super) enum Role {
    Client {
        config: Arc<ClientConfig>,
        state: Option<Client>,
    },
    Server {
        config: Arc<ServerConfig>,
        state: Option<Server>,
    },
}

impl Role {
    pub(super) fn server(config: Arc<ServerConfig>) -> Self {
        Self::Server {
            config,
            state: Some(Server::WaitClientHello),
        }
    }

    /// A client's first step.
    pub(super) fn start(
        &mut self,
        to: Destination,
        offered: Option<OfferedSession>,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, Fault> {
        let mut effects = Effects::new(self.key_log(), self.trace());
        if let Self::Client { config, state } = self {
            let mut cx = Cx {
                config: config.as_ref(),
                now,
                entropy,
                effects: &mut effects,
            };
            *state = Some(Client::start(to, offered, &mut cx)?);
        }
        Ok(effects.into_list())
    }

    /// One arrival, one step.
    pub(super) fn step(
        &mut self,
        arrival: Arrival<Unread>,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, Fault> {
        let mut effects = Effects::new(self.key_log(), self.trace());
        match self {
            Self::Client { config, state } => {
                let mut cx = Cx {
                    config: config.as_ref(),
                    now,
                    entropy,
                    effects: &mut effects,
                };
                let current = state.take().ok_or(LocalError::StrayAnswer)?;
                *state = Some(current.step(arrival, &mut cx)?);
            }
            Self::Server { config, state } => {
                let mut cx = Cx {
                    config: config.as_ref(),
                    now,
                    entropy,
                    effects: &mut effects,
                };
                let current = state.take().ok_or(LocalError::StrayAnswer)?;
                *state = Some(current.step(arrival, &mut cx)?);
            }
        }
        Ok(effects.into_list())
    }

    /// What is asked of either role's state; `false` when there is none.
    fn ask(&self, client: impl Fn(&Client) -> bool, server: impl Fn(&Server) -> bool) -> bool {
        match self {
            Self::Client { state, .. } => state.as_ref().is_some_and(client),
            Self::Server { state, .. } => state.as_ref().is_some_and(server),
        }
    }

    /// Whether a handshake is complete, if another one is under way or not.
    pub(super) fn is_connected(&self) -> bool {
        self.ask(Client::is_connected, Server::is_connected)
    }

    /// Whether application data may come now.
    pub(super) fn takes_data(&self) -> bool {
        self.ask(Client::takes_data, Server::takes_data)
    }

    /// Whether we send application data now: not before our Finished (RFC 9846 §2 (2)) and, in TLS 1.2,
    /// not before the end of the first handshake (RFC 5246 §7.3 (3)), unless a client may start falsely
    /// (RFC 7918 §4), nor between a later hello of ours and the Finished that goes with it.
    pub(super) fn sends_data(&self) -> bool {
        self.ask(Client::sends_data, Server::sends_data)
    }

    /// Whether a handshake is complete and no other is under way.
    pub(super) fn is_settled(&self) -> bool {
        self.ask(Client::is_settled, Server::is_settled)
    }

    pub(super) fn grants(&self, wish: Wish) -> bool {
        self.ask(|client| client.grants(wish), |server| server.grants(wish))
    }

    /// Whether TLS 1.2 was chosen.
    pub(super) fn is_tls12(&self) -> bool {
        self.ask(Client::is_tls12, Server::is_tls12)
    }

    /// Whether warnings other than of a close are borne: in TLS 1.2, and while it may be chosen.
    pub(super) fn bears_warnings(&self) -> bool {
        let undecided = |client: &Client| match client {
            Client::WaitServerHello(sent) => sent.offer.offers(ProtocolVersion::TLS1_2),
            other => other.is_tls12(),
        };
        self.ask(undecided, Server::is_tls12)
    }

    pub(super) fn state_name(&self) -> &'static str {
        match self {
            Self::Client {
                state: Some(state), ..
            } => state.name(),
            Self::Server {
                state: Some(state), ..
            } => state.name(),
            Self::Client { state: None, .. } | Self::Server { state: None, .. } => "Ended",
        }
    }

    /// Nothing may come any more; what the state knew is gone.
    pub(super) fn forget(&mut self) {
        match self {
            Self::Client { state, .. } => *state = None,
            Self::Server { state, .. } => *state = None,
        }
    }

    /// Whether the application wants a word in who comes in.
    pub(super) fn authorises(&self) -> bool {
        match self {
            Self::Client { .. } => false,
            Self::Server { config, .. } => config.settings().authorisation == Authorisation::Ask,
        }
    }

    pub(super) fn is_server(&self) -> bool {
        matches!(self, Self::Server { .. })
    }

    /// Whether TLS 1.3 was chosen, or has been offered by us. A server that has not seen a ClientHello
    /// knows nothing.
    pub(super) fn may_be_tls13(&self) -> bool {
        let client = |client: &Client| match client {
            Client::WaitServerHello(sent) => sent.offer.offers(ProtocolVersion::TLS1_3),
            Client::Tls12(_) => false,
            Client::Tls13(_) => true,
        };
        self.ask(client, |server| matches!(server, Server::Tls13(_)))
    }

    /// Whether the application decides about each wish of the peer to renegotiate.
    pub(super) fn asks_about_renegotiation(&self) -> bool {
        let setting = match self {
            Self::Client { config, .. } => config.settings().renegotiation,
            Self::Server { config, .. } => config.settings().renegotiation,
        };
        setting == Renegotiation::Ask
    }

    pub(super) fn trace(&self) -> Trace {
        match self {
            Self::Client { config, .. } => config.settings().trace,
            Self::Server { config, .. } => config.settings().trace,
        }
    }

    fn key_log(&self) -> KeyLog {
        match self {
            Self::Client { config, .. } => config.settings().key_log,
            Self::Server { config, .. } => config.settings().key_log,
        }
    }
}
