//! The programs that the tests run against, and the C++ compiler of the fuzzer's runtime. A missing one is installed or
//! fails the run; nothing skips.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::phase;
use crate::repository;

/// A program the tests start, and the package it comes from on Debian and Ubuntu.
struct Peer {
    program: String,
    package: String,
}

/// True when every peer is there, after installing those that were not.
pub(super) fn ensure() -> Result<bool> {
    let peers = list()?;
    let packages = missing(&peers);
    if packages.is_empty() {
        println!(
            "all {} programs the tests run against are installed",
            peers.len()
        );
        return Ok(true);
    }
    let install = format!(
        "apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    );
    if find("apt-get").is_none() || !is_root()? {
        println!("The tests run against programs that are not installed. On Debian or Ubuntu:\n");
        println!("    sudo apt-get update && sudo {install}\n");
        println!(
            "Elsewhere, install what provides: {}",
            absent(&peers).join(", ")
        );
        return Ok(false);
    }
    // The lists of a fresh machine may be empty or old, so they are fetched first.
    apt(&["update", "--quiet"])?;
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(&packages);
    apt(&arguments)?;
    let absent = absent(&peers);
    if !absent.is_empty() {
        println!("still missing after {install}: {}", absent.join(", "));
    }
    Ok(absent.is_empty())
}

/// `interop/packages.txt`: a program and its package a line. The tests read the same list.
fn list() -> Result<Vec<Peer>> {
    let path = repository::root().join("interop/packages.txt");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Peer>> {
    let peer = |line: &str| {
        let (program, package) = line
            .split_once(' ')
            .with_context(|| format!("not a program and its package: {line}"))?;
        Ok(Peer {
            program: program.to_owned(),
            package: package.to_owned(),
        })
    };
    text.lines().map(peer).collect()
}

/// The packages to install, each once.
fn missing(peers: &[Peer]) -> Vec<&str> {
    let missing = peers.iter().filter(|peer| find(&peer.program).is_none());
    let mut packages: Vec<&str> = missing.map(|peer| peer.package.as_str()).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

fn absent(peers: &[Peer]) -> Vec<&str> {
    peers
        .iter()
        .map(|peer| peer.program.as_str())
        .filter(|program| find(program).is_none())
        .collect()
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn is_root() -> Result<bool> {
    let id = phase::program("id").arg("-u").output()?;
    Ok(id.stdout.trim_ascii() == b"0")
}

fn apt(arguments: &[&str]) -> Result<()> {
    let status = phase::program("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()?;
    if !status.success() {
        bail!("apt-get {} failed", arguments.join(" "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_once_however_many_of_its_programs_are_missing() {
        let peers =
            parse("no-such-a both\nno-such-b both\nsh dash\n").expect("three well-formed lines");
        assert_eq!(missing(&peers), ["both"]);
        assert_eq!(absent(&peers), ["no-such-a", "no-such-b"]);
        assert!(parse("lonely\n").is_err());
    }

    #[test]
    fn a_program_on_the_path_is_found() {
        assert!(find("sh").is_some());
        assert!(find("no-such-program-anywhere").is_none());
    }
}
