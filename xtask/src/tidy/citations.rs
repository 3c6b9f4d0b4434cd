//! Citations read `RFC 9846 §4.5.3` or `RFC 9846 appendix C.4`, and the section is there.

use crate::repository::File;

/// RFC 9846: how many parts each section has, for those that have any.
const PARTS: &[(&str, u8)] = &[
    ("1", 4),
    ("2", 3),
    ("3", 8),
    ("4", 7),
    ("4.2", 4),
    ("4.3", 11),
    ("4.3.8", 2),
    ("4.3.11", 3),
    ("4.4", 2),
    ("4.5", 3),
    ("4.5.1", 3),
    ("4.7", 3),
    ("5", 5),
    ("6", 2),
    ("7", 5),
    ("7.4", 2),
    ("8", 3),
    ("9", 3),
    ("10", 0),
    ("11", 1),
    ("A", 2),
    ("B", 4),
    ("B.3", 5),
    ("B.3.1", 4),
    ("C", 5),
    ("D", 0),
    ("E", 5),
    ("F", 10),
    ("F.1", 6),
    ("F.2", 1),
    ("F.5", 1),
];

pub(super) fn check(file: &File) -> Vec<String> {
    if file.path == "xtask/src/tidy/citations.rs" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        let faults = line.split("RFC").skip(1).filter_map(fault);
        findings.extend(faults.map(|why| format!("{}:{}: {why}", file.path, at + 1)));
    }
    findings
}

/// What is wrong with a citation, given what follows the letters `RFC`.
fn fault(after: &str) -> Option<String> {
    let bare = after.trim_start_matches('-');
    if bare.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(format!("write `RFC {}`", digits(bare)));
    }
    let number = digits(after.strip_prefix(' ')?);
    if number.is_empty() {
        return None; // "RFC words" is not a citation
    }
    if number == "8446" {
        return Some("RFC 8446 is replaced: cite RFC 9846".to_owned());
    }
    let place = after[1 + number.len()..]
        .trim_start_matches(',')
        .trim_start();
    if place.to_lowercase().starts_with("section") {
        return Some(format!("write `RFC {number} §…`"));
    }
    let section = place
        .strip_prefix('§')
        .or_else(|| place.strip_prefix("appendix "))?;
    let section = section_number(section);
    if section.is_empty() {
        return Some("a § without its number".to_owned());
    }
    (number == "9846" && !exists(section)).then(|| format!("RFC 9846 has no section {section}"))
}

fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit());
    &text[..end.unwrap_or(text.len())]
}

/// The leading `4.3.11` or `C.4`, without the full stop that ends a sentence.
fn section_number(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit() && !c.is_ascii_uppercase() && c != '.');
    text[..end.unwrap_or(text.len())].trim_end_matches('.')
}

fn exists(section: &str) -> bool {
    match section.rsplit_once('.') {
        None => PARTS.iter().any(|(top, _)| *top == section),
        Some((whole, part)) => {
            let parts = PARTS
                .iter()
                .find(|(name, _)| *name == whole)
                .map_or(0, |(_, count)| *count);
            part.parse::<u8>()
                .is_ok_and(|part| (1..=parts).contains(&part))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_citations_pass() {
        for text in [
            " 9846 §4.5.3.",
            " 9846 appendix C.4",
            " 5246",
            " words",
            "s",
            " 8448 §3",
            ": see",
        ] {
            assert_eq!(fault(text), None, "RFC{text}");
        }
    }

    #[test]
    fn bad_citations_are_found() {
        for text in [
            "9846",
            "-9846",
            " 8446 §4.2",
            " 9846 section 4.1",
            ", 9846",
            " 9846 §4.9",
            " 9846 § 4",
        ] {
            let found = fault(text).is_some();
            assert_eq!(found, text != ", 9846", "RFC{text}");
        }
    }

    #[test]
    fn every_section_the_table_counts_in_is_there() {
        assert!(PARTS.iter().all(|(section, _)| exists(section)));
        assert!(!exists("4.3.12"));
        assert!(!exists("G.1"));
    }
}
