//! BoringSSL's own program, `bssl`, which no Debian package has: the build script makes it.

use std::process::Command;

use tessera_interop::peer::{free_port, wait_for_port};
use tessera_interop::process::Running;
use tessera_interop::{Identity, Outcome};

/// What a client asks for.
pub const REQUEST: &str = "GET /json HTTP/1.0\r\nHost: localhost\r\n\r\n";

/// The two versions: the program's word for each, and what it calls them afterwards.
pub const VERSIONS: [(&str, &str); 2] = [("tls1.2", "TLSv1.2"), ("tls1.3", "TLSv1.3")];

fn bssl(role: &str, version: &str) -> Command {
    let mut command = Command::new(env!("BSSL"));
    command.args([role, "-min-version", version, "-max-version", version]);
    command
}

/// `bssl client` of this version, which trusts this authority.
pub fn client_command(port: u16, ca: &str, version: &str, args: &[&str]) -> Command {
    let mut command = bssl("client", version);
    command
        .args(["-connect", &format!("127.0.0.1:{port}")])
        .args(["-server-name", "localhost", "-root-certs", ca])
        .args(args);
    command
}

/// What [`client_command`] prints when it has sent these lines and the server has said all.
#[track_caller]
pub fn client(port: u16, ca: &str, version: &str, args: &[&str], lines: &str) -> Outcome {
    // Its standard input stays open: at the end of that it ends its half of the connection, without a close_notify.
    let mut running = Running::start(&mut client_command(port, ca, version, args));
    running.send(lines.as_bytes());
    running.wait().succeeded()
}

/// A running `bssl server`.
pub struct BsslServer {
    /// The process.
    pub running: Running,
    /// Where it listens.
    pub port: u16,
}

impl BsslServer {
    /// One that serves one connection after another, prints what comes, and sends what it is given to read.
    #[track_caller]
    pub fn start(version: &str, identity: &Identity, args: &[&str]) -> Self {
        let port = free_port();
        let mut command = bssl("server", version);
        command
            .args(["-accept", &port.to_string(), "-loop"])
            .args(["-cert", identity.cert(), "-key", identity.key()])
            .args(args);
        let running = Running::start(&mut command);
        wait_for_port(port);
        Self { running, port }
    }

    /// Has a line for the next client. In TLS 1.3 its tickets go out with the first data, and not before.
    pub fn will_say(&mut self, line: &str) {
        self.running.send(line.as_bytes());
    }
}
