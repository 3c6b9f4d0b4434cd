//! What one half's records are protected with: RFC 9846 §7.3.

use tessera_crypto::AeadKey;

/// The keys that protect one half: RFC 9846 §7.3.
pub(crate) struct RecordKeys {
    pub(crate) key: AeadKey,
    pub(crate) iv: [u8; 12],
    /// Records one key may seal: RFC 9846 §5.5.
    pub(crate) limit: u64,
}

impl RecordKeys {
    /// RFC 9846 §5.3: the sequence number, padded to the left, XOR the static IV.
    pub(crate) fn nonce(&self, sequence: u64) -> [u8; 12] {
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
