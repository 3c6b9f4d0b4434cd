//! A rustls client in the test's own process.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned};
use tessera_interop::Page;

/// What one connection was.
pub(crate) struct Visit {
    /// What rustls says of the handshake.
    pub(crate) kind: HandshakeKind,
    /// What the page says of it.
    pub(crate) page: Page,
    /// How many tickets came.
    pub(crate) tickets: u32,
}

/// Trust in the authority of a PEM file.
pub(crate) fn trust(ca: &str) -> Arc<RootCertStore> {
    let certificate = CertificateDer::from_pem_file(ca).expect("the authority's certificate");
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("the authority is trusted");
    Arc::new(roots)
}

/// A TLS 1.3 client without a certificate that resumes from nothing.
pub(crate) fn client(provider: CryptoProvider, ca: &str) -> ClientConfig {
    let provider = Arc::new(provider);
    let verifier: Arc<dyn ServerCertVerifier> =
        WebPkiServerVerifier::builder_with_provider(trust(ca), Arc::clone(&provider))
            .build()
            .expect("a verifier");
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config
}

/// The provider with everything it has.
pub(crate) fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

/// Connects to localhost and completes the handshake.
pub(crate) fn connect(
    config: &ClientConfig,
    port: u16,
) -> StreamOwned<ClientConnection, TcpStream> {
    let name = ServerName::try_from("localhost").expect("a name");
    let connection =
        ClientConnection::new(Arc::new(config.clone()), name).expect("a valid configuration");
    let socket = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    let mut stream = StreamOwned::new(connection, socket);
    while stream.conn.is_handshaking() {
        stream
            .conn
            .complete_io(&mut stream.sock)
            .expect("the handshake completes");
    }
    stream
}

/// Connects, gets `/json` and reads until close_notify, and so every ticket too.
pub(crate) fn get(config: &ClientConfig, port: u16) -> Visit {
    finish(connect(config, port))
}

/// Gets `/json` on a connection that stands.
pub(crate) fn finish(mut stream: StreamOwned<ClientConnection, TcpStream>) -> Visit {
    stream
        .write_all(b"GET /json HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .expect("the request is sent");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the answer ends with close_notify");
    Visit {
        kind: stream
            .conn
            .handshake_kind()
            .expect("the handshake is complete"),
        page: Page::find(&answer),
        tickets: stream.conn.tls13_tickets_received(),
    }
}
