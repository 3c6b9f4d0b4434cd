//! rustls with three crypto providers, through its usual (buffered) API and, as `*-unbuf`,
//! through its unbuffered API.
mod buffered;
mod unbuffered;

use common::{Group, Info, Key, Resume, Spec, Suite, Version};
use rustls::client::{ClientSessionMemoryCache, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer};
use rustls::server::{
    NoServerSessionStorage, ProducesTickets, ServerSessionMemoryCache, WebPkiClientVerifier,
};
use rustls::{CipherSuite, ClientConfig, NamedGroup, RootCertStore, ServerConfig};
use std::sync::Arc;

pub trait Provider: 'static {
    const NAME: &'static str;
    fn provider() -> CryptoProvider;
    fn all_groups() -> Vec<&'static dyn rustls::crypto::SupportedKxGroup>;
    fn ticketer() -> Arc<dyn ProducesTickets>;
}

pub struct Aws;
impl Provider for Aws {
    const NAME: &'static str = "rustls-aws";
    fn provider() -> CryptoProvider {
        rustls::crypto::aws_lc_rs::default_provider()
    }
    fn all_groups() -> Vec<&'static dyn rustls::crypto::SupportedKxGroup> {
        rustls::crypto::aws_lc_rs::ALL_KX_GROUPS.to_vec()
    }
    fn ticketer() -> Arc<dyn ProducesTickets> {
        rustls::crypto::aws_lc_rs::Ticketer::new().unwrap()
    }
}
pub struct Ring;
impl Provider for Ring {
    const NAME: &'static str = "rustls-ring";
    fn provider() -> CryptoProvider {
        rustls::crypto::ring::default_provider()
    }
    fn all_groups() -> Vec<&'static dyn rustls::crypto::SupportedKxGroup> {
        rustls::crypto::ring::ALL_KX_GROUPS.to_vec()
    }
    fn ticketer() -> Arc<dyn ProducesTickets> {
        rustls::crypto::ring::Ticketer::new().unwrap()
    }
}
pub struct Graviola;
impl Provider for Graviola {
    const NAME: &'static str = "rustls-graviola";
    fn provider() -> CryptoProvider {
        rustls_graviola::default_provider()
    }
    fn all_groups() -> Vec<&'static dyn rustls::crypto::SupportedKxGroup> {
        rustls_graviola::kx::ALL_KX_GROUPS.to_vec()
    }
    fn ticketer() -> Arc<dyn ProducesTickets> {
        rustls_graviola::Ticketer::new().unwrap()
    }
}

