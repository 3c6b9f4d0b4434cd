//! What is kept of traced messages, that is their names and lengths and the client's random; and of the
//! key tree.

use tessera_engine::{Derived, Half, TracedMessage};
use tessera_wire::Random;
use tessera_wire::codepoint::HandshakeType;

use crate::row::{DerivedRow, MessageRow, Traces};

/// Messages of one handshake that are kept, the first ones: a handshake has a dozen, and a peer can
/// send KeyUpdates behind it without end.
const MESSAGES: usize = 64;

/// Secrets of one handshake that are kept: its own are a dozen, each ticket and each KeyUpdate has one more.
const SECRETS: usize = 64;

/// `HandshakeType msg_type; uint24 length;` before every message (RFC 9846 §4), and the hellos' version
/// before their random.
const BEFORE_RANDOM: usize = 4 + 2;

impl Traces {
    /// One message more, if there is room.
    pub(super) fn said(&mut self, message: MessageRow) {
        if self.messages.len() < MESSAGES {
            self.messages.push(message);
        }
    }

    /// One secret more, if there is room and it is not told again.
    pub(super) fn derives(&mut self, derived: DerivedRow) {
        if self.derived.len() < SECRETS && !self.derived.contains(&derived) {
            self.derived.push(derived);
        }
    }

    /// These came later.
    pub(super) fn followed_by(&mut self, later: Self) {
        later
            .messages
            .into_iter()
            .for_each(|message| self.said(message));
        later
            .derived
            .into_iter()
            .for_each(|derived| self.derives(derived));
    }
}

impl DerivedRow {
    /// Its names and its fingerprint.
    pub(super) fn of(derived: &Derived) -> Self {
        Self {
            what: derived.what.clone(),
            from: derived.from.clone(),
            fingerprint: derived.fingerprint.to_string(),
        }
    }
}

impl MessageRow {
    /// Its name and its length.
    pub(super) fn of(message: &TracedMessage) -> Self {
        let kind = kind(message);
        let name = match kind.name() {
            Some("server_hello") if random(message) == Some(Random::HELLO_RETRY_REQUEST) => {
                "hello_retry_request".into()
            }
            Some(name) => name.into(),
            None => format!("other_{}", kind.0).into(),
        };
        Self {
            sent: message.half == Half::Sending,
            name,
            bytes: message.bytes.len().try_into().unwrap_or(u64::MAX),
        }
    }
}

/// Whether a handshake begins with it, on a connection that has had one, too.
pub(super) fn begins(message: &TracedMessage) -> bool {
    matches!(
        kind(message),
        HandshakeType::CLIENT_HELLO | HandshakeType::HELLO_REQUEST
    )
}

/// The random of a ClientHello.
pub(super) fn client_random(message: &TracedMessage) -> Option<Random> {
    (kind(message) == HandshakeType::CLIENT_HELLO)
        .then(|| random(message))
        .flatten()
}

/// The engine tells whole messages, so there is a first byte.
fn kind(message: &TracedMessage) -> HandshakeType {
    HandshakeType(message.bytes.first().copied().unwrap_or_default())
}

fn random(message: &TracedMessage) -> Option<Random> {
    let random = message.bytes.get(BEFORE_RANDOM..)?.first_chunk();
    random.copied().map(Random)
}
