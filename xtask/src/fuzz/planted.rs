//! The proof that the targets find bugs: `fuzz/planted.txt` has one for each, of the kind people make, and each is
//! planted in a copy of the repository where only its own target trips over it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::build::Fuzzer;
use super::sitting::Sitting;
use super::{corpus, crew};
use crate::repository;

/// What is wrong in a file while its target runs.
struct Bug {
    target: String,
    file: String,
    lines: Vec<Line>,
}

/// A line of a file, and what stands there instead.
struct Line {
    was: String,
    instead: String,
}

/// In a planted line: whether the bug's own target is running.
const OWN: &str = "PLANTED";

/// On a busy machine so much time on the clock may be needed for one second of the processor's.
const PATIENCE: u32 = 12;

/// Every target runs on its seeds, which must not show its bug, and then for so long, which must. What counts is the
/// processor's time: the proof must not depend on what else is running.
pub(super) fn prove(targets: &[String], time: Duration) -> Result<bool> {
    let bugs = list()?;
    for target in targets {
        ensure!(
            bugs.iter().any(|bug| bug.target == *target),
            "no bug is planted for {target}"
        );
    }
    let copy = repository::target_directory()?.join("fuzz/planted-source");
    plant(&bugs, &copy)?;
    let fuzzer = Fuzzer::build_from(&copy, "planted")?;
    let reports = crew::run(targets, |target| {
        let sitting = |time| {
            Ok::<_, anyhow::Error>(Sitting {
                finds: fuzzer.empty_folder("planted-finds", target)?,
                read: vec![corpus::seeds().join(target)],
                time: Some(time),
            })
        };
        let before = fuzzer.run(target, &sitting(Duration::ZERO)?)?;
        ensure!(
            before.broke.is_none(),
            "the seeds of {target} show its bug already: {before}"
        );
        fuzzer.run(target, &sitting(PATIENCE * time)?)
    })?;
    let blind: Vec<&str> = reports
        .iter()
        .filter(|report| report.broke.is_none() || report.cpu > time)
        .map(|report| report.target.as_str())
        .collect();
    println!(
        "{} of {} targets found their bug",
        reports.len() - blind.len(),
        reports.len()
    );
    if !blind.is_empty() {
        println!("not found: {}", blind.join(" "));
    }
    Ok(blind.is_empty())
}

fn list() -> Result<Vec<Bug>> {
    let path = repository::root().join("fuzz/planted.txt");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    parse(&text)
}

/// Blocks: the target and its file, then lines as they are behind a `-`, each with what stands there instead behind a
/// `+`. What begins with `#` is for people.
fn parse(text: &str) -> Result<Vec<Bug>> {
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    text.split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty())
        .map(|block| bug(block).with_context(|| format!("not a bug: {block}")))
        .collect()
}

fn bug(block: &str) -> Option<Bug> {
    let (first, rest) = block.split_once('\n')?;
    let (target, file) = first.split_once(' ')?;
    let own = format!("std::env::var_os(\"FUZZ_TARGET\").is_some_and(|it| it == \"{target}\")");
    let mut lines: Vec<Line> = Vec::new();
    for line in rest.lines() {
        match (line.split_once(' ')?, lines.last_mut()) {
            (("-", was), _) => lines.push(Line {
                was: was.trim().to_owned(),
                instead: String::new(),
            }),
            (("+", instead), Some(line)) => {
                line.instead += &(instead.replace(OWN, &own) + "\n");
            }
            _ => return None,
        }
    }
    Some(Bug {
        target: target.to_owned(),
        file: file.to_owned(),
        lines,
    })
}

/// Copies the repository and puts the bugs in. A file that stays as it was is not touched, so that cargo compiles
/// only what has changed.
fn plant(bugs: &[Bug], copy: &Path) -> Result<()> {
    let listing = repository::output("git", &["ls-files", "-z"])?;
    for path in listing.split('\0').filter(|path| !path.is_empty()) {
        let (from, to) = (repository::root().join(path), copy.join(path));
        let Ok(mut content) = fs::read(&from) else {
            continue; // deleted, and not committed yet
        };
        let planted: Vec<&Bug> = bugs.iter().filter(|bug| bug.file == path).collect();
        if !planted.is_empty() {
            content = infested(path, &String::from_utf8(content)?, &planted)?.into_bytes();
        }
        if fs::read(&to).ok().as_ref() != Some(&content) {
            fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
            fs::write(&to, content)?;
        }
    }
    Ok(())
}

fn infested(path: &str, text: &str, bugs: &[&Bug]) -> Result<String> {
    let mut instead: BTreeMap<usize, &str> = BTreeMap::new();
    for line in bugs.iter().flat_map(|bug| &bug.lines) {
        let places: Vec<usize> = text
            .lines()
            .enumerate()
            .filter(|(_, found)| found.trim() == line.was)
            .map(|(at, _)| at)
            .collect();
        ensure!(
            places.len() == 1,
            "fuzz/planted.txt: {path} has {} lines {:?}; plant the bug somewhere else",
            places.len(),
            line.was
        );
        let doubled = instead.insert(places[0], &line.instead);
        ensure!(
            doubled.is_none(),
            "fuzz/planted.txt: two bugs in {:?}",
            line.was
        );
    }
    let lines = text.lines().enumerate();
    Ok(lines
        .map(|(at, line)| match instead.get(&at) {
            Some(instead) => (*instead).to_owned(),
            None => format!("{line}\n"),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "# for people\ncookie src/cookie.rs\n- let a = 1;\n+ let a = if PLANTED { 2 } else { 1 };\n";

    #[test]
    fn a_planted_bug_replaces_the_one_line_it_names() {
        let bugs = parse(BLOCK).expect("a well-formed block");
        let planted = infested(
            "src/cookie.rs",
            "fn f() {\n    let a = 1;\n}\n",
            &[&bugs[0]],
        );
        let own = "std::env::var_os(\"FUZZ_TARGET\").is_some_and(|it| it == \"cookie\")";
        assert_eq!(
            planted.expect("the line is there once"),
            format!("fn f() {{\nlet a = if {own} {{ 2 }} else {{ 1 }};\n}}\n")
        );
        assert!(infested("src/cookie.rs", "fn f() {}\n", &[&bugs[0]]).is_err());
        assert!(infested("src/cookie.rs", "let a = 1;\nlet a = 1;\n", &[&bugs[0]]).is_err());
    }

    #[test]
    fn there_is_a_bug_for_every_target_and_the_lines_they_replace_are_still_there() {
        let bugs = list().expect("the list is well-formed");
        let named: Vec<&str> = bugs.iter().map(|bug| bug.target.as_str()).collect();
        for target in crate::fuzz::targets().expect("the seeds are there") {
            assert!(named.contains(&target.as_str()), "no bug for {target}");
        }
        let files: BTreeMap<&str, Vec<&Bug>> =
            bugs.iter().fold(BTreeMap::new(), |mut files, bug| {
                files.entry(bug.file.as_str()).or_default().push(bug);
                files
            });
        for (file, bugs) in files {
            let path = repository::root().join(file);
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
            infested(file, &text, &bugs).expect("the lines are there");
        }
    }
}
