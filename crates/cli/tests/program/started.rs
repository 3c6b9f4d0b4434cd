//! The program itself, started as a process.

use assert_cmd::cargo::CommandCargoExt as _;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Longer than anything here takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, with nothing of the caller's environment that would change what it does.
pub(crate) fn tessera() -> Command {
    let mut command = Command::cargo_bin("tessera").expect("the program is built before its tests");
    command
        .env_remove("SSLKEYLOGFILE")
        .env_remove("CREDENTIALS_DIRECTORY")
        .env("NO_COLOR", "1");
    command.stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn run(args: &[&str]) -> Output {
    tessera().args(args).output().expect("the program starts")
}

/// A stdout that nobody reads any more.
pub(crate) fn unread() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer
}

/// Its exit code, with what it said where a test fails.
#[track_caller]
pub(crate) fn code(output: &Output) -> i32 {
    output
        .status
        .code()
        .unwrap_or_else(|| panic!("killed: {output:?}"))
}

/// Stdout as one JSON document.
#[track_caller]
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// A running `serve`; killed when dropped.
pub(crate) struct Server {
    child: Child,
    stdout: mpsc::Receiver<String>,
    stderr: mpsc::Receiver<String>,
    /// What it said first.
    pub(crate) ready: Value,
}

impl Server {
    /// Starts it on a state directory and waits until it listens.
    #[track_caller]
    pub(crate) fn start(state: &Path, args: &[&str]) -> Self {
        let mut command = tessera();
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--json", "--state"])
            .arg(state)
            .args(args);
        // Where it looks at its stdin, that is there as long as we are.
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = lines(child.stdout.take().expect("it is piped"));
        let stderr = lines(child.stderr.take().expect("it is piped"));
        let first = stdout.recv_timeout(PATIENCE).unwrap_or_default();
        let ready = serde_json::from_str(&first).unwrap_or_else(|error| {
            let said: Vec<_> = stderr.iter().collect();
            panic!("{error} in {first:?}; {said:?}")
        });
        Self {
            child,
            stdout,
            stderr,
            ready,
        }
    }

    /// The next line on stdout behind the first.
    #[track_caller]
    pub(crate) fn line(&self) -> String {
        let line = self.stdout.recv_timeout(PATIENCE);
        line.unwrap_or_else(|error| panic!("{error}: no more lines on stdout"))
    }

    /// Lets go of its stdin.
    pub(crate) fn close_stdin(&mut self) {
        self.child.stdin = None;
    }

    /// `localhost:PORT`.
    pub(crate) fn address(&self) -> String {
        let listening = self.ready["listening"]
            .as_str()
            .expect("it says where it listens");
        listening.replace("127.0.0.1", "localhost")
    }

    /// The file of its development authority.
    pub(crate) fn ca(&self) -> String {
        self.ready["ca"]
            .as_str()
            .expect("it has a development certificate")
            .to_owned()
    }

    /// Waits for a line on stderr with this in it.
    #[track_caller]
    pub(crate) fn said(&self, text: &str) -> String {
        loop {
            match self.stderr.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(_) => {}
                Err(error) => panic!("{error}: it never said {text:?}"),
            }
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(Pid::from_raw)
            .expect("a process id");
        kill_process(pid, signal).expect("it runs");
    }

    /// Waits for its end; and what it printed that nobody has read yet.
    pub(crate) fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let rest = self.stdout.iter().collect();
        (self.child.wait().expect("it ends"), rest)
    }

    /// Runs `connect --json` against it, on the wallet of `state`.
    #[track_caller]
    pub(crate) fn connect(&self, state: &Path, args: &[&str]) -> Output {
        let mut command = self.connecting(state, args);
        command.arg("--json").output().expect("the program starts")
    }

    /// The same without `--json`, not started yet.
    pub(crate) fn connecting(&self, state: &Path, args: &[&str]) -> Command {
        let mut command = tessera();
        command
            .args(["connect", &self.address(), "--state"])
            .arg(state);
        command.args([
            "--connect-to",
            &format!("localhost::127.0.0.1:{}", self.port()),
        ]);
        if self.ready["ca"].is_string() {
            command.args(["--ca-file", &self.ca()]);
        }
        command.args(args);
        command
    }

    fn port(&self) -> String {
        self.address()
            .rsplit(':')
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}

/// What somebody prints, read as it comes.
fn lines(from: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        BufReader::new(from)
            .lines()
            .map_while(Result::ok)
            .try_for_each(|line| sender.send(line))
    });
    lines
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The names and types of a document, one per line: its shape, whatever the values are.
pub(crate) fn shape(value: &Value) -> String {
    let mut lines = Vec::new();
    describe("", value, &mut lines);
    lines.join("\n")
}

fn describe(path: &str, value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| describe(&format!("{path}.{name}"), value, lines)),
        Value::Array(items) => match items.first() {
            Some(first) => describe(&format!("{path}[]"), first, lines),
            None => lines.push(format!("{path}[]")),
        },
        Value::String(_) => lines.push(format!("{path} text")),
        Value::Number(_) => lines.push(format!("{path} number")),
        Value::Bool(_) => lines.push(format!("{path} bool")),
        Value::Null => lines.push(format!("{path} null")),
    }
}
