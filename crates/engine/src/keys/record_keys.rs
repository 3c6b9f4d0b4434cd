//! What one half's records are protected with: RFC 9846 §7.3, RFC 5246 §6.3.

use tessera_crypto::AeadKey;
use tessera_wire::record::HEADER_LEN;

/// The keys that protect one half.
pub(crate) struct RecordKeys {
    pub(crate) key: AeadKey,
    pub(crate) iv: [u8; 12],
    /// Records one key may seal: RFC 9846 §5.5.
    pub(crate) limit: u64,
    pub(crate) form: Form,
}

/// What a protected record looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// TLS 1.3: the content type is sealed with the content (RFC 9846 §5.2).
    Tls13,
    /// TLS 1.2 with a nonce both ends can count: ChaCha20-Poly1305 (RFC 7905 §2).
    Tls12Counted,
    /// TLS 1.2 with eight bytes of the nonce in front of the content: AES-GCM (RFC 5288 §3).
    Tls12Carried,
}

/// How much of the nonce stands in a record of [`Form::Tls12Carried`].
pub(crate) const CARRIED: usize = 8;

impl Form {
    /// Bytes between a record's header and its content.
    pub(crate) const fn prefix(self) -> usize {
        match self {
            Self::Tls13 | Self::Tls12Counted => 0,
            Self::Tls12Carried => CARRIED,
        }
    }

    /// Bytes a record has beyond its header and content: prefix, inner content type, tag.
    pub(crate) const fn overhead(self) -> usize {
        match self {
            Self::Tls13 => 1 + 16,
            Self::Tls12Counted | Self::Tls12Carried => self.prefix() + 16,
        }
    }
}

impl RecordKeys {
    /// RFC 9846 §5.3: the sequence number, padded to the left, XOR the static IV. AES-GCM's salt of
    /// TLS 1.2 is an IV that ends in zeros, so the same formula puts the number behind it.
    pub(crate) fn nonce(&self, sequence: u64) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, number) in nonce.iter_mut().skip(4).zip(sequence.to_be_bytes()) {
            *byte ^= number;
        }
        nonce
    }
}

/// What TLS 1.2 authenticates beside the content: RFC 5246 §6.2.3.3. Type and version are those in the record's
/// header, so that nobody changes them on their way; the length is the content's own.
pub(crate) fn additional_data(sequence: u64, header: &[u8; HEADER_LEN], len: u16) -> [u8; 13] {
    let mut data = [0; 13];
    let (number, rest) = data.split_at_mut(8);
    number.copy_from_slice(&sequence.to_be_bytes());
    let [content_type, version_high, version_low, ..] = *header;
    let [len_high, len_low] = len.to_be_bytes();
    rest.copy_from_slice(&[content_type, version_high, version_low, len_high, len_low]);
    data
}

impl Drop for RecordKeys {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.iv);
    }
}
