//! External keys with programs we did not write.

use tessera_interop::openssl::{REQUEST, SServer};
use tessera_interop::peer::{program, tessera};
use tessera_interop::process::run;
use tessera_interop::{KeyType, Outcome, Page, Report, Scene, Server};

/// The key, in the digits that OpenSSL and GnuTLS take.
const KEY: &str = "5b2f9c8a1e4d7063a8b9c0d1e2f30415263748596a7b8c9dadbecfe0f1021324";
/// Another.
const OTHER: &str = "6c2f9c8a1e4d7063a8b9c0d1e2f30415263748596a7b8c9dadbecfe0f1021324";

/// A listener that knows its clients by a key and by nothing else.
fn serve(scene: &Scene, args: &[&str]) -> Server {
    let file = scene.write("psk", format!("{KEY}\n"));
    scene.serve(&[&["--psk-identity", "sensor-7", "--psk", &file], args].concat())
}

/// Ours, with this key and nobody to vouch for certificates.
fn connect(scene: &Scene, port: u16, key: &str, args: &[&str]) -> Report {
    let file = scene.write("client-psk", key);
    let mut command = tessera();
    command
        .args(["connect", &format!("localhost:{port}"), "--json"])
        .arg("--state")
        .arg(scene.path("client"))
        .args(["--psk-identity", "sensor-7", "--psk", &file])
        .args(args);
    Report::of(run(&mut command, b""))
}

fn s_client(server: &Server, identity: &str, key: &str) -> Outcome {
    let mut command = program("openssl");
    command
        .args(["s_client", "-tls1_3", "-ign_eof", "-nocommands"])
        .args(["-connect", &format!("127.0.0.1:{}", server.port)])
        .args(["-psk_identity", identity, "-psk", key]);
    run(&mut command, REQUEST)
}

#[test]
fn s_client_is_let_in_by_its_key() {
    let scene = Scene::new();
    let server = serve(&scene, &[]);
    let page = Page::find(&s_client(&server, "sensor-7", KEY).text());
    page.assert_full();
    assert_eq!(page.session("peer_identity"), "psk:sensor-7");
}

#[test]
fn s_client_learns_nothing_about_whose_keys_there_are() {
    // RFC 9846 §F.6.
    let scene = Scene::new();
    let server = serve(&scene, &[]);
    for (identity, key) in [("sensor-8", KEY), ("sensor-7", OTHER)] {
        s_client(&server, identity, key).said("decrypt error");
    }
}

#[test]
fn gnutls_cli_is_let_in_by_its_key() {
    let scene = Scene::new();
    let server = serve(&scene, &[]);
    let mut command = program("gnutls-cli");
    command
        .args(["--port", &server.port.to_string(), "--priority"])
        .arg("NORMAL:-VERS-ALL:+VERS-TLS1.3:+ECDHE-PSK:+DHE-PSK:+PSK")
        .args(["--pskusername", "sensor-7", "--pskkey", KEY, "localhost"]);
    let page = Page::find(&run(&mut command, REQUEST).text());
    page.assert_full();
    assert_eq!(page.session("peer_identity"), "psk:sensor-7");
}

#[test]
fn s_server_is_known_by_its_key_and_by_nothing_else() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let keys = ["-psk_identity", "sensor-7", "-psk", KEY];
    let server = SServer::start("-tls1_3", &identity, &keys);
    let twice = ["--get", "/", "--reconnect", "1", "--wait-ticket"];
    let report = connect(&scene, server.port, KEY, &twice).succeeded();
    let kinds = report.connections().iter().map(|one| &one["kind"]);
    assert_eq!(kinds.collect::<Vec<_>>(), ["full", "psk"]);
    for connection in report.connections() {
        assert_eq!(connection["peer"]["subject"], "psk:sensor-7");
    }
    // One that has a certificate only.
    let server = SServer::start("-tls1_3", &identity, &[]);
    connect(&scene, server.port, KEY, &["--no-wallet", "--get", "/"]).exited(4);
}

#[test]
fn a_key_made_for_sha_384_goes_with_suites_of_that_hash_at_openssl_too() {
    let scene = Scene::new();
    let session = session_of_sha384(&scene);
    let sha384 = ["--psk-hash", "sha384"];
    let server = serve(&scene, &sha384);
    let mut command = program("openssl");
    command
        .args(["s_client", "-tls1_3", "-ign_eof", "-nocommands"])
        .args(["-connect", &format!("127.0.0.1:{}", server.port)])
        .args(["-psk_identity", "sensor-7", "-psk_session", &session]);
    let page = Page::find(&run(&mut command, REQUEST).text());
    page.assert_full();
    assert_eq!(page.session("cipher_suite"), "TLS_AES_256_GCM_SHA384");
    assert_eq!(page.session("peer_identity"), "psk:sensor-7");
    // A key goes with one hash: whoever has it for the other has another key.
    s_client(&server, "sensor-7", KEY).said("decrypt error");

    let identity = scene.authority.server(KeyType::P256);
    let keys = ["-psk_identity", "sensor-7", "-psk_session", &session];
    let server = SServer::start("-tls1_3", &identity, &keys);
    let twice = ["--get", "/", "--reconnect", "1", "--wait-ticket"];
    let report = connect(&scene, server.port, KEY, &[&twice[..], &sha384].concat()).succeeded();
    let kinds = report.connections().iter().map(|one| &one["kind"]);
    assert_eq!(kinds.collect::<Vec<_>>(), ["full", "psk"]);
    for connection in report.connections() {
        assert_eq!(connection["peer"]["subject"], "psk:sensor-7");
        assert_eq!(connection["cipher_suite"], "TLS_AES_256_GCM_SHA384");
    }
    connect(&scene, server.port, KEY, &["--no-wallet", "--get", "/"]).exited(4);
}

/// OpenSSL's programs take the hash of a key from a session that has the key: `-psk` means SHA-256.
fn session_of_sha384(scene: &Scene) -> String {
    let fields = format!(
        "asn1 = SEQUENCE:session\n[session]\nstructure = INTEGER:1\nversion = INTEGER:0x0304\n\
         cipher = FORMAT:HEX,OCTETSTRING:1302\nsession_id = FORMAT:ASCII,OCTETSTRING:\n\
         key = FORMAT:HEX,OCTETSTRING:{KEY}\n"
    );
    let fields = scene.write("session.cnf", fields);
    let (der, pem) = (scene.text_path("psk.der"), scene.text_path("psk.pem"));
    let openssl = |args: &[&str]| run(program("openssl").args(args), b"").succeeded();
    openssl(&["asn1parse", "-genconf", &fields, "-noout", "-out", &der]);
    openssl(&["sess_id", "-inform", "DER", "-in", &der, "-out", &pem]);
    pem
}

#[test]
fn rule_20_a_key_that_is_bound_to_names_is_good_between_those() {
    let scene = Scene::new();
    let names = |client, server| ["--psk-client", client, "--psk-server", server];
    let server = serve(&scene, &names("sensor", "hub"));
    let get = |names: &[&str]| {
        let args = [&["--no-wallet", "--get", "/json"], names].concat();
        connect(&scene, server.port, KEY, &args)
    };
    get(&names("sensor", "hub")).succeeded();
    get(&names("hub", "sensor")).exited(4);
    get(&[]).exited(4);
}
