//! What is in this repository, as git and cargo see it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The root of the workspace, wherever xtask was called from.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the root of the workspace")
}

/// A file of the repository, its path relative to the root.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every text file that is tracked or would be: what git ignores is not ours.
pub(crate) fn files() -> Result<Vec<File>> {
    let listing = output(
        "git",
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    )?;
    let mut files = Vec::new();
    for path in listing.split('\0').filter(|path| !path.is_empty()) {
        // A deleted file stays in the index until the commit.
        let Ok(bytes) = fs::read(root().join(path)) else {
            continue;
        };
        files.push(File {
            path: path.to_owned(),
            // A picture is a file, too, and has none.
            text: String::from_utf8(bytes).unwrap_or_default(),
        });
    }
    Ok(files)
}

/// Where cargo builds, `CARGO_TARGET_DIR` and configuration files considered.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let metadata = metadata()?;
    let directory = metadata["target_directory"].as_str();
    Ok(PathBuf::from(
        directory.context("cargo metadata names no target directory")?,
    ))
}

/// `cargo metadata` of the workspace's own members.
pub(crate) fn metadata() -> Result<Value> {
    let json = output(
        &cargo(),
        &["metadata", "--no-deps", "--format-version", "1"],
    )?;
    serde_json::from_str(&json).context("cargo metadata")
}

/// The cargo that runs us, else the one on the path.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Runs a program in the root and returns what it printed.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    ensure!(
        output.status.success(),
        "{program} {} failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8(output.stdout)?)
}
