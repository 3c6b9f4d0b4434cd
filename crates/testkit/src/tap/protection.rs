//! Records under keys somebody has: RFC 9846 §5.2, RFC 5246 §6.2.3.3.

use super::terms::Terms;
use data_encoding::HEXLOWER;
use tessera_crypto::aead::{AeadAlgorithm, AeadKey};
use tessera_crypto::{HashAlgorithm, Secret, hkdf, prf};
use tessera_session::Side;
use tessera_wire::codepoint::{ContentType, ProtocolVersion};
use tessera_wire::record::{HEADER_LEN, RecordHeader};

/// One direction's keys, and how many records they have seen.
pub(super) struct Protection {
    key: AeadKey,
    iv: [u8; 12],
    sequence: u64,
    form: Form,
}

/// What a protected record looks like.
enum Form {
    /// TLS 1.3, with the secret its next keys come from.
    Tls13(Traffic),
    /// TLS 1.2 with so many bytes of the nonce in front: none, or AES-GCM's eight.
    Tls12(usize),
}

/// A traffic secret of TLS 1.3.
struct Traffic {
    secret: Secret,
    hash: HashAlgorithm,
    aead: AeadAlgorithm,
}

const TAG_LEN: usize = 16;

impl Protection {
    /// TLS 1.3: the keys of a key log's line with this label.
    pub(super) fn tls13(terms: &Terms, key_log: &[String], label: &str) -> Option<Self> {
        let (_, secret) = logged(key_log, label)?;
        Traffic {
            secret: Secret::new(&secret).ok()?,
            hash: terms.hash,
            aead: terms.aead,
        }
        .protection()
    }

    /// TLS 1.2: what `sender` seals with, from the key log's last main secret: RFC 5246 §6.3.
    pub(super) fn tls12(terms: &Terms, key_log: &[String], sender: Side) -> Option<Self> {
        let (client_random, secret) = logged(key_log, "CLIENT_RANDOM")?;
        let prefix = match terms.aead {
            AeadAlgorithm::Aes128Gcm | AeadAlgorithm::Aes256Gcm => 8,
            AeadAlgorithm::ChaCha20Poly1305 => 0,
        };
        let (key_len, iv_len) = (terms.aead.key_len(), 12 - prefix);
        let mut block = vec![0; 2 * (key_len + iv_len)];
        let seeds = [terms.server_random.0.as_slice(), &client_random];
        prf::prf(terms.hash, &secret, b"key expansion", &seeds, &mut block);
        let (keys, ivs) = block.split_at(2 * key_len);
        let (key, own_iv) = match sender {
            Side::Client => (&keys[..key_len], &ivs[..iv_len]),
            Side::Server => (&keys[key_len..], &ivs[iv_len..]),
        };
        let mut iv = [0; 12];
        iv[..iv_len].copy_from_slice(own_iv);
        Some(Self {
            key: AeadKey::new(terms.aead, key).ok()?,
            iv,
            sequence: 0,
            form: Form::Tls12(prefix),
        })
    }

    /// What a KeyUpdate makes of them: RFC 9846 §7.2.
    pub(super) fn next(&self) -> Option<Self> {
        let Form::Tls13(traffic) = &self.form else {
            return None;
        };
        let (hash, len) = (traffic.hash, traffic.hash.output_len());
        Traffic {
            secret: hkdf::expand_label(hash, &traffic.secret, b"traffic upd", b"", len),
            ..*traffic
        }
        .protection()
    }

    /// The content of a record, and its real type.
    pub(super) fn open(
        &mut self,
        outer: ContentType,
        fragment: &[u8],
    ) -> Option<(ContentType, Vec<u8>)> {
        let sequence = self.sequence;
        let nonce = self.nonce(sequence);
        let opened = match self.form {
            Form::Tls13(_) => {
                let aad = header(outer, fragment.len());
                let mut inner = fragment.to_vec();
                let len = self.key.open_in_place(nonce, &aad, &mut inner).ok()?;
                inner.truncate(len);
                let padding = inner.iter().rev().take_while(|byte| **byte == 0).count();
                inner.truncate(len - padding);
                (ContentType(inner.pop()?), inner)
            }
            Form::Tls12(prefix) => {
                let (carried, sealed) = fragment.split_at_checked(prefix)?;
                let mut nonce = nonce;
                if prefix > 0 {
                    nonce[4..].copy_from_slice(carried);
                }
                let len = sealed.len().checked_sub(TAG_LEN)?;
                let aad = numbered(sequence, outer, len);
                let mut content = sealed.to_vec();
                self.key.open_in_place(nonce, &aad, &mut content).ok()?;
                content.truncate(len);
                (outer, content)
            }
        };
        self.sequence += 1;
        Some(opened)
    }

    /// A record with this content.
    pub(super) fn seal(&mut self, content_type: ContentType, content: &[u8]) -> Vec<u8> {
        let sequence = self.sequence;
        self.sequence += 1;
        let nonce = self.nonce(sequence);
        let mut sealed = content.to_vec();
        match self.form {
            Form::Tls13(_) => {
                sealed.push(content_type.0);
                let outer = header(ContentType::APPLICATION_DATA, sealed.len() + TAG_LEN);
                let tag = self.key.seal_in_place(nonce, &outer, &mut sealed);
                [outer.as_slice(), &sealed, &tag].concat()
            }
            Form::Tls12(prefix) => {
                let aad = numbered(sequence, content_type, content.len());
                let tag = self.key.seal_in_place(nonce, &aad, &mut sealed);
                let outer = header(content_type, prefix + sealed.len() + TAG_LEN);
                let carried = sequence.to_be_bytes();
                [outer.as_slice(), &carried[..prefix], &sealed, &tag].concat()
            }
        }
    }

    /// AES-GCM's IV of TLS 1.2 ends in zeros, so that one formula does for all.
    fn nonce(&self, sequence: u64) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, number) in nonce[4..].iter_mut().zip(sequence.to_be_bytes()) {
            *byte ^= number;
        }
        nonce
    }
}

impl Traffic {
    fn protection(self) -> Option<Protection> {
        let key = hkdf::expand_label(self.hash, &self.secret, b"key", b"", self.aead.key_len());
        let mut iv = [0; 12];
        hkdf::expand_label_into(self.hash, &self.secret, b"iv", b"", &mut iv);
        Some(Protection {
            key: AeadKey::new(self.aead, key.as_bytes()).ok()?,
            iv,
            sequence: 0,
            form: Form::Tls13(self),
        })
    }
}

/// The client random and the secret of the last line with this label: RFC 9850.
fn logged(key_log: &[String], label: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    key_log.iter().rev().find_map(|line| {
        let mut words = line.split(' ');
        let found = words.next() == Some(label);
        let mut bytes = || HEXLOWER.decode(words.next()?.as_bytes()).ok();
        found.then(|| Some((bytes()?, bytes()?))).flatten()
    })
}

/// What TLS 1.2 authenticates beside the content.
fn numbered(sequence: u64, content_type: ContentType, len: usize) -> Vec<u8> {
    [
        sequence.to_be_bytes().as_slice(),
        &header(content_type, len),
    ]
    .concat()
}

/// The header of a record with a fragment so long.
pub(super) fn header(content_type: ContentType, len: usize) -> [u8; HEADER_LEN] {
    RecordHeader {
        content_type,
        legacy_version: ProtocolVersion::TLS1_2,
        length: u16::try_from(len).unwrap_or(u16::MAX),
    }
    .encode()
}
