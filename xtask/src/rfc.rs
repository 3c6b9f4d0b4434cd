//! `cargo xtask rfc`: what the RFCs demand (`docs/rfc`), and which code and which tests say that they
//! answer it. Written to `docs/rfc-coverage.md`.
//!
//! A requirement is one MUST, MUST NOT, SHALL, SHALL NOT or REQUIRED; `RFC 9846 §4.2.2 (3)` is the third
//! of its section. A comment that names the number cites the requirement; one that names the section
//! only does not.

mod citation;
mod coverage;
mod report;
mod requirement;

use std::collections::HashSet;
use std::fs;

use anyhow::{Context, Result};

use crate::repository::{self, File};
use crate::source;
use citation::Site;
use coverage::Coverage;
use requirement::Rfc;

/// Where the requirements are, a file an RFC: `9846.txt`.
const REQUIREMENTS: &str = "docs/rfc/";
const REPORT: &str = "docs/rfc-coverage.md";

/// Brings the report up to date; everything that is wrong with requirements and citations.
pub(crate) fn write() -> Result<Vec<String>> {
    let files = repository::files()?;
    let (coverage, findings) = read(&files);
    let text = report::render(&coverage);
    fs::write(repository::root().join(REPORT), text)
        .with_context(|| format!("writing {REPORT}"))?;
    Ok(findings)
}

/// What is wrong with requirements and citations, and whether the report is the one that was committed.
pub(crate) fn check() -> Result<Vec<String>> {
    let files = repository::files()?;
    let (coverage, mut findings) = read(&files);
    let committed = files.iter().find(|file| file.path == REPORT);
    if committed.map(|file| file.text.as_str()) != Some(report::render(&coverage).as_str()) {
        findings.push(format!("{REPORT}: out of date; run `cargo xtask rfc`"));
    }
    Ok(findings)
}

fn read(files: &[File]) -> (Coverage, Vec<String>) {
    let mut findings = Vec::new();
    let mut rfcs = Vec::new();
    for file in files {
        let name = file.path.strip_prefix(REQUIREMENTS);
        let number = name.and_then(|name| name.strip_suffix(".txt")?.parse().ok());
        if let Some(number) = number {
            let (rfc, wrong) = Rfc::parse(number, &file.text);
            findings.extend(wrong.iter().map(|why| format!("{}:{why}", file.path)));
            rfcs.push(rfc);
        }
    }
    let mut sites = Vec::new();
    let tests = source::test_paths(files);
    for file in files.iter().filter(|file| may_cite(&file.path)) {
        let (found, wrong) = citations(file, &tests);
        findings.extend(wrong);
        sites.extend(found);
    }
    let coverage = Coverage::new(rfcs, &sites, &mut findings);
    (coverage, findings)
}

/// The product and its tests; measurements and house keeping answer to no RFC.
fn may_cite(path: &str) -> bool {
    path.ends_with(".rs") && (path.starts_with("crates/") || path.starts_with("interop/"))
}

fn citations(file: &File, tests: &HashSet<String>) -> (Vec<Site>, Vec<String>) {
    let first_test_line = source::first_test_line(&source::code(&file.text));
    // What tests are made of is not product either.
    let is_test = source::is_test(&file.path, tests) || file.path.starts_with("crates/testkit/");
    let (mut sites, mut findings) = (Vec::new(), Vec::new());
    for (at, line) in file.text.lines().enumerate() {
        match citation::of_line(line) {
            Ok(citations) => sites.extend(citations.into_iter().map(|citation| Site {
                path: file.path.clone(),
                line: at + 1,
                is_test: is_test || at >= first_test_line,
                citation,
            })),
            Err(why) => findings.push(format!("{}:{}: {why}", file.path, at + 1)),
        }
    }
    (sites, findings)
}
