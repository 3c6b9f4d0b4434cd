//! Records under keys from a key log, opened and sealed again: RFC 9846 §5.2 and §7.3.

use data_encoding::HEXLOWER;
use tessera_crypto::aead::{AeadAlgorithm, AeadKey};
use tessera_crypto::{HashAlgorithm, Secret, hkdf};
use tessera_wire::codepoint::ContentType;
use tessera_wire::record::HEADER_LEN;

use super::edited_records::record;

/// One direction's keys, and how many records they have seen.
pub(super) struct Protection {
    secret: Secret,
    key: AeadKey,
    iv: [u8; 12],
    sequence: u64,
}

/// Of the suite all these connections have.
const HASH: HashAlgorithm = HashAlgorithm::Sha256;
const AEAD: AeadAlgorithm = AeadAlgorithm::Aes128Gcm;

impl Protection {
    /// The keys of a key log's last line with this label.
    pub(super) fn logged(key_log: &[String], label: &str) -> Option<Self> {
        let line = key_log
            .iter()
            .rev()
            .find(|line| line.split(' ').next() == Some(label))?;
        let secret = HEXLOWER.decode(line.rsplit(' ').next()?.as_bytes()).ok()?;
        Self::of(Secret::new(&secret).ok()?)
    }

    fn of(secret: Secret) -> Option<Self> {
        let key = hkdf::expand_label(HASH, &secret, b"key", b"", AEAD.key_len());
        let mut iv = [0; 12];
        hkdf::expand_label_into(HASH, &secret, b"iv", b"", &mut iv);
        Some(Self {
            key: AeadKey::new(AEAD, key.as_bytes()).ok()?,
            iv,
            secret,
            sequence: 0,
        })
    }

    /// What a KeyUpdate makes of them.
    pub(super) fn next(&self) -> Option<Self> {
        Self::of(hkdf::expand_label(
            HASH,
            &self.secret,
            b"traffic upd",
            b"",
            HASH.output_len(),
        ))
    }

    /// The content of a record, and its real type.
    pub(super) fn open(&mut self, fragment: &[u8]) -> Option<(ContentType, Vec<u8>)> {
        let whole = record(ContentType::APPLICATION_DATA, fragment);
        let (header, _) = whole.split_at(HEADER_LEN);
        let nonce = self.nonce();
        let mut inner = fragment.to_vec();
        let len = self.key.open_in_place(nonce, header, &mut inner).ok()?;
        inner.truncate(len);
        let padding = inner.iter().rev().take_while(|byte| **byte == 0).count();
        inner.truncate(len - padding);
        let content_type = inner.pop()?;
        Some((ContentType(content_type), inner))
    }

    /// A record with this content and so much padding.
    pub(super) fn seal(
        &mut self,
        content_type: ContentType,
        content: &[u8],
        padding: usize,
    ) -> Vec<u8> {
        let mut inner = content.to_vec();
        inner.push(content_type.0);
        inner.resize(inner.len() + padding, 0);
        let mut whole = record(
            ContentType::APPLICATION_DATA,
            &[inner, vec![0; AEAD.tag_len()]].concat(),
        );
        let (header, fragment) = whole.split_at_mut(HEADER_LEN);
        let (inner, tag) = fragment.split_at_mut(fragment.len() - AEAD.tag_len());
        let nonce = self.nonce();
        tag.copy_from_slice(&self.key.seal_in_place(nonce, header, inner));
        whole
    }

    fn nonce(&mut self) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, number) in nonce[4..].iter_mut().zip(self.sequence.to_be_bytes()) {
            *byte ^= number;
        }
        self.sequence += 1;
        nonce
    }
}
