//! TLS 1.2: another handshake on a live connection, with OpenSSL and GnuTLS at the other end.

use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tessera_interop::gnutls::GnutlsServ;
use tessera_interop::openssl::{SServer, s_client_command};
use tessera_interop::peer::{program, tessera};
use tessera_interop::process::run_within;
use tessera_interop::{KeyType, Running, Scene};

const TLS12: &str = "-tls1_2";
const RENEGOTIATIONS: usize = 100;
/// Ten megabytes in all.
const BYTES: usize = 10_000_000;
const LONG: Duration = Duration::from_secs(300);
/// Sixteen in a second are allowed.
const APART: Duration = Duration::from_millis(70);
/// Between two renegotiations: sixteen in a second are allowed.
const PAUSE: Duration = Duration::from_millis(70);

/// Lines that cannot be mistaken for each other, nor for commands of OpenSSL's programs.
fn lines(from: usize, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 100);
    let mut number = from;
    while text.len() < bytes {
        let _ = writeln!(text, "line {number:08} {}", "x".repeat(80));
        number += 1;
    }
    text
}

/// What came to an `s_server`, without what it says of itself in between.
fn data(printed: &str) -> String {
    let from = printed.find("line 00000000").expect("the first line");
    let to = printed.find("the end\n").expect("the last line") + "the end\n".len();
    let mut data = printed[from..to].to_owned();
    for said in ["SSL_do_handshake -> 1\n", "Read BLOCK\n", "Write BLOCK\n"] {
        data = data.replace(said, "");
    }
    data
}

/// The one connection in a server's ledger.
fn ledger(file: &Path) -> Value {
    let text = fs::read_to_string(file).expect("the ledger");
    let line: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    line["connection"].clone()
}

#[test]
fn s_client_renegotiates_a_hundred_times_while_it_streams_and_not_a_byte_is_lost() {
    let scene = Scene::new();
    let file = scene.path("ledger");
    let server = scene.serve(&[
        "--tls",
        "1.2",
        "--echo",
        "--renegotiate",
        "any",
        "--ledger",
        file.to_str().expect("UTF-8"),
    ]);
    let mut client =
        Running::start(s_client_command(&server, TLS12).args(["-quiet", "-no_ign_eof"]));
    let mut said = String::new();
    for number in 0..RENEGOTIATIONS {
        let piece = lines(said.len(), BYTES / RENEGOTIATIONS);
        client.send(piece.as_bytes());
        said.push_str(&piece);
        // The command has to begin a read of s_client's: what was said so far has to be back first.
        client.output_reaches(said.len());
        std::thread::sleep(PAUSE);
        client.send(b"R\n");
        client.line_after(number, "RENEGOTIATING");
    }
    client.send(b"the end\n");
    said.push_str("the end\n");
    let back = client.output_until(|printed| printed.ends_with("the end\n"));
    assert!(
        back == said,
        "{} bytes came back of {}",
        back.len(),
        said.len()
    );
    client.close_input();
    drop(client);
    server.stop();
    let connection = ledger(&file);
    assert_eq!(connection["epoch"], RENEGOTIATIONS, "{connection}");
    assert_eq!(connection["kind"], "renegotiated");
}

/// A client of ours that shows its certificate, and prints what comes as it comes.
fn piping(scene: &Scene, port: u16) -> Running {
    let shown = scene.authority.client("somebody", KeyType::P256);
    let mut command = tessera();
    command
        .args(["connect", &format!("localhost:{port}"), "--tls", "1.2"])
        .args(["--cert", shown.cert(), "--key", shown.key(), "--no-wallet"])
        .args(["--ca-file", &scene.authority.path()])
        .arg("--state")
        .arg(scene.path("client"));
    Running::start(&mut command)
}

#[test]
fn s_server_renegotiates_a_hundred_times_while_both_sides_stream() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let mut server = SServer::bare(TLS12, &identity, &[]);
    let mut client = piping(&scene, server.port);
    // Both have said something when the first handshake is over.
    client.send(b"\n");
    server.running.line_with("CIPHER is");
    let (mut ours, mut theirs) = (String::new(), String::new());
    for number in 0..RENEGOTIATIONS {
        // The command has to begin a read of s_server's, so all it was given before is on its way.
        server.running.send(b"r\n");
        server.running.line_after(number, "SSL_do_handshake -> 1");
        // HelloRequest is out. Both sides talk on while the client answers it.
        let piece = lines(ours.len() / 95, BYTES / RENEGOTIATIONS);
        client.send(piece.as_bytes());
        server.running.send(piece.as_bytes());
        ours.push_str(&piece);
        theirs.push_str(&piece);
        client.output_reaches(theirs.len());
        let last = piece.lines().last().expect("lines").to_owned();
        server.running.output_ends_about(&last);
        std::thread::sleep(PAUSE);
    }
    client.send(b"the end\n");
    ours.push_str("the end\n");
    let printed = server
        .running
        .output_until(|printed| printed.contains("the end\n"));
    let came = data(&printed);
    assert!(came == ours, "{} bytes of {} came", came.len(), ours.len());
    client.close_input();
    let outcome = client.wait_within(LONG).succeeded();
    assert!(outcome.text() == theirs, "not what s_server said");
}

