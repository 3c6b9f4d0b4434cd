//! One run of one target, and what came of it.

use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::build::Fuzzer;

/// What a target starts from, where its finds go, and how long it has.
pub(super) struct Sitting {
    pub(super) finds: PathBuf,
    pub(super) read: Vec<PathBuf>,
    /// No time: until it breaks.
    pub(super) time: Option<Duration>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) target: String,
    pub(super) executions: u64,
    pub(super) cpu: Duration,
    /// Edges of the program that were passed.
    pub(super) covered: u64,
    /// What the target said when it broke.
    pub(super) broke: Option<String>,
}

/// One input may not take longer, however busy the machine is.
const TIMEOUT: &str = "-timeout=300";

/// Fewer counters than this, and the program was built without them.
const FEWEST_COUNTERS: u64 = 10_000;

impl Fuzzer {
    /// Runs a target; what it says goes into a file.
    pub(super) fn run(&self, target: &str, sitting: &Sitting) -> Result<Report> {
        self.watch(target, sitting, |_| ())
    }

    /// Runs a target; what it says is shown, too.
    pub(super) fn run_loud(&self, target: &str, sitting: &Sitting) -> Result<Report> {
        self.watch(target, sitting, |line| eprintln!("{line}"))
    }

    fn watch(&self, target: &str, sitting: &Sitting, show: impl Fn(&str)) -> Result<Report> {
        let mut fuzzer = self.command(target)?;
        fuzzer
            .arg(&sitting.finds)
            .args(&sitting.read)
            .args([TIMEOUT, "-print_final_stats=1"]);
        if let Some(time) = sitting.time {
            // The corpora are run in any case; without time, that is all.
            fuzzer.arg(match time.as_secs() {
                0 => "-runs=0".to_owned(),
                seconds => format!("-max_total_time={seconds}"),
            });
        }
        let mut child = fuzzer.stderr(Stdio::piped()).spawn()?;
        let said = child.stderr.take().context("it is piped one line above")?;
        let log_path = self.lasting_folder("log", "")?.join(target);
        let mut log = File::create(&log_path)?;
        let mut words = Words::default();
        for line in BufReader::new(said).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            writeln!(log, "{line}")?;
            show(&line);
            words.hear(&line);
        }
        let cpu = cpu_time(&child)?;
        let ended_well = child.wait()?.success();
        if words.counters < FEWEST_COUNTERS {
            bail!("{target} ran without coverage: see {}", log_path.display());
        }
        Ok(Report {
            target: target.to_owned(),
            executions: words.executions,
            cpu,
            covered: words.covered,
            broke: (!ended_well).then(|| words.last_words(&log_path)),
        })
    }

    /// Makes an input that breaks a target smaller, and says where the smaller one is.
    pub(super) fn shrink(&self, target: &str, input: &Path) -> Result<bool> {
        let folder = self.lasting_folder("artifacts", target)?;
        let smaller = folder.join("smallest");
        let input = input
            .canonicalize()
            .with_context(|| input.display().to_string())?;
        let status = self
            .command(target)?
            .args(["-minimize_crash=1", "-max_total_time=60"])
            .arg(format!("-exact_artifact_path={}", smaller.display()))
            .arg(input)
            .stderr(Stdio::null())
            .status()?;
        println!("{}", smaller.display());
        Ok(status.success())
    }

    /// The fewest inputs of a sitting's folders that cover what all of them cover.
    pub(super) fn merge(&self, target: &str, sitting: &Sitting) -> Result<PathBuf> {
        let merged = self.empty_folder("merged", target)?;
        let output = self
            .command(target)?
            .args(["-merge=1", TIMEOUT])
            .arg(&merged)
            .arg(&sitting.finds)
            .args(&sitting.read)
            .output()?;
        ensure!(
            output.status.success(),
            "{target} cannot be merged: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(merged)
    }

    fn command(&self, target: &str) -> Result<Command> {
        let artifacts = self.lasting_folder("artifacts", target)?;
        let mut command = Command::new(&self.program);
        command
            .env("FUZZ_TARGET", target)
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .arg(format!("-artifact_prefix={}/", artifacts.display()));
        Ok(command)
    }
}

