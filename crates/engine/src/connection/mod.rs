//! A connection: what can happen to it, and what it wants.

mod authorise;
mod budget;
mod bulk;
mod close;
mod driver;
mod inbound;
#[cfg(test)]
mod insiders;
mod outbound;
mod peek;
#[cfg(test)]
mod puppets;
mod questions;
mod role;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod traces;

pub use bulk::Received;
pub use close::Ending;
pub use peek::{ClientHelloInfo, peek_client_hello, refuse_client_hello};

use crate::handshake::Wish;
use crate::handshake::cx::Effect;
use crate::handshake::question::{Answer, Question, QuestionId};
use crate::keys::exporter::{ExportTooLong, Exporter};
use crate::keys::keylog::KeyLogLine;
use crate::offered_session::OfferedSession;
use crate::{ClientConfig, Destination, Event, Facts, ServerConfig};
use budget::Budget;
use inbound::Inbound;
use outbound::Outbound;
use questions::Questions;
use role::Role;
use std::collections::VecDeque;
use std::sync::Arc;
use tessera_crypto::Entropy;
use tessera_session::{TicketId, Timestamp};
use tessera_wire::codepoint::{KeyUpdateRequest, ProtocolVersion};

/// Everything that can ever happen to a connection. Nothing else moves it.
pub enum Input<'a> {
    /// Bytes that arrived from the peer, in any chunking.
    Ciphertext(&'a [u8]),
    /// Bytes the application wants protected and sent. Before the handshake is done they are held.
    Plaintext(&'a [u8]),
    /// Client: bytes to be sent as early data, as far as [`Connection::early_data_left`] goes; the rest
    /// is dropped.
    EarlyPlaintext(&'a [u8]),
    /// The reply to an earlier [`Output::Ask`].
    Answer(QuestionId, Answer),
    /// The application wants new traffic keys, of the peer too if it says so. Without effect
    /// before the handshake is done. In TLS 1.2 this is an abbreviated renegotiation, which gives
    /// both ends new keys from the same secret and no more than that.
    UpdateKeys(KeyUpdateRequest),
    /// The application wants a new session on this connection: TLS 1.2's renegotiation, where the
    /// settings allow it. Without effect in TLS 1.3, which has no such thing.
    Renegotiate,
    /// Server: the application wants to know the client. TLS 1.2: a renegotiation; TLS 1.3:
    /// post-handshake authentication (RFC 9846 §4.7.2).
    RequestCertificate,
    /// The application will send no more: `close_notify`.
    Close,
    /// The transport has nothing more to give.
    EndOfStream,
}

/// Everything a connection can ever want. Drain until `None` after each input.
pub enum Output {
    /// Write these bytes to the peer.
    Transmit(Vec<u8>),
    /// Hand these bytes to the application.
    Deliver(Vec<u8>),
    /// Hand these bytes to the application, and say that they came as early data: whoever saw them
    /// may have sent them again.
    DeliverEarly(Vec<u8>),
    /// Find this out and come back with an [`Input::Answer`] of the same id.
    Ask(QuestionId, Question),
    /// Something worth telling people: logs, metrics, the console.
    Event(Event),
    /// A line for the key log; only where the settings ask for it.
    KeyLog(KeyLogLine),
    /// Always last, and always after the alert that announces it.
    Ended(Ending),
}

/// One TLS connection, without its transport.
///
/// `now` is the only clock and the seed given at birth the only randomness, so
/// (seed, \[(now, input)\]) replays to the same outputs, as far as the backend's primitives draw no
/// randomness of their own (ECDSA, RSA-PSS and ML-KEM do).
///
/// `handle` cannot fail: a fault comes out of `poll` in its place, behind the bytes of its alert,
/// as [`Ending::Fault`].
///
/// The loop around it, here with a test's world that answers all questions at once:
///
/// ```
/// use tessera_engine::{Connection, Input, Output};
/// use tessera_testkit::{Pair, World};
/// use tessera_session::{Side, Timestamp};
///
/// /// Drains a connection: bytes go to the wire, questions are answered.
/// fn drain(side: Side, connection: &mut Connection, now: Timestamp, world: &mut World) -> Vec<u8> {
///     let mut wire = Vec::new();
///     while let Some(output) = connection.poll() {
///         match output {
///             Output::Transmit(bytes) => wire.extend(bytes),
///             Output::Ask(id, question) => {
///                 let answer = world.answer(side, question);
///                 connection.handle(now, Input::Answer(id, answer));
///             }
///             Output::Ended(ending) => panic!("{ending}"),
///             Output::Deliver(_) | Output::DeliverEarly(_) | Output::Event(_) | Output::KeyLog(_) => {}
///         }
///     }
///     wire
/// }
///
/// let mut pair = Pair::tls13();
/// let now = pair.now;
/// let link = pair.link(None);
/// let (mut client, mut server) = (link.client.connection, link.server.connection);
/// while client.is_handshaking() || server.is_handshaking() {
///     let to_server = drain(Side::Client, &mut client, now, &mut pair.world);
///     server.handle(now, Input::Ciphertext(&to_server));
///     let to_client = drain(Side::Server, &mut server, now, &mut pair.world);
///     client.handle(now, Input::Ciphertext(&to_client));
/// }
/// let facts = client.facts().expect("the handshake is done");
/// assert_eq!(facts.keys_fingerprint, server.facts().expect("here, too").keys_fingerprint);
/// ```
pub struct Connection {
    role: Role,
    entropy: Entropy,
    inbound: Inbound,
    outbound: Outbound,
    questions: Questions,
    budget: Budget,
    outputs: VecDeque<Output>,
    /// What is done once the application lets the client in, in this order.
    unauthorised: Vec<Effect>,
    facts: Option<Box<Facts>>,
    exporter: Option<Exporter>,
    /// Tickets kept or issued here: a fatal end discards them (RFC 9846 §6).
    tickets: Vec<TicketId>,
    /// The peer asked for our next keys and we have not sent them yet.
    owes_key_update: bool,
    ended: bool,
    /// The state before the current step: where a fault happened.
    last_state: &'static str,
}

impl Connection {
    /// A client's end; its ClientHello is the first output. `offered` is a session to resume:
    /// policy may refuse it, and says so as an event.
    pub fn client(
        config: Arc<ClientConfig>,
        to: impl Into<Destination>,
        offered: Option<OfferedSession>,
        seed: [u8; 32],
        now: Timestamp,
    ) -> Self {
        let update_after = config.settings().update_keys_after;
        let mut connection = Self::new(
            Role::Client {
                config,
                state: None,
            },
            seed,
            update_after,
        );
        let started = connection.start(to.into(), offered, now);
        connection.settle(started);
        connection
    }

    /// A server's end, waiting for a ClientHello.
    pub fn server(config: Arc<ServerConfig>, seed: [u8; 32]) -> Self {
        let update_after = config.settings().update_keys_after;
        Self::new(Role::server(config), seed, update_after)
    }

    fn new(role: Role, seed: [u8; 32], update_after: Option<u64>) -> Self {
        let first_record = if role.is_server() {
            ProtocolVersion::TLS1_2
        } else {
            ProtocolVersion::TLS1_0
        };
        Self {
            role,
            entropy: Entropy::from_seed(seed),
            inbound: Inbound::default(),
            outbound: Outbound::new(update_after, first_record),
            questions: Questions::default(),
            budget: Budget::default(),
            outputs: VecDeque::new(),
            unauthorised: Vec::new(),
            facts: None,
            exporter: None,
            tickets: Vec::new(),
            owes_key_update: false,
            ended: false,
            last_state: "Start",
        }
    }

    /// Lets one thing happen.
    pub fn handle(&mut self, now: Timestamp, input: Input<'_>) {
        // Nothing comes after the end: RFC 9846 §6 (1).
        if self.ended {
            return;
        }
        let result = match input {
            Input::Ciphertext(bytes) => self.ciphertext(now, bytes),
            Input::Plaintext(bytes) => self.plaintext(now, bytes),
            Input::EarlyPlaintext(bytes) => self.early_plaintext(bytes),
            Input::Answer(id, answer) => self.answer(now, id, answer),
            Input::UpdateKeys(request) => self.update_keys(now, request),
            Input::Renegotiate => self.wish(now, Wish::Renegotiate),
            Input::RequestCertificate => self.wish(now, Wish::RequestCertificate),
            Input::Close => self.close(),
            Input::EndOfStream => {
                self.end_of_stream();
                Ok(())
            }
        };
        self.settle(result);
        self.pay_key_update(now);
    }

    /// The next thing this connection wants; `None` until something else happens.
    pub fn poll(&mut self) -> Option<Output> {
        if !self.outbound.outbox.is_empty() {
            return Some(Output::Transmit(self.outbound.take()));
        }
        let next = self.outputs.pop_front();
        if self.outputs.is_empty() {
            // An idle connection holds no buffers.
            self.outputs = VecDeque::new();
        }
        next
    }

    /// Whether the handshake is still under way: RFC 9846 §F.5 (5).
    pub fn is_handshaking(&self) -> bool {
        self.facts.is_none() && !self.ended
    }

    /// Whether the connection is over: nothing more will be sent or delivered.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// Whether the peer's `close_notify` has come.
    pub fn peer_closed(&self) -> bool {
        self.inbound.closed
    }

    /// Whether our `close_notify` is out: nothing more can be sent.
    pub fn is_closed(&self) -> bool {
        self.outbound.closed
    }

    /// Whether application data is sent now: not before a handshake is done, and not between our
    /// hello and our Finished of a renegotiation. A client that starts falsely
    /// ([`crate::FalseStart`]) sends while [`Self::is_handshaking`] still says that nobody knows to whom.
    pub fn is_sending(&self) -> bool {
        !self.ended && !self.outbound.closed && self.sends_data()
    }

    /// Client: how much early data may be sent now. It ends when the server has answered.
    pub fn early_data_left(&self) -> u32 {
        if self.ended || self.outbound.closed {
            return 0;
        }
        self.outbound.early_left
    }

    /// Server: early data was taken and the client has not proven yet that it is there. What comes
    /// until then may be a replay; our answers may go out all the same.
    pub fn is_early(&self) -> bool {
        self.inbound.early_left.is_some()
    }

    /// Handshakes completed on this connection after the first.
    pub fn epoch(&self) -> u32 {
        self.facts.as_ref().map_or(0, |facts| facts.epoch)
    }

    /// Takes what came behind the peer's `close_notify`, 64 KiB at most: it belongs to whatever is
    /// spoken next on the transport. [`Self::receive`] leaves such bytes where they are.
    pub fn take_leftover(&mut self) -> Vec<u8> {
        if self.inbound.closed {
            std::mem::take(&mut self.inbound.buffer)
        } else {
            Vec::new()
        }
    }

    /// Whether a question holds this connection: bytes given to it now only wait.
    pub fn is_held(&self) -> bool {
        self.questions.is_holding()
    }

    /// The state's name, for people.
    pub fn state(&self) -> &'static str {
        self.role.state_name()
    }

    /// What is known of the connection and its session, once the handshake is done.
    pub fn facts(&self) -> Option<&Facts> {
        self.facts.as_deref()
    }

    /// Fills `out` with keying material both ends can derive: RFC 9846 §7.5, RFC 5705. `false` before
    /// the handshake is done, where TLS 1.2 has no extended main secret, and in the middle of a renegotiation, when
    /// nobody could say of which session it is. No context and an empty
    /// one are the same in TLS 1.3, and differ in TLS 1.2.
    ///
    /// # Errors
    /// When more than 255 hash lengths are asked for.
    pub fn export_keying_material(
        &self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<bool, ExportTooLong> {
        match self.exporter() {
            Some(exporter) => exporter.export(label, context, out).map(|()| true),
            None => Ok(false),
        }
    }

    /// The `tls-exporter` channel binding of this connection, once the handshake is done: RFC 9266.
    pub fn channel_binding(&self) -> Option<[u8; 32]> {
        self.exporter().map(Exporter::channel_binding)
    }

    fn exporter(&self) -> Option<&Exporter> {
        // In TLS 1.3 messages behind the handshake leave its secrets as they are.
        let facts = self.facts.as_deref()?;
        let renegotiates = facts.version == ProtocolVersion::TLS1_2 && !self.role.is_settled();
        self.exporter.as_ref().filter(|_| !renegotiates)
    }

    /// Bytes of heap this connection's buffers hold; 0 while it is idle.
    pub fn buffered(&self) -> usize {
        self.inbound.capacity()
            + self.outbound.capacity()
            + self.outputs.capacity() * size_of::<Output>()
            + self.questions.capacity()
    }
}
