//! `cargo xtask fuzz …`: the targets of `crates/testkit/src/fuzz` under libFuzzer.

mod build;
mod corpus;
mod crew;
mod planted;
mod results;
mod sitting;

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::repository;
use build::Fuzzer;
use corpus::Corpora;
use sitting::Sitting;

pub(crate) const USAGE: &str = "\
cargo xtask fuzz run TARGET [SECONDS]       one target; without an end until it breaks
cargo xtask fuzz rotate SECONDS [ROUNDS]    each target for so long; without an end round after round
cargo xtask fuzz short                      each target on its corpora and for ten seconds, as in `test`
cargo xtask fuzz planted [TARGET]           each target against the bug planted for it
cargo xtask fuzz shrink TARGET FILE         an input that breaks a target, made smaller
cargo xtask fuzz keep [TARGET]              what was found into the committed corpora, minimised
cargo xtask fuzz record [TALLY]             what was run since the last time into fuzz/RESULTS.md";

/// How long each target runs at every change.
const SHORT: Duration = Duration::from_secs(10);

/// What comes after `cargo xtask fuzz`; `None` if it makes no sense.
pub(crate) fn command(words: &[&str]) -> Option<Result<bool>> {
    Some(match words {
        ["run", target] => run(target, None),
        ["run", target, seconds] => run(target, Some(Duration::from_secs(seconds.parse().ok()?))),
        ["rotate", seconds] => rotate(Duration::from_secs(seconds.parse().ok()?), usize::MAX),
        ["rotate", seconds, rounds] => rotate(
            Duration::from_secs(seconds.parse().ok()?),
            rounds.parse().ok()?,
        ),
        ["short"] => short().map(|(_, broken)| broken == 0),
        ["planted"] => targets().and_then(|all| planted::prove(&all, SHORT)),
        ["planted", target] => known(target).and_then(|one| planted::prove(&[one], SHORT)),
        ["shrink", target, file] => {
            known(target).and_then(|target| Fuzzer::build()?.shrink(&target, file.as_ref()))
        }
        ["keep"] => targets().and_then(|all| keep(&all)),
        ["keep", target] => known(target).and_then(|one| keep(&[one])),
        ["record"] => repository::target_directory()
            .and_then(|folder| results::record(&folder.join("fuzz/tally.tsv"))),
        ["record", tally] => results::record(tally.as_ref()),
        _ => return None,
    })
}

/// Every target on its corpora and for ten seconds: how many held, and how many broke.
pub(crate) fn short() -> Result<(u64, u64)> {
    let fuzzer = Fuzzer::build()?;
    let corpora = Corpora::unpacked(fuzzer.folder())?;
    let targets = targets()?;
    let reports = crew::run(&targets, |target| {
        // What ten seconds find is not worth keeping.
        let finds = fuzzer.empty_folder("short", target)?;
        let sitting = Sitting {
            finds,
            read: corpora.of(target),
            time: Some(SHORT),
        };
        fuzzer.run(target, &sitting)
    })?;
    for report in &reports {
        results::tally(fuzzer.folder(), report)?;
    }
    let broken = reports.iter().filter(|report| report.broke.is_some());
    let broken = u64::try_from(broken.count())?;
    Ok((u64::try_from(reports.len())? - broken, broken))
}

/// One target, and all that it says.
fn run(target: &str, time: Option<Duration>) -> Result<bool> {
    let target = known(target)?;
    let fuzzer = Fuzzer::build()?;
    let corpora = Corpora::unpacked(fuzzer.folder())?;
    let report = fuzzer.run_loud(&target, &lasting(&fuzzer, &corpora, &target, time)?)?;
    results::tally(fuzzer.folder(), &report)?;
    println!("{report}");
    Ok(report.broke.is_none())
}

/// Each target for so long, one after the other, round after round: what they find stays in the target directory.
fn rotate(time: Duration, rounds: usize) -> Result<bool> {
    let fuzzer = Fuzzer::build()?;
    let corpora = Corpora::unpacked(fuzzer.folder())?;
    let mut all_held = true;
    for _ in 0..rounds {
        for target in targets()? {
            let sitting = lasting(&fuzzer, &corpora, &target, Some(time))?;
            let report = fuzzer.run(&target, &sitting)?;
            results::tally(fuzzer.folder(), &report)?;
            println!("{report}");
            all_held &= report.broke.is_none();
        }
    }
    Ok(all_held)
}

/// A sitting whose finds are there the next time.
fn lasting(
    fuzzer: &Fuzzer,
    corpora: &Corpora,
    target: &str,
    time: Option<Duration>,
) -> Result<Sitting> {
    Ok(Sitting {
        finds: fuzzer.lasting_folder("corpus", target)?,
        read: corpora.of(target),
        time,
    })
}

fn keep(targets: &[String]) -> Result<bool> {
    let fuzzer = Fuzzer::build()?;
    let corpora = Corpora::unpacked(fuzzer.folder())?;
    for target in targets {
        let sitting = lasting(&fuzzer, &corpora, target, None)?;
        let merged = fuzzer.merge(target, &sitting)?;
        println!("{target}: {}", corpus::pack(target, &merged)?);
    }
    Ok(true)
}

/// The names of all targets: each has a folder of seeds, which a test of the testkit sees to.
fn targets() -> Result<Vec<String>> {
    let seeds = corpus::seeds();
    let entries = std::fs::read_dir(&seeds).with_context(|| seeds.display().to_string())?;
    let names: BTreeSet<String> = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    Ok(names.into_iter().collect())
}

fn known(target: &str) -> Result<String> {
    let targets = targets()?;
    if !targets.iter().any(|name| name == target) {
        bail!("there is no target {target}, but {}", targets.join(" "));
    }
    Ok(target.to_owned())
}
