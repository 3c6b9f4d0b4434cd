//! A server that asks for the client's certificate after the request, as IIS does: TLS 1.2 by a
//! renegotiation, TLS 1.3 by post-handshake authentication (RFC 9846 §4.7.2).

use tessera_interop::httpd::{Httpd, WELCOME};
use tessera_interop::openssl::{SServer, s_client_command};
use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::{Identity, KeyType, Outcome, Report, Running, Scene, Server};

/// How s_server is told to ask, by version.
const ASKING: [(&str, &str, &[u8]); 2] = [("1.2", "-tls1_2", b"R\n"), ("1.3", "-tls1_3", b"c\n")];

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\nContent-Length: 9\nConnection: close\n\nwelcome\n";

/// CertificateVerify messages that came in, in what `-msg` prints.
fn proofs(printed: &str) -> usize {
    let came = printed.lines().filter(|line| line.starts_with("<<<"));
    came.filter(|line| line.ends_with("CertificateVerify"))
        .count()
}

#[test]
fn connect_shows_its_certificate_after_the_request() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    for (version, flag, ask) in ASKING {
        let identity = scene.authority.server(KeyType::P256);
        let asks = ["-crlf", "-msg", "-verify_return_error", "-CAfile", &ca];
        let mut server = SServer::bare(flag, &identity, &asks);
        let shown = scene.authority.client("a visitor", KeyType::P256);
        let get = ["--get", "/private", "--tls", version, "--no-wallet"];
        let cert = ["--cert", shown.cert(), "--key", shown.key()];
        let args = [&get[..], &cert].concat();
        let client = Running::start(&mut scene.connect_command("client", server.port, &args));
        server.running.line_with("GET /private");
        let before = server.running.so_far();
        assert_eq!(proofs(&before.text()), 0, "{before}");
        server.running.send(ask);
        server.running.output_until(|printed| proofs(printed) == 1);
        server.running.send(ANSWER);
        let report = Report::of(client.wait()).succeeded();
        assert_eq!(report.only()["status"], 200);
        assert_eq!(report.body(), "welcome\r\n");
    }
}

#[test]
fn connect_gets_a_page_that_apache_has_for_those_who_show_a_certificate() {
    let scene = Scene::new();
    let httpd = Httpd::start(&scene, &scene.authority.server(KeyType::P256));
    let shown = scene.authority.client("a visitor", KeyType::P256);
    let cert = ["--cert", shown.cert(), "--key", shown.key()];
    for (version, kind) in [("1.2", "renegotiated"), ("1.3", "full")] {
        let get = ["--no-wallet", "--tls", version, "--get", "/private/"];
        let report = scene.connect(httpd.port, &[&get[..], &cert].concat());
        let report = report.succeeded();
        assert_eq!(report.only()["status"], 200, "{version}");
        assert_eq!(report.body(), WELCOME);
        assert_eq!(report.field("kind"), kind);

        // What is for everybody needs nothing of the kind.
        let get = ["--no-wallet", "--tls", version, "--get", "/"];
        let report = scene.connect(httpd.port, &get).succeeded();
        assert_eq!(report.only()["status"], 200);
        assert_eq!(report.field("kind"), "full");
    }
    // Who has no certificate says so. Apache gives up a connection of TLS 1.2 then.
    let get = ["--no-wallet", "--get", "/private/", "--tls"];
    let report = scene.connect(httpd.port, &[&get[..], &["1.3"]].concat());
    assert_eq!(report.succeeded().only()["status"], 403);
    let report = scene.connect(httpd.port, &[&get[..], &["1.2"]].concat());
    let said = report.exited(4).outcome.stderr;
    assert!(said.contains("handshake_failure"), "{said}");
}

fn curl(server: &Server, version: &str, shown: Option<&Identity>, more: &[&str]) -> Outcome {
    let mut command = program("curl");
    command
        .args(["-sS", "-w", "%{http_code}", "--cacert", &server.ca])
        .arg(format!("--tlsv{version}"))
        .args(["--tls-max", version])
        .args(more)
        .arg(server.url("/private"));
    if let Some(shown) = shown {
        command.args(["--cert", shown.cert(), "--key", shown.key()]);
    }
    run(&mut command, b"").succeeded()
}

#[test]
fn serve_asks_after_the_request_and_says_who_came() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let server = scene.serve(&["--client-ca", &ca, "--renegotiate", "server"]);
    let shown = scene.authority.client("a visitor", KeyType::P256);
    for version in ["1.2", "1.3"] {
        let get = ["--get", "/private", "--tls", version, "--no-wallet"];
        let report = scene.connect_to(&server, &get).succeeded();
        assert_eq!(report.only()["status"], 403);
        let cert = ["--cert", shown.cert(), "--key", shown.key()];
        let report = scene
            .connect_to(&server, &[&get[..], &cert].concat())
            .succeeded();
        assert_eq!(report.only()["status"], 200);
        assert!(report.body().contains("a visitor"), "{}", report.body());

        let http1 = ["--http1.1"];
        curl(&server, version, Some(&shown), &http1)
            .said("a visitor")
            .said("200");
        curl(&server, version, None, &http1).said("403");
        // RFC 9113 §9.2: under HTTP/2 nobody is asked.
        curl(&server, version, Some(&shown), &["--http2"]).said("403");
    }
    let request = b"GET /private HTTP/1.0\r\n\r\n";
    let mut s_client = s_client_command(&server, "-tls1_3");
    s_client.args(["-ign_eof", "-enable_pha"]);
    run(&mut s_client, request).said("403");
    s_client.args(["-cert", shown.cert(), "-key", shown.key()]);
    run(&mut s_client, request).said("a visitor");
    server.stop();
}

#[test]
fn serve_says_why_it_does_not_ask() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let shown = scene.authority.client("a visitor", KeyType::P256);
    let nobody = scene.serve_on("nobody", &["--renegotiate", "server"]);
    curl(&nobody, "1.3", Some(&shown), &["--http1.1"]).said("--client-ca");
    let never = scene.serve_on("never", &["--client-ca", &ca]);
    curl(&never, "1.2", Some(&shown), &["--http1.1"]).said("--renegotiate server");
    curl(&never, "1.3", Some(&shown), &["--http1.1"]).said("a visitor");
}
