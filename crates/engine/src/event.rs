//! What is worth telling people. Nothing in the engine obeys an event.

use crate::keys::derived::Derived;
use crate::{Facts, Half};
use tessera_session::{Refusal, ServerName, TicketId};
use tessera_wire::codepoint::{AlertDescription, NamedGroup};

/// Something worth telling: logs, metrics, the ledger, the console.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Server: a ClientHello came and names this host.
    HelloReceived {
        /// The name asked for.
        server_name: Option<ServerName>,
    },
    /// A HelloRetryRequest was sent or received.
    Retried {
        /// The group it asks for.
        group: Option<NamedGroup>,
    },
    /// An offered session was not resumed, and why.
    Refused(Refusal),
    /// The handshake is complete.
    Established(Box<Facts>),
    /// Server: the handshake that began with early data is complete. What was delivered before this
    /// may be a replay, and what comes behind it is not.
    EarlyDataOver,
    /// TLS 1.2: another handshake is complete on this connection. What is delivered before this was
    /// sent in the epoch before, what comes behind it in the new one.
    Renegotiated(Box<Facts>),
    /// TLS 1.2: the peer wanted a handshake on this connection, and was told `no_renegotiation`.
    RenegotiationRefused,
    /// We wanted one, and there will be none: the peer declined, settings forbid it, too many came
    /// before it, we said `close_notify`, or this is TLS 1.3.
    RenegotiationDeclined,
    /// Server, TLS 1.3: the client was asked who it is after the handshake, and has answered; a client
    /// that would not say has no peer in its facts.
    ClientIdentified(Box<Facts>),
    /// The peer cannot be asked who it is: it is a client of TLS 1.3 that did not say that it can (RFC
    /// 9846 §4.3.6), or speaks HTTP/2 (RFC 9113 §9.2.3), or it is no client; or we said `close_notify`.
    CannotAsk,
    /// Server: a ticket was sent; the session it stands for is of the connection's lineage.
    TicketIssued(TicketId),
    /// Client: a ticket came and is offered for keeping.
    TicketReceived(TicketId),
    /// Server: a session could not be kept, so its ticket was not sent.
    TicketNotKept(TicketId),
    /// One half's traffic keys were replaced by their successors.
    KeysUpdated(Half),
    /// A handshake message was sent or received; told only when the settings ask for tracing.
    Message(TracedMessage),
    /// A secret was derived; told only when the settings ask for tracing. A client that sends early
    /// data learns only later whether the server goes on from the same secrets, and tells them again
    /// then.
    Derived(Derived),
    /// A fatal alert was sent.
    AlertSent(AlertDescription),
    /// An alert was received.
    AlertReceived(AlertDescription),
    /// The peer will send no more: its `close_notify` came.
    PeerClosed,
}

/// One handshake message as it went over the wire, for `--trace`.
#[derive(Clone)]
pub struct TracedMessage {
    /// Whether it was sent or received.
    pub half: Half,
    /// Its bytes with the 4-byte header, unprotected. Messages carry no long-term secret, but a
    /// ticket is one until it is spent: print it only for people who asked.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for TracedMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} bytes", self.half, self.bytes.len())
    }
}

/// Whether handshake messages and the key tree come out as events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Trace {
    /// No.
    #[default]
    Off,
    /// Each message sent or received is told, and each secret by its name and fingerprint.
    Messages,
}
