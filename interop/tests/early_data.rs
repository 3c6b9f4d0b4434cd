//! Early data with programs we did not write, and what becomes of a request that came in it.

use std::fs;
use std::time::Duration;
use tessera_interop::openssl::{SServer, s_client_command};
use tessera_interop::peer::program;
use tessera_interop::process::{run, run_within};
use tessera_interop::{KeyType, Report, Scene, Server};

const GET: &str = "GET /json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const POST: &str =
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A request in a file, as `--early-data` and `-early_data` want it.
fn request(scene: &Scene, text: &str) -> String {
    let file = scene.text_path(if text == GET { "get" } else { "post" });
    fs::write(&file, text).expect("a temporary file");
    file
}

fn serve(scene: &Scene) -> Server {
    scene.serve(&["--early-data", "16384"])
}

/// Ours says this first.
fn says(scene: &Scene, server: &Server, text: &str) -> Report {
    let file = request(scene, text);
    scene
        .connect_to(server, &["--alpn", "http/1.1", "--early-data", &file])
        .succeeded()
}

#[test]
fn a_request_goes_with_the_hello_and_every_ticket_is_good_for_one() {
    let scene = Scene::new();
    let server = serve(&scene);
    for fate in ["none", "accepted", "accepted", "accepted", "accepted"] {
        let report = says(&scene, &server, GET);
        assert!(report.body().contains("tessera.connection/1"));
        assert_eq!(report.field("early_data"), fate);
    }
}

#[test]
fn a_request_that_may_not_happen_twice_is_too_early() {
    // RFC 8470 §5.2.
    let scene = Scene::new();
    let server = serve(&scene);
    assert!(says(&scene, &server, POST).body().contains("200 OK"));
    let early = says(&scene, &server, POST);
    assert_eq!(early.field("early_data"), "accepted");
    assert!(early.body().starts_with("HTTP/1.1 425"), "{}", early.body());
}

#[test]
fn a_server_that_takes_none_gets_the_request_behind_the_handshake() {
    let scene = Scene::new();
    let willing = serve(&scene);
    says(&scene, &willing, GET);
    // Both have one state, so one ring; the client takes the one for the other.
    let unwilling = scene.serve(&[]);
    let elsewhere = format!("localhost:{}:127.0.0.1:{}", willing.port, unwilling.port);
    let file = request(&scene, POST);
    let asked = [
        "--alpn",
        "http/1.1",
        "--early-data",
        &file,
        "--connect-to",
        &elsewhere,
    ];
    let report = scene.connect_to(&willing, &asked).succeeded();
    assert_eq!(report.field("early_data"), "rejected");
    assert!(report.body().contains("200 OK"), "{}", report.body());
}

#[test]
fn s_client_sends_early_data_to_us() {
    let scene = Scene::new();
    let server = serve(&scene);
    let (session, file) = (scene.text_path("session"), request(&scene, GET));
    let mut first = s_client_command(&server, "-tls1_3");
    first.args(["-alpn", "http/1.1", "-ign_eof", "-sess_out", &session]);
    run(&mut first, GET.as_bytes()).succeeded().said("200 OK");
    let mut again = s_client_command(&server, "-tls1_3");
    again.args(["-alpn", "http/1.1", "-ign_eof", "-sess_in", &session]);
    again.args(["-early_data", &file]);
    let outcome = run(&mut again, b"");
    let outcome = outcome.said("Early data was accepted").said("200 OK");
    assert!(outcome.everything().contains("Reused"));
    // The same ticket again is a replay: nothing early is taken, and nothing resumes.
    let outcome = run(&mut again, GET.as_bytes());
    outcome.said("Early data was rejected").said("already_used");
}

#[test]
fn we_send_early_data_to_s_server() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let server = SServer::bare("-tls1_3", &identity, &["-early_data"]);
    let file = scene.write("line", "an early line\n");
    let say = || {
        scene
            .connect(server.port, &["--early-data", &file, "--wait-ticket=1000"])
            .succeeded()
    };
    assert_eq!(say().field("early_data"), "none");
    let early = say();
    assert_eq!(early.field("early_data"), "accepted");
    server.running.line_after(1, "an early line");
}

#[test]
fn gnutls_cli_sends_early_data_to_us() {
    let scene = Scene::new();
    let server = scene.serve(&["--early-data", "16384", "--echo"]);
    let file = scene.text_path("line");
    fs::write(&file, "an early line\n").expect("a temporary file");
    let mut command = program("gnutls-cli");
    command
        .args(["--port", &server.port.to_string()])
        .args(["--x509cafile", &server.ca])
        .args(["--resume", "--waitresumption"])
        .args(["--earlydata", &file, "localhost"]);
    let outcome = run_within(Duration::from_secs(60), &mut command, b"a late line\n");
    let said = outcome.everything();
    assert!(said.contains("Resume Handshake was completed"), "{said}");
    assert!(said.contains("This is a resumed session"), "{said}");
    assert!(said.contains("an early line"), "{said}");
}
