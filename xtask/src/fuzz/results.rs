//! What has been run: a line of the tally for each sitting, and the table in `fuzz/RESULTS.md` that sums them up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::sitting::Report;
use crate::repository;

/// What one target, or all of them, have had.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
struct Sum {
    cpu: Duration,
    executions: u64,
}

/// Adds a sitting to the tally: target, CPU time in milliseconds, executions.
pub(super) fn tally(folder: &Path, report: &Report) -> Result<()> {
    let path = folder.join("tally.tsv");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let (target, cpu, executions) = (&report.target, report.cpu.as_millis(), report.executions);
    writeln!(file, "{target}\t{cpu}\t{executions}").with_context(|| path.display().to_string())
}

/// Adds a tally to the table and takes it away, so that nothing is counted twice.
pub(super) fn record(tally: &Path) -> Result<bool> {
    let lines = fs::read_to_string(tally).with_context(|| tally.display().to_string())?;
    let page = page();
    let before = fs::read_to_string(&page).with_context(|| page.display().to_string())?;
    let mut sums = read_table(&before)?;
    for line in lines.lines() {
        let (target, sum) =
            parse_sitting(line).with_context(|| format!("not a sitting: {line}"))?;
        sums.entry(target).or_default().add(sum);
    }
    fs::write(&page, with_table(&before, &sums)?)?;
    fs::remove_file(tally)?;
    println!("{}", total(&sums));
    Ok(true)
}

fn page() -> PathBuf {
    repository::root().join("fuzz/RESULTS.md")
}

fn parse_sitting(line: &str) -> Option<(String, Sum)> {
    let mut fields = line.split('\t');
    let target = fields.next()?.to_owned();
    let cpu = Duration::from_millis(fields.next()?.parse().ok()?);
    let executions = fields.next()?.parse().ok()?;
    Some((target, Sum { cpu, executions }))
}

const HEAD: &str = "| target | CPU seconds | executions |\n|---|--:|--:|\n";

/// The rows of the page's table.
fn read_table(page: &str) -> Result<BTreeMap<String, Sum>> {
    let (_, rows) = page.split_once(HEAD).context("the page has no table")?;
    let rows = rows.lines().take_while(|line| line.starts_with('|'));
    rows.map(|row| parse_row(row).with_context(|| format!("not a row: {row}")))
        .collect()
}

fn parse_row(row: &str) -> Option<(String, Sum)> {
    let mut cells = row.trim_matches('|').split('|').map(str::trim);
    let target = cells.next()?.trim_matches('`').to_owned();
    let cpu = Duration::from_secs(number(cells.next()?)?);
    let executions = number(cells.next()?)?;
    Some((target, Sum { cpu, executions }))
}

/// The page with this table and its sum; all else stays as it is.
fn with_table(page: &str, sums: &BTreeMap<String, Sum>) -> Result<String> {
    let (before, rows) = page.split_once(HEAD).context("the page has no table")?;
    let (above, _) = before
        .trim_end()
        .rsplit_once('\n')
        .context("no line with the sum above the table")?;
    let behind: String = rows
        .lines()
        .skip_while(|line| line.starts_with('|'))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut table = String::new();
    for (target, sum) in sums {
        let (cpu, executions) = (grouped(rounded_seconds(sum.cpu)), grouped(sum.executions));
        writeln!(table, "| `{target}` | {cpu} | {executions} |")?;
    }
    Ok(format!("{above}\n{}\n\n{HEAD}{table}{behind}", total(sums)))
}

fn total(sums: &BTreeMap<String, Sum>) -> String {
    let mut all = Sum::default();
    sums.values().for_each(|sum| all.add(*sum));
    let hours = all.cpu.as_secs_f64() / 3600.0;
    let executions = grouped(all.executions);
    format!("In all: {hours:.1} CPU hours, {executions} executions.")
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.executions += other.executions;
    }
}

fn rounded_seconds(time: Duration) -> u64 {
    (time + Duration::from_millis(500)).as_secs()
}

/// 1,234,567
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn number(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Title\n\nSome words.\n\nIn all: 0.0 CPU hours, 0 executions.\n\n\
        | target | CPU seconds | executions |\n|---|--:|--:|\n| `alert` | 1,500 | 20 |\n\n## More\n\nText.\n";

    #[test]
    fn sittings_are_added_to_the_table_and_the_rest_of_the_page_stays() {
        let mut sums = read_table(PAGE).expect("a well-formed page");
        for line in ["alert\t500\t1000000", "cookie\t7200000\t7"] {
            let (target, sum) = parse_sitting(line).expect("a well-formed line");
            sums.entry(target).or_default().add(sum);
        }
        let page = with_table(PAGE, &sums).expect("a well-formed page");
        assert_eq!(
            page,
            "# Title\n\nSome words.\n\nIn all: 2.4 CPU hours, 1,000,027 executions.\n\n\
             | target | CPU seconds | executions |\n|---|--:|--:|\n\
             | `alert` | 1,501 | 1,000,020 |\n| `cookie` | 7,200 | 7 |\n\n## More\n\nText.\n"
        );
        let again = read_table(&page).expect("what was written can be read");
        assert_eq!(again.len(), 2);
        assert!(parse_sitting("alert\tno").is_none());
    }
}
