//! Runs tests, shows their output as it comes, and counts.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::phase::Outcome;

/// What one `test result:` line says.
#[derive(Default, Debug, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

/// Runs `cargo test …` and adds up every `test result:` line it prints.
pub(super) fn run(mut cargo: Command) -> Result<Outcome> {
    let mut child = cargo
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let output = child
        .stdout
        .take()
        .context("the output is piped two lines above")?;
    let mut total = Tally::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        println!("{line}");
        if let Some(tally) = parse(&line) {
            total.passed += tally.passed;
            total.failed += tally.failed;
            total.ignored += tally.ignored;
        }
    }
    let ok = child.wait()?.success();
    if total.ignored > 0 {
        println!(
            "{} tests were ignored, and nothing skips here",
            total.ignored
        );
        total.failed += total.ignored;
    }
    // Tests that did not compile, or died before they could count, are a failure nobody counted.
    if !ok && total.failed == 0 {
        total.failed = 1;
    }
    Ok(Outcome::Tests {
        passed: total.passed,
        failed: total.failed,
    })
}

/// `test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s`
fn parse(line: &str) -> Option<Tally> {
    let counts = line
        .trim_end()
        .strip_prefix("test result: ")?
        .split_once(". ")?
        .1;
    let count = |word: &str| {
        let part = counts.split(';').find(|part| part.trim().ends_with(word))?;
        part.trim().split(' ').next()?.parse().ok()
    };
    Some(Tally {
        passed: count("passed")?,
        failed: count("failed")?,
        ignored: count("ignored")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_line_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(
            parse(line),
            Some(Tally {
                passed: 12,
                failed: 3,
                ignored: 1
            })
        );
        assert_eq!(parse("test a::b ... ok"), None);
    }
}
