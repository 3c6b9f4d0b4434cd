//! The sending half: content in, records out.

use crate::fault::{Fault, LocalError};
use crate::keys::record_keys::RecordKeys;
use crate::record::seal::Sealer;
use tessera_wire::alert::Alert;
use tessera_wire::codepoint::{ContentType, ProtocolVersion};

/// What is on its way out.
pub(super) struct Outbound {
    pub(super) sealer: Sealer,
    /// Sealed records nobody has taken yet.
    pub(super) outbox: Vec<u8>,
    /// Handshake messages that will share records until the keys change.
    flight: Vec<u8>,
    /// Application data given before there were keys for it.
    pub(super) held: Vec<u8>,
    /// So much early data may be sent under the keys at hand.
    pub(super) early_left: u32,
    /// An answer to the peer's KeyUpdate is in the outbox.
    pub(super) answer_waits: bool,
    /// TLS 1.2: a handshake was wished for to replace the keys in use.
    pub(super) renewal_wished: bool,
    /// Our `close_notify` is out.
    pub(super) closed: bool,
    update_after: Option<u64>,
}

impl Outbound {
    /// `first` is the version in the very first record: RFC 9846 §5.1 has TLS 1.0 for a client's
    /// ClientHello and TLS 1.2 for everything else.
    pub(super) fn new(update_after: Option<u64>, first: ProtocolVersion) -> Self {
        Self {
            sealer: Sealer::Clear { version: first },
            outbox: Vec::new(),
            flight: Vec::new(),
            held: Vec::new(),
            early_left: 0,
            answer_waits: false,
            renewal_wished: false,
            closed: false,
            update_after,
        }
    }

    /// Everything sealed so far is somebody else's to send.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.answer_waits = false;
        std::mem::take(&mut self.outbox)
    }

    pub(super) fn message(&mut self, message: &[u8]) {
        self.flight.extend_from_slice(message);
    }

    /// The flight becomes records, none of them empty: RFC 9846 §5.1 (8), §5.4 (2).
    pub(super) fn flush(&mut self) -> Result<(), LocalError> {
        if self.flight.is_empty() {
            return Ok(());
        }
        let flight = std::mem::take(&mut self.flight);
        self.sealer
            .seal(ContentType::HANDSHAKE, &flight, &mut self.outbox)?;
        // RFC 9846 §5.1 (12): only the very first record may say TLS 1.0.
        if let Sealer::Clear { version } = &mut self.sealer {
            *version = ProtocolVersion::TLS1_2;
        }
        Ok(())
    }

    /// What the flight holds goes before it, so no message is cut in two: RFC 9846 §5.1 (2, 3).
    pub(super) fn change_cipher_spec(&mut self) -> Result<(), LocalError> {
        self.flush()?;
        self.sealer
            .seal(ContentType::CHANGE_CIPHER_SPEC, &[1], &mut self.outbox)
    }

    /// What goes out under the old keys ends with its record: RFC 9846 §5.1 (4, 7).
    pub(super) fn install(&mut self, keys: RecordKeys) -> Result<(), LocalError> {
        self.flush()?;
        self.sealer = Sealer::protected(keys, self.update_after);
        self.renewal_wished = false;
        self.early_left = 0;
        Ok(())
    }

    /// Back to the clear, for the hello that answers a retry.
    pub(super) fn abandon_early_data(&mut self) {
        self.sealer = Sealer::Clear {
            version: ProtocolVersion::TLS1_2,
        };
        self.early_left = 0;
    }

    /// One alert, one record: RFC 9846 §5.1 (9, 10, 11).
    pub(super) fn alert(&mut self, alert: &Alert) -> Result<(), Fault> {
        self.flush()?;
        self.sealer
            .seal(ContentType::ALERT, &alert.encode(), &mut self.outbox)?;
        Ok(())
    }

    /// Nothing will be sealed any more.
    pub(super) fn forget_keys(&mut self) {
        self.sealer = Sealer::Clear {
            version: ProtocolVersion::TLS1_2,
        };
    }

    pub(super) fn capacity(&self) -> usize {
        self.outbox.capacity() + self.flight.capacity() + self.held.capacity()
    }
}
