//! The examples, run: a server is killed and started again, and every client resumes but the first.

#![cfg(all(feature = "tokio", feature = "store-sqlite"))]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// An example as cargo built it, beside the tests.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("a path");
    let folder = test
        .ancestors()
        .nth(2)
        .map(|folder| folder.join("examples"));
    let file = folder.unwrap_or_default().join(name);
    assert!(
        file.exists(),
        "{} is missing: cargo build -p tessera-tls --examples",
        file.display()
    );
    Command::new(file)
}

/// The example server, killed when dropped.
struct Server {
    child: Child,
    port: String,
}

impl Server {
    fn start(port: &str, pem: &[PathBuf; 2], state: &Path) -> Self {
        let mut command = example("hello_server");
        let address = format!("127.0.0.1:{port}");
        command.arg(address).args(pem).arg(state);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let port = line.trim_end().rsplit(':').next().expect("a port");
        Self {
            port: port.to_owned(),
            child,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

#[test]
fn sessions_of_the_examples_outlive_client_and_server() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str| directory.path().join(name);
    let pem = [file("cert.pem"), file("key.pem")];
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a pair");
    std::fs::write(&pem[0], made.cert.pem()).expect("written");
    std::fs::write(&pem[1], made.signing_key.serialize_pem()).expect("written");

    let visit = |server: &Server, wallet: &str| {
        let mut command = example("hello_client");
        command
            .arg(format!("localhost:{}", server.port))
            .args([&pem[0], &file(wallet)]);
        let output = command.output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{output:?}");
        said
    };
    let server = Server::start("0", &pem, &file("server"));
    let first = visit(&server, "client");
    assert!(first.starts_with("resumed: false\n"), "{first}");
    let port = server.port.clone();
    drop(server);
    let server = Server::start(&port, &pem, &file("server"));
    let second = visit(&server, "client");
    assert!(second.starts_with("resumed: true\n"), "{second}");
    assert!(second.ends_with("hello, generation 1\n"), "{second}");
    let lineage = |said: &str| said.lines().nth(1).map(str::to_owned);
    assert_eq!(lineage(&first), lineage(&second));
}
