//! Words that may not stand in code: unfinished work, silenced lints, and names GLOSSARY.md replaces.

use super::Rust;
use crate::source;

/// Pieces of code, and why not. Looked for in code, never in comments or strings.
const PIECES: &[(&str, &str)] = &[
    ("todo!", "unfinished"),
    ("unimplemented!", "unfinished"),
    ("#[ignore", "a test that does not run proves nothing"),
    (
        "allow(clippy",
        "mend the code or change clippy.toml for everybody",
    ),
    ("clippy::too_many_arguments", "there is a type in hiding"),
];

/// Marks of unfinished work in comments. Spelled in halves, or this file would find itself.
const MARKS: &[&str] = &[
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("TO", "DO"),
];

/// Parts of identifiers and the word GLOSSARY.md has for them.
const NAMES: &[(&str, &str)] = &[
    ("stek", "ticket key"),
    ("ticketer", "ring"),
    ("rotator", "ring"),
    ("hrr", "retry"),
    ("kx", "key exchange"),
    ("hs", "handshake"),
    ("exts", "extensions"),
    ("ctx", "the thing's own name"),
];

/// Last words of names that say nothing about the thing they name.
const EMPTY: &[&str] = &["manager", "helper", "helpers", "util", "utils", "common"];

/// Keywords before the name of a new thing.
const DEFINES: &[&str] = &["struct", "enum", "trait", "mod", "type"];

/// Accessors whose names traits or tokio-rustls have fixed.
const GETTERS: &[&str] = &["get_ref", "get_mut"];

pub(super) fn check(rust: &Rust<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    for (at, line) in rust.code.lines().enumerate() {
        let ours = !rust.path.starts_with("bench/");
        let pieces = PIECES
            .iter()
            .filter(|(piece, _)| ours && line.contains(piece));
        findings
            .extend(pieces.map(|(piece, why)| rust.finding(at, format_args!("{piece}: {why}"))));
        if ours && source::identifiers(line).any(|word| word == "unsafe") {
            findings.push(rust.finding(at, "unsafe"));
        }
        if rust.is_product() {
            findings.extend(names(line).into_iter().map(|why| rust.finding(at, why)));
        }
    }
    for (at, line) in rust.text.lines().enumerate() {
        let marks = MARKS.iter().filter(|mark| line.contains(**mark));
        findings.extend(marks.map(|mark| rust.finding(at, mark)));
    }
    findings
}

fn names(line: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut previous = "";
    for word in source::identifiers(line) {
        let parts = parts(word);
        // Tables in the RFC's own letters (CH, SH, HRR) are figures, not names.
        let is_figure = word.len() <= 3 && word.chars().all(char::is_uppercase);
        let known = NAMES
            .iter()
            .filter(|(name, _)| !is_figure && parts.iter().any(|part| part == name));
        findings.extend(known.map(|(name, better)| format!("{word}: not {name}, say {better}")));
        let last = parts.last().map_or("", String::as_str);
        if DEFINES.contains(&previous) && EMPTY.contains(&last) {
            findings.push(format!(
                "{word}: {last} says nothing; say what it does or holds"
            ));
        }
        if previous == "fn" && word.starts_with("get_") && !GETTERS.contains(&word) {
            findings.push(format!("{word}: no get_"));
        }
        if previous == "fn" && is_vague(word) {
            findings.push(format!("{word}: say what it answers or makes"));
        }
        previous = word;
    }
    findings
}

/// `process_hello`, `do_handshake`; not `process_id`, where the process is the thing.
fn is_vague(function: &str) -> bool {
    function.starts_with("do_") || (function.starts_with("process_") && function != "process_id")
}

/// The words of an identifier, in lower case: `TicketKey` and `ticket_key` are two each.
fn parts(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut joined = false;
    for c in word.chars() {
        if c == '_' {
            joined = false;
        } else if joined && !(c.is_uppercase() && ends_in_lower(&parts, word)) {
            let last = parts.last_mut().expect("joined means there is one");
            last.extend(c.to_lowercase());
        } else {
            parts.push(c.to_lowercase().collect());
            joined = true;
        }
    }
    parts
}

/// Whether capitals begin words here: true for `TicketKey`, false for `TICKET_KEY`.
fn ends_in_lower(parts: &[String], word: &str) -> bool {
    !parts.is_empty() && word.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::File;

    fn findings(text: &str) -> Vec<String> {
        let file = File {
            path: "crates/wire/src/a.rs".to_owned(),
            text: text.to_owned(),
        };
        check(&Rust::new(&file))
    }

    #[test]
    fn unfinished_work_is_found_in_code() {
        assert_eq!(findings("fn f() { todo!() }").len(), 1);
        assert_eq!(findings("#[allow(clippy::foo)]").len(), 1);
        assert_eq!(findings("unsafe fn f() {}").len(), 1);
        assert!(
            findings("// todo! is not allowed, nor is unsafe\n#![forbid(unsafe_code)]").is_empty()
        );
    }

    #[test]
    fn an_identifier_is_read_word_by_word() {
        assert_eq!(parts("TicketKey"), ["ticket", "key"]);
        assert_eq!(parts("ticket_key"), ["ticket", "key"]);
        assert_eq!(parts("TICKET_KEY"), ["ticket", "key"]);
        assert_eq!(findings("struct StekRing;").len(), 1);
        assert_eq!(findings("let hs_hash = 1;").len(), 1);
        assert!(findings("let hash = paths; const HRR: u8 = 1;").is_empty());
    }

    #[test]
    fn a_new_thing_has_a_name_that_says_something() {
        assert_eq!(findings("struct SessionManager;").len(), 1);
        assert_eq!(findings("mod util;").len(), 1);
        assert!(findings("Fault::NoCommonGround => common(a, b),").is_empty());
    }

    #[test]
    fn a_getter_is_named_for_what_it_gives() {
        assert_eq!(findings("fn get_session(&self) {}").len(), 1);
        assert!(findings("fn get_ref(&self) {} fn f() { map.get_many_mut() }").is_empty());
    }
}