fn provider<P: Provider>(spec: &Spec) -> Result<Arc<CryptoProvider>, String> {
    let mut p = P::provider();
    let want: &[CipherSuite] = match spec.suite {
        Suite::Aes128Gcm => &[
            CipherSuite::TLS13_AES_128_GCM_SHA256,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        Suite::Aes256Gcm => &[
            CipherSuite::TLS13_AES_256_GCM_SHA384,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        ],
        Suite::Chacha20 => &[
            CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ],
    };
    p.cipher_suites.retain(|s| want.contains(&s.suite()));
    let g = match spec.group {
        Group::X25519 => NamedGroup::X25519,
        Group::P256 => NamedGroup::secp256r1,
        Group::X25519Mlkem768 => NamedGroup::X25519MLKEM768,
    };
    p.kx_groups = P::all_groups();
    p.kx_groups.retain(|k| k.name() == g);
    if p.kx_groups.is_empty() {
        return Err(format!("unsupported: group {g:?}"));
    }
    Ok(Arc::new(p))
}

fn certs(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .unwrap()
}

fn roots(pem: &[u8]) -> RootCertStore {
    let mut r = RootCertStore::empty();
    for c in certs(pem) {
        r.add(c).unwrap();
    }
    r
}

pub fn configs<P: Provider>(spec: &Spec) -> Result<(Arc<ClientConfig>, Arc<ServerConfig>), String> {
    let e = |e: rustls::Error| e.to_string();
    let prov = provider::<P>(spec)?;
    let v: &[&rustls::SupportedProtocolVersion] = match spec.version {
        Version::Tls12 => &[&rustls::version::TLS12],
        Version::Tls13 => &[&rustls::version::TLS13],
    };
    let ca = if spec.wrong_ca {
        spec.pki.other_ca(spec.key)
    } else {
        spec.pki.ca(spec.key)
    };
    let b = ClientConfig::builder_with_provider(prov.clone())
        .with_protocol_versions(v)
        .map_err(e)?
        .with_root_certificates(roots(&ca));
    let mut c = if spec.mtls {
        b.with_client_auth_cert(
            certs(&spec.pki.client(spec.key)),
            PrivateKeyDer::from_pem_slice(&spec.pki.client_key(spec.key)).unwrap(),
        )
        .map_err(e)?
    } else {
        b.with_no_client_auth()
    };
    c.resumption = match spec.resume {
        Resume::No => Resumption::disabled(),
        Resume::Ticket => Resumption::store(Arc::new(ClientSessionMemoryCache::new(32))),
        Resume::Id => Resumption::store(Arc::new(ClientSessionMemoryCache::new(32)))
            .tls12_resumption(rustls::client::Tls12Resumption::SessionIdOnly),
    };
    c.enable_early_data = spec.early;

    let b = ServerConfig::builder_with_provider(prov.clone())
        .with_protocol_versions(v)
        .map_err(e)?;
    let b = if spec.mtls {
        b.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(
                Arc::new(roots(&spec.pki.ca(spec.key))),
                prov,
            )
            .build()
            .unwrap(),
        )
    } else {
        b.with_no_client_auth()
    };
    let mut s = b
        .with_single_cert(
            certs(&spec.pki.leaf(spec.key)),
            PrivateKeyDer::from_pem_slice(&spec.pki.leaf_key(spec.key)).unwrap(),
        )
        .map_err(e)?;
    s.send_tls13_tickets = spec.tickets;
    match spec.resume {
        Resume::No => s.session_storage = Arc::new(NoServerSessionStorage {}),
        // rustls takes 0-RTT only with stateful tickets
        Resume::Ticket if spec.early => {
            s.session_storage = ServerSessionMemoryCache::new(256);
            s.max_early_data_size = 16384;
        }
        Resume::Ticket => {
            s.session_storage = Arc::new(NoServerSessionStorage {});
            s.ticketer = P::ticketer();
        }
        Resume::Id => s.session_storage = ServerSessionMemoryCache::new(256),
    }
    Ok((Arc::new(c), Arc::new(s)))
}

pub fn info<D>(c: &rustls::CommonState, early: usize, _d: std::marker::PhantomData<D>) -> Info {
    Info {
        version: match c.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".into(),
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".into(),
            v => format!("{v:?}"),
        },
        suite: format!("{:?}", c.negotiated_cipher_suite().unwrap().suite()),
        group: c
            .negotiated_key_exchange_group()
            .map_or("?".into(), |g| format!("{:?}", g.name())),
        resumed: c.handshake_kind() == Some(rustls::HandshakeKind::Resumed),
        peer_cert: c.peer_certificates().is_some_and(|x| !x.is_empty()),
        early_bytes: early,
    }
}

fn main() {
    let _ = Key::EcdsaP256;
    common::main_variants(&[
        ("aws", common::main::<buffered::Rustls<Aws>>),
        ("ring", common::main::<buffered::Rustls<Ring>>),
        ("graviola", common::main::<buffered::Rustls<Graviola>>),
        ("aws-unbuf", common::main::<unbuffered::Rustls<Aws>>),
        ("ring-unbuf", common::main::<unbuffered::Rustls<Ring>>),
        (
            "graviola-unbuf",
            common::main::<unbuffered::Rustls<Graviola>>,
        ),
    ]);
}
