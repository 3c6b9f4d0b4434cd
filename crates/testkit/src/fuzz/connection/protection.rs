//! Records under the keys a key log gives away, opened and sealed again: RFC 9846 §5.2 and §7.3, RFC 5246 §6.3 and
//! RFC 5288 §3.

use tessera_crypto::aead::{AeadAlgorithm, AeadKey};
use tessera_crypto::{HashAlgorithm, Secret, hkdf, prf};
use tessera_session::Side;
use tessera_wire::codepoint::{ContentType, ProtocolVersion};
use tessera_wire::record::HEADER_LEN;

use super::edited_records::record;
use super::view::View;
use crate::End;
use data_encoding::HEXLOWER;

/// Of the one suite each version has in these connections.
pub(super) const HASH: HashAlgorithm = HashAlgorithm::Sha256;
const AEAD: AeadAlgorithm = AeadAlgorithm::Aes128Gcm;

/// One direction's keys, and how many records they have seen.
pub(super) struct Protection {
    key: AeadKey,
    iv: [u8; 12],
    sequence: u64,
    form: Form,
}

enum Form {
    /// The traffic secret: the next keys come from it, and so does a Finished.
    Tls13(Secret),
    Tls12,
}

/// Which of its keys a sender uses.
#[derive(Clone, Copy)]
pub(super) enum Epoch {
    /// TLS 1.3: up to its Finished.
    Handshake,
    /// TLS 1.3: behind its Finished.
    Application,
    /// TLS 1.2: those of the latest handshake.
    Latest,
}

/// The secret of a key log's last line with this label.
pub(super) fn logged(key_log: &[String], label: &str) -> Option<Secret> {
    let mut lines = key_log.iter().rev();
    let line = lines.find(|line| line.split(' ').next() == Some(label))?;
    let secret = HEXLOWER.decode(line.rsplit(' ').next()?.as_bytes()).ok()?;
    Secret::new(&secret).ok()
}

impl Protection {
    /// The keys `sender` uses then, as this end has them: what it has not got yet, or never will, is `None`.
    pub(super) fn of(epoch: Epoch, sender: Side, end: &End, view: &View) -> Option<Self> {
        let label = match (epoch, sender) {
            (Epoch::Handshake, Side::Client) => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            (Epoch::Handshake, Side::Server) => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            (Epoch::Application, Side::Client) => "CLIENT_TRAFFIC_SECRET_0",
            (Epoch::Application, Side::Server) => "SERVER_TRAFFIC_SECRET_0",
            (Epoch::Latest, _) => {
                let main = logged(&end.key_log, "CLIENT_RANDOM")?;
                return Self::tls12(&main, sender, view);
            }
        };
        Self::tls13(logged(&end.key_log, label)?)
    }

    fn tls13(secret: Secret) -> Option<Self> {
        let key = hkdf::expand_label(HASH, &secret, b"key", b"", AEAD.key_len());
        let mut iv = [0; 12];
        hkdf::expand_label_into(HASH, &secret, b"iv", b"", &mut iv);
        Some(Self {
            key: AeadKey::new(AEAD, key.as_bytes()).ok()?,
            iv,
            sequence: 0,
            form: Form::Tls13(secret),
        })
    }

    /// client_write_key, server_write_key, client_write_IV, server_write_IV.
    fn tls12(main: &Secret, sender: Side, view: &View) -> Option<Self> {
        let mut block = [0; 40];
        let seeds = [view.server_random.as_slice(), &view.client_random];
        prf::prf(HASH, main.as_bytes(), b"key expansion", &seeds, &mut block);
        let (keys, ivs) = block.split_at(32);
        let at = usize::from(sender == Side::Server);
        let mut iv = [0; 12];
        iv[..4].copy_from_slice(&ivs[4 * at..][..4]);
        Some(Self {
            key: AeadKey::new(AEAD, &keys[16 * at..][..16]).ok()?,
            iv,
            sequence: 0,
            form: Form::Tls12,
        })
    }

    /// TLS 1.3's traffic secret.
    pub(super) fn secret(&self) -> Option<&Secret> {
        match &self.form {
            Form::Tls13(secret) => Some(secret),
            Form::Tls12 => None,
        }
    }

    /// What a KeyUpdate makes of them.
    pub(super) fn next(&self) -> Option<Self> {
        let label = b"traffic upd";
        Self::tls13(hkdf::expand_label(
            HASH,
            self.secret()?,
            label,
            b"",
            HASH.output_len(),
        ))
    }

    /// The content of a record, and its real type.
    pub(super) fn open(
        &mut self,
        content_type: ContentType,
        fragment: &[u8],
    ) -> Option<(ContentType, Vec<u8>)> {
        let Form::Tls13(_) = self.form else {
            return self.open_tls12(content_type, fragment);
        };
        let whole = record(content_type, fragment);
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

    fn open_tls12(
        &mut self,
        content_type: ContentType,
        fragment: &[u8],
    ) -> Option<(ContentType, Vec<u8>)> {
        let (_, sealed) = fragment.split_first_chunk::<8>()?;
        let len = sealed.len().checked_sub(AEAD.tag_len())?;
        let data = self.additional_data(content_type, len);
        let nonce = self.nonce();
        let mut content = sealed.to_vec();
        self.key.open_in_place(nonce, &data, &mut content).ok()?;
        content.truncate(len);
        Some((content_type, content))
    }

    /// A record with this content and, in TLS 1.3, so much padding.
    pub(super) fn seal(
        &mut self,
        content_type: ContentType,
        content: &[u8],
        padding: usize,
    ) -> Vec<u8> {
        let Form::Tls13(_) = self.form else {
            return self.seal_tls12(content_type, content);
        };
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

    fn seal_tls12(&mut self, content_type: ContentType, content: &[u8]) -> Vec<u8> {
        let carried = self.sequence.to_be_bytes();
        let data = self.additional_data(content_type, content.len());
        let nonce = self.nonce();
        let mut sealed = content.to_vec();
        let tag = self.key.seal_in_place(nonce, &data, &mut sealed);
        record(content_type, &[&carried[..], &sealed, &tag].concat())
    }

    /// RFC 5246 §6.2.3.3.
    fn additional_data(&self, content_type: ContentType, len: usize) -> [u8; 13] {
        let mut data = [0; 13];
        data[..8].copy_from_slice(&self.sequence.to_be_bytes());
        data[8] = content_type.0;
        data[9..11].copy_from_slice(&ProtocolVersion::TLS1_2.0.to_be_bytes());
        data[11..].copy_from_slice(&u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes());
        data
    }

    /// TLS 1.2's salt is an IV that ends in zeros.
    fn nonce(&mut self) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, number) in nonce[4..].iter_mut().zip(self.sequence.to_be_bytes()) {
            *byte ^= number;
        }
        self.sequence += 1;
        nonce
    }
}
