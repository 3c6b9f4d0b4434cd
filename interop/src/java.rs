//! Java: `HttpsURLConnection` against `serve`, and a server socket for `connect`.

use crate::peer::{program, script};
use crate::process::run;
use crate::{Identity, Outcome, Running, Scene, Server};

/// Of the files that Java reads keys from.
pub const PASSWORD: &str = "tessera";

/// Gets `/json` over `connections` connections that share one session cache.
pub fn client(server: &Server, properties: &[&str], connections: usize, more: &[&str]) -> Outcome {
    let mut command = program("java");
    command.args(properties).arg(script("Client.java"));
    command
        .args([&server.url("/json"), &server.ca, &connections.to_string()])
        .args(more);
    run(&mut command, b"")
}

/// A PKCS #12 file of an identity: what Java reads.
#[track_caller]
pub fn pkcs12(scene: &Scene, identity: &Identity) -> String {
    let file = scene.text_path("identity.p12");
    let password = format!("pass:{PASSWORD}");
    let mut command = program("openssl");
    command
        .args(["pkcs12", "-export", "-out", &file, "-passout", &password])
        .args(["-in", identity.cert(), "-inkey", identity.key()])
        .args(["-name", "identity"]);
    run(&mut command, b"").succeeded();
    file
}

/// A server that answers each connection with a page about it.
pub struct JavaServer {
    /// The process.
    pub running: Running,
    /// Where it listens.
    pub port: u16,
}

impl JavaServer {
    /// Starts it with this certificate and these system properties.
    #[track_caller]
    pub fn start(scene: &Scene, identity: &Identity, properties: &[&str]) -> Self {
        let mut command = program("java");
        command
            .args(properties)
            .arg(script("Server.java"))
            .args([&pkcs12(scene, identity), PASSWORD]);
        let running = Running::start(&mut command);
        let line = running.line_with("port ");
        let port = line.trim_start_matches("port ").parse();
        Self {
            running,
            port: port.expect("a port"),
        }
    }
}
