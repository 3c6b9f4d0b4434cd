//! The running hash of the handshake: RFC 9846 §4.1.

use tessera_crypto::{Digest, HashAlgorithm, HashContext};
use tessera_wire::codepoint::HandshakeType;

/// Messages of a handshake whose hash is not agreed yet: a client that offers several.
#[derive(Default)]
pub(crate) struct Unhashed(Vec<u8>);

impl Unhashed {
    pub(crate) fn absorb(&mut self, message: &[u8]) {
        self.0.extend_from_slice(message);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The suite is chosen, and with it the hash.
    pub(crate) fn hash_with(self, algorithm: HashAlgorithm) -> Transcript {
        let mut transcript = Transcript::new(algorithm);
        transcript.absorb(&self.0);
        transcript
    }
}

/// The transcript hash so far. Absorbs whole messages as they went over the wire.
#[derive(Clone)]
pub(crate) struct Transcript {
    algorithm: HashAlgorithm,
    context: HashContext,
}

impl Transcript {
    pub(crate) fn new(algorithm: HashAlgorithm) -> Self {
        Self {
            algorithm,
            context: HashContext::new(algorithm),
        }
    }

    pub(crate) fn absorb(&mut self, message: &[u8]) {
        self.context.update(message);
    }

    pub(crate) fn current(&self) -> Digest {
        self.context.clone().finish()
    }

    /// The hash with one more piece that is not absorbed: the truncated ClientHello a binder
    /// covers, RFC 9846 §4.3.11.2.
    pub(crate) fn with(&self, piece: &[u8]) -> Digest {
        let mut context = self.context.clone();
        context.update(piece);
        context.finish()
    }

    /// A retry replaces the first ClientHello by its hash: RFC 9846 §4.1.
    pub(crate) fn into_retry(self) -> Self {
        let first = self.current();
        let mut rewritten = Self::new(self.algorithm);
        let length = first.as_bytes().len() as u8; // 32 or 48
        rewritten.absorb(&[HandshakeType::MESSAGE_HASH.0, 0, 0, length]);
        rewritten.absorb(first.as_bytes());
        rewritten
    }
}
