//! The programs of others: where they are, and which Debian package brings them.

use std::env;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::process::LIMIT;

/// Each program the tests start, with its Debian package: the list that `cargo xtask test` installs.
const PACKAGES: &str = include_str!("../packages.txt");

/// A command for a program found on the `PATH`. A missing one fails the test.
#[track_caller]
pub fn program(name: &str) -> Command {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file());
    match found {
        Some(file) => Command::new(file),
        None => panic!("{name} is not installed: apt-get install {}", package(name)),
    }
}

/// The Debian package that brings a program.
#[track_caller]
pub fn package(name: &str) -> &'static str {
    let mut entries = PACKAGES.lines().filter_map(|line| line.split_once(' '));
    entries.find(|(program, _)| *program == name).map_or_else(
        || panic!("{name} is not in interop/packages.txt"),
        |(_, package)| package,
    )
}

/// One of our scripts for a peer, from `interop/peers`.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("peers")
        .join(name)
}

/// A loopback port that was free a moment ago, for programs that cannot choose one themselves.
#[track_caller]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    listener.local_addr().expect("its address").port()
}

/// Waits until somebody listens on a loopback port, for programs that do not say when they do.
#[track_caller]
pub fn wait_for_port(port: u16) {
    const MOMENT: Duration = Duration::from_millis(20);
    for _ in 0..LIMIT.as_millis() / MOMENT.as_millis() {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        thread::sleep(MOMENT);
    }
    panic!("nobody listens on port {port}");
}

/// Our own program: `TESSERA_BIN`, or the one cargo built beside the test.
#[track_caller]
pub fn tessera() -> Command {
    let file = env::var_os("TESSERA_BIN").map_or_else(beside_the_test, PathBuf::from);
    assert!(
        fs::metadata(&file).is_ok(),
        "{} does not exist: run `cargo build -p tessera-cli` first, or name it in TESSERA_BIN",
        file.display()
    );
    let mut command = Command::new(file);
    // What the caller's environment holds must not change what a test sees.
    command
        .env_remove("SSLKEYLOGFILE")
        .env_remove("CREDENTIALS_DIRECTORY");
    command
}

fn beside_the_test() -> PathBuf {
    let test = env::current_exe().expect("the test knows its own path");
    let target = test
        .parent()
        .and_then(Path::parent)
        .expect("target/debug/deps/test");
    target.join("tessera")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_program_and_its_package() {
        for line in PACKAGES.lines() {
            let (program, _) = line.split_once(' ').expect("a program and its package");
            assert!(!package(program).contains(' '), "{line}");
        }
    }
}
