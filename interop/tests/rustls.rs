//! rustls, in this process: as client of `serve` and as server of `connect`. It has
//! X25519MLKEM768, which the OpenSSL and GnuTLS of Debian 12 lack.

mod in_process;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use in_process::{client, finish, get, provider, trust};
use rustls::client::{Resumption, TicketRequest};
use rustls::crypto::aws_lc_rs::{Ticketer, cipher_suite, kx_group};
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    HandshakeKind, KeyLog, ServerConfig, ServerConnection, StreamOwned, SupportedCipherSuite,
};
use tessera_interop::keylog::{self, Secrets};
use tessera_interop::{Identity, KeyType, Scene};

type Group = &'static dyn SupportedKxGroup;

fn choices() -> [(SupportedCipherSuite, Group, &'static str); 4] {
    [
        (
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            kx_group::X25519MLKEM768,
            "X25519MLKEM768",
        ),
        (
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            kx_group::X25519,
            "x25519",
        ),
        (
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            kx_group::SECP256R1,
            "secp256r1",
        ),
        (
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            kx_group::SECP384R1,
            "secp384r1",
        ),
    ]
}

fn provider_of(suite: SupportedCipherSuite, groups: &[Group]) -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![suite],
        kx_groups: groups.to_vec(),
        ..provider()
    }
}

/// A key log kept in memory.
#[derive(Debug, Default)]
struct Log(Mutex<Secrets>);

impl Log {
    fn secrets(&self) -> Secrets {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl KeyLog for Log {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let key = (label.to_owned(), hex(client_random));
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, hex(secret));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn certificate(identity: &Identity) -> Vec<CertificateDer<'static>> {
    vec![CertificateDer::from_pem_file(&identity.cert).expect("a certificate")]
}

fn key(identity: &Identity) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_file(&identity.key).expect("a key")
}

#[derive(Clone, Copy, PartialEq)]
enum Ending {
    CloseNotify,
    Truncate,
}

/// A rustls server that answers every connection once.
struct Peer {
    port: u16,
    kinds: Arc<Mutex<Vec<HandshakeKind>>>,
}

impl Peer {
    fn start(config: ServerConfig, ending: Ending) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
        let port = listener.local_addr().expect("its address").port();
        let kinds = Arc::new(Mutex::new(Vec::new()));
        let (config, seen) = (Arc::new(config), Arc::clone(&kinds));
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let _ = answer(&config, socket, &seen, ending);
            }
        });
        Self { port, kinds }
    }

    fn kinds(&self) -> Vec<HandshakeKind> {
        self.kinds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn answer(
    config: &Arc<ServerConfig>,
    socket: TcpStream,
    kinds: &Mutex<Vec<HandshakeKind>>,
    ending: Ending,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, socket);
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut part = [0; 1024];
        match stream.read(&mut part)? {
            0 => return Ok(()),
            n => request.extend_from_slice(&part[..n]),
        }
    }
    let kind = stream.conn.handshake_kind();
    kinds
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .extend(kind);
    stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nrustls was here")?;
    if ending == Ending::CloseNotify {
        stream.conn.send_close_notify();
    }
    stream.flush()
}

fn server(provider: CryptoProvider, identity: &Identity) -> ServerConfig {
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(certificate(identity), key(identity))
        .expect("a certificate and its key");
    config.ticketer = Ticketer::new().expect("a ticketer");
    config
}

const GET: [&str; 2] = ["--get", "/"];

#[test]
fn a_rustls_client_connects_and_resumes_with_every_suite_and_group() {
    let scene = Scene::new();
    let ours = scene.text_path("ours.log");
    let ours_served = scene.serve(&["--keylog", &ours]);
    let log = Arc::new(Log::default());
    for (suite, group, name) in choices() {
        let mut config = client(provider_of(suite, &[group]), &ours_served.ca);
        config.resumption = Resumption::in_memory_sessions(4);
        config.key_log = Arc::<Log>::clone(&log);
        let first = get(&config, ours_served.port);
        first.page.assert_full();
        assert_eq!(first.kind, HandshakeKind::Full);
        assert_eq!(first.page.session("group"), name);
        assert_eq!(Some(first.page.session("cipher_suite")), suite_name(suite));

        let second = get(&config, ours_served.port);
        assert_eq!(second.kind, HandshakeKind::Resumed);
        second.page.assert_resumes(&first.page);
        assert_eq!(second.page.session("group"), name);
    }
    ours_served.stop();
    keylog::assert_agree(&keylog::read(ours.as_ref()), &log.secrets(), 8);
}

fn suite_name(suite: SupportedCipherSuite) -> Option<&'static str> {
    match suite.suite() {
        rustls::CipherSuite::TLS13_AES_128_GCM_SHA256 => Some("TLS_AES_128_GCM_SHA256"),
        rustls::CipherSuite::TLS13_AES_256_GCM_SHA384 => Some("TLS_AES_256_GCM_SHA384"),
        rustls::CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => Some("TLS_CHACHA20_POLY1305_SHA256"),
        _ => None,
    }
}

