//! Which certificate `serve` and `connect` show to whom, and what is stapled to it.

use rustix::process::Signal;
use tessera_interop::openssl::{SServer, s_client_command};
use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::{Identity, KeyType, Report, Scene, Server};

const REQUEST: &[u8] = b"GET / HTTP/1.0\r\n\r\n";

/// The subject of the certificate a client of this name gets to see; `None`: it names nobody.
fn shown(server: &Server, version: &str, name: Option<&str>) -> String {
    let mut command = program("openssl");
    command
        .args(["s_client", version, "-ign_eof", "-CAfile", &server.ca])
        .args(["-connect", &format!("127.0.0.1:{}", server.port)]);
    match name {
        Some(name) => command.args(["-servername", name]),
        None => command.arg("-noservername"),
    };
    let printed = run(&mut command, REQUEST).succeeded().text();
    let subject = printed
        .lines()
        .find_map(|line| line.strip_prefix("subject="));
    subject.unwrap_or_default().replace("CN = ", "")
}

#[test]
fn the_name_a_client_asks_for_chooses_among_several_certificates() {
    let scene = Scene::new();
    let pairs: Vec<Identity> = ["first.test", "second.test", "*.third.test"]
        .map(|name| scene.authority.server_called(name))
        .into();
    let args: Vec<_> = pairs
        .iter()
        .flat_map(|pair| ["--cert", pair.cert(), "--key", pair.key()])
        .collect();
    let server = scene.serve(&args);
    for version in ["-tls1_3", "-tls1_2"] {
        let shown = |name| shown(&server, version, name);
        assert_eq!(shown(Some("second.test")), "second.test");
        assert_eq!(shown(Some("SECOND.test")), "second.test");
        assert_eq!(shown(Some("www.third.test")), "*.third.test");
        assert_eq!(shown(Some("first.test")), "first.test");
        assert_eq!(shown(Some("elsewhere.test")), "first.test");
        assert_eq!(shown(Some("third.test")), "first.test");
        assert_eq!(shown(None), "first.test");
    }
    server.stop();
}

#[test]
fn a_certificate_of_another_key_and_algorithm_costs_no_session_when_it_is_taken_up() {
    const CLIENTS: usize = 4;
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let renewed = scene.authority.server(KeyType::Rsa2048);
    let visits = [("1.2", "sealed"), ("1.3", "sealed"), ("1.3", "stored")];
    for (number, (version, kind)) in visits.into_iter().enumerate() {
        // Where the server reads them, so that they can be replaced.
        let [cert, key] = ["cert", "key"].map(|name| scene.text_path(&format!("{name}-{number}")));
        let put = |identity: &Identity| {
            std::fs::copy(identity.cert(), &cert).expect("a certificate");
            std::fs::copy(identity.key(), &key).expect("a key");
        };
        put(&identity);
        let files = ["--cert", &cert, "--key", &key, "--ticket-kind", kind];
        let server = scene.serve_on(&format!("server-{number}"), &files);
        let visit = |client: usize, expected: &str| {
            let state = format!("client-{number}-{client}");
            let args = ["--get", "/", "--tls", version, "--expect", expected];
            let mut command = scene.connect_command(&state, server.port, &args);
            let report = Report::of(run(&mut command, b"")).succeeded();
            report.connections()[0]["peer"]["chain"][0].clone()
        };
        let before = visit(0, "full");
        (1..CLIENTS).for_each(|client| drop(visit(client, "full")));
        put(&renewed);
        server.running.signal(Signal::HUP);
        server.running.line_with("certificates reloaded");
        for client in 0..CLIENTS {
            // Once with what the old certificate vouched for, once with what came of that.
            assert_eq!(visit(client, "resumed"), before, "who was authenticated");
            visit(client, "resumed");
        }
        assert_ne!(visit(CLIENTS, "full"), before);
        server.stop();
    }
}

#[test]
fn a_session_of_one_name_does_not_resume_at_another() {
    let scene = Scene::new();
    let (one, two) = ("first.test", "second.test");
    let pairs = [one, two].map(|name| scene.authority.server_called(name));
    let args: Vec<_> = pairs
        .iter()
        .flat_map(|pair| ["--cert", pair.cert(), "--key", pair.key()])
        .collect();
    let server = scene.serve(&args);
    let saved = scene.text_path("session.pem");
    let visit = |name: &str, more: [&str; 2]| {
        let mut command = program("openssl");
        command
            .args(["s_client", "-tls1_3", "-ign_eof", "-servername", name])
            .args(["-CAfile", &server.ca, "-connect"])
            .arg(format!("127.0.0.1:{}", server.port))
            .args(more);
        run(&mut command, REQUEST).succeeded().text()
    };
    assert!(visit(one, ["-sess_out", &saved]).contains("\nNew, TLSv1.3"));
    assert!(visit(two, ["-sess_in", &saved]).contains("\nNew, TLSv1.3"));
    assert!(visit(one, ["-sess_in", &saved]).contains("\nReused, TLSv1.3"));
}

