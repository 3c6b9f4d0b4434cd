//! From the harness's spec to our settings.
use crate::{now, seed, Services, Store, Wallet};
use common::{Group, Key, Resume, Spec, Suite, Version};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::rc::Rc;
use std::sync::Arc;
use tessera_crypto::{Entropy, SigningKey};
use tessera_engine::{
    ClientAuth, ClientConfig, ClientSettings, EarlyDataOffer, ServerConfig, ServerSettings,
    SessionForms,
};
use tessera_identity::{Credential, Roots, Verifier};
use tessera_session::ticket::rotation;
use tessera_session::{
    ClientAuthMode, EarlyData, Ring, RotationPolicy, ServerName, TicketPlan, Tickets, Vault,
};
use tessera_wire::codepoint::{CipherSuite, NamedGroup, ProtocolVersion};

pub struct Configs {
    pub client: Arc<ClientConfig>,
    pub server: Arc<ServerConfig>,
    pub name: ServerName,
    pub resume: Resume,
    client_verifier: Rc<Verifier>,
    server_verifier: Rc<Verifier>,
    client_key: Option<Rc<SigningKey>>,
    server_key: Rc<SigningKey>,
}

impl Configs {
    pub fn new(spec: &Spec) -> Result<Self, String> {
        if spec.version == Version::Tls13 && spec.resume == Resume::Id {
            return Err("unsupported: session IDs in TLS 1.3".into());
        }
        let anchors = if spec.wrong_ca {
            spec.pki.other_ca(spec.key)
        } else {
            spec.pki.ca(spec.key)
        };
        let (server_identity, server_key) =
            credential(&spec.pki.leaf(spec.key), &spec.pki.leaf_key(spec.key));
        let shown = spec
            .mtls
            .then(|| credential(&spec.pki.client(spec.key), &spec.pki.client_key(spec.key)));
        let (client_identity, client_key) = shown.unzip();
        let client = ClientSettings {
            identities: client_identity.into_iter().collect(),
            versions: vec![version(spec.version)],
            cipher_suites: vec![suite(spec)],
            groups: client_groups(spec),
            early_data: if spec.early {
                EarlyDataOffer::WherePossible
            } else {
                EarlyDataOffer::Never
            },
            ..ClientSettings::default()
        };
        let client_roots = roots(&spec.pki.ca(spec.key));
        let client_auth = ClientAuth {
            mode: if spec.mtls {
                ClientAuthMode::Require
            } else {
                ClientAuthMode::None
            },
            anchors: client_roots.hashes().to_vec(),
            ..ClientAuth::default()
        };
        let server = ServerSettings {
            identities: vec![server_identity],
            client_auth,
            versions: vec![version(spec.version)],
            cipher_suites: vec![suite(spec)],
            groups: vec![group(spec.group)],
            tickets: TicketPlan {
                count: spec.tickets as u8,
                ..TicketPlan::default()
            },
            session_forms: SessionForms {
                ids: spec.resume == Resume::Id,
                tickets: spec.resume == Resume::Ticket,
            },
            vault: Some(Arc::new(Vault::new(&seed()))),
            shared: Arc::new(tickets(spec.early)),
            early_data: if spec.early {
                EarlyData::Accept { up_to: 16384 }
            } else {
                EarlyData::Refuse
            },
            deployment: [7; 16],
            policy: "bench".into(),
            ..ServerSettings::default()
        };
        Ok(Configs {
            client: Arc::new(client.try_into().map_err(|e| format!("{e}"))?),
            server: Arc::new(server.try_into().map_err(|e| format!("{e}"))?),
            name: ServerName::new(spec.server_name()).expect("a name"),
            resume: spec.resume,
            client_verifier: Rc::new(Verifier::new(roots(&anchors))),
            server_verifier: Rc::new(Verifier::new(client_roots)),
            client_key,
            server_key,
        })
    }

    pub fn client_services(&self, wallet: &Wallet, store: &Store) -> Services {
        Services {
            verifier: self.client_verifier.clone(),
            key: self.client_key.clone(),
            wallet: wallet.clone(),
            store: store.clone(),
        }
    }

    pub fn server_services(&self, wallet: &Wallet, store: &Store) -> Services {
        Services {
            verifier: self.server_verifier.clone(),
            key: Some(self.server_key.clone()),
            wallet: wallet.clone(),
            store: store.clone(),
        }
    }
}

/// Early data is taken where the store has marked all used tickets since before this one.
fn tickets(early: bool) -> Tickets {
    let tickets = Tickets::new(ring());
    tickets.set_recording_since(early.then(now));
    tickets
}

fn ring() -> Ring {
    let policy = RotationPolicy::default();
    rotation::next(
        &Ring::empty(),
        &policy,
        now(),
        &mut Entropy::from_seed(seed()),
    )
    .expect("a first key")
}

fn certificates(pem: &[u8]) -> Vec<Vec<u8>> {
    CertificateDer::pem_slice_iter(pem)
        .map(|der| der.expect("a certificate").to_vec())
        .collect()
}

fn roots(pem: &[u8]) -> Roots {
    Roots::from_der(certificates(pem)).expect("trust anchors")
}

fn credential(chain: &[u8], key: &[u8]) -> (tessera_engine::Identity, Rc<SigningKey>) {
    let der = PrivateKeyDer::from_pem_slice(key).expect("a private key");
    let key = || SigningKey::from_der(der.secret_der()).expect("a private key we know");
    let credential = Credential::new(certificates(chain), key()).expect("a chain and its key");
    (credential.identity(), Rc::new(key()))
}

fn version(version: Version) -> ProtocolVersion {
    match version {
        Version::Tls12 => ProtocolVersion::TLS1_2,
        Version::Tls13 => ProtocolVersion::TLS1_3,
    }
}

fn suite(spec: &Spec) -> CipherSuite {
    match (spec.version, spec.key, spec.suite) {
        (Version::Tls13, _, Suite::Aes128Gcm) => CipherSuite::TLS_AES_128_GCM_SHA256,
        (Version::Tls13, _, Suite::Aes256Gcm) => CipherSuite::TLS_AES_256_GCM_SHA384,
        (Version::Tls13, _, Suite::Chacha20) => CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
        (_, Key::EcdsaP256, Suite::Aes128Gcm) => {
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        }
        (_, Key::EcdsaP256, Suite::Aes256Gcm) => {
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
        }
        (_, Key::EcdsaP256, Suite::Chacha20) => {
            CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
        }
        (_, Key::Rsa2048, Suite::Aes128Gcm) => CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        (_, Key::Rsa2048, Suite::Aes256Gcm) => CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        (_, Key::Rsa2048, Suite::Chacha20) => {
            CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
        }
    }
}

/// In TLS 1.2 the curve of the server's certificate must be among them, too: RFC 8422 §5.1.
fn client_groups(spec: &Spec) -> Vec<NamedGroup> {
    let mut groups = vec![group(spec.group)];
    if spec.version == Version::Tls12 {
        groups.push(NamedGroup::SECP256R1);
    }
    groups
}

fn group(group: Group) -> NamedGroup {
    match group {
        Group::X25519 => NamedGroup::X25519,
        Group::P256 => NamedGroup::SECP256R1,
        Group::X25519Mlkem768 => NamedGroup::X25519MLKEM768,
    }
}
