//! What a handshake state may see and cause.

use super::question::{Keep, Question};
use crate::Half;
use crate::facts::Facts;
use crate::keys::derived::{Branch, Derived};
use crate::keys::exporter::Exporter;
use crate::keys::keylog::{KeyLog, KeyLogLine};
use crate::keys::record_keys::RecordKeys;
use crate::keys::tls13::TrafficSecret;
use crate::{Event, Fault, Trace};
use tessera_crypto::{Entropy, Secret, SuiteParameters};
use tessera_session::{PeerIdentity, Taint, Timestamp};
use tessera_wire::Random;
use tessera_wire::codepoint::AlertDescription;

/// What a handshake state may see. There is no socket, store or clock in here.
pub(crate) struct Cx<'a, C> {
    pub(crate) config: &'a C,
    pub(crate) now: Timestamp,
    pub(crate) entropy: &'a mut Entropy,
    pub(crate) effects: &'a mut Effects,
}

/// What a handshake state may cause. The order of the list is the order on the wire.
pub(crate) enum Effect {
    /// A handshake message.
    Send(Vec<u8>),
    /// ChangeCipherSpec: TLS 1.2's next record is under its next keys (RFC 5246 §7.1), or TLS 1.3's
    /// middlebox compatibility (RFC 9846 §E.4).
    SendChangeCipherSpec,
    /// From here on this half uses these keys.
    Install(Half, RecordKeys),
    /// The client sent early data that nobody will read.
    RefuseEarlyData,
    /// Server: so many bytes of early data may come, until [`Effect::EndEarlyData`].
    TakeEarlyData(u32),
    /// Server: the client has proven that it is there, and nothing that comes now is a replay.
    EndEarlyData,
    /// Client: so many bytes of early data may be sent, until the sending keys change or
    /// [`Effect::AbandonEarlyData`].
    OfferEarlyData(u32),
    /// Client: a retry was asked for; the second ClientHello goes out in the clear.
    AbandonEarlyData,
    /// The peer asked us to replace our sending keys: RFC 9846 §4.7.3.
    OweKeyUpdate,
    Ask(Question),
    /// Keep a session; a server's ticket goes out once it is kept.
    KeepThenSend(Box<Keep>, Option<Vec<u8>>),
    Tell(Event),
    Log(KeyLogLine),
    /// An alert that ends nothing.
    Warn(AlertDescription),
    /// The handshake is complete.
    Establish(Box<Established>),
    /// The client was asked after the handshake and has answered, if only that it is nobody.
    Identify(Option<Box<Identified>>),
}

/// What a completed handshake leaves behind.
pub(crate) struct Established {
    pub(crate) facts: Facts,
    /// `None` where TLS 1.2 has no secret to export from.
    pub(crate) exporter: Option<Exporter>,
}

/// Who a client is that was asked after the handshake.
pub(crate) struct Identified {
    pub(crate) peer: PeerIdentity,
    pub(crate) taint: Option<Taint>,
}

impl Identified {
    /// What is known of the connection from here on.
    pub(crate) fn tell(&self, facts: &mut Facts) {
        facts.peer = Some(self.peer.clone());
        facts.session.taint = facts.session.taint.or(self.taint);
    }
}

/// The ordered list of effects of one step.
pub(crate) struct Effects {
    list: Vec<Effect>,
    key_log: KeyLog,
    trace: Trace,
}

impl Effects {
    pub(crate) fn new(key_log: KeyLog, trace: Trace) -> Self {
        Self {
            list: Vec::new(),
            key_log,
            trace,
        }
    }

    pub(crate) fn into_list(self) -> Vec<Effect> {
        self.list
    }
}

impl<C> Cx<'_, C> {
    pub(crate) fn send(&mut self, message: Vec<u8>) {
        self.effects.list.push(Effect::Send(message));
    }

    pub(crate) fn cause(&mut self, effect: Effect) {
        self.effects.list.push(effect);
    }

    pub(crate) fn ask(&mut self, question: Question) {
        self.effects.list.push(Effect::Ask(question));
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.effects.list.push(Effect::Tell(event));
    }

    pub(crate) fn install(
        &mut self,
        half: Half,
        secret: &TrafficSecret,
        suite: &SuiteParameters,
    ) -> Result<(), Fault> {
        self.effects
            .list
            .push(Effect::Install(half, secret.record_keys(suite)?));
        Ok(())
    }

    /// Whether the key tree is told.
    pub(crate) fn traces(&self) -> bool {
        self.effects.trace == Trace::Messages
    }

    /// A secret by its name and fingerprint, where the key tree is told.
    pub(crate) fn derived(&mut self, branch: Branch, secret: &[u8]) {
        if self.traces() {
            self.tell_derived(Derived::new(branch, secret));
        }
    }

    pub(crate) fn tell_derived(&mut self, derived: Derived) {
        self.tell(Event::Derived(derived));
    }

    /// A line of the key log, where one is kept.
    pub(crate) fn log(&mut self, label: &str, client_random: &Random, secret: &Secret) {
        if self.effects.key_log == KeyLog::Emit {
            self.effects
                .list
                .push(Effect::Log(KeyLogLine::new(label, client_random, secret)));
        }
    }
}
