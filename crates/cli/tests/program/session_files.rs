//! `tessera session export`, `import` and `convert`: sessions leave the wallet and come back.

use crate::started::{Server, code, json, run};
use serde_json::Value;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Output;

const GET: [&str; 2] = ["--get", "/json"];

#[track_caller]
fn session(state: &Path, args: &[&str]) -> Output {
    let state = ["--state", state.to_str().expect("UTF-8")];
    run(&[&["session"], args, &state].concat())
}

#[track_caller]
fn ids(state: &Path) -> Vec<String> {
    let listed = json(&session(state, &["list", "--json"]));
    let sessions = listed["sessions"].as_array().expect("a list");
    sessions
        .iter()
        .map(|one| one["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[track_caller]
fn done(output: &Output) {
    assert_eq!(code(output), 0, "{output:?}");
}

#[track_caller]
fn first(output: &Output) -> Value {
    assert_eq!(code(output), 0, "{output:?}");
    json(output)["connections"][0].clone()
}

#[test]
fn r12_an_export_takes_the_ticket_out_of_the_wallet_and_an_import_brings_it_back() {
    let dir = tempfile::tempdir().expect("a directory");
    let here = dir.path().join("c");
    let server = Server::start(&dir.path().join("s"), &[]);
    let made = first(&server.connect(&here, &[&GET[..], &["--expect", "full"]].concat()));
    for format in ["openssl", "tessera"] {
        let there = dir.path().join(format!("{format}.d"));
        let before = ids(&here);
        let file = dir.path().join(format);
        let path = file.to_str().expect("UTF-8");
        let key = here.join("store.key");
        done(&session(
            &here,
            &["export", &before[0][..12], "--format", format, "-o", path],
        ));
        assert!(!ids(&here).contains(&before[0]), "{format}");
        assert_eq!(
            std::fs::metadata(&file).expect("a file").mode() & 0o777,
            0o600
        );

        let key = ["--file-key", key.to_str().expect("UTF-8")];
        let (address, ca) = (server.address(), server.ca());
        let import = [
            "import",
            path,
            "--for",
            &address,
            "--ca-file",
            &ca,
            "--json",
        ];
        let imported = session(&there, &[&import[..], &key, &["--trust"]].concat());
        done(&imported);
        let imported = json(&imported);
        assert_eq!(imported["schema"], "tessera.session-import/1");
        assert_eq!(imported["sessions"][0]["id"], before[0].as_str());
        assert_eq!(imported["sessions"][0]["tainted"], false);

        let resumed = server.connect(&there, &[&GET[..], &["--expect", "resumed"]].concat());
        let resumed = first(&resumed);
        // Our own file keeps the lineage; OpenSSL's has no place for it.
        let same = resumed["session"]["lineage"] == made["session"]["lineage"];
        assert_eq!(same, format == "tessera");
    }
}

#[test]
fn r12_without_trust_an_imported_session_is_tainted_and_says_why_it_is_not_resumed() {
    let dir = tempfile::tempdir().expect("a directory");
    let wallet = dir.path().join("c");
    let server = Server::start(&dir.path().join("s"), &[]);
    server.connect(&wallet, &GET);
    let file = dir.path().join("s.pem");
    let path = file.to_str().expect("UTF-8");
    done(&session(&wallet, &["export", &ids(&wallet)[0], "-o", path]));
    done(&session(&wallet, &["expire", "--all"]));

    let (address, ca) = (server.address(), server.ca());
    let import = ["import", path, "--for", &address, "--ca-file", &ca];
    let imported = session(&wallet, &import);
    done(&imported);
    assert!(String::from_utf8_lossy(&imported.stderr).contains("--trust"));
    let refused = first(&server.connect(&wallet, &GET));
    assert_eq!(
        (&refused["resumed"], &refused["refusal"]),
        (&false.into(), &"tainted".into())
    );
    // What resumes it is an explicit word.
    done(&session(&wallet, &["expire", "--all"]));
    done(&session(&wallet, &[&import[..], &["--trust"]].concat()));
    let resumed = server.connect(&wallet, &[&GET[..], &["--expect", "resumed"]].concat());
    first(&resumed);
}

#[test]
fn r12_what_was_made_without_verifying_stays_tainted_whoever_vouches() {
    let dir = tempfile::tempdir().expect("a directory");
    let wallet = dir.path().join("c");
    let server = Server::start(&dir.path().join("s"), &[]);
    let insecure = run(&[
        "connect",
        &server.address(),
        "--insecure",
        "--json",
        "--get",
        "/json",
        "--resolve",
        &format!("{}:127.0.0.1", server.address()),
        "--state",
        wallet.to_str().expect("UTF-8"),
    ]);
    done(&insecure);
    let file = dir.path().join("s.pem");
    let path = file.to_str().expect("UTF-8");
    done(&session(&wallet, &["export", &ids(&wallet)[0], "-o", path]));
    let ca = server.ca();
    let import = ["import", path, "--for", &server.address(), "--ca-file", &ca];
    let imported = session(&wallet, &[&import[..], &["--trust", "--json"]].concat());
    assert_eq!(json(&imported)["sessions"][0]["tainted"], true);
}

#[test]
fn a_tls12_session_goes_out_and_comes_back_by_its_id_and_by_its_ticket() {
    for server_flags in [&["--tls", "1.2"][..], &["--tls", "1.2", "--no-tickets"]] {
        let dir = tempfile::tempdir().expect("a directory");
        let wallet = dir.path().join("c");
        let server = Server::start(&dir.path().join("s"), server_flags);
        server.connect(&wallet, &GET);
        let file = dir.path().join("s.pem");
        let path = file.to_str().expect("UTF-8");
        done(&session(&wallet, &["export", &ids(&wallet)[0], "-o", path]));
        assert_eq!(ids(&wallet), [""; 0]);
        // Straight from the file, and from the wallet.
        let in_file = [
            &GET[..],
            &["--session-in", path, "--no-wallet", "--expect", "resumed"],
        ]
        .concat();
        first(&server.connect(&wallet, &in_file));
        let (address, ca) = (server.address(), server.ca());
        done(&session(
            &wallet,
            &[
                "import",
                path,
                "--for",
                &address,
                "--ca-file",
                &ca,
                "--trust",
            ],
        ));
        first(&server.connect(&wallet, &[&GET[..], &["--expect", "resumed"]].concat()));
    }
}

#[test]
fn a_file_is_converted_and_says_the_same() {
    let dir = tempfile::tempdir().expect("a directory");
    let wallet = dir.path().join("c");
    let server = Server::start(&dir.path().join("s"), &[]);
    server.connect(&wallet, &GET);
    let path = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();
    let (pem, sealed, again) = (path("a.pem"), path("b.tessera"), path("c.pem"));
    done(&session(&wallet, &["export", &ids(&wallet)[0], "-o", &pem]));
    done(&session(
        &wallet,
        &["convert", &pem, "--to", "tessera", "-o", &sealed],
    ));
    done(&session(
        &wallet,
        &[
            "convert", &sealed, "--from", "tessera", "--to", "openssl", "-o", &again,
        ],
    ));
    let read = |path: &str| std::fs::read(path).expect("a file");
    assert_eq!(read(&again), read(&pem));
    assert!(read(&sealed).starts_with(b"TESSERA\n"));
    // To stdout without -o, and nothing else is there.
    let printed = session(&wallet, &["convert", &sealed, "--to", "openssl"]);
    assert_eq!(printed.stdout, read(&pem));
    // Under another key it does not open.
    let elsewhere = dir.path().join("d");
    let refused = session(&elsewhere, &["convert", &sealed, "--to", "openssl"]);
    assert_eq!(code(&refused), 1);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another key"));
}

#[test]
fn what_cannot_be_done_says_why() {
    let dir = tempfile::tempdir().expect("a directory");
    let (state, wallet) = (dir.path().join("s"), dir.path().join("c"));
    let server = Server::start(&state, &["--ticket-kind", "stored"]);
    server.connect(&wallet, &GET);
    let usage = |state: &Path, args: &[&str], why: &str| {
        let output = session(state, args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 2, "{said}");
        assert!(said.contains(why), "{said}");
    };
    usage(&state, &["export", &ids(&state)[0]], "with its client");
    let file = dir.path().join("s.pem");
    let path = file.to_str().expect("UTF-8");
    // A place that cannot be written to costs no ticket.
    let before = ids(&wallet);
    let nowhere = dir.path().join("no/s.pem");
    let output = session(
        &wallet,
        &["export", &before[0], "-o", nowhere.to_str().expect("UTF-8")],
    );
    assert_eq!(code(&output), 1);
    assert_eq!(ids(&wallet), before);

    done(&session(&wallet, &["export", &before[0], "-o", path]));
    usage(
        &wallet,
        &["import", path, "--for", "elsewhere.example:443"],
        "made for localhost",
    );
    usage(&wallet, &["convert", path, "--to", "nginx"], "--from");
    usage(
        &wallet,
        &["convert", path, "--from", "nginx", "--to", "openssl"],
        "no client can offer",
    );
    usage(
        &wallet,
        &["convert", path, "--from", "nginx", "--to", "haproxy"],
        "--from-keys",
    );
    let noise = dir.path().join("noise");
    std::fs::write(&noise, "noise").expect("written");
    let output = session(&wallet, &["import", noise.to_str().expect("UTF-8")]);
    assert_eq!(code(&output), 1);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no format"));
}
