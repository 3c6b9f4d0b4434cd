//! The console's page: its types, its tests, and that what is committed is what its sources make.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::phase::{self, Outcome};
use crate::repository;

/// Where it is written, and where npm works.
const SOURCES: &str = "crates/console/ui";
/// What the program embeds: building the program needs no npm.
const BUILT: &str = "crates/console/dist";

/// Installs what the page is built with, checks and tests it, and builds it again.
pub(super) fn check() -> Result<Outcome> {
    run(&["ci"])?;
    run(&["run", "check"])?;
    let (passed, failed) = tests()?;
    let committed = files(BUILT)?;
    run(&["run", "build"])?;
    let built = files(BUILT)?;
    let differing = differing(&committed, &built);
    for name in &differing {
        println!("{BUILT}/{name} is not what {SOURCES} makes; now it is: commit it");
    }
    let failed = failed + u64::from(!differing.is_empty());
    Ok(Outcome::Tests { passed, failed })
}

fn npm(arguments: &[&str]) -> Command {
    let mut npm = phase::program("npm");
    npm.current_dir(repository::root().join(SOURCES))
        .args(arguments);
    npm
}

fn run(arguments: &[&str]) -> Result<()> {
    let status = npm(arguments)
        .status()
        .context("cannot start npm: `cargo xtask test` installs it")?;
    ensure!(status.success(), "npm {} failed", arguments.join(" "));
    Ok(())
}

/// The page's own tests, passed and failed.
fn tests() -> Result<(u64, u64)> {
    let output = npm(&["test"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}{}", String::from_utf8_lossy(&output.stderr));
    let (passed, failed) = (told(&text, "pass"), told(&text, "fail"));
    let (Some(passed), Some(failed)) = (passed, failed) else {
        return Ok((0, 1));
    };
    // Tests that ended without counting are a failure nobody counted.
    let uncounted = failed == 0 && (!output.status.success() || passed == 0);
    Ok((passed, failed + u64::from(uncounted)))
}

/// What Node's runner says at its end: `# pass 37`.
fn told(text: &str, what: &str) -> Option<u64> {
    let count = |line: &str| {
        let rest = line.strip_prefix("# ")?.strip_prefix(what)?;
        rest.trim().parse().ok()
    };
    text.lines().rev().find_map(count)
}

/// The files of a directory, by name.
fn files(directory: &str) -> Result<BTreeMap<String, Vec<u8>>> {
    let path = repository::root().join(directory);
    fs::read_dir(&path)
        .with_context(|| path.display().to_string())?
        .map(|entry| read(&entry?.path()))
        .collect()
}

fn read(path: &Path) -> Result<(String, Vec<u8>)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    Ok((name.into_owned(), bytes))
}

/// Names whose bytes differ, or that only one of both has.
fn differing<'a>(
    before: &'a BTreeMap<String, Vec<u8>>,
    after: &'a BTreeMap<String, Vec<u8>>,
) -> Vec<&'a str> {
    let mut names: Vec<&str> = before
        .keys()
        .chain(after.keys())
        .filter(|name| before.get(*name) != after.get(*name))
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_s_last_counts_are_read() {
        let text = "ok 1 - # pass 9\n# tests 40\n# pass 37\n# fail 3\n";
        assert_eq!(
            (told(text, "pass"), told(text, "fail")),
            (Some(37), Some(3))
        );
        assert_eq!(told("it never began\n", "pass"), None);
    }

    #[test]
    fn a_changed_a_new_and_a_missing_file_all_differ() {
        let folder = |files: &[(&str, &str)]| -> BTreeMap<String, Vec<u8>> {
            files
                .iter()
                .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
                .collect()
        };
        let before = folder(&[("app.js", "1"), ("app.css", "1"), ("old", "1")]);
        let after = folder(&[("app.js", "2"), ("app.css", "1"), ("new", "1")]);
        assert_eq!(differing(&before, &after), ["app.js", "new", "old"]);
        assert!(differing(&before, &before).is_empty());
    }
}
