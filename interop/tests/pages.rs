//! The built-in pages, visited with programs of others.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use tessera_interop::openssl::s_client_command;
use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::{Outcome, Page, Running, Scene, Server};

fn curl(server: &Server, args: &[&str]) -> Outcome {
    let mut command = program("curl");
    command
        .args(["-sS", "--noproxy", "*", "--cacert", &server.ca])
        .args(args);
    run(&mut command, b"").succeeded()
}

#[test]
fn a_web_session_is_neither_the_connection_nor_the_tls_session() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let jar = scene.text_path("cookies");
    let (json, sign_in, sign_out) = (
        server.url("/json"),
        server.url("/sign-in"),
        server.url("/sign-out"),
    );
    for version in ["--http1.1", "--http2"] {
        let visit = |args: &[&str]| {
            let kept = [version, "--cookie-jar", &jar, "--cookie", &jar];
            curl(&server, &[&kept[..], args].concat()).text()
        };
        let web_session = || Page::find(&visit(&[&json])).0["web_session"].clone();
        assert!(web_session().is_null());
        let signed_in = visit(&["--request", "POST", &sign_in]);
        assert!(
            signed_in.contains("\"tessera.web-session/1\""),
            "{signed_in}"
        );
        // Each visit is a connection of its own; the login is the same on all of them.
        let (first, second) = (web_session(), web_session());
        assert_eq!(first["id"], second["id"]);
        let id = first["id"].as_str().expect("a name");
        let cookies = std::fs::read_to_string(&jar).expect("the cookies");
        assert!(cookies.contains("__Host-tessera") && !cookies.contains(id));
        visit(&["--request", "POST", &sign_out]);
        assert!(web_session().is_null());
    }
}

#[test]
fn what_is_posted_comes_back_and_what_makes_no_sense_is_refused() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let sent = "0123456789abcdef".repeat(1 << 15);
    let file = scene.write("sent", &sent);
    for version in ["--http1.1", "--http2"] {
        let back = curl(
            &server,
            &[
                version,
                "--data-binary",
                &format!("@{file}"),
                &server.url("/echo"),
            ],
        );
        assert!(back.text() == sent, "{} bytes came back", back.text().len());
        let many = curl(&server, &[version, &server.url("/bytes/300000")]);
        assert_eq!(many.text().len(), 300_000);
        let status = |args: &[&str]| {
            let code = [version, "-o", "/dev/null", "-w", "%{http_code}"];
            curl(&server, &[&code[..], args].concat()).text()
        };
        assert_eq!(status(&[&server.url("/nothing")]), "404");
        assert_eq!(status(&[&server.url("/echo")]), "405");
        assert_eq!(status(&["--request", "POST", &server.url("/json")]), "405");
        assert_eq!(status(&[&server.url("/bytes/some")]), "400");
    }
}

/// Carries one connection to the server, and gives the types and lengths of the records it sent.
fn records_of(server: &Server) -> (u16, thread::JoinHandle<Vec<(u8, usize)>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    let port = listener.local_addr().expect("its address").port();
    let behind = server.port;
    let carried = thread::spawn(move || {
        let (client, _) = listener.accept().expect("a client");
        let server = TcpStream::connect(("127.0.0.1", behind)).expect("the server");
        let (mut from, mut to) = (
            client.try_clone().expect("a socket"),
            server.try_clone().expect("a socket"),
        );
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
        let (mut server, mut client) = (server, client);
        let mut seen = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = server.read(&mut piece) {
            seen.extend_from_slice(&piece[..count]);
            if client.write_all(&piece[..count]).is_err() {
                break;
            }
        }
        records(&seen)
    });
    (port, carried)
}

fn records(mut bytes: &[u8]) -> Vec<(u8, usize)> {
    let mut found = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        found.push((*kind, length));
        bytes = rest.get(length..).unwrap_or_default();
    }
    found
}

#[test]
fn an_answer_in_http_1_0_comes_in_one_record_and_then_close_notify() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    // In TLS 1.2 the outside of a record says what is in it.
    for (request, pages) in [
        ("GET /bytes/10000 HTTP/1.0\r\n\r\n", 1),
        ("GET /bytes/10000 HTTP/1.0\n\n", 1),
        ("GET /json HTTP/1.0\nHost: localhost\n\n", 1),
        ("GET /bytes/20000 HTTP/1.0\r\n\r\n", 2),
    ] {
        let (port, carried) = records_of(&server);
        let mut s_client = program("openssl");
        s_client
            .args(["s_client", "-tls1_2", "-quiet", "-ign_eof", "-CAfile"])
            .args([&server.ca, "-connect", &format!("127.0.0.1:{port}")]);
        let got = run(&mut s_client, request.as_bytes()).succeeded();
        assert!(got.text().starts_with("HTTP/1.0 200 OK\r\n"), "{got}");
        let records = carried.join().expect("the relay");
        let data: Vec<_> = records.iter().filter(|(kind, _)| *kind == 23).collect();
        assert_eq!(data.len(), pages, "{request:?}: {records:?}");
        assert_eq!(
            records.last().map(|(kind, _)| *kind),
            Some(21),
            "{records:?}"
        );
    }
}

#[test]
fn a_server_that_is_told_to_stop_finishes_what_is_under_way() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let mut command = program("curl");
    command
        .args(["-sS", "-N", "--limit-rate", "20M", "--cacert", &server.ca])
        .arg(server.url("/bytes/12000000"));
    let download = Running::start(&mut command);
    download.output_reaches(1);
    server.stop();
    let got = download.wait().succeeded();
    assert_eq!(got.text().len(), 12_000_000);
}

