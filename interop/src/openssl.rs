//! OpenSSL's programs: `s_client` against `serve`, and `s_server` for `connect`.

use std::process::Command;

use crate::peer::program;
use crate::process::run;
use crate::{Identity, Outcome, Running, Server};

/// What a client asks for.
pub const REQUEST: &[u8] = b"GET /json HTTP/1.0\r\nHost: localhost\r\n\r\n";

/// `s_client` of this version (`-tls1_2`) gets `/json` and verifies the server.
pub fn s_client(server: &Server, version: &str, args: &[&str]) -> Outcome {
    run(
        s_client_command(server, version).arg("-ign_eof").args(args),
        REQUEST,
    )
}

/// The command that [`s_client`] runs.
pub fn s_client_command(server: &Server, version: &str) -> Command {
    s_client_to(server.port, &server.ca, version)
}

/// `s_client` to this port, trusting this authority.
pub fn s_client_to(port: u16, ca: &str, version: &str) -> Command {
    let mut command = program("openssl");
    command
        .args(["s_client", version, "-servername", "localhost"])
        .args(["-verify_hostname", "localhost", "-verify_return_error"])
        .args(["-CAfile", ca])
        .args(["-connect", &format!("127.0.0.1:{port}")]);
    command
}

/// A running `s_server`.
pub struct SServer {
    /// The process.
    pub running: Running,
    /// Where it listens.
    pub port: u16,
}

impl SServer {
    /// One that answers every GET with a page about the connection.
    #[track_caller]
    pub fn start(version: &str, identity: &Identity, args: &[&str]) -> Self {
        Self::bare(version, identity, &[&["-www"], args].concat())
    }

    /// One that prints what comes, and sends what it is given to read.
    #[track_caller]
    pub fn bare(version: &str, identity: &Identity, args: &[&str]) -> Self {
        let mut command = program("openssl");
        command
            .args(["s_server", version, "-accept", "127.0.0.1:0"])
            .args(["-cert", identity.cert(), "-key", identity.key()])
            .args(args);
        let running = Running::start(&mut command);
        let line = running.line_with("ACCEPT");
        let port = line
            .rsplit(':')
            .next()
            .and_then(|port| port.trim().parse().ok());
        Self {
            running,
            port: port.expect("the port is in the ACCEPT line"),
        }
    }
}
