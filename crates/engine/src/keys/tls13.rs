//! The key schedule: RFC 9846 §7.1, as types that consume each other.
//!
//! ```text
//!   PSK ─→ EarlySecret ─(EC)DHE→ HandshakeSecret ─→ MainSecret
//!             │ binder key           │ traffic            │ traffic, exporter, resumption
//! ```

use super::finished::FinishedKey;
use crate::fault::LocalError;
use crate::keys::record_keys::{Form, RecordKeys};
use tessera_crypto::aead::AeadKey;
use tessera_crypto::{Digest, HashAlgorithm, Secret, SuiteParameters, hkdf};

/// From the PSK, or from nothing.
pub(crate) struct EarlySecret {
    algorithm: HashAlgorithm,
    secret: Secret,
}

/// Where a PSK comes from: its binder key has another label.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PskOrigin {
    /// A ticket.
    Resumption,
    /// An external key as it is.
    External,
    /// An external key that was imported: RFC 9258 §5.2.
    Imported,
}

impl EarlySecret {
    pub(crate) fn new(algorithm: HashAlgorithm, psk: Option<&Secret>) -> Self {
        let zeros = [0; 64];
        let nothing = zeros.get(..algorithm.output_len()).unwrap_or_default();
        let ikm = psk.map_or(nothing, Secret::as_bytes);
        Self {
            algorithm,
            secret: hkdf::extract(algorithm, nothing, ikm),
        }
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The key of this PSK's binder: RFC 9846 §4.3.11.2.
    pub(crate) fn binder_key(&self, origin: PskOrigin) -> FinishedKey {
        let label: &[u8] = match origin {
            PskOrigin::Resumption => b"res binder",
            PskOrigin::External => b"ext binder",
            PskOrigin::Imported => b"imp binder",
        };
        let nothing = self.algorithm.hash(b"");
        let base = derive_secret(self.algorithm, &self.secret, label, &nothing);
        FinishedKey::new(self.algorithm, &base)
    }

    /// Protects early data. `transcript`: ClientHello.
    pub(crate) fn traffic(&self, transcript: &Digest) -> TrafficSecret {
        TrafficSecret::derive(self.algorithm, &self.secret, b"c e traffic", transcript)
    }

    /// The key exchange is done.
    pub(crate) fn into_handshake(self, shared: &Secret) -> HandshakeSecret {
        let secret = next_stage(self.algorithm, &self.secret, shared.as_bytes());
        HandshakeSecret {
            algorithm: self.algorithm,
            secret,
        }
    }
}

/// Protects the handshake from ServerHello on.
pub(crate) struct HandshakeSecret {
    algorithm: HashAlgorithm,
    secret: Secret,
}

impl HandshakeSecret {
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// `transcript`: ClientHello…ServerHello.
    pub(crate) fn traffic(&self, transcript: &Digest) -> TrafficPair {
        TrafficPair {
            client: TrafficSecret::derive(
                self.algorithm,
                &self.secret,
                b"c hs traffic",
                transcript,
            ),
            server: TrafficSecret::derive(
                self.algorithm,
                &self.secret,
                b"s hs traffic",
                transcript,
            ),
        }
    }

    /// The handshake's secret is done with.
    pub(crate) fn into_main(self) -> MainSecret {
        let zeros = [0; 64];
        let nothing = zeros.get(..self.algorithm.output_len()).unwrap_or_default();
        MainSecret {
            algorithm: self.algorithm,
            secret: next_stage(self.algorithm, &self.secret, nothing),
        }
    }
}

/// Everything after the handshake comes from here.
pub(crate) struct MainSecret {
    algorithm: HashAlgorithm,
    secret: Secret,
}

impl MainSecret {
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// `transcript`: ClientHello…server Finished.
    pub(crate) fn traffic(&self, transcript: &Digest) -> TrafficPair {
        TrafficPair {
            client: TrafficSecret::derive(
                self.algorithm,
                &self.secret,
                b"c ap traffic",
                transcript,
            ),
            server: TrafficSecret::derive(
                self.algorithm,
                &self.secret,
                b"s ap traffic",
                transcript,
            ),
        }
    }