#[test]
fn a_rustls_client_that_shares_only_another_group_is_asked_again() {
    let scene = Scene::new();
    let served = scene.serve(&[]);
    for (_, group, name) in choices() {
        let suite = cipher_suite::TLS13_AES_128_GCM_SHA256;
        let groups = [kx_group::MLKEM1024, group];
        let mut config = client(provider_of(suite, &groups), &served.ca);
        config.resumption = Resumption::in_memory_sessions(4);
        let first = get(&config, served.port);
        assert_eq!(
            first.kind,
            HandshakeKind::FullWithHelloRetryRequest,
            "{name}"
        );
        first.page.assert_full();
        assert_eq!(first.page.session("group"), name);
        get(&config, served.port).page.assert_resumes(&first.page);
    }
}

#[test]
fn a_rustls_client_verifies_every_type_of_certificate() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let served = scene.serve_as(&scene.authority.server(key), &[]);
        get(&client(provider(), &served.ca), served.port)
            .page
            .assert_full();
    }
}

#[test]
fn a_rustls_client_shows_a_certificate_of_every_type() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let served = scene.serve(&["--client-auth", "require", "--client-ca", &ca]);
    for kind in KeyType::ALL {
        let name = format!("client with {kind:?}");
        let identity = scene.authority.client(&name, kind);
        let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .with_root_certificates(trust(&served.ca))
            .with_client_auth_cert(certificate(&identity), key(&identity))
            .expect("a certificate and its key");
        config.resumption = Resumption::in_memory_sessions(4);
        let first = get(&config, served.port).page;
        assert!(first.session("peer_identity").contains(&name), "{first}");
        let second = get(&config, served.port).page;
        second.assert_resumes(&first);
        assert!(second.session("peer_identity").contains(&name), "{second}");
    }
}

#[test]
fn a_rustls_client_gets_as_many_tickets_as_it_asks_for() {
    let scene = Scene::new();
    let served = scene.serve(&["--max-tickets", "5"]);
    let visit = |new_session_count, resumption_count| {
        let mut config = client(provider(), &served.ca);
        config.resumption = Resumption::in_memory_sessions(8);
        config.send_ticket_request = Some(TicketRequest {
            new_session_count,
            resumption_count,
        });
        let (full, resumed) = (get(&config, served.port), get(&config, served.port));
        resumed.page.assert_resumes(&full.page);
        (full.tickets, resumed.tickets)
    };
    assert_eq!(visit(4, 1), (4, 1));
    assert_eq!(visit(1, 0), (1, 0));
    assert_eq!(visit(9, 9), (5, 5));
}

#[test]
fn a_rustls_client_updates_its_keys() {
    let scene = Scene::new();
    let served = scene.serve(&[]);
    let mut stream = in_process::connect(&client(provider(), &served.ca), served.port);
    for _ in 0..3 {
        stream
            .conn
            .refresh_traffic_keys()
            .expect("keys are updated");
    }
    let page = finish(stream).page;
    assert!(
        page.0["connection"]["key_updates"].as_u64() >= Some(3),
        "{page}"
    );
}

#[test]
fn connect_meets_every_suite_and_group_of_a_rustls_server_and_resumes() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let ours = scene.text_path("ours.log");
    let log = Arc::new(Log::default());
    for (suite, group, name) in choices() {
        let mut config = server(provider_of(suite, &[group]), &identity);
        config.key_log = Arc::<Log>::clone(&log);
        let peer = Peer::start(config, Ending::CloseNotify);
        let full = [&GET[..], &["--expect", "full", "--keylog", &ours]].concat();
        let first = scene.connect(peer.port, &full).succeeded();
        first.assert_full();
        assert_eq!(first.field("group"), name);
        assert_eq!(Some(first.field("cipher_suite")), suite_name(suite));

        let resumed = [&GET[..], &["--expect", "resumed", "--keylog", &ours]].concat();
        let second = scene.connect(peer.port, &resumed).succeeded();
        second.assert_resumed();
        assert_eq!(second.field("group"), name);
        assert_eq!(
            first.only()["session"]["lineage"],
            second.only()["session"]["lineage"]
        );
        assert_eq!(peer.kinds().last(), Some(&HandshakeKind::Resumed));
    }
    keylog::assert_agree(&keylog::read(ours.as_ref()), &log.secrets(), 8);
}

#[test]
fn connect_updates_the_keys_of_both_directions() {
    let scene = Scene::new();
    let config = server(provider(), &scene.authority.server(KeyType::P256));
    let peer = Peer::start(config, Ending::CloseNotify);
    let update = [&GET[..], &["--key-update", "--no-wallet"]].concat();
    let report = scene.connect(peer.port, &update).succeeded();
    assert!(report.body().contains("rustls was here"));
}

