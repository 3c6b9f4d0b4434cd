//! A server's handshake: the ClientHello decides the version, then its table takes over.

use super::hello::version;
use super::{Arrival, Unread, Wish, tls12, tls13, unexpected};
use crate::ServerConfig;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use tessera_wire::codepoint::{HandshakeType, ProtocolVersion};
use tessera_wire::handshake::{Handshake as H, tls12::Handshake as H12};

/// Where a server's handshake is.
pub(crate) enum Server {
    /// Nothing has come.
    WaitClientHello,
    Tls12(tls12::server::State),
    Tls13(tls13::server::State),
}

impl Server {
    pub(crate) fn step(
        self,
        arrival: Arrival<Unread>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<Self, Fault> {
        let name = self.name();
        match self {
            Self::WaitClientHello => {
                let arrival = arrival.only(HandshakeType::CLIENT_HELLO, name)?;
                Self::client_hello(arrival.read(name)?, cx)
            }
            Self::Tls12(state) => state.step(arrival.read(name)?, cx).map(Self::Tls12),
            Self::Tls13(state) => state.step(arrival.read(name)?, cx).map(Self::Tls13),
        }
    }

    /// One ClientHello serves both versions.
    fn client_hello(arrival: Arrival<H>, cx: &mut Cx<'_, ServerConfig>) -> Result<Self, Fault> {
        let Arrival::Message(H::ClientHello(message), raw) = arrival else {
            return Err(unexpected("WaitClientHello", &arrival));
        };
        if version::choose(&message, &cx.config.settings().versions)? == ProtocolVersion::TLS1_3 {
            let arrival = Arrival::Message(H::ClientHello(message), raw);
            let state = tls13::server::State::new();
            state.step(arrival, cx).map(Self::Tls13)
        } else {
            let arrival = Arrival::Message(H12::ClientHello(message), raw);
            let state = tls12::server::State::new();
            state.step(arrival, cx).map(Self::Tls12)
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::WaitClientHello => "WaitClientHello",
            Self::Tls12(state) => state.name(),
            Self::Tls13(state) => state.name(),
        }
    }

    /// Whether a handshake is complete, if another one is under way or not.
    pub(crate) fn is_connected(&self) -> bool {
        match self {
            Self::WaitClientHello => false,
            Self::Tls12(state) => state.is_connected(),
            Self::Tls13(state) => state.is_connected(),
        }
    }

    /// Whether a handshake is complete and no other is under way.
    pub(crate) fn is_settled(&self) -> bool {
        match self {
            Self::WaitClientHello => false,
            Self::Tls12(state) => state.is_settled(),
            Self::Tls13(state) => state.is_settled(),
        }
    }

    /// Whether application data may come now.
    pub(crate) fn takes_data(&self) -> bool {
        match self {
            Self::WaitClientHello => false,
            Self::Tls12(state) => state.takes_data(),
            Self::Tls13(state) => state.takes_data(),
        }
    }

    /// Whether we send application data now.
    pub(crate) fn sends_data(&self) -> bool {
        match self {
            Self::WaitClientHello => false,
            Self::Tls12(state) => state.is_settled(),
            Self::Tls13(state) => state.sends_data(),
        }
    }

    /// Whether this state has an answer to an application's wish.
    pub(crate) fn grants(&self, wish: Wish) -> bool {
        match (self, wish) {
            (Self::WaitClientHello, _) | (Self::Tls13(_), Wish::Renegotiate) => false,
            (Self::Tls12(state), _) => state.is_settled(),
            (Self::Tls13(state), _) => state.is_settled(),
        }
    }

    pub(crate) fn is_tls12(&self) -> bool {
        matches!(self, Self::Tls12(_))
    }
}
