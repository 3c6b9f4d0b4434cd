//! What was said so far: its hash for Finished, and whole where a CertificateVerify may sign it.

use crate::keys::transcript::{Transcript, Unhashed};
use tessera_crypto::{Digest, HashAlgorithm};

/// The messages of one handshake.
pub(crate) struct Said {
    transcript: Transcript,
    /// A signature's hash is not the suite's: RFC 5246 §7.4.8 signs the messages themselves.
    whole: Option<Vec<u8>>,
}

impl Said {
    /// From the ClientHello on, kept whole.
    pub(crate) fn begin(messages: Unhashed, algorithm: HashAlgorithm) -> Self {
        let whole = Some(messages.bytes().to_vec());
        Self {
            transcript: messages.hash_with(algorithm),
            whole,
        }
    }

    pub(crate) fn absorb(&mut self, message: &[u8]) {
        self.transcript.absorb(message);
        if let Some(whole) = &mut self.whole {
            whole.extend_from_slice(message);
        }
    }

    pub(crate) fn current(&self) -> Digest {
        self.transcript.current()
    }

    /// Everything so far, until somebody said that nobody will sign it.
    pub(crate) fn whole(&self) -> &[u8] {
        self.whole.as_deref().unwrap_or_default()
    }

    /// Nobody will sign it.
    pub(crate) fn forget_whole(&mut self) {
        self.whole = None;
    }
}