#[test]
fn clients_are_told_whose_certificates_are_good() {
    let scene = Scene::new();
    let ca = scene.authority.path();
    let server = scene.serve(&["--client-auth", "request", "--client-ca", &ca]);
    for version in ["-tls1_3", "-tls1_2"] {
        let mut s_client = s_client_command(&server, version);
        let got = run(s_client.arg("-ign_eof"), REQUEST).succeeded();
        let named = "Acceptable client certificate CA names\nCN = test authority of";
        assert!(got.text().contains(named), "{got}");
    }
}

#[test]
fn a_client_of_several_certificates_shows_the_one_s_server_asks_for() {
    let (one, two) = (Scene::new(), Scene::new());
    let ours = [
        one.authority.client("rsa of one", KeyType::Rsa2048),
        one.authority.client("ecdsa of one", KeyType::P256),
        two.authority.client("rsa of two", KeyType::Rsa2048),
    ];
    let pairs: Vec<_> = ours
        .iter()
        .flat_map(|pair| ["--cert", pair.cert(), "--key", pair.key()])
        .collect();
    let identity = one.authority.server(KeyType::P256);
    let (rsa, ecdsa) = ("RSA-PSS+SHA256", "ECDSA+SHA256");
    for version in ["-tls1_3", "-tls1_2"] {
        for (authority, schemes, wanted) in [
            (&one.authority, rsa, "rsa of one"),
            (&one.authority, ecdsa, "ecdsa of one"),
            (&two.authority, rsa, "rsa of two"),
        ] {
            let ca = authority.path();
            let demand = ["-Verify", "1", "-verify_return_error", "-CAfile", &ca];
            let demand = [&demand[..], &["-client_sigalgs", schemes]].concat();
            let server = SServer::start(version, &identity, &demand);
            let get = ["--get", "/", "--no-wallet"];
            one.connect(server.port, &[&get[..], &pairs].concat())
                .succeeded();
            server.running.line_with(wanted);
        }
    }
}

#[test]
fn an_ocsp_response_is_stapled_for_those_who_ask() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let staple = scene.authority.ocsp_response(&identity);
    // curl looks for the issuer in what the server sends.
    let chain = [identity.cert.clone(), scene.authority.file()]
        .map(|file| std::fs::read_to_string(file).expect("a certificate"));
    let chain = scene.write("chain.pem", chain.concat());
    let pair = ["--cert", &chain, "--key", identity.key()];
    let server = scene.serve(&[&pair[..], &["--ocsp", &staple]].concat());
    let bare = scene.serve_on("bare", &pair);
    for (version, number) in [("-tls1_3", "1.3"), ("-tls1_2", "1.2")] {
        let mut s_client = s_client_command(&server, version);
        let got = run(s_client.args(["-status", "-ign_eof"]), REQUEST).succeeded();
        let printed = got.text();
        assert!(
            printed.contains("OCSP Response Status: successful (0x0)"),
            "{got}"
        );
        assert!(printed.contains("Cert Status: good"), "{got}");
        // curl does not only print it, it checks that the authority has signed it.
        let curl = |server: &Server| {
            let mut curl = program("curl");
            curl.args(["-sS", "--cert-status", "--tls-max", number, "--cacert"])
                .args([&server.ca, &server.url("/json")]);
            run(&mut curl, b"")
        };
        curl(&server).succeeded();
        // 91: there is no good status.
        curl(&bare).exited(91);
    }
}

#[test]
fn connect_reads_what_is_stapled_and_refuses_what_is_not_good() {
    // RFC 6066 §8 (5).
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let good = scene.authority.ocsp_response(&identity);
    let revoked = scene.authority.ocsp_revocation(&identity);
    let garbage = scene.write("garbage.der", b"no response");
    let get = ["--get", "/"];
    for number in ["1.2", "1.3"] {
        let serve = |staple: &str| {
            let version = format!("-tls{}", number.replace('.', "_"));
            SServer::start(&version, &identity, &["-status_file", staple])
        };
        let server = serve(&good);
        scene.connect(server.port, &get).succeeded();

        let server = serve(&revoked);
        let report = scene.connect(server.port, &get).exited(5);
        report
            .outcome
            .said("the certificate was revoked at 2025-01-01");
        server.running.line_with("bad certificate status response");
        let unverified = [&get[..], &["--insecure"]].concat();
        scene.connect(server.port, &unverified).succeeded();
    }
    // s_server staples what it can read, and ours what it is given.
    let pair = ["--cert", identity.cert(), "--key", identity.key()];
    for (staple, code) in [(&good, 0), (&revoked, 5), (&garbage, 5)] {
        let server = scene.serve(&[&pair[..], &["--ocsp", staple]].concat());
        scene.connect(server.port, &get).exited(code);
    }
}
