//! A server of the story: a process of its own, that can be killed.

use super::scene::Scene;
use crate::exit::{Failure, Outcome};
use crate::verb::serve::Listening;
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(20);

/// Six tickets after each handshake are enough for five connections at once.
pub(super) const NEW: &[&str] = &["--single-use", "--tickets", "6"];
/// TLS 1.2 as it began: the server keeps the sessions.
pub(super) const OLD: &[&str] = &["--tls", "1.2", "--no-tickets"];
/// TLS 1.2 with tickets, and with what is off unless asked for.
pub(super) const OLDER_HABITS: &[&str] = &["--tls", "1.2", "--renegotiate", "any"];

/// A running `tessera serve`; killed when dropped.
pub(super) struct Server {
    child: Child,
    port: u16,
    ca: PathBuf,
    pid: u32,
}

impl Server {
    /// Starts one of this kind on the scene's state.
    pub(super) async fn start(scene: &Scene, kind: &[&str]) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--json", "-q"])
            .args(kind)
            .arg("--state")
            .arg(scene.server_state())
            .arg("--ledger")
            .arg(scene.ledger())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let first = tokio::time::timeout(START, first_line(&mut child)).await;
        let line =
            first.map_err(|_| Failure::internal("the server does not say that it listens"))??;
        let said: Listening = serde_json::from_str(&line).map_err(|error| {
            Failure::internal(format_args!(
                "the server did not start: {error} in {line:?}"
            ))
        })?;
        let port = said
            .listening
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let port =
            port.ok_or_else(|| Failure::internal(format_args!("no port in {}", said.listening)))?;
        let pid = child
            .id()
            .ok_or_else(|| Failure::internal("the server is gone"))?;
        Ok(Self {
            child,
            port,
            ca: said.ca.unwrap_or_default().into(),
            pid,
        })
    }

    /// Its port on loopback.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Its process id.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Who vouches for it.
    pub(super) fn ca(&self) -> &Path {
        &self.ca
    }

    /// Where to visit it.
    pub(super) fn url(&self) -> String {
        format!("https://localhost:{}/", self.port)
    }

    /// Ends it with SIGKILL: it gets no chance to write anything down.
    pub(super) async fn kill(mut self) -> Outcome<()> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to finish.
    pub(super) async fn stop(mut self) -> Outcome<()> {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        self.child.wait().await?;
        Ok(())
    }
}

async fn first_line(child: &mut Child) -> Outcome<String> {
    let stdout = child
        .stdout
        .take()
        .ok_or_else(|| Failure::internal("the server has no stdout"))?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).await?;
    Ok(line)
}
