//! GnuTLS's programs: `gnutls-cli` against `serve`, and `gnutls-serv` for `connect`.

use crate::openssl::REQUEST;
use crate::peer::{free_port, program};
use crate::process::run;
use crate::{Identity, Outcome, Page, Running, Scene, Server};

/// `gnutls-cli` gets `/json` and verifies the server.
pub fn gnutls_cli(scene: &Scene, server: &Server, args: &[&str]) -> Outcome {
    let mut command = program("gnutls-cli");
    command
        .args([
            "--port",
            &server.port.to_string(),
            "--x509cafile",
            &server.ca,
        ])
        .args(args)
        .arg("localhost")
        .env("SSLKEYLOGFILE", scene.path("gnutls.log"));
    run(&mut command, REQUEST)
}

/// A `gnutls-serv` that answers every GET with a page about the connection.
pub struct GnutlsServ {
    /// The process.
    pub running: Running,
    /// Where it listens.
    pub port: u16,
}

impl GnutlsServ {
    /// Starts it with this certificate.
    #[track_caller]
    pub fn start(scene: &Scene, identity: &Identity, args: &[&str]) -> Self {
        let port = free_port();
        let mut command = program("gnutls-serv");
        command
            .args(["--http", "--port", &port.to_string()])
            .args([
                "--x509certfile",
                identity.cert(),
                "--x509keyfile",
                identity.key(),
            ])
            .args(args)
            .env("SSLKEYLOGFILE", scene.path("gnutls.log"));
        let running = Running::start(&mut command);
        running.line_with("IPv4 0.0.0.0 port");
        Self { running, port }
    }
}

/// `gnutls-cli --resume` does not wait for a ticket for long, so the resumption is asked for by a
/// line of input, after a page that arrived behind the tickets.
#[track_caller]
pub fn resume(scene: &Scene, server: &Server, priority: &str) -> Vec<Page> {
    let mut command = program("gnutls-cli");
    command
        .args([
            "--port",
            &server.port.to_string(),
            "--x509cafile",
            &server.ca,
        ])
        .args(["--priority", priority, "--inline-commands", "localhost"])
        .env("SSLKEYLOGFILE", scene.path("gnutls.log"));
    let mut client = Running::start(&mut command);
    client.line_with("Handshake was completed");
    client.send(b"GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.output_until(|printed| !Page::find_all(printed).is_empty());
    client.send(b"^resume^\n");
    client.line_with("This is a resumed session");
    client.send(REQUEST);
    let printed = client.output_until(|printed| Page::find_all(printed).len() == 2);
    Page::find_all(&printed)
}
