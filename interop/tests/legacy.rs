//! Clients from before RFC 5746. GnuTLS is one if told so.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use tessera::blocking;
use tessera::engine::{Renegotiation, SecureRenegotiation};
use tessera::{Credential, ServerConfig, ServerSettings};
use tessera_interop::peer::program;
use tessera_interop::{Authority, KeyType, Running, Scene};

/// A server of one connection; tells whether there was one, and whether it could renegotiate.
fn serve_one(
    credential: Credential,
    secure_renegotiation: SecureRenegotiation,
) -> (u16, thread::JoinHandle<Option<bool>>) {
    let settings = ServerSettings {
        credentials: vec![credential],
        renegotiation: Renegotiation::Any,
        secure_renegotiation,
        ..ServerSettings::default()
    };
    let config = Arc::new(ServerConfig::try_from(settings).expect("a config"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let served = thread::spawn(move || {
        let (tcp, _) = listener.accept().expect("a client");
        let mut tls = blocking::accept(&config, tcp).ok()?;
        let renegotiated = tls.renegotiate().expect("the connection stands");
        let mut line = String::new();
        let mut reader = BufReader::new(tls);
        reader.read_line(&mut line).expect("a line");
        reader.get_mut().write_all(line.as_bytes()).expect("sent");
        reader.get_mut().close().expect("closed");
        Some(renegotiated)
    });
    (port, served)
}

#[test]
fn a_client_without_renegotiation_info_is_served_where_that_is_allowed_and_never_renegotiates() {
    let scene = Scene::new();
    let authority = Authority::new(scene.dir());
    let identity = authority.server(KeyType::P256);
    let priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION";
    for (setting, expected) in [
        (SecureRenegotiation::Require, None),
        (SecureRenegotiation::Prefer, Some(false)),
    ] {
        let credential = Credential::from_pem_files(identity.cert(), identity.key());
        let (port, served) = serve_one(credential.expect("a certificate"), setting);
        let mut client = Running::start(
            program("gnutls-cli")
                .args(["--port", &port.to_string()])
                .args(["--x509cafile", &authority.path()])
                .args(["--priority", priority, "localhost"]),
        );
        client.send(b"hello from long ago\n");
        assert_eq!(served.join().expect("no panic"), expected, "{setting:?}");
        let said = client.wait();
        assert_eq!(
            said.text().contains("hello from long ago"),
            expected.is_some(),
            "{said}"
        );
    }
}