#[test]
fn connect_offers_the_hybrid_group_first_and_it_is_taken() {
    let scene = Scene::new();
    let config = server(provider(), &scene.authority.server(KeyType::P256));
    let peer = Peer::start(config, Ending::CloseNotify);
    let report = scene
        .connect(peer.port, &[&GET[..], &["--no-wallet"]].concat())
        .succeeded();
    assert_eq!(report.field("group"), "X25519MLKEM768");
    assert_eq!(peer.kinds(), [HandshakeKind::Full]);
}

#[test]
fn connect_resumes_a_session_that_the_rustls_server_keeps_itself() {
    let scene = Scene::new();
    let mut config = server(provider(), &scene.authority.server(KeyType::P256));
    config.ticketer = Arc::new(NoTickets);
    config.session_storage = rustls::server::ServerSessionMemoryCache::new(16);
    let peer = Peer::start(config, Ending::CloseNotify);
    scene.connect(peer.port, &GET).succeeded().assert_full();
    scene
        .connect(peer.port, &[&GET[..], &["--expect", "resumed"]].concat())
        .succeeded();
    assert_eq!(peer.kinds().last(), Some(&HandshakeKind::Resumed));
}

#[derive(Debug)]
struct NoTickets;

impl rustls::server::ProducesTickets for NoTickets {
    fn enabled(&self) -> bool {
        false
    }
    fn lifetime(&self) -> u32 {
        0
    }
    fn encrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
    fn decrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

#[test]
fn connect_gets_as_many_tickets_of_a_rustls_server_as_it_asks_for() {
    let scene = Scene::new();
    let mut config = server(provider(), &scene.authority.server(KeyType::P256));
    config.max_tls13_tickets = 5;
    let peer = Peer::start(config, Ending::CloseNotify);
    for (asked, expect, received) in [
        ("4,1", "full", 4),
        ("4,1", "resumed", 1),
        ("9", "resumed", 5),
    ] {
        let asks = [&GET[..], &["--tickets", asked, "--expect", expect]].concat();
        let report = scene.connect(peer.port, &asks).succeeded();
        assert_eq!(report.only()["tickets_received"], received, "{asked}");
    }
}

#[test]
fn connect_answers_a_retry_of_a_rustls_server() {
    let scene = Scene::new();
    let suite = cipher_suite::TLS13_AES_128_GCM_SHA256;
    let provider = provider_of(suite, &[kx_group::SECP384R1]);
    let config = server(provider, &scene.authority.server(KeyType::P256));
    let peer = Peer::start(config, Ending::CloseNotify);
    let first = scene.connect(peer.port, &GET).succeeded();
    assert_eq!(first.field("group"), "secp384r1");
    assert_eq!(peer.kinds(), [HandshakeKind::FullWithHelloRetryRequest]);
    let again = [&GET[..], &["--expect", "resumed"]].concat();
    scene
        .connect(peer.port, &again)
        .succeeded()
        .assert_resumed();
}

#[test]
fn connect_verifies_every_type_of_certificate_of_a_rustls_server() {
    let scene = Scene::new();
    for key in KeyType::ALL {
        let peer = Peer::start(
            server(provider(), &scene.authority.server(key)),
            Ending::CloseNotify,
        );
        let once = [&GET[..], &["--no-wallet"]].concat();
        scene.connect(peer.port, &once).succeeded().assert_full();
    }
}

#[test]
fn connect_shows_a_certificate_of_every_type_to_a_rustls_server() {
    let scene = Scene::new();
    let roots = trust(&scene.authority.path());
    let provider = Arc::new(provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider))
        .build()
        .expect("a verifier");
    let identity = scene.authority.server(KeyType::P256);
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificate(&identity), key(&identity))
        .expect("a certificate and its key");
    let peer = Peer::start(config, Ending::CloseNotify);
    for kind in KeyType::ALL {
        let identity = scene.authority.client("our client", kind);
        let shown = [
            "--no-wallet",
            "--cert",
            identity.cert(),
            "--key",
            identity.key(),
        ];
        scene
            .connect(peer.port, &[&GET[..], &shown].concat())
            .succeeded();
    }
    let refused = scene
        .connect(peer.port, &[&GET[..], &["--no-wallet"]].concat())
        .exited(4);
    assert!(
        refused.outcome.stderr.contains("certificate_required"),
        "{}",
        refused.outcome
    );
}

#[test]
fn connect_tells_close_notify_from_truncation_by_a_rustls_server() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let once = [&GET[..], &["--no-wallet"]].concat();
    let whole = Peer::start(server(provider(), &identity), Ending::CloseNotify);
    assert!(
        scene
            .connect(whole.port, &once)
            .succeeded()
            .body()
            .contains("rustls was here")
    );
    let cut = Peer::start(server(provider(), &identity), Ending::Truncate);
    scene.connect(cut.port, &once).exited(1);
}
