//! A client of the story: `tessera connect`, a process for each step.

use super::scene::Scene;
use crate::console::process::ServerProcess;
use crate::exit::{Failure, Outcome};
use serde::Deserialize;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// What a client saw of one connection.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Seen {
    /// Its own idea of the keys' fingerprint.
    pub(super) keys_fingerprint: String,
    /// The server's page about the connection.
    pub(super) body: Option<String>,
}

/// The part of `tessera.connect/1` the story looks at.
#[derive(Debug, Deserialize)]
struct Report {
    connections: Vec<Seen>,
}

/// The part of `tessera.connection/1` the story looks at.
#[derive(Debug, Deserialize)]
struct Page {
    connection: PageConnection,
}

#[derive(Debug, Deserialize)]
struct PageConnection {
    id: String,
}

impl Seen {
    /// The connection's id, as the server calls it.
    pub(super) fn connection(&self) -> Option<String> {
        let page: Page = serde_json::from_str(self.body.as_deref()?).ok()?;
        Some(page.connection.id)
    }
}

/// Who connects, and to where. The port stands for the service: the processes behind it change.
pub(super) struct Client<'a> {
    /// The scene.
    pub(super) scene: &'a Scene,
    /// The port by which the wallet knows the service.
    pub(super) port: u16,
}

impl Client<'_> {
    /// Starts a client, waits until it is done, and gives what it saw.
    pub(super) async fn connect(
        &self,
        server: &ServerProcess,
        args: &[&str],
    ) -> Outcome<Vec<Seen>> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("connect")
            .arg(format!("localhost:{}", self.port))
            .arg("--connect-to")
            .arg(format!(
                "localhost:{}:127.0.0.1:{}",
                self.port,
                server.port()
            ))
            .arg("--ca-file")
            .arg(server.ca().unwrap_or_else(|| Path::new("")))
            .arg("--state")
            .arg(self.scene.client_state())
            .args(["--get", "/json", "--json", "-q", "--timeout", "20s"])
            .args(args)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        let output = command.output().await?;
        let report: Report = serde_json::from_slice(&output.stdout).map_err(|error| {
            Failure::internal(format_args!(
                "a client ended with {}: {error}",
                output.status
            ))
        })?;
        Ok(report.connections)
    }
}