    /// `transcript`: ClientHello…server Finished.
    pub(crate) fn exporter_secret(&self, transcript: &Digest) -> Secret {
        derive_secret(self.algorithm, &self.secret, b"exp master", transcript)
    }

    /// `transcript`: ClientHello…client Finished.
    pub(crate) fn resumption_secret(&self, transcript: &Digest) -> ResumptionMaster {
        let secret = derive_secret(self.algorithm, &self.secret, b"res master", transcript);
        ResumptionMaster {
            algorithm: self.algorithm,
            secret,
        }
    }
}

/// What every ticket's PSK comes from: RFC 9846 §4.7.1.
pub(crate) struct ResumptionMaster {
    algorithm: HashAlgorithm,
    pub(crate) secret: Secret,
}

impl ResumptionMaster {
    /// The PSK of the ticket with this nonce.
    pub(crate) fn psk(&self, ticket_nonce: &[u8]) -> Secret {
        hkdf::expand_label(
            self.algorithm,
            &self.secret,
            b"resumption",
            ticket_nonce,
            self.algorithm.output_len(),
        )
    }
}

/// Both directions' secrets of one stage.
pub(crate) struct TrafficPair {
    pub(crate) client: TrafficSecret,
    pub(crate) server: TrafficSecret,
}

/// One direction's traffic secret.
pub(crate) struct TrafficSecret {
    algorithm: HashAlgorithm,
    secret: Secret,
}

impl TrafficSecret {
    fn derive(algorithm: HashAlgorithm, from: &Secret, label: &[u8], transcript: &Digest) -> Self {
        Self {
            algorithm,
            secret: derive_secret(algorithm, from, label, transcript),
        }
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(crate) fn finished_key(&self) -> FinishedKey {
        FinishedKey::new(self.algorithm, &self.secret)
    }

    /// The key and IV of this secret: RFC 9846 §7.3.
    pub(crate) fn record_keys(&self, suite: &SuiteParameters) -> Result<RecordKeys, LocalError> {
        let key = hkdf::expand_label(
            self.algorithm,
            &self.secret,
            b"key",
            b"",
            suite.aead.key_len(),
        );
        let mut iv = [0; 12];
        hkdf::expand_label_into(self.algorithm, &self.secret, b"iv", b"", &mut iv);
        let key = AeadKey::new(suite.aead, key.as_bytes()).map_err(|_| LocalError::Crypto)?;
        Ok(RecordKeys {
            key,
            iv,
            limit: suite.record_limit,
            form: Form::Tls13,
        })
    }

    /// KeyUpdate's successor: RFC 9846 §7.2.
    pub(crate) fn next(&self) -> Self {
        let secret = hkdf::expand_label(
            self.algorithm,
            &self.secret,
            b"traffic upd",
            b"",
            self.algorithm.output_len(),
        );
        Self {
            algorithm: self.algorithm,
            secret,
        }
    }
}

/// `Derive-Secret(Secret, Label, Messages)` with the messages hashed already.
fn derive_secret(
    algorithm: HashAlgorithm,
    secret: &Secret,
    label: &[u8],
    transcript: &Digest,
) -> Secret {
    hkdf::expand_label(
        algorithm,
        secret,
        label,
        transcript.as_bytes(),
        algorithm.output_len(),
    )
}

/// From one stage to the next: `HKDF-Extract(Derive-Secret(secret, "derived", ""), input)`.
fn next_stage(algorithm: HashAlgorithm, secret: &Secret, input: &[u8]) -> Secret {
    let derived = derive_secret(algorithm, secret, b"derived", &algorithm.hash(b""));
    hkdf::extract(algorithm, derived.as_bytes(), input)
}
