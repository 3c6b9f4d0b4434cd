//! A client's handshake: the ServerHello decides the version, then its table takes over.

use super::hello::sent::Sent;
use super::hello::{start, version};
use super::{Arrival, Unread, Wish, tls12, tls13, unexpected};
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::Cx;
use crate::offered_session::OfferedSession;
use crate::{ClientConfig, Destination};
use tessera_wire::codepoint::{HandshakeType, ProtocolVersion};
use tessera_wire::handshake::{Handshake as H, tls12::Handshake as H12};

/// Where a client's handshake is.
pub(crate) enum Client {
    /// Our ClientHello is out and nothing has come back.
    WaitServerHello(Box<Sent>),
    Tls12(tls12::client::State),
    Tls13(tls13::client::State),
}

impl Client {
    /// Sends the ClientHello.
    pub(crate) fn start(
        to: Destination,
        offered: Option<OfferedSession>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<Self, Fault> {
        start::start(to, offered, cx).map(|sent| Self::WaitServerHello(Box::new(sent)))
    }

    pub(crate) fn step(
        self,
        arrival: Arrival<Unread>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<Self, Fault> {
        let name = self.name();
        match self {
            Self::WaitServerHello(sent) => {
                let arrival = arrival.only(HandshakeType::SERVER_HELLO, name)?;
                Self::server_hello(sent, arrival.read(name)?, cx)
            }
            Self::Tls12(state) => state.step(arrival.read(name)?, cx).map(Self::Tls12),
            Self::Tls13(state) => state.step(arrival.read(name)?, cx).map(Self::Tls13),
        }
    }

    /// Both versions' hellos read alike; the version is the first thing that is looked for:
    /// RFC 9846 §4.3.1 (13).
    fn server_hello(
        sent: Box<Sent>,
        arrival: Arrival<H>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<Self, Fault> {
        let tls13 = match &arrival {
            Arrival::Message(H::ServerHello(message), _) => {
                version::chosen(message, &sent.offer)? == ProtocolVersion::TLS1_3
            }
            Arrival::Message(H::HelloRetryRequest(_), _) => {
                sent.offer.offers(ProtocolVersion::TLS1_3)
            }
            _ => false,
        };
        match arrival {
            arrival if tls13 => {
                let state = tls13::client::State::sent(*sent);
                state.step(arrival, cx).map(Self::Tls13)
            }
            // RFC 9846 §E.3 (1).
            Arrival::Message(H::ServerHello(_), _) if sent.offers_early_data() => {
                Err(Misbehaviour::EarlyDataDowngraded.into())
            }
            Arrival::Message(H::ServerHello(message), raw) => {
                let arrival = Arrival::Message(H12::ServerHello(message), raw);
                let state = tls12::client::State::sent(*sent);
                state.step(arrival, cx).map(Self::Tls12)
            }
            arrival => Err(unexpected("WaitServerHello", &arrival)),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::WaitServerHello(_) => "WaitServerHello",
            Self::Tls12(state) => state.name(),
            Self::Tls13(state) => state.name(),
        }
    }

    /// Whether a handshake is complete, if another one is under way or not.
    pub(crate) fn is_connected(&self) -> bool {
        match self {
            Self::WaitServerHello(_) => false,
            Self::Tls12(state) => state.is_connected(),
            Self::Tls13(state) => state.is_connected(),
        }
    }

    /// Whether a handshake is complete and no other is under way.
    pub(crate) fn is_settled(&self) -> bool {
        match self {
            Self::WaitServerHello(_) => false,
            Self::Tls12(state) => state.is_settled(),
            Self::Tls13(state) => state.is_settled(),
        }
    }

    /// Whether application data may come now.
    pub(crate) fn takes_data(&self) -> bool {
        match self {
            Self::WaitServerHello(_) => false,
            Self::Tls12(state) => state.takes_data(),
            Self::Tls13(state) => state.takes_data(),
        }
    }

    /// Whether we send application data now.
    pub(crate) fn sends_data(&self) -> bool {
        match self {
            Self::WaitServerHello(_) => false,
            Self::Tls12(state) => state.sends_data(),
            Self::Tls13(state) => state.is_connected(),
        }
    }

    /// Whether this state has an answer to an application's wish.
    pub(crate) fn grants(&self, wish: Wish) -> bool {
        match (self, wish) {
            (Self::Tls12(state), Wish::UpdateKeys(_) | Wish::Renegotiate) => state.is_settled(),
            (Self::Tls13(state), Wish::UpdateKeys(_)) => state.is_settled(),
            _ => false,
        }
    }

    pub(crate) fn is_tls12(&self) -> bool {
        matches!(self, Self::Tls12(_))
    }
}
