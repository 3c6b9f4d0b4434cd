//! What a ServerHello settles of how records are protected.

use tessera_crypto::aead::AeadAlgorithm;
use tessera_crypto::{HashAlgorithm, tls12_suite, tls13_suite};
use tessera_wire::codepoint::ProtocolVersion;
use tessera_wire::extension::SelectedVersion;
use tessera_wire::handshake::{Handshake, Random};

/// Version, algorithms, and the random that TLS 1.2 derives keys from.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) version: ProtocolVersion,
    pub(super) hash: HashAlgorithm,
    pub(super) aead: AeadAlgorithm,
    pub(super) server_random: Random,
}

impl Terms {
    /// Of a message that is a ServerHello.
    pub(super) fn of(message: &[u8]) -> Option<Self> {
        let Ok(Handshake::ServerHello(hello)) = Handshake::decode(message) else {
            return None;
        };
        let (version, hash, aead) = match hello.extensions.find::<SelectedVersion>() {
            Ok(Some(SelectedVersion(version))) => {
                let suite = tls13_suite(hello.cipher_suite)?;
                (version, suite.hash, suite.aead)
            }
            _ => {
                let suite = tls12_suite(hello.cipher_suite)?;
                (hello.legacy_version, suite.hash, suite.aead)
            }
        };
        Some(Self {
            version,
            hash,
            aead,
            server_random: hello.random,
        })
    }

    pub(super) fn is_tls13(&self) -> bool {
        self.version == ProtocolVersion::TLS1_3
    }
}
