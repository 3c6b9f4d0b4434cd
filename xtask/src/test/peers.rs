//! The programs that the tests run against. A missing one is installed or fails the run; nothing skips.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::phase;

/// Programs of which any one will do, and the package they come from on Debian and Ubuntu.
struct Peer {
    programs: &'static [&'static str],
    package: &'static str,
}

const PEERS: &[Peer] = &[
    Peer {
        programs: &["openssl"],
        package: "openssl",
    },
    Peer {
        programs: &["gnutls-cli"],
        package: "gnutls-bin",
    },
    Peer {
        programs: &["gnutls-serv"],
        package: "gnutls-bin",
    },
    Peer {
        programs: &["curl"],
        package: "curl",
    },
    Peer {
        programs: &["python3"],
        package: "python3",
    },
    Peer {
        programs: &["node"],
        package: "nodejs",
    },
    Peer {
        programs: &["java"],
        package: "default-jdk-headless",
    },
    Peer {
        programs: &["javac"],
        package: "default-jdk-headless",
    },
    Peer {
        programs: &["chromium"],
        package: "chromium",
    },
];

/// True when every peer is there, after installing those that were not.
pub(super) fn ensure() -> Result<bool> {
    let missing = missing();
    if missing.is_empty() {
        println!("every program the tests run against is installed");
        return Ok(true);
    }
    let command = format!(
        "apt-get install --yes --no-install-recommends {}",
        missing.join(" ")
    );
    if find("apt-get").is_none() || !is_root()? {
        println!("The tests run against programs that are not installed. On Debian or Ubuntu:\n");
        println!("    sudo apt-get update && sudo {command}\n");
        println!(
            "Elsewhere, install what provides: {}",
            absent_programs().join(", ")
        );
        return Ok(false);
    }
    // The lists of a fresh machine may be empty or old, so they are fetched first.
    apt(&["update", "--quiet"])?;
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(&missing);
    apt(&arguments)?;
    let absent = absent_programs();
    if !absent.is_empty() {
        println!("still missing after {command}: {}", absent.join(", "));
    }
    Ok(absent.is_empty())
}

/// The packages to install, each once.
fn missing() -> Vec<&'static str> {
    let mut packages: Vec<&str> = PEERS
        .iter()
        .filter(|peer| is_absent(peer))
        .map(|peer| peer.package)
        .collect();
    packages.dedup();
    packages
}

fn absent_programs() -> Vec<String> {
    PEERS
        .iter()
        .filter(|peer| is_absent(peer))
        .map(|peer| peer.programs.join(" or "))
        .collect()
}

fn is_absent(peer: &Peer) -> bool {
    peer.programs.iter().all(|program| find(program).is_none())
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
    fn a_package_is_named_once_however_many_programs_it_holds() {
        let mut packages: Vec<&str> = PEERS.iter().map(|peer| peer.package).collect();
        packages.dedup();
        let mut sorted = packages.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(
            packages.len(),
            sorted.len(),
            "programs of one package stand together"
        );
    }

    #[test]
    fn a_program_on_the_path_is_found() {
        assert!(find("sh").is_some());
        assert!(find("no-such-program-anywhere").is_none());
    }
}
