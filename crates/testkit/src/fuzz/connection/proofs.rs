//! A peer that has its own keys: whatever it has changed, it signs, authenticates and binds again, so that the other
//! end finds nothing wrong but the change. RFC 9846 §4.3.11.2 and §4.5, RFC 5246 §7.4, RFC 5746 §3.

use std::sync::Arc;

use tessera_crypto::{HmacKey, Secret, SigningKey, hkdf, prf};
use tessera_session::Side;
use tessera_wire::codepoint::{HandshakeType, ProtocolVersion};
use tessera_wire::extension::{OfferedPsks, RenegotiationInfo};
use tessera_wire::handshake::tls12::{self, ServerKeyExchange};
use tessera_wire::handshake::{CertificateVerify, ClientHello, Finished, Handshake};

use super::protection::{HASH, logged};
use super::view::View;
use crate::World;

/// What both ends would sign and bind with.
pub(super) struct Proofs {
    version: ProtocolVersion,
    server_key: Option<Arc<SigningKey>>,
    client_key: Option<Arc<SigningKey>>,
    /// The secret of the session that is offered.
    psk: Option<Secret>,
}

/// The end a message goes to.
pub(super) struct Receiver<'a> {
    pub(super) view: &'a View,
    pub(super) key_log: &'a [String],
    /// TLS 1.3: the traffic secret it expects the message under.
    pub(super) traffic: Option<&'a Secret>,
}

impl Proofs {
    pub(super) fn new(version: ProtocolVersion, world: &World, psk: Option<Secret>) -> Self {
        Self {
            version,
            server_key: world.server_keys.first().cloned(),
            client_key: world.client_keys.first().cloned(),
            psk,
        }
    }

    /// A message as its receiver wants it of an honest `sender`. What cannot be read stays as it is.
    pub(super) fn renew(&self, sender: Side, message: Vec<u8>, to: &Receiver<'_>) -> Vec<u8> {
        let renewed = if self.version == ProtocolVersion::TLS1_3 {
            self.renew_tls13(sender, &message, to)
        } else {
            self.renew_tls12(sender, &message, to)
        };
        renewed.unwrap_or(message)
    }

    fn renew_tls13(&self, sender: Side, message: &[u8], to: &Receiver<'_>) -> Option<Vec<u8>> {
        match Handshake::decode(message).ok()? {
            Handshake::ClientHello(hello) => self.rebind(hello, to),
            Handshake::CertificateVerify(proof) => {
                let context: &[u8] = match sender {
                    Side::Server => b"TLS 1.3, server CertificateVerify\0",
                    Side::Client => b"TLS 1.3, client CertificateVerify\0",
                };
                let content = [&[0x20; 64], context, to.view.hash().as_bytes()].concat();
                self.resign(sender, &proof, &content)
            }
            Handshake::Finished(_) => {
                let verify_data = authenticate(to.traffic?, to.view.hash().as_bytes());
                Some(Finished { verify_data }.encode())
            }
            _ => None,
        }
    }

    /// Of several binders the first is the one for the session.
    fn rebind(&self, mut hello: ClientHello, to: &Receiver<'_>) -> Option<Vec<u8>> {
        let zeros = [0; 32];
        let early = hkdf::extract(HASH, &zeros, self.psk.as_ref()?.as_bytes());
        let nothing = HASH.hash(b"");
        let key = hkdf::expand_label(HASH, &early, b"res binder", nothing.as_bytes(), 32);
        let message = hello.encode();
        let cut = ClientHello::binders_offset(&message)?;
        let bound = [&to.view.messages, &message[..cut]].concat();
        let mut psks: OfferedPsks = hello.extensions.find().ok()??;
        *psks.binders.first_mut()? = authenticate(&key, HASH.hash(&bound).as_bytes());
        hello.extensions.replace(&psks);
        Some(hello.encode())
    }

    fn renew_tls12(&self, sender: Side, message: &[u8], to: &Receiver<'_>) -> Option<Vec<u8>> {
        match tls12::Handshake::decode(message).ok()? {
            tls12::Handshake::ClientHello(mut hello) => {
                let info = hello.extensions.find::<RenegotiationInfo>().ok()??;
                hello.extensions.replace(&reconnected(sender, info, to)?);
                Some(hello.encode())
            }
            tls12::Handshake::ServerHello(mut hello) => {
                let info = hello.extensions.find::<RenegotiationInfo>().ok()??;
                hello.extensions.replace(&reconnected(sender, info, to)?);
                Some(hello.encode())
            }
            tls12::Handshake::ServerKeyExchange(mut share) => {
                share.params = ServerKeyExchange::params_of(share.group, &share.public);
                let (client, server) = (&to.view.client_random, &to.view.server_random);
                let content = [&client[..], server, &share.params].concat();
                let key = self.server_key.as_ref()?;
                share.signature = key.sign(share.algorithm, &content).ok()?;
                Some(share.encode())
            }
            tls12::Handshake::CertificateVerify(proof) => {
                self.resign(sender, &proof, &to.view.messages)
            }
            tls12::Handshake::Finished(_) => {
                let main = logged(to.key_log, "CLIENT_RANDOM")?;
                let label: &[u8] = match sender {
                    Side::Client => b"client finished",
                    Side::Server => b"server finished",
                };
                let (secret, hash) = (main.as_bytes(), to.view.hash());
                let mut verify_data = vec![0; 12];
                prf::prf(HASH, secret, label, &[hash.as_bytes()], &mut verify_data);
                Some(Finished { verify_data }.encode())
            }
            _ => None,
        }
    }

    fn resign(&self, sender: Side, proof: &CertificateVerify, content: &[u8]) -> Option<Vec<u8>> {
        let key = match sender {
            Side::Server => self.server_key.as_ref(),
            Side::Client => self.client_key.as_ref(),
        };
        let signature = key?.sign(proof.algorithm, content).ok()?;
        let algorithm = proof.algorithm;
        Some(
            CertificateVerify {
                algorithm,
                signature,
            }
            .encode(),
        )
    }
}

/// The HMAC of a Finished or a binder.
fn authenticate(base: &Secret, hash: &[u8]) -> Vec<u8> {
    let key = hkdf::expand_label(HASH, base, b"finished", b"", HASH.output_len());
    let tag = HmacKey::new(HASH, key.as_bytes()).sign(&[hash]);
    tag.as_bytes().to_vec()
}

/// The receiver's memory of the handshake before, where there was one.
fn reconnected(
    sender: Side,
    info: RenegotiationInfo,
    to: &Receiver<'_>,
) -> Option<RenegotiationInfo> {
    let RenegotiationInfo(carried) = info;
    (!carried.is_empty()).then(|| RenegotiationInfo(to.view.renegotiation_info(sender)))
}

/// Whether a message proves something that only an honest peer can prove.
pub(super) fn is_proof(message: &[u8]) -> bool {
    let msg_type = message.first().map(|msg_type| HandshakeType(*msg_type));
    matches!(
        msg_type,
        Some(HandshakeType::FINISHED | HandshakeType::CERTIFICATE_VERIFY)
    )
}
