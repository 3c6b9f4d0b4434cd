//! `tessera keys`: the ring, and keys of other servers beside it.

use crate::started::{Server, code, json, run, shape};
use serde_json::Value;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

const GET: [&str; 2] = ["--get", "/json"];

#[track_caller]
fn keys(state: &Path, args: &[&str]) -> Output {
    let state = ["--state", state.to_str().expect("UTF-8")];
    run(&[&["keys"], args, &state].concat())
}

#[track_caller]
fn list(output: &Output) -> Vec<Value> {
    assert_eq!(code(output), 0, "{output:?}");
    let document = json(output);
    assert_eq!(document["schema"], "tessera.key-list/1");
    document["keys"].as_array().expect("a list").clone()
}

#[track_caller]
fn refusal(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(output), 2, "{said}");
    said
}

/// A file of ticket keys, by bytes that tell where they stood.
fn file(dir: &Path, name: &str, first: u8, len: u8) -> String {
    let path = dir.join(name);
    std::fs::write(&path, (first..first + len).collect::<Vec<u8>>()).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn keys_are_listed_by_name_phase_and_times() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("s");
    assert_eq!(list(&keys(&state, &["list", "--json"])).len(), 0);
    let _server = Server::start(&state, &[]);
    let listed = list(&keys(&state, &["list", "--json"]));
    assert_eq!((listed.len(), &listed[0]["phase"]), (1, &"sealing".into()));
    assert_eq!(listed[0]["name"].as_str().map(str::len), Some(32));
    let expected = "\
.context_known null
.dialect text
.name text
.opens_until text
.phase text
.seals_from text
.seals_until text
.source text";
    assert_eq!(shape(&listed[0]), expected);
    assert_eq!(listed[0]["source"], "ring");
}

#[test]
fn keys_of_a_ratchet_are_listed_like_those_of_a_ring() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("s");
    let (file, entropy) = (dir.path().join("seed"), "5b1e".repeat(16));
    std::fs::write(&file, format!("2026-01-01T00:00:00Z {entropy}\n")).expect("written");
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
    let seed = file.to_str().expect("UTF-8");
    let ratchet = ["--ratchet-seed-file", seed, "--ratchet-jump"];
    let server = Server::start(&state, &ratchet);
    let output = keys(&state, &["list", "--json"]);
    let listed = list(&output);
    let phases = listed.iter().map(|key| (&key["source"], &key["phase"]));
    let sealing = phases.filter(|(source, phase)| *source == "ratchet" && *phase == "sealing");
    assert_eq!(sealing.count(), 1, "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains(&entropy));
    // They are there when nobody serves, too.
    drop(server);
    let later = list(&keys(&state, &["list", "--json"]));
    assert_eq!(later[0]["name"], listed[0]["name"]);
    // They are of whoever has the store's key.
    std::fs::write(state.join("store.key"), [7; 32]).expect("written");
    assert_eq!(code(&keys(&state, &["list"])), 8);
}

#[test]
fn a_rotation_loses_no_session_and_a_retired_key_takes_its_tickets_along() {
    let dir = tempfile::tempdir().expect("a directory");
    let (state, wallet) = (dir.path().join("s"), dir.path().join("c"));
    let server = Server::start(&state, &[]);
    server.connect(&wallet, &GET);
    let before = list(&keys(&state, &["list", "--json"]))[0]["name"].clone();
    let rotated = list(&keys(&state, &["rotate", "--json"]));
    let phases: Vec<_> = rotated.iter().map(|key| key["phase"].clone()).collect();
    assert_eq!(phases, ["opening", "sealing"]);
    assert_eq!(rotated[0]["name"], before);
    let resumed = server.connect(&wallet, &[&GET[..], &["--expect", "resumed"]].concat());
    assert_eq!(code(&resumed), 0, "{resumed:?}");

    // A fresh state with one key: retiring it leaves another, and its tickets are unknown.
    let (state, wallet) = (dir.path().join("t"), dir.path().join("d"));
    let server = Server::start(&state, &[]);
    server.connect(&wallet, &GET);
    let name = list(&keys(&state, &["list", "--json"]))[0]["name"].clone();
    let name = name.as_str().expect("a name");
    drop(server);
    let left = list(&keys(&state, &["retire", &name[..10], "--json"]));
    assert_eq!((left.len(), &left[0]["phase"]), (1, &"sealing".into()));
    assert_ne!(left[0]["name"], name);
}

#[test]
fn keys_of_nginx_come_in_and_go_out_in_haproxys_order() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("s");
    let first = file(dir.path(), "first.key", 1, 80);
    let second = file(dir.path(), "second.key", 2, 80);
    let import = [
        "import",
        &first,
        &second,
        "--dialect",
        "nginx",
        "--until",
        "7d",
        "--json",
    ];
    let listed = list(&keys(&state, &import));
    let seen: Vec<_> = listed
        .iter()
        .map(|key| (key["dialect"].clone(), key["phase"].clone()))
        .collect();
    assert_eq!(
        seen,
        [
            ("nginx".into(), "sealing".into()),
            ("nginx".into(), "opening".into())
        ]
    );
    assert_eq!(listed[0]["name"], "0102030405060708090a0b0c0d0e0f10");

    let out = dir.path().join("haproxy.keys");
    let out = out.to_str().expect("UTF-8");
    assert_eq!(
        code(&keys(
            &state,
            &["export", "--dialect", "haproxy", "-o", out]
        )),
        0
    );
    let lines = std::fs::read_to_string(out).expect("a text");
    assert_eq!(lines.lines().count(), 3);
    // And from there back to nginx, the same bytes.
    let elsewhere = dir.path().join("t");
    assert_eq!(
        code(&keys(&elsewhere, &["import", out, "--dialect", "haproxy"])),
        0
    );
    let back = dir.path().join("back.key");
    let path = back.to_str().expect("UTF-8");
    assert_eq!(
        code(&keys(
            &elsewhere,
            &["export", "--dialect", "nginx", "-o", path]
        )),
        0
    );
    assert_eq!(
        std::fs::read(&back).expect("a file"),
        std::fs::read(&first).expect("a file")
    );
    assert_eq!(
        std::fs::read(dir.path().join("back.key.2")).expect("a file"),
        std::fs::read(&second).expect("a file")
    );
}

#[test]
fn r11_keys_of_our_own_are_never_exported() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("s");
    assert_eq!(code(&keys(&state, &["rotate"])), 0);
    let refused = refusal(&keys(&state, &["export", "--dialect", "nginx"]));
    assert!(refused.contains("never exported"), "{refused}");
    let one = file(dir.path(), "one.key", 1, 80);
    assert_eq!(
        code(&keys(&state, &["import", &one, "--dialect", "nginx"])),
        0
    );
    let printed = keys(&state, &["export", "--dialect", "nginx"]);
    assert_eq!(printed.stdout, std::fs::read(&one).expect("a file"));
}

#[test]
fn a_file_in_the_wrong_dialect_or_of_zeros_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("s");
    let wide = file(dir.path(), "wide.key", 1, 80);
    let zeros = dir.path().join("zeros.key");
    std::fs::write(&zeros, [0; 48]).expect("written");
    for (path, dialect, why) in [
        (wide.as_str(), "apache", "48 are right"),
        (wide.as_str(), "haproxy", "Base64"),
        (zeros.to_str().expect("UTF-8"), "nginx", "all zero"),
    ] {
        let output = keys(&state, &["import", path, "--dialect", dialect]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 1, "{said}");
        assert!(said.contains(why), "{said}");
    }
}
