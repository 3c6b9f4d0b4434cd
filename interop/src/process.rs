//! Child processes that are waited for with a limit and never outlive the test.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take before the test gives up on it.
pub const LIMIT: Duration = Duration::from_secs(60);

/// What a program printed, and how it ended.
#[derive(Debug)]
pub struct Outcome {
    command: String,
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// All of its standard output.
    pub stdout: Vec<u8>,
    /// All of its standard error, as text.
    pub stderr: String,
}

impl Outcome {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Both outputs, for programs that are not particular which they use.
    pub fn everything(&self) -> String {
        format!("{}\n{}", self.text(), self.stderr)
    }

    /// Fails the test unless the program exited with `code`.
    #[track_caller]
    pub fn exited(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "exit code of {self}");
        self
    }

    /// Fails the test unless the program exited with 0.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        self.exited(0)
    }

    /// Fails the test unless the outputs contain `text`.
    #[track_caller]
    pub fn said(self, text: &str) -> Self {
        assert!(self.everything().contains(text), "no {text:?} from {self}");
        self
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}\n--- exit {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.command,
            self.code,
            self.text(),
            self.stderr
        )
    }
}

/// Runs a program to its end with `input` on its standard input.
#[track_caller]
pub fn run(command: &mut Command, input: &[u8]) -> Outcome {
    run_within(LIMIT, command, input)
}

/// The same with a limit of its own.
#[track_caller]
pub fn run_within(limit: Duration, command: &mut Command, input: &[u8]) -> Outcome {
    let mut running = Running::start(command);
    running.send(input);
    running.close_input();
    running.wait_within(limit)
}

/// A program that is running; killed when dropped.
pub struct Running {
    command: String,
    pid: Pid,
    input: Option<Sender<Vec<u8>>>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    ended: Option<ExitStatus>,
}

impl Seen {
    fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until(
        &self,
        limit: Duration,
        mut ready: impl FnMut(&Seen) -> bool,
    ) -> (MutexGuard<'_, Seen>, bool) {
        let (seen, timeout) = self
            .changed
            .wait_timeout_while(self.lock(), limit, |seen| !ready(seen))
            .unwrap_or_else(PoisonError::into_inner);
        (seen, !timeout.timed_out())
    }
}

