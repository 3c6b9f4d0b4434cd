//! Sessions, tickets and early data between BoringSSL's program and ours, at a server of either.

use tessera_boringssl::{BsslServer, REQUEST, VERSIONS, client, client_command};
use tessera_interop::{KeyType, Outcome, Page, Report, Running, Scene, Server};

/// BoringSSL's client gets the page of our server.
#[track_caller]
fn visit(server: &Server, version: &str, args: &[&str]) -> Outcome {
    client(server.port, &server.ca, version, args, REQUEST)
}

/// The page in what its client printed.
#[track_caller]
fn page(outcome: &Outcome) -> Page {
    Page::find(&outcome.text())
}

/// Our client of this version, which trusts this authority.
#[track_caller]
fn connect(scene: &Scene, port: u16, (version, ca): (&str, &str), args: &[&str]) -> Report {
    let tls = version.trim_start_matches("tls");
    let args = [&["--tls", tls, "--ca-file", ca], args].concat();
    scene.connect(port, &args).succeeded()
}

/// The same to BoringSSL's server, which has something to say.
#[track_caller]
fn call(scene: &Scene, server: &mut BsslServer, versed: (&str, &str), args: &[&str]) -> Report {
    server.will_say("welcome\n");
    let args = [&["--wait-ticket"], args].concat();
    connect(scene, server.port, versed, &args)
}

/// A session file of BoringSSL's goes into our wallet.
#[track_caller]
fn import(scene: &Scene, file: &str, port: u16, (version, ca): (&str, &str)) {
    let (host, tls) = (
        format!("localhost:{port}"),
        version.trim_start_matches("tls"),
    );
    let format = ["--format", "boringssl", "--trust"];
    let args = [
        "import",
        file,
        "--for",
        &host,
        "--ca-file",
        ca,
        "--tls",
        tls,
    ];
    scene
        .session("client", &[&args[..], &format].concat())
        .succeeded();
}

#[test]
fn what_boringssl_saved_it_resumes_at_our_server() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    let file = scene.text_path("session.pem");
    for (version, _) in VERSIONS {
        let first = visit(&server, version, &["-session-out", &file]).said("Resumed session: no");
        let second = visit(&server, version, &["-session-in", &file]).said("Resumed session: yes");
        let (first, second) = (page(&first), page(&second));
        assert_eq!(
            second.session("lineage"),
            first.session("lineage"),
            "{second}"
        );
        assert_eq!(second.0["session"]["resumed"], true, "{second}");
    }
}

#[test]
fn what_boringssl_saved_we_resume_at_our_server() {
    for (version, named) in VERSIONS {
        let scene = Scene::new();
        let server = scene.serve(&[]);
        let file = scene.text_path("session.pem");
        let first = page(&visit(&server, version, &["-session-out", &file]));
        first.assert_full_in(named);
        import(&scene, &file, server.port, (version, &server.ca));
        let args = ["--get", "/json", "--expect", "resumed"];
        let second = connect(&scene, server.port, (version, &server.ca), &args);
        let second = Page::find(&second.body());
        assert_eq!(second.session("version"), named);
        assert_eq!(
            second.session("lineage"),
            first.session("lineage"),
            "{second}"
        );
    }
}

#[test]
fn what_boringssl_saved_we_resume_at_its_server() {
    for (version, named) in VERSIONS {
        let scene = Scene::new();
        let identity = scene.authority.server(KeyType::P256);
        let (mut server, ca) = (
            BsslServer::start(version, &identity, &[]),
            scene.authority.path(),
        );
        let file = scene.text_path("session.pem");
        server.will_say("welcome\n");
        let mut client = client_command(server.port, &ca, version, &["-session-out", &file]);
        let mut client = Running::start(&mut client);
        client.output_has(b"welcome");
        client.close_input();
        client.wait().succeeded().said("Resumed session: no");

        import(&scene, &file, server.port, (version, &ca));
        let resumed = call(
            &scene,
            &mut server,
            (version, &ca),
            &["--expect", "resumed"],
        );
        assert_eq!(resumed.field("version"), named);
        server.running.line_with("Resumed session: yes");
    }
}

#[test]
fn we_resume_with_the_tickets_of_its_server() {
    for (version, named) in VERSIONS {
        let scene = Scene::new();
        let identity = scene.authority.server(KeyType::P256);
        let (mut server, ca) = (
            BsslServer::start(version, &identity, &[]),
            scene.authority.path(),
        );
        let first = call(&scene, &mut server, (version, &ca), &["--expect", "full"]);
        assert_eq!(first.field("version"), named);
        for _ in 0..3 {
            call(
                &scene,
                &mut server,
                (version, &ca),
                &["--expect", "resumed"],
            );
        }
        // It saw three, too.
        server.running.line_after(2, "Resumed session: yes");
    }
}

#[test]
fn its_client_sends_early_data_to_us() {
    let scene = Scene::new();
    let server = scene.serve(&["--early-data", "16384"]);
    let file = scene.text_path("session.pem");
    let request = format!("@{}", scene.write("request", REQUEST));
    visit(&server, "tls1.3", &["-session-out", &file]).said("Early data: no");
    let early = ["-session-in", &file, "-early-data", &request];
    // Nothing but the early data asks for the page.
    let outcome = client(server.port, &server.ca, "tls1.3", &early, "");
    let page = page(&outcome.said("Early data: yes"));
    assert_eq!(page.session("kind"), "psk", "{page}");
}

#[test]
fn we_send_early_data_to_its_server() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let mut server = BsslServer::start("tls1.3", &identity, &["-early-data"]);
    let (file, ca) = (
        scene.write("line", "an early line\n"),
        scene.authority.path(),
    );
    call(&scene, &mut server, ("tls1.3", &ca), &["--expect", "full"]);
    let early = ["--early-data", &file, "--expect", "resumed"];
    let report = call(&scene, &mut server, ("tls1.3", &ca), &early);
    assert_eq!(report.field("early_data"), "accepted");
    server.running.line_with("Early data: yes");
    server.running.line_with("an early line");
}
