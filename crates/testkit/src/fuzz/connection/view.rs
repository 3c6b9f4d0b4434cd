//! What one end has said and heard, in its own order: what the proofs it makes and expects are computed over. With
//! someone in the middle who has the keys, the two ends need not have seen the same.

use tessera_crypto::Digest;
use tessera_session::Side;
use tessera_wire::codepoint::{HandshakeType, ProtocolVersion};
use tessera_wire::handshake::Random;

use super::protection::HASH;

/// One end's side of the story.
pub(super) struct View {
    version: ProtocolVersion,
    /// The current handshake.
    pub(super) messages: Vec<u8>,
    /// TLS 1.3: how long it was behind the client's Finished. A late authentication goes on from there.
    settled: Option<usize>,
    pub(super) client_random: [u8; 32],
    pub(super) server_random: [u8; 32],
    /// `verify_data` of both ends' latest Finished, the client's first.
    finished: [Vec<u8>; 2],
}

/// Where the random stands in both hellos.
const RANDOM: std::ops::Range<usize> = 6..38;

impl View {
    pub(super) const fn new(version: ProtocolVersion) -> Self {
        Self {
            version,
            messages: Vec::new(),
            settled: None,
            client_random: [0; 32],
            server_random: [0; 32],
            finished: [Vec::new(), Vec::new()],
        }
    }

    /// Takes a whole message in, sent or received.
    pub(super) fn note(&mut self, sender: Side, message: &[u8]) {
        let random: [u8; 32] = message
            .get(RANDOM)
            .and_then(|random| random.try_into().ok())
            .unwrap_or_default();
        let tls13 = self.version == ProtocolVersion::TLS1_3;
        match message.first().map(|msg_type| HandshakeType(*msg_type)) {
            Some(HandshakeType::HELLO_REQUEST) => return,
            Some(HandshakeType::NEW_SESSION_TICKET | HandshakeType::KEY_UPDATE) if tls13 => return,
            Some(HandshakeType::CLIENT_HELLO) => {
                self.client_random = random;
                if !tls13 {
                    self.messages.clear();
                }
            }
            Some(HandshakeType::SERVER_HELLO) if random == Random::HELLO_RETRY_REQUEST.0 => {
                self.retry();
            }
            Some(HandshakeType::SERVER_HELLO) => self.server_random = random,
            Some(HandshakeType::CERTIFICATE_REQUEST) => self.back_to_settled(),
            _ => {}
        }
        self.messages.extend_from_slice(message);
        if message.first() == Some(&HandshakeType::FINISHED.0) {
            let [client, server] = &mut self.finished;
            match sender {
                Side::Client => *client = message[4.min(message.len())..].to_vec(),
                Side::Server => *server = message[4.min(message.len())..].to_vec(),
            }
            self.back_to_settled();
            if tls13 && sender == Side::Client && self.settled.is_none() {
                self.settled = Some(self.messages.len());
            }
        }
    }

    /// The first ClientHello becomes a message with its hash: RFC 9846 §4.4.1.
    fn retry(&mut self) {
        let hash = HASH.hash(&self.messages);
        self.messages = vec![HandshakeType::MESSAGE_HASH.0, 0, 0, 32];
        self.messages.extend_from_slice(hash.as_bytes());
    }

    fn back_to_settled(&mut self) {
        if let Some(settled) = self.settled {
            self.messages.truncate(settled);
        }
    }

    /// Everything so far.
    pub(super) fn hash(&self) -> Digest {
        HASH.hash(&self.messages)
    }

    /// What the next handshake of the connection has to carry in `renegotiation_info`: RFC 5746 §3.5 and §3.7.
    pub(super) fn renegotiation_info(&self, sender: Side) -> Vec<u8> {
        let [client, server] = &self.finished;
        match sender {
            Side::Client => client.clone(),
            Side::Server => [client.as_slice(), server].concat(),
        }
    }
}
