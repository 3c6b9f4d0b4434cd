//! Client or server: the one place that knows which table a step goes to.

use crate::Trace;
use crate::fault::{Fault, LocalError};
use crate::handshake::Arrival;
use crate::handshake::cx::{Cx, Effect, Effects};
use crate::handshake::tls13::{client, server};
use crate::keys::keylog::KeyLog;
use crate::offered_session::OfferedSession;
use crate::{ClientConfig, Destination, ServerConfig};
use std::sync::Arc;
use tessera_crypto::Entropy;
use tessera_session::Timestamp;

/// Which end this is, with its config and its handshake's state. `None`: the machine is broken or
/// has not begun, and nothing may come.
pub(super) enum Role {
    Client {
        config: Arc<ClientConfig>,
        state: Option<client::State>,
    },
    Server {
        config: Arc<ServerConfig>,
        state: Option<server::State>,
    },
}

impl Role {
    pub(super) fn server(config: Arc<ServerConfig>) -> Self {
        Self::Server {
            config,
            state: Some(server::State::new()),
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
        let mut effects = Effects::new(self.key_log());
        if let Self::Client { config, state } = self {
            let mut cx = Cx {
                config: config.as_ref(),
                now,
                entropy,
                effects: &mut effects,
            };
            *state = Some(client::hello::start(to, offered, &mut cx)?);
        }
        Ok(effects.into_list())
    }

    /// One arrival, one step.
    pub(super) fn step(
        &mut self,
        arrival: Arrival,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, Fault> {
        let mut effects = Effects::new(self.key_log());
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

    pub(super) fn is_connected(&self) -> bool {
        match self {
            Self::Client { state, .. } => state.as_ref().is_some_and(client::State::is_connected),
            Self::Server { state, .. } => state.as_ref().is_some_and(server::State::is_connected),
        }
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

    pub(super) fn is_server(&self) -> bool {
        matches!(self, Self::Server { .. })
    }

    /// A server that has not seen a ClientHello.
    pub(super) fn awaits_first_hello(&self) -> bool {
        matches!(
            self,
            Self::Server {
                state: Some(server::State::WaitClientHello(_)),
                ..
            }
        )
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
