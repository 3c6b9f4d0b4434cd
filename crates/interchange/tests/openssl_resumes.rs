//! A session goes from the real client through our hands and back, and the real server resumes it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tessera_interchange::openssl::{read_pem, write_pem};
use tessera_session::{ServerName, Taint};

/// `openssl s_server -www` on a free port, ended when dropped.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(directory: &Path) -> Self {
        let status = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem",
            ])
            .current_dir(directory)
            .stderr(Stdio::null())
            .status()
            .expect("the openssl program is installed");
        assert!(status.success());
        let mut process = Command::new("openssl")
            .args([
                "s_server", "-4", "-accept", "0", "-cert", "cert.pem", "-key", "key.pem", "-www",
            ])
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the openssl program is installed");
        let mut lines = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("ACCEPT ")?.rsplit_once(':')?.1.to_owned()))
            .map(|port| format!("127.0.0.1:{port}"))
            .expect("it says where it listens");
        // Or it would stop at a full pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { process, address }
    }

    /// One page for `openssl s_client`, which says "Reused" or "New" in what it prints.
    fn visit(&self, directory: &Path, arguments: &[&str]) -> String {
        let mut client = Command::new("openssl")
            .args([
                "s_client",
                "-connect",
                &self.address,
                "-CAfile",
                "cert.pem",
                "-ign_eof",
            ])
            .args(arguments)
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the openssl program is installed");
        let mut stdin = client.stdin.take().expect("stdin is piped");
        stdin
            .write_all(b"GET / HTTP/1.0\r\n\r\n")
            .expect("the client reads");
        drop(stdin);
        let output = client.wait_with_output().expect("the client ends");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already; there is nothing else to clean up.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether the handshake of a visit resumed.
fn reused(printed: &str) -> bool {
    printed.lines().any(|line| line.starts_with("Reused, "))
}

fn goes_through_our_hands(version: &str, more: &[&str]) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let here = directory.path();
    let server = Server::start(here);
    let theirs = [&[version, "-sess_out", "theirs.pem"], more].concat();
    assert!(!reused(&server.visit(here, &theirs)));

    let file = read_pem(&std::fs::read_to_string(here.join("theirs.pem")).unwrap()).unwrap();
    // Not the same bytes: a name it did not have, and a taint.
    let file = file.named(&ServerName::new("localhost").unwrap()).unwrap();
    assert_eq!(file.session.taint, Some(Taint::Imported));
    let ours = write_pem(&file.session, &file.ticket).unwrap();
    std::fs::write(here.join("ours.pem"), ours.as_bytes()).unwrap();

    let printed = server.visit(here, &[&[version, "-sess_in", "ours.pem"], more].concat());
    assert!(reused(&printed), "{printed}");
}

#[test]
fn a_tls13_session_we_wrote_is_resumed_by_openssl() {
    goes_through_our_hands("-tls1_3", &[]);
}

#[test]
fn a_tls12_ticket_we_wrote_is_resumed_by_openssl() {
    goes_through_our_hands("-tls1_2", &[]);
}

#[test]
fn a_tls12_session_id_we_wrote_is_resumed_by_openssl() {
    goes_through_our_hands("-tls1_2", &["-no_ticket"]);
}
