//! The key schedule of TLS 1.2: RFC 5246 §5, §6.3 and §8.1, RFC 7627.
//!
//! ```text
//!   (EC)DHE ─→ MainSecret ─→ KeyBlock (one for each connection, by both randoms)
//!                  │ Finished of both ends, exporter
//! ```

use crate::fault::LocalError;
use crate::keys::record_keys::{Form, RecordKeys};
use tessera_crypto::aead::{AeadAlgorithm, AeadKey};
use tessera_crypto::prf::prf;
use tessera_crypto::{Digest, HashAlgorithm, Secret, Tls12Suite};
use tessera_session::Side;
use tessera_wire::Random;
use zeroize::Zeroizing;

/// `verify_data_length` of every suite here: RFC 5246 §7.4.9.
pub(crate) const VERIFY_DATA_LEN: usize = 12;

/// What a Finished carries, and what RFC 5746 asks for at the next handshake.
pub(crate) type VerifyData = [u8; VERIFY_DATA_LEN];

/// Both randoms of one handshake.
#[derive(Clone, Copy)]
pub(crate) struct Randoms {
    pub(crate) client: Random,
    pub(crate) server: Random,
}

/// What a session is resumed from: RFC 5246 §8.1 still calls it master secret.
#[derive(Clone)]
pub(crate) struct MainSecret {
    algorithm: HashAlgorithm,
    secret: Secret,
}

/// 48 bytes whatever the suite: RFC 5246 §8.1.
const MAIN_SECRET_LEN: usize = 48;

impl MainSecret {
    /// Bound to everything said up to the key exchange: RFC 7627 §4, §5.1 (1). `session_hash`:
    /// ClientHello…ClientKeyExchange.
    pub(crate) fn extended(
        algorithm: HashAlgorithm,
        shared: &Secret,
        session_hash: &Digest,
    ) -> Result<Self, LocalError> {
        let seeds = [session_hash.as_bytes()];
        Self::derive(algorithm, shared, b"extended master secret", &seeds)
    }

    /// Bound to the randoms only: RFC 5246 §8.1, RFC 7627 §5.2 (4).
    pub(crate) fn plain(
        algorithm: HashAlgorithm,
        shared: &Secret,
        randoms: &Randoms,
    ) -> Result<Self, LocalError> {
        let seeds = [randoms.client.0.as_slice(), &randoms.server.0];
        Self::derive(algorithm, shared, b"master secret", &seeds)
    }

    /// Of a session that is resumed.
    pub(crate) fn resumed(algorithm: HashAlgorithm, secret: &Secret) -> Self {
        Self {
            algorithm,
            secret: secret.clone(),
        }
    }

    fn derive(
        algorithm: HashAlgorithm,
        shared: &Secret,
        label: &[u8],
        seeds: &[&[u8]],
    ) -> Result<Self, LocalError> {
        let mut secret = Zeroizing::new([0; MAIN_SECRET_LEN]);
        prf(algorithm, shared.as_bytes(), label, seeds, &mut *secret);
        let secret = Secret::new(&*secret).map_err(|_| LocalError::Crypto)?;
        Ok(Self { algorithm, secret })
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(crate) fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// RFC 5705 §4; `context` with its length before it.
    pub(crate) fn export(
        &self,
        label: &[u8],
        randoms: &Randoms,
        context: &[&[u8]; 2],
        out: &mut [u8],
    ) {
        let [len, context] = context;
        let seeds = [randoms.client.0.as_slice(), &randoms.server.0, len, context];
        prf(self.algorithm, self.secret.as_bytes(), label, &seeds, out);
    }

    /// RFC 5246 §7.4.9 (2). `transcript`: everything before this Finished, by the PRF's own hash.
    pub(crate) fn verify_data(&self, sender: Side, transcript: &Digest) -> VerifyData {
        let label: &[u8] = match sender {
            Side::Client => b"client finished",
            Side::Server => b"server finished",
        };
        let mut data = [0; VERIFY_DATA_LEN];
        let secret = self.secret.as_bytes();
        prf(
            self.algorithm,
            secret,
            label,
            &[transcript.as_bytes()],
            &mut data,
        );
        data
    }

    /// RFC 5246 §6.3: the server's random comes first here.
    pub(crate) fn key_block(&self, suite: &'static Tls12Suite, randoms: &Randoms) -> KeyBlock {
        let len = 2 * (suite.aead.key_len() + fixed_iv_len(suite.aead));
        let mut bytes = Zeroizing::new(vec![0; len]);
        let seeds = [randoms.server.0.as_slice(), &randoms.client.0];
        let secret = self.secret.as_bytes();
        prf(self.algorithm, secret, b"key expansion", &seeds, &mut bytes);
        KeyBlock { suite, bytes }
    }
}

/// The keys of one handshake, both halves'.
pub(crate) struct KeyBlock {
    suite: &'static Tls12Suite,
    bytes: Zeroizing<Vec<u8>>,
}

impl KeyBlock {
    /// What names these keys without telling them.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// client_write_key, server_write_key, client_write_IV, server_write_IV: RFC 5246 §6.3.
    pub(crate) fn record_keys(&self, sender: Side) -> Result<RecordKeys, LocalError> {
        let aead = self.suite.aead;
        let (keys, ivs) = self
            .bytes
            .split_at_checked(2 * aead.key_len())
            .ok_or(LocalError::Crypto)?;
        let of_sender = |bytes: &[u8]| {
            let (client, server) = bytes.split_at(bytes.len() / 2);
            Zeroizing::new(match sender {
                Side::Client => client.to_vec(),
                Side::Server => server.to_vec(),
            })
        };
        let mut iv = [0; 12];
        for (to, from) in iv.iter_mut().zip(of_sender(ivs).iter()) {
            *to = *from;
        }
        Ok(RecordKeys {
            key: AeadKey::new(aead, &of_sender(keys)).map_err(|_| LocalError::Crypto)?,
            iv,
            limit: self.suite.record_limit,
            form: form(aead),
        })
    }
}

fn form(aead: AeadAlgorithm) -> Form {
    match aead {
        AeadAlgorithm::Aes128Gcm | AeadAlgorithm::Aes256Gcm => Form::Tls12Carried,
        AeadAlgorithm::ChaCha20Poly1305 => Form::Tls12Counted,
    }
}

/// `fixed_iv_length`: RFC 5288 §3, RFC 7905 §2.
fn fixed_iv_len(aead: AeadAlgorithm) -> usize {
    aead.iv_len() - form(aead).prefix()
}
