//! Servers that share a seed and nothing else: no store, no ring, no network between them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;
use tessera_interop::openssl::s_client;
use tessera_interop::peer::program;
use tessera_interop::process::run;
use tessera_interop::{Identity, KeyType, Page, Scene, Server};

const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A seed whose chain begins then, as `date` says it.
fn seed(scene: &Scene, name: &str, when: &str) -> String {
    let mut date = program("date");
    let from = run(date.args(["-u", "-d", when, "+%FT%TZ"]), b"").succeeded();
    let path = scene.write(name, format!("{} {SECRET}\n", from.text().trim()));
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("a mode");
    path
}

/// The arguments of a server of this fleet.
fn args<'a>(identity: &'a Identity, more: &[&'a str]) -> Vec<&'a str> {
    let own = ["--cert", identity.cert(), "--key", identity.key()];
    [&own[..], &["--policy", "shop"], more].concat()
}

fn visit(server: &Server, version: &str, args: &[&str]) -> Page {
    Page::find(&s_client(server, version, args).succeeded().text())
}

/// What it does and says when it cannot begin.
fn refused(mut command: Command) -> String {
    run(&mut command, b"").exited(8).stderr
}

#[test]
fn r9_servers_with_one_seed_resume_each_others_sessions_and_need_no_store_for_it() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let seed = seed(&scene, "seed", "1 hour ago");
    let with_seed = args(&identity, &["--ratchet-seed-file", &seed]);
    let one = scene.serve_on("one", &with_seed);
    let other = scene.serve_on("other", &with_seed);
    let stranger = scene.serve_on("stranger", &args(&identity, &[]));
    for version in ["-tls1_3", "-tls1_2"] {
        let saved = scene.text_path("session.pem");
        let first = visit(&one, version, &["-sess_out", &saved]);
        assert_eq!(first.0["session"]["resumed"], false);
        let second = visit(&other, version, &["-sess_in", &saved]);
        assert_eq!(second.0["session"]["resumed"], true, "{version}: {second}");
        assert_eq!(second.session("lineage"), first.session("lineage"));
        let third = visit(&stranger, version, &["-sess_in", &saved]);
        assert_eq!(third.0["session"]["resumed"], false, "{version}: {third}");
    }
    // The store has no ring: there is nothing in it that would open a ticket. What opens them follows from the seed.
    let keys = |state| {
        let list = scene.keys(state, &["list", "--json"]).succeeded().text();
        let list: Value = serde_json::from_str(&list).expect("a document");
        let keys = list["keys"].as_array().expect("a list").iter();
        let keys = keys.map(|key| (key["source"].clone(), key["name"].clone()));
        keys.collect::<Vec<_>>()
    };
    let listed = keys("one");
    assert!(!listed.is_empty() && listed.iter().all(|(source, _)| source == "ratchet"));
    assert_eq!(keys("other"), listed);
}

#[test]
fn r9_a_ticket_names_the_key_that_python_derives_from_the_seed() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    // The third epoch of a day's.
    let seed = seed(&scene, "seed", "53 hours ago");
    let ratchet = ["--ratchet-seed-file", &seed, "--ratchet-epoch", "24h"];
    let server = scene.serve_on("one", &args(&identity, &ratchet));
    let saved = scene.text_path("session.pem");
    visit(&server, "-tls1_3", &["-sess_out", &saved]);
    let mut sess_id = program("openssl");
    sess_id.args(["sess_id", "-noout", "-text", "-in", &saved]);
    let text = run(&mut sess_id, b"").succeeded().text();
    let (_, dump) = text.split_once("0000 - ").expect("a ticket in hex");
    let on_the_wire: String = dump
        .chars()
        .take(47)
        .filter(char::is_ascii_hexdigit)
        .collect();
    // By docs/ticket.md, word for word.
    let derive = format!(
        "import hmac, hashlib\n\
         H = lambda key, data: hmac.new(key, data, hashlib.sha256).digest()\n\
         chain = H(b'tessera ratchet v1', bytes.fromhex('{SECRET}'))\n\
         for _ in range(2): chain = H(chain, b'tessera ratchet chain v1\\x01')\n\
         key = H(chain, b'tessera ratchet ticket key v1\\x01')\n\
         print(H(key, b'tessera ticket key name v1\\x01')[:16].hex())"
    );
    let derived = run(program("python3").args(["-c", &derive]), b"").succeeded();
    assert_eq!(on_the_wire, derived.text().trim());
}

#[test]
fn r9_a_server_goes_on_without_its_seed_and_opens_what_it_sealed_before() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let seed = seed(&scene, "seed", "1 hour ago");
    let with_seed = args(&identity, &["--ratchet-seed-file", &seed]);
    let saved = scene.text_path("session.pem");
    let server = scene.serve_on("one", &with_seed);
    let first = visit(&server, "-tls1_3", &["-sess_out", &saved]);
    server.running.kill();
    fs::remove_file(&seed).expect("the seed is gone");
    let mode = fs::metadata(scene.path("one/ratchet"))
        .expect("the chain")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let again = scene.serve_on("one", &with_seed);
    let second = visit(&again, "-tls1_3", &["-sess_in", &saved]);
    second.assert_resumes(&first);
    // One that never had it cannot begin.
    let said = refused(scene.serve_command("another", &with_seed));
    assert!(
        said.contains("no such file") && said.contains("openssl rand"),
        "{said}"
    );
}

#[test]
fn r9_nobody_jumps_far_unattended_and_a_seed_is_its_owners() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let seed = seed(&scene, "seed", "90 days ago");
    let with_seed = args(&identity, &["--ratchet-seed-file", &seed]);
    let said = refused(scene.serve_command("one", &with_seed));
    assert!(
        said.contains("181 epochs") && said.contains("--ratchet-jump"),
        "{said}"
    );
    let jump = [&with_seed[..], &["--ratchet-jump"]].concat();
    let server = scene.serve_on("one", &jump);
    visit(&server, "-tls1_3", &[]).assert_full();
    server.stop();
    // From there it is a short way.
    scene.serve_on("one", &with_seed).stop();
    let other_epoch = [&with_seed[..], &["--ratchet-epoch", "6h"]].concat();
    let said = refused(scene.serve_command("one", &other_epoch));
    assert!(said.contains("epochs of 43200 s"), "{said}");

    fs::set_permissions(&seed, Permissions::from_mode(0o644)).expect("a mode");
    let said = refused(scene.serve_command("another", &with_seed));
    assert!(
        said.contains("chmod 0600") && !said.contains(SECRET),
        "{said}"
    );
}
