//! Every limit in a file called `limits.rs` has a row in `docs/limits.md`, with its number and a test there is.

use std::collections::HashSet;

use crate::repository::File;

const DOCUMENT: &str = "docs/limits.md";

/// A row: the constant, its file, its number and the test.
struct Row<'a> {
    name: &'a str,
    path: &'a str,
    number: u64,
    test: Option<&'a str>,
}

pub(super) fn check(files: &[File]) -> Vec<String> {
    let document = files.iter().find(|file| file.path == DOCUMENT);
    let lines = document.map_or("", |file| file.text.as_str()).lines();
    let rows: Vec<Row<'_>> = lines.filter_map(row).collect();
    let rust = || files.iter().filter(|file| file.path.ends_with(".rs"));
    let tests: HashSet<&str> = rust()
        .flat_map(|file| file.text.lines())
        .filter_map(|line| line.split_once("fn ")?.1.split('(').next())
        .collect();
    let mut findings = Vec::new();
    for row in &rows {
        let file = files.iter().find(|file| file.path == row.path);
        let value = file.and_then(|file| constants(file).find(|(name, _)| *name == row.name));
        if value.and_then(|(_, value)| value) != Some(row.number) {
            findings.push(format!("{DOCUMENT}: {} is not {}", row.name, row.number));
        }
        if row.test.is_some_and(|test| !tests.contains(test)) {
            findings.push(format!("{DOCUMENT}: {} has no such test", row.name));
        }
    }
    for file in
        rust().filter(|file| file.path.ends_with("/limits.rs") && !file.path.starts_with("xtask/"))
    {
        for (name, _) in constants(file) {
            if !rows
                .iter()
                .any(|row| row.name == name && row.path == file.path)
            {
                findings.push(format!("{}: {DOCUMENT} has no {name}", file.path));
            }
        }
    }
    findings
}

/// A line like ``| what | 1,024 | `NAME` in [file](../path) | why | `test` |``.
fn row(line: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> = line.split(" | ").collect();
    let [_, number, place, _, test] = *cells.as_slice() else {
        return None;
    };
    let (name, place) = place.strip_prefix('`')?.split_once("` in ")?;
    let path = place.split_once("(../")?.1.strip_suffix(')')?;
    Some(Row {
        name,
        path,
        number: number.replace(',', "").parse().ok()?,
        test: test
            .strip_prefix('`')
            .and_then(|test| test.split('`').next()),
    })
}

/// The constants of a file that are numbers, and their values.
fn constants(file: &File) -> impl Iterator<Item = (&str, Option<u64>)> {
    file.text.lines().filter_map(|line| {
        let (name, rest) = line.split_once("const ")?.1.split_once(": ")?;
        let value = rest.split_once(" = ")?.1.strip_suffix(';')?;
        Some((name, product(value)))
    })
}

/// `64 * 1024`, `1 << 14`, `0x8000`, `Duration::from_secs(10)`.
fn product(value: &str) -> Option<u64> {
    let seconds = value.strip_prefix("Duration::from_secs(");
    let value = seconds.map_or(Some(value), |value| value.strip_suffix(')'))?;
    let number = |text: &str| match text.trim().strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.trim().replace('_', "").parse().ok(),
    };
    if let Some((one, shift)) = value.split_once("<<") {
        return number(one)?.checked_shl(u32::try_from(number(shift)?).ok()?);
    }
    value.split('*').try_fold(1, |product: u64, factor| {
        product.checked_mul(number(factor)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_and_its_constant_agree() {
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let document = |number: &str| {
            let line = format!("| x | {number} | `A` in [a](../a/limits.rs) | why | `it_is` |");
            file(DOCUMENT, &line)
        };
        let limits = |text: &str| file("a/limits.rs", text);
        let test = || file("a/tests/a.rs", "fn it_is() {");
        let a = "pub(crate) const A: usize = 64 * 1024;\n";
        assert!(check(&[document("65,536"), limits(a), test()]).is_empty());
        assert_eq!(check(&[document("65,537"), limits(a), test()]).len(), 1);
        assert_eq!(check(&[document("65,536"), limits(a)]).len(), 1);
        let both = format!("{a}const B: u32 = 1 << 3;\n");
        assert_eq!(check(&[document("65,536"), limits(&both), test()]).len(), 1);
        assert_eq!(
            (product("1 << 14"), product("0x8000")),
            (Some(16_384), Some(0x8000))
        );
        assert_eq!(product("Duration::from_secs(60 * 60)"), Some(3600));
    }
}
