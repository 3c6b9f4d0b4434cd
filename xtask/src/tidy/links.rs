//! A link in a document leads to a file that is there.

use std::path::{Component, Path};

use crate::repository::File;

pub(super) fn check(document: &File, files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for (at, line) in document.text.lines().enumerate() {
        let broken = targets(line).filter(|target| !leads_somewhere(&document.path, target, files));
        findings.extend(
            broken.map(|target| format!("{}:{}: no such file: {target}", document.path, at + 1)),
        );
    }
    findings
}

/// The relative targets of `](…)`, `src="…"` and `srcset="…"` on a line, without their anchors.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let marks = [
        ("](", ')'),
        ("src=\"", '"'),
        ("srcset=\"", '"'),
        ("href=\"", '"'),
    ];
    marks
        .into_iter()
        .flat_map(move |(open, close)| {
            line.split(open)
                .skip(1)
                .filter_map(move |rest| rest.split(close).next())
        })
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| {
            !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")
        })
}

fn leads_somewhere(document: &str, target: &str, files: &[File]) -> bool {
    let folder = Path::new(document)
        .parent()
        .unwrap_or_else(|| Path::new(""));
    let mut parts: Vec<&str> = Vec::new();
    let joined = folder.join(target);
    for component in joined.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str().unwrap_or_default()),
            Component::ParentDir => {
                parts.pop();
            }
            _ => {}
        }
    }
    let path = parts.join("/");
    let folder = format!("{path}/");
    files
        .iter()
        .any(|file| file.path == path || file.path.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_nothing_is_found() {
        let files = ["docs/a.md", "crates/wire/src/lib.rs"].map(|path| File {
            path: path.to_owned(),
            text: String::new(),
        });
        let text = "[a](a.md#x) [b](../crates/wire) [c](../crates/wire/src/no.rs) [d](https://example.com/)".to_owned();
        let document = File {
            path: "docs/b.md".to_owned(),
            text,
        };
        assert_eq!(
            check(&document, &files),
            ["docs/b.md:1: no such file: ../crates/wire/src/no.rs"]
        );
    }
}