#[test]
fn an_idle_connection_is_closed_with_close_notify_and_its_session_stays() {
    let scene = Scene::new();
    let server = scene.serve(&["--idle-timeout", "500ms"]);
    let args = ["--ca-file", &server.ca];
    let mut command = scene.connect_command("client", server.port, &args);
    // Nobody says anything, and nobody closes our end's standard input.
    let idle = Running::start(&mut command);
    let report = tessera_interop::Report::of(idle.wait()).succeeded();
    report.assert_full();
    let again = [
        "--ca-file",
        &server.ca,
        "--get",
        "/json",
        "--expect",
        "resumed",
    ];
    scene.connect(server.port, &again).succeeded();
}

/// The server's end of HTTP/2, as bytes: what it says of itself before anybody asks.
#[test]
fn a_connection_of_http_2_has_a_hundred_and_twenty_eight_streams_at_once() {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    /// SETTINGS_MAX_CONCURRENT_STREAMS, RFC 9113 §6.5.2.
    const STREAMS: &[u8] = &[0, 3, 0, 0, 0, 128];
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let mut client = Running::start(
        s_client_command(&server, "-tls1_3").args(["-alpn", "h2", "-quiet", "-ign_eof"]),
    );
    client.send(PREFACE);
    client.output_has(STREAMS);
}

#[test]
fn a_head_that_never_ends_ends_the_connection() {
    let scene = Scene::new();
    let server = scene.serve(&["--idle-timeout", "1h"]);
    let mut client =
        Running::start(s_client_command(&server, "-tls1_3").args(["-quiet", "-ign_eof"]));
    client.send(b"GET / HTTP/1.1\r\n");
    // Always in time for whoever counts only the silence.
    while client.so_far().code.is_none() {
        client.send(b"X-More: and more\r\n");
        thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn r14_a_request_for_the_host_of_another_scope_is_misdirected() {
    // RFC 9110 §7.4, §15.5.20.
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let (by_name, port) = (server.url("/json"), server.port);
    let by_address = by_name.replace("localhost", "127.0.0.1");
    let elsewhere = by_name.replace("localhost", "elsewhere.localhost");
    let status = |args: &[&str]| {
        let code = ["-o", "/dev/null", "-w", "%{http_code}"];
        curl(&server, &[&code[..], args].concat()).text()
    };
    let resolve = format!("elsewhere.localhost:{port}:127.0.0.1");
    for version in ["--http1.1", "--http2"] {
        // HTTP/1.1 says it in Host, HTTP/2 in :authority.
        for (url, host, expected) in [
            (&by_name, "localhost", "200"),
            (&by_name, "LOCALHOST.:1", "200"),
            (&by_name, "elsewhere.localhost", "421"),
            (&by_name, "elsewhere.example", "421"),
            (&by_name, "192.0.2.1", "421"),
            (&by_name, "user@localhost", "400"),
            // One side without a name: the certificate shown is for these.
            (&by_name, "127.0.0.1", "200"),
            (&by_address, "127.0.0.1", "200"),
            (&by_address, "elsewhere.localhost", "200"),
            (&by_address, "elsewhere.example", "421"),
        ] {
            let said = status(&[version, "-H", &format!("Host: {host}"), url]);
            assert_eq!(said, expected, "{version} {host} at {url}");
        }
        // What is misdirected here is answered on a connection of its own. (To curl, a wildcard below a
        // top-level domain is none.)
        let own = status(&[version, "-k", "--resolve", &resolve, &elsewhere]);
        assert_eq!(own, "200", "{version}");
    }
    // A target that names its host counts, whatever the header says: RFC 9112 §3.2.2.
    for (target, host, expected) in [
        ("elsewhere.localhost", "localhost", "421"),
        ("localhost", "elsewhere.localhost", "200"),
    ] {
        let target = format!("https://{target}:{port}/json");
        let header = format!("Host: {host}");
        let whole = ["--http1.1", "--request-target", &target, "-H", &header];
        assert_eq!(status(&[&whole[..], &[&by_name]].concat()), expected);
    }
    let files = scene.serve_on("files", &["--dir", scene.dir().to_str().expect("UTF-8")]);
    let misdirected = ["-H", "Host: elsewhere.localhost", "-w", "%{http_code}"];
    let text = curl(&files, &[&misdirected[..], &[&files.url("/")]].concat()).text();
    assert!(
        text.contains("made for localhost") && text.ends_with("421"),
        "{text}"
    );
}

#[test]
fn r14_a_request_that_names_two_hosts_is_refused() {
    // RFC 9112 §3.2.
    let scene = Scene::new();
    let server = scene.serve(&[]);
    for (hosts, expected) in [
        ("", "200 OK"),
        ("Host: localhost\r\n", "200 OK"),
        ("Host: elsewhere.localhost\r\n", "421 Misdirected"),
        ("Host: localhost\r\nHost: localhost\r\n", "400 Bad"),
    ] {
        let mut s_client = program("openssl");
        s_client
            .args(["s_client", "-quiet", "-servername", "localhost", "-CAfile"])
            .args([
                &server.ca,
                "-connect",
                &format!("127.0.0.1:{}", server.port),
            ]);
        let request = format!("GET /json HTTP/1.0\r\n{hosts}\r\n");
        let got = run(&mut s_client, request.as_bytes()).text();
        let status = format!("HTTP/1.0 {expected}");
        assert!(got.starts_with(&status), "{hosts:?}: {got}");
    }
}
