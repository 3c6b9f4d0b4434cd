//! Sessions in files, between `connect` and `s_client`: what one saved the other resumes, at a server of neither.

use tessera_interop::openssl::{SServer, s_client_to};
use tessera_interop::process::run;
use tessera_interop::{KeyType, Outcome, Report, Scene};

/// OpenSSL's flag of a version, ours, OpenSSL's flag for its suites, and three suites.
const VERSIONS: [(&str, &str, &str, [&str; 3]); 2] = [
    (
        "-tls1_2",
        "1.2",
        "-cipher",
        [
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
        ],
    ),
    (
        "-tls1_3",
        "1.3",
        "-ciphersuites",
        [
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
        ],
    ),
];

/// `s_server` of one version, with both clients set to one suite of it.
struct Table<'a> {
    scene: &'a Scene,
    server: SServer,
    version: (&'a str, &'a str),
    suite: (&'a str, &'a str),
}

impl Table<'_> {
    #[track_caller]
    fn s_client(&self, args: &[&str]) -> Outcome {
        let ca = self.scene.authority.path();
        let mut client = s_client_to(self.server.port, &ca, self.version.0);
        client.args(["-ign_eof", self.suite.0, self.suite.1]);
        run(client.args(args), b"GET / HTTP/1.0\r\n\r\n").succeeded()
    }

    /// On a state of its own, so that nothing but a file can bring a session.
    #[track_caller]
    fn connect(&self, state: &str, args: &[&str]) -> Report {
        let set = ["--tls", self.version.1, "--ciphers", self.suite.1];
        let args = [&["--get", "/"], &set[..], args].concat();
        let mut connect = self.scene.connect_command(state, self.server.port, &args);
        Report::of(run(&mut connect, b"")).succeeded()
    }
}

#[track_caller]
fn with_every_suite(more: &[&str], check: impl Fn(&Table<'_>, &str, &str)) {
    for (theirs, ours, flag, suites) in VERSIONS {
        let scene = Scene::new();
        let identity = scene.authority.server(KeyType::P256);
        for suite in suites {
            let table = Table {
                scene: &scene,
                server: SServer::start(theirs, &identity, more),
                version: (theirs, ours),
                suite: (flag, suite),
            };
            check(&table, &scene.text_path(&format!("{suite}.pem")), suite);
        }
    }
}

#[test]
fn what_connect_saved_s_client_resumes() {
    with_every_suite(&[], |table, file, suite| {
        let saved = table.connect("one", &["--session-out", file, "--expect", "full"]);
        saved.assert_full();
        let said = format!("Reused, TLSv{}, Cipher is {suite}", table.version.1);
        table.s_client(&["-sess_in", file]).said(&said);
    });
}

#[test]
fn what_s_client_saved_connect_resumes() {
    with_every_suite(&[], |table, file, _| {
        table.s_client(&["-sess_out", file]).said("New, TLSv1");
        table.connect("two", &["--session-in", file, "--expect", "resumed"]);
    });
}

#[test]
fn so_do_sessions_of_tls_1_2_without_a_ticket() {
    with_every_suite(&["-no_ticket"], |table, file, _| {
        if table.version.1 == "1.2" {
            let saved = table.connect("one", &["--session-out", file, "--expect", "full"]);
            saved.assert_full();
            table.s_client(&["-sess_in", file]).said("Reused, TLSv1.2");
            table.s_client(&["-sess_out", file]).said("New, TLSv1.2");
            let resumed = table.connect("two", &["--session-in", file, "--expect", "resumed"]);
            assert_eq!(resumed.field("kind"), "session_id");
        }
    });
}
