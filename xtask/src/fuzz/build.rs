//! The program with all targets in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::repository;

/// Counters at every edge and the operands of every comparison: what libFuzzer finds its way by. They are passes of
/// LLVM, so a stable compiler has them.
const INSTRUMENTATION: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// The targets, built, and the folder where everything about them lies.
pub(super) struct Fuzzer {
    pub(super) program: PathBuf,
    folder: PathBuf,
}

impl Fuzzer {
    /// Builds the targets as they are.
    pub(super) fn build() -> Result<Self> {
        Self::build_from(repository::root(), "targets")
    }

    /// Builds the targets of this copy of the repository, into a program of this name.
    pub(super) fn build_from(source: &Path, name: &str) -> Result<Self> {
        let folder = repository::target_directory()?.join("fuzz");
        // The versions that ship are the versions that are fuzzed.
        fs::copy(source.join("Cargo.lock"), source.join("fuzz/Cargo.lock"))?;
        let (host, build) = (host()?, folder.join("build"));
        let status = Command::new(repository::cargo())
            .args(["build", "--release", "--manifest-path"])
            .arg(source.join("fuzz/Cargo.toml"))
            // With a target named, build scripts and macros are left as they are.
            .args(["--target", &host, "--target-dir"])
            .arg(&build)
            .env("RUSTFLAGS", INSTRUMENTATION.join(" "))
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .status()?;
        ensure!(status.success(), "the fuzz targets do not compile");
        // Another copy's program takes its place there.
        let program = folder.join(name);
        let built = build.join(host).join("release/targets");
        fs::copy(&built, &program).with_context(|| built.display().to_string())?;
        Ok(Self { program, folder })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A folder of this kind for a target, with what was in it before.
    pub(super) fn lasting_folder(&self, kind: &str, target: &str) -> Result<PathBuf> {
        let folder = self.folder.join(kind).join(target);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(folder)
    }

    /// A folder of this kind for a target, with nothing in it.
    pub(super) fn empty_folder(&self, kind: &str, target: &str) -> Result<PathBuf> {
        let folder = self.folder.join(kind).join(target);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        self.lasting_folder(kind, target)
    }
}

/// The triple of this machine.
fn host() -> Result<String> {
    let version = repository::output("rustc", &["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}
