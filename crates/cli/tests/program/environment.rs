//! What the program takes from its surroundings: addresses, keys, times, environment variables.

use crate::started::{Server, code, json, run, tessera};
use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

const GET: [&str; 2] = ["--get", "/json"];

fn time(value: &Value) -> SystemTime {
    humantime::parse_rfc3339(value.as_str().expect("a time")).expect("RFC 3339")
}

#[test]
fn an_address_can_be_given_for_a_name() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let (address, ca) = (server.address(), server.ca());
    let port = address.rsplit(':').next().expect("a port");
    let somewhere = format!("somewhere.test:{port}");
    let resolved = format!("{somewhere}:127.0.0.1");
    let connect = |args: &[&str]| {
        let common = ["connect", "--no-wallet", "--ca-file", &ca, "--json"];
        run(&[&common[..], &GET, args].concat())
    };
    let found = connect(&[&somewhere, "--resolve", &resolved, "--sni", "localhost"]);
    assert_eq!(code(&found), 0, "{found:?}");
    // It is the name that counts, not the address.
    let other = connect(&[&somewhere, "--resolve", &resolved]);
    assert_eq!(code(&other), 5, "{other:?}");
    let by_address = connect(&[&format!("127.0.0.1:{port}"), "-4"]);
    assert_eq!(code(&by_address), 0, "{by_address:?}");
    let other_family = connect(&[&format!("127.0.0.1:{port}"), "-6"]);
    assert_eq!(code(&other_family), 3, "{other_family:?}");
}

#[test]
fn the_store_s_key_may_be_a_credential_of_the_service_manager() {
    let dir = tempfile::tempdir().expect("a directory");
    let (credentials, wallet) = (dir.path().join("credentials"), dir.path().join("c"));
    fs::create_dir(&credentials).expect("a directory");
    let key = credentials.join("store.key");
    fs::write(&key, [7; 32]).expect("a key");
    fs::set_permissions(&key, Permissions::from_mode(0o400)).expect("a mode");
    let server = Server::start(&dir.path().join("s"), &[]);
    let connect = |credentials: Option<&std::path::Path>, args: &[&str]| {
        let mut command = server.connecting(&wallet, &[&GET[..], args].concat());
        if let Some(credentials) = credentials {
            command.env("CREDENTIALS_DIRECTORY", credentials);
        }
        command.output().expect("the program starts")
    };
    assert_eq!(code(&connect(Some(&credentials), &[])), 0);
    assert_eq!(
        code(&connect(Some(&credentials), &["--expect", "resumed"])),
        0
    );
    assert!(!wallet.join("store.key").exists());
    // Without it the wallet does not open, and the file is left alone.
    assert_eq!(code(&connect(None, &[])), 8);
    assert_eq!(
        code(&connect(Some(&credentials), &["--expect", "resumed"])),
        0
    );
}

#[test]
fn traffic_secrets_go_to_a_file_only_where_that_is_said() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let log = dir.path().join("keys.log");
    let mut command = server.connecting(&dir.path().join("c"), &GET);
    let output = command.env("SSLKEYLOGFILE", &log).output();
    let said = output.expect("the program starts").stderr;
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.contains("warning: ") && said.contains("keys.log"),
        "{said}"
    );
    let log = fs::read_to_string(&log).expect("a log");
    assert!(log.contains("CLIENT_TRAFFIC_SECRET_0 "), "{log}");

    let mut command = tessera();
    command.args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--keylog",
        "/nowhere/log",
    ]);
    let output = command.arg("--state").arg(dir.path().join("s")).output();
    assert_eq!(code(&output.expect("the program starts")), 1);
}

#[test]
fn a_secret_of_two_programs_may_be_a_group_s_and_that_everybody_may_read_it_is_said() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = |name: &str, content: &[u8], mode| {
        let path = dir.path().join(name);
        fs::write(&path, content).expect("written");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
        path.to_str().expect("UTF-8").to_owned()
    };
    let server = Server::start(&dir.path().join("s"), &["--ticket-kind", "stored"]);
    let (wallet, keys) = (dir.path().join("c"), dir.path().join("k"));
    let said = |mode| {
        let psk = file("psk", &[7; 32], mode);
        let with_key = ["--psk-identity", "i", "--psk", &psk];
        let connected = server.connect(&wallet, &[&GET[..], &with_key].concat());
        let nginx = file("nginx.key", &[7; 48], mode);
        let keys = ["--state", keys.to_str().expect("UTF-8")];
        let import = ["keys", "import", &nginx, "--dialect", "nginx"];
        let imported = run(&[&import[..], &keys].concat());
        [connected, imported].map(|output| {
            assert_eq!(code(&output), 0, "{output:?}");
            String::from_utf8_lossy(&output.stderr).contains("lets others in")
        })
    };
    assert_eq!(said(0o640), [false; 2]);
    assert_eq!(said(0o644), [true; 2]);

    let short = file("short", b"abcd", 0o600);
    let output = server.connect(&wallet, &["--psk-identity", "i", "--psk", &short]);
    assert_eq!(code(&output), 2);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("16 to 72 bytes"), "{said}");
}

#[test]
fn sessions_and_lineages_last_as_long_as_they_are_told() {
    let dir = tempfile::tempdir().expect("a directory");
    let lasting = ["--session-lifetime", "90s", "--lineage-lifetime", "10m"];
    let server = Server::start(&dir.path().join("s"), &lasting);
    let wallet = dir.path().join("c");
    server.connect(&wallet, &[&GET[..], &["--reconnect", "1"]].concat());
    let state = wallet.to_str().expect("UTF-8");
    let list = json(&run(&["session", "list", "--json", "--state", state]));
    let tickets = list["sessions"].as_array().expect("a list");
    assert_eq!(tickets.len(), 3);
    for ticket in tickets {
        let lasts = time(&ticket["expires_at"])
            .duration_since(time(&ticket["issued_at"]))
            .expect("it ends after it began");
        assert_eq!(lasts.as_secs(), 90, "{ticket}");
    }
    let state = dir.path().join("s");
    let state = state.to_str().expect("UTF-8");
    let list = json(&run(&["session", "list", "--json", "--state", state]));
    let lineage = &list["sessions"][0];
    let lasts = time(&lineage["expires_at"])
        .duration_since(time(&lineage["authenticated_at"]))
        .expect("it ends after it began");
    assert_eq!(lasts, Duration::from_secs(600), "{lineage}");
}

#[test]
fn a_trace_shows_tickets_to_those_who_ask() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server::start(&dir.path().join("s"), &[]);
    let traced = ["--trace", "--show-secrets", "--no-wallet"];
    let output = server.connect(&dir.path().join("c"), &[&GET[..], &traced].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("new_session_ticket"), "{said}");
    assert!(!said.contains("not shown"), "{said}");
}
