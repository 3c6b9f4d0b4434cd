//! Twice TLS on one TCP connection, the second time resumed: what TLS 1.3 offers in the place of a
//! renegotiation. The TLS at the other end is Python's.

use serde_json::{Value, json};
use tessera_interop::peer::{program, script};
use tessera_interop::process::run;
use tessera_interop::scripted::{Peer, lines};
use tessera_interop::{KeyType, Report, Scene};

const VERSIONS: [(&str, &str); 2] = [("TLSv1_2", "1.2"), ("TLSv1_3", "1.3")];

fn peer(scene: &Scene, version: &str, ending: &str) -> Peer {
    let identity = scene.authority.server(KeyType::P256);
    let options = json!({"version": version, "ending": ending});
    Peer::start("python3", "restart_server.py", &identity, options)
}

fn again(scene: &Scene, port: u16, version: &str) -> Report {
    let args = ["--starttls", "smtp", "--starttls-again", "--tls", version];
    let mut command = scene.connect_command("client", port, &args);
    Report::of(run(command.args(["--expect", "resumed"]), b"hello\n"))
}

#[test]
fn connect_closes_tls_and_resumes_on_the_same_transport() {
    let scene = Scene::new();
    for (python, version) in VERSIONS {
        let server = peer(&scene, python, "close_notify");
        let report = again(&scene, server.port, version).succeeded();
        let [first, second] = report.connections() else {
            panic!("two connections in {}", report.outcome)
        };
        assert_eq!(
            (&first["kind"], &first["resumed"]),
            (&json!("full"), &json!(false))
        );
        assert_eq!(second["resumed"], true);
        assert_eq!(first["session"]["lineage"], second["session"]["lineage"]);
        assert_ne!(first["keys_fingerprint"], second["keys_fingerprint"]);
        assert_eq!(second["body"], "HELLO\n");
        let reused = [0, 1].map(|n| server.connection(n)["reused"].clone());
        assert_eq!(reused, [json!(false), json!(true)]);
    }
}

#[test]
fn a_server_that_just_hangs_up_has_not_closed_tls() {
    let scene = Scene::new();
    for (python, version) in VERSIONS {
        let server = peer(&scene, python, "truncate");
        let report = again(&scene, server.port, version).exited(1);
        let said = &report.outcome.stderr;
        assert!(said.contains("close_notify"), "{said}");
    }
}

#[test]
fn serve_lets_python_close_tls_and_resume_on_the_same_transport() {
    let scene = Scene::new();
    let server = scene.serve(&["--starttls", "smtp", "--echo"]);
    for (python, _) in VERSIONS {
        let options = json!({"port": server.port, "ca": server.ca, "version": python});
        let mut client = program("python3");
        client
            .arg(script("restart_client.py"))
            .arg(options.to_string());
        let reports = lines(&run(&mut client, b"").succeeded());
        let field = |name: &str| {
            reports
                .iter()
                .map(|line| line[name].clone())
                .collect::<Vec<Value>>()
        };
        assert_eq!(field("reused"), [json!(false), json!(true)]);
        assert_eq!(field("echoed"), [json!("hello 0\n"), json!("hello 1\n")]);
    }
    server.stop();
}

#[test]
fn serve_keeps_what_comes_in_one_piece_with_close_notify() {
    let scene = Scene::new();
    let server = scene.serve(&["--starttls", "smtp", "--echo"]);
    for (python, _) in VERSIONS {
        let options = json!({"port": server.port, "ca": server.ca, "version": python});
        let mut client = program("python3");
        client
            .arg(script("hurried_client.py"))
            .arg(options.to_string());
        let reports = lines(&run(&mut client, b"").succeeded());
        let reused: Vec<_> = reports.iter().map(|line| line["reused"].clone()).collect();
        assert_eq!(reused, [json!(false), json!(true)], "{python}");
        assert_eq!(reports[1]["echoed"], "hello 1\n");
    }
    server.stop();
}

#[test]
fn connect_does_not_begin_tls_behind_words_it_was_not_told_to_expect() {
    let scene = Scene::new();
    for (python, version) in VERSIONS {
        let identity = scene.authority.server(KeyType::P256);
        let options = json!({"version": python, "ending": "speaks"});
        let server = Peer::start("python3", "restart_server.py", &identity, options);
        let args = ["--starttls-again", "--tls", version];
        let mut command = scene.connect_command("client", server.port, &args);
        let report = Report::of(run(&mut command, b"hello\n")).exited(4);
        let said = &report.outcome.stderr;
        // Whether they come with close_notify or a moment later is TCP's business.
        let refused = ["in the clear", "not TLS"];
        assert!(refused.iter().any(|why| said.contains(why)), "{said}");
    }
}