impl Running {
    /// Starts a program with all three standard streams connected to the test.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let name = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {name}: {e}"));
        let shared = Arc::new(Shared::default());
        let running = Self {
            command: name,
            pid: Pid::from_child(&child),
            input: child.stdin.take().map(writer),
            shared: Arc::clone(&shared),
        };
        let out = child.stdout.take().map(|pipe| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || copy(pipe, &shared, |seen| &mut seen.stdout))
        });
        let err = child.stderr.take().map(|pipe| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || copy(pipe, &shared, |seen| &mut seen.stderr))
        });
        thread::spawn(move || {
            let status = wait_for_exit(child);
            for reader in [out, err].into_iter().flatten() {
                let _ = reader.join();
            }
            shared.lock().ended = status;
            shared.changed.notify_all();
        });
        running
    }

    /// The process id.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Has this written to the program's standard input, behind what was sent before. A program that
    /// has stopped reading is no error here, and holds nobody up: its exit code says more.
    pub fn send(&mut self, bytes: &[u8]) {
        if let Some(input) = &self.input {
            let _ = input.send(bytes.to_vec());
        }
    }

    /// Ends the program's standard input, behind what was sent.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for a whole line that contains `text` on either output and returns it.
    #[track_caller]
    pub fn line_with(&self, text: &str) -> String {
        self.line_after(0, text)
    }

    /// The same, but passes over the first `skip` such lines.
    #[track_caller]
    pub fn line_after(&self, skip: usize, text: &str) -> String {
        self.line_where(text, |seen| {
            find_line(&seen.stdout, skip, text).or_else(|| find_line(&seen.stderr, skip, text))
        })
    }

    /// Waits for the first whole line of standard output; warnings may come before it on the other.
    #[track_caller]
    pub fn first_line(&self) -> String {
        self.line_where("", |seen| find_line(&seen.stdout, 0, ""))
    }

    #[track_caller]
    fn line_where(&self, text: &str, find: impl Fn(&Seen) -> Option<String>) -> String {
        let (seen, _) = self
            .shared
            .wait_until(LIMIT, |seen| seen.ended.is_some() || find(seen).is_some());
        let found = find(&seen);
        found.unwrap_or_else(|| panic!("no line with {text:?} from {}", self.outcome(&seen)))
    }

    /// Waits until standard output as a whole is as wanted, and returns it.
    #[track_caller]
    pub fn output_until(&self, wanted: impl Fn(&str) -> bool) -> String {
        let text = |seen: &Seen| String::from_utf8_lossy(&seen.stdout).into_owned();
        let (seen, _) = self
            .shared
            .wait_until(LIMIT, |seen| seen.ended.is_some() || wanted(&text(seen)));
        let outcome = self.outcome(&seen);
        assert!(
            wanted(&outcome.text()),
            "not what was waited for: {outcome}"
        );
        outcome.text()
    }

    /// Waits until so many bytes of standard output have come.
    #[track_caller]
    pub fn output_reaches(&self, bytes: usize) {
        self.output_where(|stdout| stdout.len() >= bytes);
    }

    /// Waits until these bytes are somewhere in standard output.
    #[track_caller]
    pub fn output_has(&self, bytes: &[u8]) {
        self.output_where(|stdout| stdout.windows(bytes.len()).any(|window| window == bytes));
    }

    /// Waits until `text` is among the last of standard output.
    #[track_caller]
    pub fn output_ends_about(&self, text: &str) {
        let near = text.len() + 200;
        self.output_where(|stdout| {
            let end = &stdout[stdout.len().saturating_sub(near)..];
            String::from_utf8_lossy(end).contains(text)
        });
    }

    #[track_caller]
    fn output_where(&self, wanted: impl Fn(&[u8]) -> bool) {
        let (seen, _) = self
            .shared
            .wait_until(LIMIT, |seen| seen.ended.is_some() || wanted(&seen.stdout));
        assert!(
            wanted(&seen.stdout),
            "{} bytes, not what was waited for: {}",
            seen.stdout.len(),
            seen.stderr_text()
        );
    }

    /// Asks the program to end.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Ends the program as a power cut would: `kill -9`.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Sends a signal, unless the program has ended.
    pub fn signal(&self, signal: Signal) {
        if self.shared.lock().ended.is_none() {
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Waits for the end.
    #[track_caller]
    pub fn wait(self) -> Outcome {
        self.wait_within(LIMIT)
    }

    /// The same with a limit of its own.
    #[track_caller]
    pub fn wait_within(self, limit: Duration) -> Outcome {
        let (seen, in_time) = self.shared.wait_until(limit, |seen| seen.ended.is_some());
        let outcome = self.outcome(&seen);
        drop(seen);
        assert!(in_time, "still running after {limit:?}: {outcome}");
        outcome
    }

    /// What was printed so far.
    pub fn so_far(&self) -> Outcome {
        self.outcome(&self.shared.lock())
    }

    fn outcome(&self, seen: &Seen) -> Outcome {
        Outcome {
            command: self.command.clone(),
            code: seen.ended.and_then(|status| status.code()),
            stdout: seen.stdout.clone(),
            stderr: seen.stderr_text(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        // Until it is gone it may write into the scene's directory, which goes next.
        drop(self.shared.wait_until(LIMIT, |seen| seen.ended.is_some()));
    }
}

/// Writes what is sent for as long as the program reads.
fn writer(mut input: ChildStdin) -> Sender<Vec<u8>> {
    let (sender, pieces): (Sender<Vec<u8>>, Receiver<Vec<u8>>) = mpsc::channel();
    thread::spawn(move || {
        for piece in pieces {
            if input
                .write_all(&piece)
                .and_then(|()| input.flush())
                .is_err()
            {
                return;
            }
        }
    });
    sender
}

fn wait_for_exit(mut child: Child) -> Option<ExitStatus> {
    child.wait().ok()
}

fn copy(mut pipe: impl Read, shared: &Shared, stream: fn(&mut Seen) -> &mut Vec<u8>) {
    let mut buffer = [0; 4096];
    while let Ok(n @ 1..) = pipe.read(&mut buffer) {
        stream(&mut shared.lock()).extend_from_slice(&buffer[..n]);
        shared.changed.notify_all();
    }
}

fn find_line(bytes: &[u8], skip: usize, text: &str) -> Option<String> {
    let whole = &bytes[..bytes.iter().rposition(|b| *b == b'\n')?];
    let lines = String::from_utf8_lossy(whole);
    lines
        .lines()
        .filter(|line| line.contains(text))
        .nth(skip)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_only_when_it_is_whole() {
        assert_eq!(find_line(b"one\ntwo", 0, "two"), None);
        assert_eq!(find_line(b"one\ntwo\n", 0, "two").as_deref(), Some("two"));
        assert_eq!(find_line(b"a1\na2\n", 1, "a").as_deref(), Some("a2"));
    }

    #[test]
    fn a_program_that_does_not_read_holds_nobody_up() {
        let mut running = Running::start(Command::new("sleep").arg("60"));
        running.send(&vec![b'x'; 1 << 20]);
        running.close_input();
        running.kill();
        assert_eq!(running.wait().code, None);
    }

    #[test]
    fn a_program_gets_its_input_and_its_output_comes_back() {
        let outcome = run(Command::new("cat").arg("-"), b"tessera");
        assert_eq!(outcome.succeeded().text(), "tessera");
    }
}
