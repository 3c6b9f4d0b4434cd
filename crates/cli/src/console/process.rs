//! A `tessera serve` that this process started, and what it tells.

use crate::exit::{Failure, Outcome};
use crate::host;
use crate::verb::serve::Listening;
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tessera::clock;
use tessera_console::{Picture, feed};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(20);
/// A line of a server's feed is no longer than this: some ten thousand connections that changed at once.
const LINE: u64 = 64 << 20;

/// A running server; killed when dropped.
pub(crate) struct ServerProcess {
    child: Child,
    /// A server that has a feed ends when this does.
    _stdin: Option<ChildStdin>,
    listening: SocketAddr,
    ca: Option<PathBuf>,
    pid: u32,
    picture: Option<Arc<Picture>>,
}

impl ServerProcess {
    /// Starts `tessera` with these arguments, which have it serve and say so in JSON, and waits until it listens. Where
    /// there is a picture, what happens in the server is shown in it.
    pub(crate) async fn start(
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
        picture: Option<&Arc<Picture>>,
    ) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(args).stdout(Stdio::piped()).kill_on_drop(true);
        match picture {
            Some(_) => command.arg("--feed").stdin(Stdio::piped()),
            None => command.stdin(Stdio::null()),
        };
        let mut child = command.spawn()?;
        let stdout = child
            .stdout
            .take()
            .ok_or_else(|| Failure::internal("the server has no stdout"))?;
        let mut lines = BufReader::new(stdout);
        let mut first = String::new();
        let read = tokio::time::timeout(START, lines.read_line(&mut first)).await;
        read.map_err(|_| Failure::internal("the server does not say that it listens"))??;
        if first.is_empty() {
            // It has said on stderr why.
            return Err(NotStarted::from(child.wait().await?).into());
        }
        let said: Listening = serde_json::from_str(&first).map_err(|error| {
            Failure::internal(format_args!(
                "the server did not start: {error} in {first:?}"
            ))
        })?;
        let listening = said.listening.parse().map_err(|_| {
            Failure::internal(format_args!("the server listens on {:?}", said.listening))
        })?;
        let pid = child
            .id()
            .ok_or_else(|| Failure::internal("the server is gone"))?;
        if let Some(picture) = picture {
            picture.server_started(pid, &host::name(), clock::now().into());
            tokio::spawn(pump(lines, Arc::clone(picture)));
        }
        Ok(Self {
            _stdin: child.stdin.take(),
            child,
            listening,
            ca: said.ca.map(PathBuf::from),
            pid,
            picture: picture.cloned(),
        })
    }

    /// Where it listens.
    pub(crate) fn listening(&self) -> SocketAddr {
        self.listening
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.listening.port()
    }

    /// Who vouches for its development certificate, if that is what it has.
    pub(crate) fn ca(&self) -> Option<&Path> {
        self.ca.as_deref()
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Ends it with SIGKILL: it gets no chance to write anything down. `by` says whose doing it was.
    pub(crate) async fn kill(&mut self, by: &str) -> Outcome<()> {
        self.child.kill().await?;
        self.ended(&format!("killed by {by}"));
        Ok(())
    }

    /// Asks it to finish, and waits for it.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        self.signal(Signal::TERM);
        self.wait().await.map(drop)
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Waits until it has ended.
    pub(crate) async fn wait(&mut self) -> Outcome<ExitStatus> {
        let status = self.child.wait().await?;
        self.ended(&status.to_string());
        Ok(status)
    }

    fn ended(&self, how: &str) {
        if let Some(picture) = &self.picture {
            picture.server_ended(self.pid, clock::now().into(), how);
        }
    }
}

/// A server that ended before it listened; what it said about that is on stderr.
struct NotStarted(ExitStatus);

impl From<ExitStatus> for NotStarted {
    fn from(status: ExitStatus) -> Self {
        Self(status)
    }
}

impl From<NotStarted> for Failure {
    fn from(NotStarted(status): NotStarted) -> Self {
        Self::internal(format_args!("the server did not start: {status}"))
    }
}

/// What the server tells becomes part of the picture, until it ends.
async fn pump(mut lines: BufReader<ChildStdout>, picture: Arc<Picture>) {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut lines).take(LINE).read_until(b'\n', &mut line).await;
        if !read.is_ok_and(|read| read > 0) {
            return;
        }
        // It is our own program, perhaps another build of it: what is not understood is not shown.
        let text = String::from_utf8_lossy(&line);
        let _ = feed::line(&text).and_then(|line| picture.feed(line));
    }
}
