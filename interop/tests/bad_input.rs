//! Bad input: what the program says, and how it exits.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use rusqlite::Connection;
use tessera_interop::peer::program;
use tessera_interop::process::{Running, run};
use tessera_interop::{Identity, KeyType, Outcome, Page, Scene, Server};

const GET: [&str; 2] = ["--get", "/json"];

/// `serve` where it is expected to give up.
#[track_caller]
fn refused(scene: &Scene, args: &[&str]) -> Outcome {
    run(&mut scene.serve_command("server", args), b"")
}

/// Fails the test unless `serve` exits with `code` and names `what` on standard error only.
#[track_caller]
fn assert_refused(scene: &Scene, args: &[&str], code: i32, what: &str) {
    let outcome = refused(scene, args).exited(code);
    assert!(outcome.stderr.contains(what), "no {what:?} in {outcome}");
    assert_eq!(outcome.text(), "", "{outcome}");
}

fn database(scene: &Scene, state: &str) -> PathBuf {
    scene.path(state).join("sessions.db")
}

fn names_in(scene: &Scene, state: &str) -> Vec<String> {
    let entries = fs::read_dir(scene.path(state)).expect("the state directory");
    entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// Makes a state with sessions of both sides in it and leaves it unused.
fn used_state(scene: &Scene) {
    let server = scene.serve(&["--ticket-kind", "stored"]);
    let chain = [&GET[..], &["--reconnect", "3", "--expect", "resumed"]].concat();
    scene.connect_to(&server, &chain).succeeded();
    server.stop();
}

/// Overwrites bytes of a file from `at` on.
fn damage(file: &PathBuf, at: usize, length: usize) {
    let mut bytes = fs::read(file).expect("the database");
    let end = (at + length).min(bytes.len());
    bytes[at..end].fill(0xa5);
    fs::write(file, bytes).expect("the database is written");
}

#[test]
fn a_damaged_store_is_set_aside_and_reported_and_the_server_serves() {
    let scene = Scene::new();
    used_state(&scene);
    damage(&database(&scene, "server"), 0, 4096);
    let before = fs::read(database(&scene, "server")).expect("the damaged file");

    scene
        .session("server", &["verify"])
        .exited(8)
        .said("sessions.db");
    let server = scene.serve(&[]);
    scene
        .connect_to(&server, &[&GET[..], &["--expect", "full"]].concat())
        .succeeded();
    scene
        .connect_to(&server, &[&GET[..], &["--expect", "resumed"]].concat())
        .succeeded();
    let said = server.running.so_far().stderr;
    assert!(
        said.contains("sessions.db"),
        "the damage is not reported: {said}"
    );

    let kept = names_in(&scene, "server").into_iter().find(|name| {
        name != "sessions.db"
            && fs::read(scene.path("server").join(name)).is_ok_and(|bytes| bytes == before)
    });
    assert!(
        kept.is_some(),
        "the damaged file is gone: {:?}",
        names_in(&scene, "server")
    );
    server.stop();
    scene.session("server", &["verify"]).succeeded();
}

#[test]
fn a_damaged_wallet_costs_a_full_handshake_and_no_more() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    scene.connect_to(&server, &GET).succeeded();
    damage(&database(&scene, "client"), 0, 4096);
    let report = scene.connect_to(&server, &[&GET[..], &["--expect", "full"]].concat());
    let report = report.succeeded();
    assert!(
        report.outcome.stderr.contains("sessions.db"),
        "{}",
        report.outcome
    );
    scene
        .connect_to(&server, &[&GET[..], &["--expect", "resumed"]].concat())
        .succeeded();
}

#[test]
fn verify_finds_a_record_that_was_changed_and_the_server_serves() {
    let scene = Scene::new();
    used_state(&scene);
    let db = Connection::open(database(&scene, "server")).expect("the database");
    let change = "UPDATE sessions SET sealed = substr(sealed, 1, length(sealed) - 1) || x'00'";
    assert!(db.execute(change, []).expect("the change") > 0);
    drop(db);
    scene.session("server", &["verify"]).exited(8);

    let server = scene.serve(&["--ticket-kind", "stored"]);
    scene.connect_to(&server, &GET).succeeded();
}

#[test]
fn another_store_key_is_an_error_of_the_store_and_changes_nothing() {
    let scene = Scene::new();
    used_state(&scene);
    let key = fs::read(scene.path("server/store.key")).expect("a store key");
    let other = scene.write(
        "other.key",
        key.iter().map(|byte| byte ^ 0x55).collect::<Vec<_>>(),
    );
    assert_refused(&scene, &["--store-key-file", &other], 8, "key");
    assert_refused(
        &scene,
        &["--store-key-file", "/nowhere/store.key"],
        8,
        "/nowhere/store.key",
    );
    let short = scene.write("short.key", "too short");
    assert_refused(&scene, &["--store-key-file", &short], 8, "short.key");

    // The right key still opens everything.
    scene.session("server", &["verify"]).succeeded();
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let scene = Scene::new();
    let good = scene.authority.server(KeyType::P256);
    let garbage = scene.write("garbage.pem", "this is no certificate");
    for cert in ["/nowhere/cert.pem", &garbage] {
        assert_refused(&scene, &["--cert", cert, "--key", good.key()], 1, cert);
    }
    for key in ["/nowhere/cert.key", &garbage] {
        assert_refused(&scene, &["--cert", good.cert(), "--key", key], 1, key);
    }
}

