//! The `tls-exporter` channel binding: ours in this process, theirs in OpenSSL and GnuTLS. In TLS 1.3,
//! where their programs, which export without a context, export the same as with an empty one.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread;

use tessera::blocking::{self, StreamOwned};
use tessera::{ClientConfig, ClientSettings, Credential, Roots, ServerConfig, ServerSettings};
use tessera_interop::openssl::SServer;
use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::{KeyType, Scene};

/// RFC 9266 §2: the label of the `tls-exporter` channel binding, which has 32 bytes and no context.
const LABEL: &str = "EXPORTER-Channel-Binding";

/// Our channel binding in hexadecimal, and that it is what exporting under its label gives.
fn binding(stream: &StreamOwned<TcpStream>) -> String {
    let binding = stream.channel_binding().expect("an established connection");
    let mut exported = [0; 32];
    let done = stream.export_keying_material(LABEL.as_bytes(), Some(b""), &mut exported);
    assert!(done.is_ok() && exported == binding);
    binding.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a program says it exported, in lower case.
fn printed(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| {
        let (name, value) = line.trim_start_matches('-').trim().split_once(':')?;
        let name = name.to_lowercase();
        (name.ends_with("keying material") || name == "key material").then(|| value.trim())
    });
    line.map(str::to_lowercase)
}

#[test]
fn the_channel_binding_is_the_one_of_openssl_s_server() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let roots = Roots::from_pem_file(scene.authority.file()).expect("the authority");
    let exports = ["-keymatexport", LABEL, "-keymatexportlen", "32"];
    let peer = SServer::bare("-tls1_3", &identity, &exports);
    let config = ClientConfig::try_from(ClientSettings::trusting(roots)).expect("a client");
    let socket = TcpStream::connect(("127.0.0.1", peer.port)).expect("the server");
    let name = "localhost".try_into().expect("a name");
    let mut stream = blocking::connect(&Arc::new(config), name, socket).expect("a handshake");
    let ours = binding(&stream);
    let said = peer.running.output_until(|said| printed(said).is_some());
    assert_eq!(printed(&said), Some(ours), "{said}");
    stream.close().expect("close_notify");
}

/// Accepts one connection of this program, and compares.
fn compare(config: &Arc<ServerConfig>, command: impl FnOnce(u16) -> Command) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    let port = listener.local_addr().expect("its address").port();
    let config = Arc::clone(config);
    let accepted = thread::spawn(move || {
        let (socket, _) = listener.accept().expect("a client");
        let mut stream = blocking::accept(&config, socket).expect("a handshake");
        let binding = binding(&stream);
        stream.write_all(b"bye\n").expect("it listens");
        stream.close().expect("close_notify");
        binding
    });
    let client = run(&mut command(port), b"");
    let ours = accepted.join().expect("a connection");
    assert_eq!(printed(&client.everything()), Some(ours), "{client}");
}

#[test]
fn the_channel_binding_is_the_one_of_openssl_and_gnutls_clients() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let ca = scene.authority.path();
    let credential = Credential::from_pem_files(&identity.cert, &identity.key);
    let config = ServerConfig::try_from(ServerSettings {
        credentials: vec![credential.expect("a certificate")],
        ..ServerSettings::default()
    });
    let config = Arc::new(config.expect("a server"));
    compare(&config, |port| {
        let mut openssl = program("openssl");
        openssl
            .args(["s_client", "-tls1_3", "-ign_eof", "-CAfile", &ca])
            .args(["-keymatexport", LABEL, "-keymatexportlen", "32"])
            .args(["-connect", &format!("127.0.0.1:{port}")]);
        openssl
    });
    compare(&config, |port| {
        let mut gnutls = program("gnutls-cli");
        gnutls
            .args(["--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3"])
            .arg(format!("--keymatexport={LABEL}"))
            .args(["--keymatexportsize=32", "--x509cafile", &ca, "--port"])
            .args([&port.to_string(), "localhost"]);
        gnutls
    });
}
