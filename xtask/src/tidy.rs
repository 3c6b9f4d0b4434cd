//! What review should not have to look for: lengths, words, clocks, places, citations, links.

mod citations;
mod length;
mod limits;
mod links;
mod places;
mod rules;
mod words;

use std::collections::HashSet;

use anyhow::Result;

use crate::repository::{self, File};
use crate::source;

/// Everything found wrong, one line each: `path:line: what`.
pub(crate) fn check() -> Result<Vec<String>> {
    let files = repository::files()?;
    let tests = source::test_paths(&files);
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        let rust = Rust {
            is_test: source::is_test(&file.path, &tests),
            ..Rust::new(file)
        };
        findings.extend(length::check(&rust, &files));
        findings.extend(words::check(&rust));
        findings.extend(places::clocks(&rust));
        findings.extend(citations::check(file));
    }
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        findings.extend(citations::check(file));
        findings.extend(links::check(file, &files));
    }
    findings.extend(files.iter().flat_map(places::addresses));
    findings.extend(limits::check(&files));
    findings.extend(rules::check(&files));
    Ok(findings)
}

/// A Rust file, its text beside its code.
struct Rust<'a> {
    path: &'a str,
    text: &'a str,
    /// The text with comments and strings blanked; as many lines as the text has.
    code: String,
    first_test_line: usize,
    /// Nothing but tests.
    is_test: bool,
}

impl<'a> Rust<'a> {
    fn new(file: &'a File) -> Self {
        let code = source::code(&file.text);
        let first_test_line = source::first_test_line(&code);
        Self {
            path: &file.path,
            text: &file.text,
            code,
            first_test_line,
            is_test: source::is_test(&file.path, &HashSet::new()),
        }
    }

    /// Part of the product, and not of its measurements or of the house keeping.
    fn is_product(&self) -> bool {
        self.path.starts_with("crates/")
    }

    fn finding(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("{}:{}: {what}", self.path, line + 1)
    }
}