#[test]
fn an_idle_connection_renegotiates_a_hundred_times_at_s_client_s_wish() {
    let scene = Scene::new();
    let file = scene.path("ledger");
    let ledgered = ["--ledger", file.to_str().expect("UTF-8")];
    let args = ["--tls", "1.2", "--echo", "--renegotiate", "any"];
    let server = scene.serve(&[&args[..], &ledgered].concat());
    let mut client = Running::start(s_client_command(&server, TLS12).arg("-msg"));
    client.line_with("Verify return code: 0 (ok)");
    for number in 1..=RENEGOTIATIONS {
        std::thread::sleep(APART);
        client.send(b"R\n");
        // The server's Finished of each handshake comes last.
        client.line_after(number, "<<< TLS 1.2, Handshake [length 0010], Finished");
    }
    client.send(b"still here\n");
    client.line_with("still here");
    client.close_input();
    drop(client);
    server.stop();
    assert_eq!(ledger(&file)["epoch"], RENEGOTIATIONS);
}

#[test]
fn an_idle_connection_renegotiates_a_hundred_times_at_s_server_s_wish() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let mut server = SServer::bare(TLS12, &identity, &["-msg"]);
    let mut client = piping(&scene, server.port);
    client.send(b"hello\n");
    server.running.line_with("hello");
    for number in 1..=RENEGOTIATIONS {
        std::thread::sleep(APART);
        server.running.send(b"r\n");
        let finished = "<<< TLS 1.2, Handshake [length 0010], Finished";
        server.running.line_after(number, finished);
    }
    client.send(b"still here\n");
    server.running.line_with("still here");
    server.running.send(b"so are we\n");
    client.close_input();
    assert_eq!(client.wait().succeeded().text(), "so are we\n");
}

#[test]
fn gnutls_cli_renegotiates_a_hundred_times_while_it_talks() {
    let scene = Scene::new();
    let file = scene.path("ledger");
    let ledgered = ["--ledger", file.to_str().expect("UTF-8")];
    let args = ["--tls", "1.2", "--echo", "--renegotiate", "any"];
    let server = scene.serve(&[&args[..], &ledgered].concat());
    let mut command = program("gnutls-cli");
    command
        .args(["--port", &server.port.to_string()])
        .args(["--x509cafile", &server.ca])
        .args(["--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2"])
        .args(["--inline-commands", "localhost"]);
    let mut client = Running::start(&mut command);
    client.line_with("Handshake was completed");
    for number in 0..RENEGOTIATIONS {
        std::thread::sleep(APART);
        client.send(format!("line {number:03}\n").as_bytes());
        client.line_with(&format!("line {number:03}"));
        client.send(b"^renegotiate^\n");
        client.line_after(number, "ReHandshake was completed");
    }
    client.send(b"the end\n");
    client.line_with("the end");
    drop(client);
    server.stop();
    assert_eq!(ledger(&file)["epoch"], RENEGOTIATIONS);
}

#[test]
fn connect_starts_one_with_s_server_and_gnutls_serv() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let willing = SServer::start(TLS12, &identity, &["-client_renegotiation"]);
    let asks = ["--get", "/", "--renegotiate", "--tls", "1.2", "--no-wallet"];
    let report = scene.connect(willing.port, &asks).succeeded();
    assert_eq!(report.field("kind"), "renegotiated");
    assert!(report.body().contains("TLSv1.2"));

    let priority = ["--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2"];
    let gnutls = GnutlsServ::start(&scene, &identity, &priority);
    let report = scene.connect(gnutls.port, &asks).succeeded();
    assert_eq!(report.field("kind"), "renegotiated");

    // Without the flag OpenSSL says no_renegotiation: RFC 5246 §7.2.2.
    let unwilling = SServer::start(TLS12, &identity, &[]);
    let refused = scene.connect(unwilling.port, &asks).exited(4);
    let said = &refused.outcome.stderr;
    assert!(said.contains("no_renegotiation"), "{said}");
}

#[test]
fn gnutls_cli_renegotiates_where_it_may() {
    let scene = Scene::new();
    for (who, does) in [("any", true), ("server", false), ("never", false)] {
        let server = scene.serve(&["--tls", "1.2", "--echo", "--renegotiate", who]);
        let mut command = program("gnutls-cli");
        command
            .args(["--port", &server.port.to_string()])
            .args(["--x509cafile", &server.ca])
            .args(["--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2"])
            .args(["--rehandshake", "localhost"]);
        let outcome = run_within(LONG, &mut command, b"after it\n");
        let said = outcome.everything();
        assert_eq!(
            said.contains("ReHandshake was completed"),
            does,
            "{who}: {said}"
        );
        if does {
            assert!(said.contains("after it"), "{said}");
        }
        server.stop();
    }
}

#[test]
fn s_client_that_may_not_is_told_so_and_the_connection_goes_on() {
    let scene = Scene::new();
    for who in ["never", "server"] {
        let server = scene.serve(&["--tls", "1.2", "--echo", "--renegotiate", who]);
        let mut client = Running::start(s_client_command(&server, TLS12).arg("-msg"));
        client.line_with("Verify return code: 0 (ok)");
        client.send(b"before\n");
        client.line_with("before");
        client.send(b"R\n");
        client.line_with("no_renegotiation");
        // OpenSSL's client takes the warning for the end, ours does not take it for its own.
        drop(client);
        let again = Running::start(&mut s_client_command(&server, TLS12));
        again.line_with("Verify return code: 0 (ok)");
        server.running.terminate();
    }
}