/// What a child that has closed its output, and that nobody has waited for yet, has cost so far.
fn cpu_time(child: &Child) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
    parse_stat(&stat).context("/proc/…/stat has changed its form")
}

/// `utime` and `stime`, the 14th and 15th field of proc(5), in hundredths of a second. The second field may hold spaces.
fn parse_stat(stat: &str) -> Option<Duration> {
    let (_, behind_name) = stat.rsplit_once(") ")?;
    let mut fields = behind_name.split(' ').skip(11);
    let utime: u64 = fields.next()?.parse().ok()?;
    let stime: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis(10 * (utime + stime)))
}

/// What libFuzzer has said so far.
#[derive(Default)]
struct Words {
    counters: u64,
    executions: u64,
    covered: u64,
    panic: Option<String>,
    error: Option<String>,
    artifact: Option<String>,
    panicked: bool,
}

impl Words {
    fn hear(&mut self, line: &str) {
        // The message stands in the line behind the place.
        if std::mem::take(&mut self.panicked) {
            self.panic = Some(line.to_owned());
        } else if line.starts_with("thread ") && line.contains(" panicked at ") {
            self.panicked = true;
        } else if line.contains("ERROR: libFuzzer: ") {
            self.error = Some(line.to_owned());
        } else if let Some((_, path)) = line.split_once("Test unit written to ") {
            self.artifact = Some(path.to_owned());
        } else if line.contains(" inline 8-bit counters)") {
            self.counters = number_behind(line, "(").unwrap_or_default();
        } else if let Some(number) = number_behind(line, "stat::number_of_executed_units:") {
            self.executions = number;
        } else if let Some(number) = number_behind(line, " cov:") {
            self.covered = number;
        }
    }

    fn last_words(self, log: &Path) -> String {
        let said = self.panic.or(self.error).unwrap_or_default();
        let input = self.artifact.unwrap_or_else(|| log.display().to_string());
        format!("{said} [{input}]")
    }
}

/// The number that follows a word in a line.
fn number_behind(line: &str, word: &str) -> Option<u64> {
    let (_, rest) = line.split_once(word)?;
    let rest = rest.trim_start();
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cpu = self.cpu.as_secs_f64();
        let (target, executions, covered) = (&self.target, self.executions, self.covered);
        write!(
            f,
            "{target:<28} {executions:>10} executions {cpu:>7.1} s {covered:>6} edges"
        )?;
        match &self.broke {
            None => Ok(()),
            Some(why) => write!(f, "  BROKE: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_says_is_understood() {
        let mut words = Words::default();
        for line in [
            "INFO: Loaded 1 modules   (133742 inline 8-bit counters): 133742 [0x55d0, 0x55e0), ",
            "#2\tINITED cov: 31 ft: 32 corp: 1/1b exec/s: 0 rss: 40Mb",
            "thread '<unnamed>' (7) panicked at crates/wire/src/reader.rs:7:5:",
            "index out of bounds",
            "==7== ERROR: libFuzzer: deadly signal",
            "artifact_prefix='a/'; Test unit written to a/crash-01",
            "stat::number_of_executed_units: 1234567",
        ] {
            words.hear(line);
        }
        assert_eq!(
            (words.counters, words.covered, words.executions),
            (133_742, 31, 1_234_567)
        );
        let last = words.last_words(Path::new("log"));
        assert_eq!(last, "index out of bounds [a/crash-01]");
    }

    #[test]
    fn the_time_of_a_process_is_read_whatever_its_name_is() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 31 0 0 20 0 1 0 5 6 7";
        assert_eq!(parse_stat(stat), Some(Duration::from_millis(2_810)));
        assert_eq!(parse_stat("7 (a"), None);
    }
}
