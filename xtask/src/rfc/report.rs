//! `docs/rfc-coverage.md`, for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::coverage::{Cited, Coverage, Covered};
use super::requirement::Kind;

const INTRODUCTION: &str = "\
# RFC coverage

What the RFCs demand of a TLS stack, where this one does it, and which tests would fail if it did not. Made by
`cargo xtask rfc` from the requirements in [docs/rfc](rfc) and from the comments that cite them; `cargo xtask test`
fails if it is out of date, if a requirement is neither cited nor reasoned, and if a citation cites nothing.

A requirement is one MUST, MUST NOT, SHALL, SHALL NOT or REQUIRED of an RFC's text, in our own words; `§4.2.2 (3)` is
the third of section 4.2.2. It counts as cited where a comment names its number, as `RFC 9846 §4.2.2 (3)` or in a list,
`(2, 3)`. A comment that names the section alone counts for nothing here.

Where no code cites one, there is a reason:

* *by construction*: nothing that could break it exists, or all of the code does it
* *same as*: another requirement says it, and that is the one to look at
* *decided*: what it is about is left out on purpose; *later*: it is planned
* *departs*: we do otherwise, on purpose; *gap*: we should, and do not
* *not ours*: it binds somebody else
";

pub(super) fn render(coverage: &Coverage) -> String {
    let mut text = String::from(INTRODUCTION);
    summary(coverage, &mut text);
    for covered in &coverage.rfcs {
        section(covered, &mut text);
    }
    text
}

/// One line an RFC.
fn summary(coverage: &Coverage, text: &mut String) {
    text.push_str("\n| | requirements | in code | and in a test |");
    for kind in Kind::ALL {
        let _ = write!(text, " {} |", kind.word());
    }
    text.push_str("\n|---|---|---|---|");
    text.push_str(&"---|".repeat(Kind::ALL.len()));
    for covered in &coverage.rfcs {
        let number = covered.rfc.number;
        let count = |counts: &dyn Fn(&Cited) -> bool| {
            covered.each().filter(|(_, cited)| counts(cited)).count()
        };
        let in_code = count(&|cited| !cited.code.is_empty());
        let in_both = count(&|cited| !cited.code.is_empty() && !cited.tests.is_empty());
        let all = covered.rfc.requirements.len();
        let _ = write!(
            text,
            "\n| [RFC {number}](#rfc-{number}) | {all} | {in_code} | {in_both} |"
        );
        for kind in Kind::ALL {
            let reasons = covered.rfc.requirements.iter();
            let reasons = reasons.filter_map(|requirement| requirement.reason.as_ref());
            let of_kind = reasons.filter(|reason| reason.kind == kind).count();
            let _ = write!(text, " {of_kind} |");
        }
    }
    text.push('\n');
}

fn section(covered: &Covered, text: &mut String) {
    let rfc = &covered.rfc;
    let _ = writeln!(text, "\n## RFC {}\n\n{}.", rfc.number, rfc.title);
    let cited = || covered.each().filter(|(one, _)| one.reason.is_none());
    if cited().next().is_some() {
        text.push_str("\n| | | says | code | tests |\n|---|---|---|---|---|\n");
    }
    for (one, cited) in cited() {
        let (code, tests) = (files(&cited.code), files(&cited.tests));
        let (level, role, says) = (one.level, one.role, &one.says);
        let _ = writeln!(
            text,
            "| {one} | {level} {role} | {says} | {code} | {tests} |"
        );
    }
    let reasoned = || covered.each().filter(|(one, _)| one.reason.is_some());
    if reasoned().next().is_some() {
        text.push_str(
            "\nNot cited by code:\n\n| | | says | why not | tests |\n|---|---|---|---|---|\n",
        );
    }
    for (one, cited) in reasoned() {
        let Some(reason) = &one.reason else { continue };
        let (level, role, says, tests) = (one.level, one.role, &one.says, files(&cited.tests));
        let (why, what) = (reason.kind.word(), &reason.what);
        let _ = writeln!(
            text,
            "| {one} | {level} {role} | {says} | *{why}*: {what} | {tests} |"
        );
    }
}

fn files(paths: &BTreeSet<String>) -> String {
    let names = paths.iter().map(|path| {
        let name = path.trim_start_matches("crates/");
        format!("`{name}`")
    });
    names.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::requirement::Rfc;
    use super::*;

    #[test]
    fn requirements_are_counted_by_what_became_of_them() {
        let text = "A Protocol\n1 (1) MUST both: x | later: x\n1 (2) MUST both: y | gap: y\n";
        let (rfc, mut findings) = Rfc::parse(7, text);
        let coverage = Coverage::new(vec![rfc], &[], &mut findings);
        let report = render(&coverage);
        assert!(report.contains("| [RFC 7](#rfc-7) | 2 | 0 | 0 | 0 | 0 | 0 | 1 | 0 | 1 | 0 |"));
        assert!(report.contains("| §1 (2) | MUST both | y | *gap*: y |  |"));
    }
}
