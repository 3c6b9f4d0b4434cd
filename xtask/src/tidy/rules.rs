//! Every session rule in force has a test that names it, and every test that names a rule names one
//! of `docs/session-rules.md`.

use std::collections::BTreeSet;

use crate::repository::File;
use crate::source;

const DOCUMENT: &str = "docs/session-rules.md";

pub(super) fn check(files: &[File]) -> Vec<String> {
    let document = files.iter().find(|file| file.path == DOCUMENT);
    let rules: Vec<(&str, bool)> = document
        .map(|file| rules(&file.text).collect())
        .unwrap_or_default();
    let mut tested = BTreeSet::new();
    let mut findings = Vec::new();
    for file in files
        .iter()
        .filter(|file| file.path.ends_with(".rs") && !file.path.starts_with("xtask/"))
    {
        for rule in source::code(&file.text).lines().flat_map(named) {
            if rules.iter().all(|(name, _)| *name != rule) {
                findings.push(format!("{}: {DOCUMENT} has no {rule}", file.path));
            }
            tested.insert(rule);
        }
    }
    let untested = rules
        .iter()
        .filter(|(name, in_force)| *in_force && !tested.contains(*name));
    findings.extend(
        untested.map(|(name, _)| format!("{DOCUMENT}: no test names {name}, which is in force")),
    );
    findings
}

/// Lines like ``| `rule_03` | yes | … |``: the rule and whether it is in force.
fn rules(document: &str) -> impl Iterator<Item = (&str, bool)> {
    document.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((name, rest.starts_with("yes")))
    })
}

/// The rules in the name of the test that begins on this line: `rule_19_r13_a_forged…` names two.
fn named(line: &str) -> Vec<String> {
    let Some(name) = line
        .trim_start()
        .trim_start_matches("async ")
        .strip_prefix("fn ")
    else {
        return Vec::new();
    };
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let is_number = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let mut rules = Vec::new();
    let mut at = 0;
    loop {
        match (words.get(at), words.get(at + 1)) {
            (Some(&"rule"), Some(number)) if number.len() == 2 && is_number(number) => {
                rules.push(format!("rule_{number}"));
                at += 2;
            }
            (Some(word), _) if word.strip_prefix('r').is_some_and(is_number) => {
                rules.push((*word).to_owned());
                at += 1;
            }
            (Some(&"and"), _) if at > 0 => at += 1,
            _ => return rules,
        }
    }
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
    fn a_test_may_name_several_rules() {
        assert_eq!(named("async fn r5_taint() {"), ["r5"]);
        assert_eq!(
            named("    fn rule_19_r13_a_forged_key() {"),
            ["rule_19", "r13"]
        );
        assert_eq!(
            named("fn rule_01_and_r4_another_policy() {"),
            ["rule_01", "r4"]
        );
        assert!(named("fn rfc_5869_basic() {").is_empty());
        assert!(named("fn ruling_of_all() {").is_empty());
    }

    #[test]
    fn rules_and_tests_cover_each_other() {
        let document = file(
            DOCUMENT,
            "| `rule_03` | yes | x |\n| `r5` | yes | x |\n| `r9` | waits | x |\n",
        );
        let tests = file(
            "crates/engine/tests/a.rs",
            "fn rule_03_it_ends() {}\nfn r7_it_stays() {}\n",
        );
        let findings = check(&[document, tests]);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("has no r7"));
        assert!(findings[1].contains("no test names r5"));
    }
}
