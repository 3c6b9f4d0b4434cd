//! A file is a chapter: some 200 lines of code, never over 500 before its tests unless an ADR says why.

use super::Rust;
use crate::repository::File;

const LIMIT: usize = 500;

pub(super) fn check(rust: &Rust<'_>, files: &[File]) -> Option<String> {
    if rust.path.starts_with("bench/") {
        return None;
    }
    let lines = code_lines(rust);
    if lines <= LIMIT || has_decision(rust.path, files) {
        return None;
    }
    Some(rust.finding(
        0,
        format_args!(
            "{lines} lines of code before its tests; over {LIMIT} wants an ADR that names it"
        ),
    ))
}

/// Lines with code on them, above the tests.
fn code_lines(rust: &Rust<'_>) -> usize {
    rust.code
        .lines()
        .take(rust.first_test_line)
        .filter(|line| !line.trim().is_empty())
        .count()
}

fn has_decision(path: &str, files: &[File]) -> bool {
    files
        .iter()
        .any(|file| file.path.starts_with("docs/adr/") && file.text.contains(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: String) -> File {
        File {
            path: path.to_owned(),
            text,
        }
    }

    #[test]
    fn a_long_file_needs_a_decision_that_names_it() {
        let long = file("crates/wire/src/long.rs", "fn f() {}\n".repeat(501));
        assert!(check(&Rust::new(&long), &[]).is_some());
        let decision = file(
            "docs/adr/0042-long.md",
            "`crates/wire/src/long.rs` is long because …".to_owned(),
        );
        assert!(check(&Rust::new(&long), &[decision]).is_none());
    }

    #[test]
    fn comments_blank_lines_and_tests_at_the_bottom_do_not_count() {
        let text = format!(
            "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            "// why\n\n".repeat(600),
            "fn f() {}\n".repeat(600)
        );
        assert!(check(&Rust::new(&file("crates/wire/src/a.rs", text)), &[]).is_none());
    }
}