#[test]
fn a_key_that_does_not_belong_to_the_certificate_is_refused() {
    let scene = Scene::new();
    let one = scene.authority.server(KeyType::P256);
    let other = scene.authority.server(KeyType::P384);
    assert_refused(
        &scene,
        &["--cert", one.cert(), "--key", other.key()],
        1,
        other.key(),
    );
}

#[test]
fn a_port_in_use_is_named() {
    let scene = Scene::new();
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    let address = taken.local_addr().expect("its address").to_string();
    let mut command = tessera_interop::peer::tessera();
    command
        .args(["serve", "--listen", &address, "--state"])
        .arg(scene.path("server"));
    let outcome = run(&mut command, b"").exited(1);
    assert!(outcome.stderr.contains(&address), "{outcome}");
}

#[test]
fn an_expired_certificate_is_refused_by_connect_and_announced_by_serve() {
    let scene = Scene::new();
    let server = scene.serve_as(&scene.authority.expired_server(), &[]);
    let refused = scene.connect_to(&server, &GET).exited(5);
    assert!(
        refused.outcome.stderr.contains("expired"),
        "{}",
        refused.outcome
    );
    let said = server.running.so_far().stderr;
    assert!(said.contains("expired"), "serve does not say so: {said}");
}

#[test]
fn nobody_listening_a_bad_name_and_a_bad_flag_have_codes_of_their_own() {
    let scene = Scene::new();
    scene
        .connect(tessera_interop::peer::free_port(), &GET)
        .exited(3);
    scene.connect(1, &["--no-such-flag"]).exited(2);
    let silent = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    let port = silent.local_addr().expect("its address").port();
    scene
        .connect(port, &[&GET[..], &["--timeout", "1s"]].concat())
        .exited(7);
}

#[test]
fn a_peer_that_does_not_speak_tls_is_a_failed_handshake() {
    let scene = Scene::new();
    let peer = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    let port = peer.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        use std::io::Write;
        for mut socket in peer.incoming().flatten() {
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    scene.connect(port, &GET).exited(4);
}

/// Locks the database as a process that stopped in the middle of a change would.
fn lock(scene: &Scene, state: &str) -> Connection {
    let db = Connection::open(database(scene, state)).expect("the database");
    db.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    db
}

#[test]
fn a_locked_store_costs_a_full_handshake_and_not_the_connection() {
    let scene = Scene::new();
    let server = scene.serve(&["--ticket-kind", "stored", "--single-use"]);
    scene
        .connect_to(&server, &[&GET[..], &["--expect", "full"]].concat())
        .succeeded();
    let held = lock(&scene, "server");
    let report = scene.connect_to(&server, &[&GET[..], &["--expect", "full"]].concat());
    let page = Page::find(&report.succeeded().body());
    assert_eq!(page.session("refusal"), "store_unavailable", "{page}");
    drop(held);
    let again = [&GET[..], &["--reconnect", "1", "--expect", "resumed"]].concat();
    scene.connect_to(&server, &again).succeeded();
}

#[test]
fn a_locked_wallet_costs_a_full_handshake_and_not_the_connection() {
    let scene = Scene::new();
    let server = scene.serve(&[]);
    scene.connect_to(&server, &GET).succeeded();
    let held = lock(&scene, "client");
    scene
        .connect_to(&server, &[&GET[..], &["--expect", "full"]].concat())
        .succeeded();
    drop(held);
    scene
        .connect_to(&server, &[&GET[..], &["--expect", "resumed"]].concat())
        .succeeded();
}

/// Starts `serve` with its state on a file system of its own. A line on its standard input fills
/// that file system to the last byte.
fn serve_on_small_file_system(scene: &Scene, identity: &Identity) -> Server {
    let mount = scene.path("small");
    fs::create_dir(&mount).expect("the mount point");
    let serve = scene.serve_command(
        "small/state",
        &[
            "--ticket-kind",
            "stored",
            "--cert",
            identity.cert(),
            "--key",
            identity.key(),
        ],
    );
    let script = "mount -t tmpfs -o size=1m tmpfs \"$0\" || exit 99
        exec 3<&0
        (read line <&3
         dd if=/dev/zero of=\"$0/fill\" bs=4096 2>/dev/null
         dd if=/dev/zero of=\"$0/rest\" bs=1 2>/dev/null
         echo filled >&2) &
        exec \"$@\"";
    // Mounting needs root, if need be that of a user namespace.
    let namespaces: &[&str] = if rustix::process::geteuid().is_root() {
        &["--mount"]
    } else {
        &["--user", "--map-root-user", "--mount"]
    };
    let mut command: Command = program("unshare");
    command
        .args(namespaces)
        .args(["sh", "-c", script])
        .arg(&mount);
    command.arg(serve.get_program()).args(serve.get_args());
    let mut server = Server::start(command);
    server.ca = scene.authority.path();
    server
}

fn fill(running: &mut Running) {
    running.send(b"fill\n");
    running.line_with("filled");
}

#[test]
fn a_full_file_system_costs_a_full_handshake_and_not_the_connection() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let mut server = serve_on_small_file_system(&scene, &identity);
    let chain = [&GET[..], &["--reconnect", "1", "--expect", "resumed"]].concat();
    scene.connect_to(&server, &chain).succeeded();
    fill(&mut server.running);
    // Each connection brings new sessions to keep; none of them may cost the connection.
    for _ in 0..20 {
        let report = scene.connect_to(&server, &GET).succeeded();
        assert_eq!(Page::find(&report.body()).session("version"), "TLSv1.3");
    }
    scene
        .connect_to(&server, &[&GET[..], &["--no-wallet"]].concat())
        .succeeded()
        .assert_full();
    server.stop();
}
