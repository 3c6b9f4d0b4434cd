//! Things that belong in one place, and places that belong to one machine.

use super::Rust;
use crate::repository::File;

/// The one file that reads the clock and the system's generator.
const CLOCK: &str = "crates/io/src/clock.rs";

/// Reading the time of day, or drawing randomness nobody handed in.
const HIDDEN: &[&str] = &[
    "SystemTime::now",
    "UNIX_EPOCH.elapsed",
    "SystemRandom",
    "getrandom",
    "OsRng",
    "thread_rng",
    "rand::fill",
];

/// What only the program may also use: a stopwatch is not a clock.
const STOPWATCH: &str = "Instant::now";

/// Roots of paths that exist on somebody's machine only.
const ROOTS: &[&str] = &["home", "root", "Users", "work", "workspace", "farm"];

/// Hosts that packages come from: what we need is named, where it comes from is each machine's own affair.
/// Spelled in halves, or this file would find itself.
const HOSTS: &[&str] = &[
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("pypi", ".org"),
    concat!("registry.", "npmjs"),
    concat!("deb.", "debian.org"),
    concat!("archive.", "ubuntu.com"),
    concat!("proxy.", "golang.org"),
];

/// Clocks and dice in the product outside their place. Tests are free, but clippy asks them for a reason.
pub(super) fn clocks(rust: &Rust<'_>) -> Vec<String> {
    if !rust.is_product() || rust.is_test || rust.path == CLOCK {
        return Vec::new();
    }
    let stopwatch_allowed = rust.path.starts_with("crates/cli/");
    let mut findings = Vec::new();
    for (at, line) in rust.code.lines().enumerate().take(rust.first_test_line) {
        let hidden = HIDDEN.iter().chain(std::iter::once(&STOPWATCH));
        let found = hidden.filter(|piece| line.contains(**piece));
        let found = found.filter(|piece| **piece != STOPWATCH || !stopwatch_allowed);
        findings
            .extend(found.map(|piece| rust.finding(at, format_args!("{piece} outside {CLOCK}"))));
    }
    findings
}

/// Absolute paths of one machine and addresses of package registries, in any text file.
pub(super) fn addresses(file: &File) -> Vec<String> {
    if file.path.ends_with(".lock") || file.path == "xtask/src/tidy/places.rs" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        let roots = ROOTS.iter().filter(|root| has_local_path(line, root));
        findings.extend(roots.map(|root| {
            format!(
                "{}:{}: a path under /{root} exists on one machine only",
                file.path,
                at + 1
            )
        }));
        let hosts = HOSTS.iter().filter(|host| line.contains(**host));
        findings.extend(hosts.map(|host| {
            format!(
                "{}:{}: {host} is the address of a registry",
                file.path,
                at + 1
            )
        }));
    }
    findings
}

fn has_local_path(line: &str, root: &str) -> bool {
    let path = format!("/{root}/");
    line.match_indices(&path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_.-/}".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn the_clock_is_read_in_one_file() {
        let text = "fn f() { let t = std::time::SystemTime::now(); }";
        assert_eq!(
            clocks(&Rust::new(&file("crates/engine/src/a.rs", text))).len(),
            1
        );
        assert!(clocks(&Rust::new(&file(CLOCK, text))).is_empty());
        assert!(clocks(&Rust::new(&file("crates/io/tests/a.rs", text))).is_empty());
    }

    #[test]
    fn the_program_may_hold_a_stopwatch() {
        let text = "fn f() { let t = Instant::now(); }";
        assert_eq!(
            clocks(&Rust::new(&file("crates/io/src/a.rs", text))).len(),
            1
        );
        assert!(clocks(&Rust::new(&file("crates/cli/src/a.rs", text))).is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        assert_eq!(addresses(&file("README.md", "see /home/me/x")).len(), 1);
        assert!(
            addresses(&file(
                "README.md",
                "see docs/home/x and https://example.com/home/x"
            ))
            .is_empty()
        );
    }
}
