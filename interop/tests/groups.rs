//! Groups that are spoken only where somebody asks for them: P-521 with OpenSSL, ML-KEM alone with rustls.

mod in_process;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use in_process::{client, get, provider};
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs::kx_group};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{HandshakeKind, NamedGroup, ServerConfig, ServerConnection, StreamOwned};
use tessera_interop::openssl::{self, SServer};
use tessera_interop::{Identity, KeyType, Page, Scene};

const VERSIONS: [(&str, &str); 2] = [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")];

#[test]
fn s_client_comes_with_p_521_and_with_nothing_else() {
    let scene = Scene::new();
    let rsa = scene.authority.server(KeyType::Rsa2048);
    let asked = scene.serve_as(&rsa, &["--groups", "P-521,X25519"]);
    let not_asked = scene.serve_as(&rsa, &[]);
    for (flag, version) in VERSIONS {
        let p521 = &["-groups", "P-521"];
        let got = openssl::s_client(&asked, flag, p521).succeeded();
        let page = Page::find(&got.said("Verify return code: 0 (ok)").text());
        page.assert_full_in(version);
        assert_eq!(page.session("group"), "secp521r1");

        let refused = openssl::s_client(&not_asked, flag, p521).exited(1);
        refused.said("alert handshake failure");
    }
}

#[test]
fn s_client_whose_first_share_is_another_s_is_asked_for_p_521() {
    let scene = Scene::new();
    let server = scene.serve(&["--groups", "P-521"]);
    let saved = scene.text_path("session.pem");
    let groups = ["-groups", "X25519:P-521"];
    let first = openssl::s_client(
        &server,
        "-tls1_3",
        &[&groups[..], &["-sess_out", &saved]].concat(),
    );
    let first = Page::find(&first.succeeded().text());
    first.assert_full();
    let again = openssl::s_client(
        &server,
        "-tls1_3",
        &[&groups[..], &["-sess_in", &saved]].concat(),
    );
    let again = Page::find(&again.succeeded().said("Reused, TLSv1.3").text());
    again.assert_resumes(&first);
    assert_eq!(again.session("group"), "secp521r1");
}

#[test]
fn connect_agrees_on_p_521_with_s_server_at_once_and_when_asked_again() {
    let scene = Scene::new();
    for (flag, version) in VERSIONS {
        let identity = scene.authority.server(KeyType::Rsa2048);
        let server = SServer::start(flag, &identity, &["-groups", "P-521"]);
        for groups in ["P-521", "X25519,P-521"] {
            let args = ["--get", "/", "--no-wallet", "--groups", groups];
            let report = scene.connect(server.port, &args).succeeded();
            report.assert_full();
            assert_eq!(report.field("version"), version);
            assert_eq!(report.field("group"), "secp521r1");
        }
    }
}

fn mlkem1024() -> CryptoProvider {
    CryptoProvider {
        kx_groups: vec![kx_group::MLKEM1024],
        ..provider()
    }
}

#[test]
fn a_rustls_client_comes_with_ml_kem_alone_and_resumes() {
    let scene = Scene::new();
    let served = scene.serve(&["--groups", "MLKEM1024"]);
    let mut config = client(mlkem1024(), &served.ca);
    config.resumption = Resumption::in_memory_sessions(4);
    let first = get(&config, served.port);
    let second = get(&config, served.port);
    first.page.assert_full();
    second.page.assert_resumes(&first.page);
    for (visit, kind) in [
        (first, HandshakeKind::Full),
        (second, HandshakeKind::Resumed),
    ] {
        assert_eq!((visit.kind, visit.tickets), (kind, 2));
        assert_eq!(visit.page.session("group"), "MLKEM1024");
    }
}

/// A rustls server that answers one connection, and then says in which group it was.
fn answer_once(identity: &Identity) -> (u16, JoinHandle<Option<NamedGroup>>) {
    let certificate = CertificateDer::from_pem_file(&identity.cert).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(&identity.key).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(mlkem1024()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate and its key");
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    let port = listener.local_addr().expect("its address").port();
    let served = thread::spawn(move || {
        let (socket, _) = listener.accept().expect("a client");
        let connection = ServerConnection::new(Arc::new(config)).expect("a connection");
        let mut stream = StreamOwned::new(connection, socket);
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).expect("a request");
        let page = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nrustls was here";
        stream.write_all(page).expect("the page is sent");
        stream.conn.send_close_notify();
        stream.flush().expect("the end is sent");
        stream
            .conn
            .negotiated_key_exchange_group()
            .map(|group| group.name())
    });
    (port, served)
}

#[test]
fn connect_agrees_on_ml_kem_alone_with_a_rustls_server() {
    let scene = Scene::new();
    for groups in ["MLKEM1024", "X25519,P-256,MLKEM1024"] {
        let (port, served) = answer_once(&scene.authority.server(KeyType::P256));
        let args = ["--get", "/", "--no-wallet", "--groups", groups];
        let report = scene.connect(port, &args).succeeded();
        assert_eq!(report.field("group"), "MLKEM1024");
        assert!(report.body().contains("rustls was here"));
        let group = served.join().expect("the server is well");
        assert_eq!(group, Some(NamedGroup::MLKEM1024));
    }
}
