//! Cargo tools the checks need, built once into the target directory.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, ensure};

use super::phase;
use crate::repository;

/// cargo-deny: the one on the path, the one built before, or one built now.
pub(super) fn cargo_deny() -> Result<OsString> {
    let name = "cargo-deny";
    let tools = repository::target_directory()?.join("tools");
    let built = tools.join("bin").join(name);
    let on_path = phase::program(name)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if on_path {
        return Ok(name.into());
    }
    if !built.exists() {
        install(name, &tools)?;
    }
    Ok(built.into_os_string())
}

fn install(name: &str, tools: &Path) -> Result<()> {
    println!(
        "installing {name} into {}; this takes a minute or two",
        tools.display()
    );
    // Unoptimised it builds in less than half the time and still answers within seconds.
    let status = phase::program(repository::cargo())
        .args(["install", "--quiet", "--locked", "--debug", name, "--root"])
        .arg(tools)
        .arg("--target-dir")
        .arg(tools.join("build"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .status()?;
    ensure!(status.success(), "cargo install --locked {name} failed");
    // A few hundred megabytes of objects nobody needs again.
    std::fs::remove_dir_all(tools.join("build"))?;
    Ok(())
}
