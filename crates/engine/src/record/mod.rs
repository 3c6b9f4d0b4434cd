//! The record layer: RFC 9846 §5. Bytes come in through [`deframe`], are opened in place by
//! [`open`], and handshake fragments become whole messages in [`reassemble`]; what goes out is
//! sealed by [`seal`].

pub(crate) mod deframe;
pub(crate) mod limits;
pub(crate) mod open;
pub(crate) mod reassemble;
pub(crate) mod seal;

use tessera_crypto::aead::AeadKey;

/// One direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// What we send.
    Sending,
    /// What we receive.
    Receiving,
}

/// Whether handshake messages come out as events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Trace {
    /// No.
    #[default]
    Off,
    /// Each message sent or received is told.
    Messages,
}

/// The keys that protect one half: RFC 9846 §7.3.
pub(crate) struct RecordKeys {
    pub(crate) key: AeadKey,
    pub(crate) iv: [u8; 12],
    /// Records one key may seal: RFC 9846 §5.5.
    pub(crate) limit: u64,
}

impl RecordKeys {
    /// RFC 9846 §5.3: the sequence number, padded to the left, XOR the static IV.
    fn nonce(&self, sequence: u64) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, number) in nonce.iter_mut().skip(4).zip(sequence.to_be_bytes()) {
            *byte ^= number;
        }
        nonce
    }
}

impl Drop for RecordKeys {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.iv);
    }
}
