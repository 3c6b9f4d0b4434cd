//! `cargo xtask test`: everything that must hold, in phases, and one last line that says how many tests passed.

mod page;
mod peers;
mod phase;
mod tally;
mod tools;

use std::fs;
use std::time::Instant;

use anyhow::Result;

use crate::repository;
use crate::{fuzz, layers, rfc, tidy};
use phase::{Outcome, Phase};

/// How much to test.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// What CI does.
    Everything,
    /// The daily round: without the tests that start other programs, the page's npm, and the fuzzer.
    WithoutInterop,
}

const BORINGSSL: &str = "interop/boringssl/Cargo.toml";

/// Without the peers nothing else runs: what to install is then the last thing on the screen.
const PEERS: &str = "peers";

/// Runs all phases, also after one failed, and prints the totals; true when nothing failed.
pub(crate) fn run(breadth: Breadth) -> Result<bool> {
    let started = Instant::now();
    let mut results = Vec::new();
    for phase in phases(breadth) {
        println!("── {}", phase.name);
        let begun = Instant::now();
        let outcome = phase.run();
        println!(
            "── {}: {outcome}, {:.1} s\n",
            phase.name,
            begun.elapsed().as_secs_f64()
        );
        let stop = phase.name == PEERS && outcome.failed() > 0;
        results.push((phase.name, outcome));
        if stop {
            break;
        }
    }
    let passed: u64 = results.iter().map(|(_, outcome)| outcome.passed()).sum();
    let failed: u64 = results.iter().map(|(_, outcome)| outcome.failed()).sum();
    for (name, outcome) in &results {
        println!("{name:<10} {outcome}");
    }
    println!("in {:.0} s", started.elapsed().as_secs_f64());
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

fn phases(breadth: Breadth) -> Vec<Phase> {
    let mut phases = vec![
        Phase::new("fmt", formatting),
        Phase::check("layers", layers::check),
        Phase::check("tidy", tidy::check),
        Phase::check("rfc", rfc::check),
        Phase::new("deny", deny),
        Phase::command(
            "clippy",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-D",
                "warnings",
            ],
        ),
        Phase::new("doc", documentation),
    ];
    match breadth {
        Breadth::Everything => {
            phases.insert(0, Phase::new(PEERS, || Ok(Outcome::of(peers::ensure()?))));
            phases.push(Phase::new("page", page::check));
            phases.push(Phase::new("tests", || tests(&[])));
            phases.push(Phase::new("boringssl", boringssl));
            phases.push(Phase::new("fuzz", fuzzing));
        }
        Breadth::WithoutInterop => {
            phases.push(Phase::new("tests", || {
                tests(&["--exclude", "tessera-interop"])
            }));
        }
    }
    phases
}

/// The workspace, and those that are workspaces of their own.
fn formatting() -> Result<Outcome> {
    let mut all_formatted = true;
    for manifest in [
        "Cargo.toml",
        "bench/Cargo.toml",
        "fuzz/Cargo.toml",
        BORINGSSL,
    ] {
        let status = phase::program(repository::cargo())
            .args(["fmt", "--all", "--check", "--manifest-path", manifest])
            .status()?;
        all_formatted &= status.success();
    }
    Ok(Outcome::of(all_formatted))
}

/// Licences, bans and sources; advisories need a network and are looked at before a release.
fn deny() -> Result<Outcome> {
    let cargo_deny = tools::cargo_deny()?;
    let checks = ["check", "licenses", "bans", "sources"];
    let ok = phase::program(&cargo_deny)
        .args(["--locked", "--all-features"])
        .args(checks)
        .status()?
        .success();
    Ok(Outcome::of(ok))
}

fn documentation() -> Result<Outcome> {
    let ok = phase::program(repository::cargo())
        .args([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
            "--locked",
        ])
        .env("RUSTDOCFLAGS", "-D warnings")
        .status()?
        .success();
    Ok(Outcome::of(ok))
}

/// All tests of the workspace, those in the documentation included.
fn tests(narrowed: &[&str]) -> Result<Outcome> {
    let mut cargo = phase::program(repository::cargo());
    cargo
        .args(["test", "--workspace", "--locked", "--no-fail-fast"])
        .args(narrowed);
    tally::run(cargo)
}

/// The tests that build BoringSSL, which are a workspace of their own for that reason.
fn boringssl() -> Result<Outcome> {
    // The versions that ship are the versions that are tested.
    let lock = repository::root()
        .join(BORINGSSL)
        .with_file_name("Cargo.lock");
    fs::copy(repository::root().join("Cargo.lock"), lock)?;
    let mut cargo = phase::program(repository::cargo());
    cargo
        .args(["test", "--no-fail-fast", "--manifest-path", BORINGSSL])
        // What both workspaces are built from is built once.
        .arg("--target-dir")
        .arg(repository::target_directory()?);
    tally::run(cargo)
}

/// Every fuzz target on its corpora and for ten seconds.
fn fuzzing() -> Result<Outcome> {
    let (passed, failed) = fuzz::short()?;
    Ok(Outcome::Tests { passed, failed })
}
