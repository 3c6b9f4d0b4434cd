//! `tessera serve`, running.

use std::process::Command;

use serde_json::Value;

use crate::process::{Outcome, Running};

/// A running `tessera serve`; killed when dropped.
pub struct Server {
    /// The process.
    pub running: Running,
    /// The port it listens on at 127.0.0.1.
    pub port: u16,
    /// The authority of its development certificate.
    pub ca: String,
    /// Where its console is, if it has one.
    pub console: String,
}

impl Server {
    /// Starts it and waits until it listens: the first line of standard output says so.
    #[track_caller]
    pub fn start(mut command: Command) -> Self {
        let running = Running::start(&mut command);
        let line = running.first_line();
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|e| panic!("{e} in the first line of {}", running.so_far()));
        assert_eq!(ready["schema"], "tessera.serve/1", "{line}");
        let address = ready["listening"].as_str().expect("listening is text");
        let port = address
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        Self {
            running,
            port: port.unwrap_or_else(|| panic!("no port in {address}")),
            ca: ready["ca"].as_str().unwrap_or_default().to_owned(),
            console: ready["console"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// `https://localhost:PORT` with a path.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// `localhost:PORT`.
    pub fn address(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Drains it with SIGTERM, and fails the test unless it exits with 0.
    #[track_caller]
    pub fn stop(self) -> Outcome {
        self.running.terminate();
        self.running.wait().succeeded()
    }
}

/// The page `/json` as a visitor got it: `tessera.connection/1`.
#[derive(Debug, Clone)]
pub struct Page(pub Value);

impl Page {
    /// Finds the page in what a client printed, whatever else it printed before and after.
    #[track_caller]
    pub fn find(printed: &str) -> Self {
        Self::find_all(printed)
            .pop()
            .unwrap_or_else(|| panic!("no page in {printed}"))
    }

    /// Finds every page in what a client printed, in order.
    pub fn find_all(printed: &str) -> Vec<Self> {
        let starts = printed.match_indices('{').map(|(at, _)| at);
        starts.filter_map(|at| Self::at(&printed[at..])).collect()
    }

    fn at(text: &str) -> Option<Self> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let value = values.next()?.ok()?;
        (value["schema"] == "tessera.connection/1").then_some(Self(value))
    }

    /// A field of `session` as text; empty if it is null.
    #[track_caller]
    pub fn session(&self, field: &str) -> &str {
        self.0["session"][field].as_str().unwrap_or_default()
    }

    /// A field of `connection` as text.
    #[track_caller]
    pub fn connection(&self, field: &str) -> &str {
        self.0["connection"][field].as_str().unwrap_or_default()
    }

    /// Fails the test unless this connection began with a full handshake.
    #[track_caller]
    pub fn assert_full(&self) {
        self.assert_full_in("TLSv1.3");
    }

    /// The same in this version.
    #[track_caller]
    pub fn assert_full_in(&self, version: &str) {
        assert_eq!(self.0["session"]["resumed"], false, "{self}");
        assert_eq!(self.session("kind"), "full", "{self}");
        assert_eq!(self.session("version"), version, "{self}");
    }

    /// Fails the test unless this connection picked the TLS 1.2 session of `first` up again, in this
    /// way, with keys of its own.
    #[track_caller]
    pub fn assert_resumes_by(&self, kind: &str, first: &Self) {
        assert_eq!(self.0["session"]["resumed"], true, "{self}");
        assert_eq!(self.session("kind"), kind, "{self}");
        assert_eq!(self.session("version"), "TLSv1.2", "{self}");
        assert_eq!(self.session("lineage"), first.session("lineage"), "{self}");
        let keys = [first, self].map(|page| page.connection("keys_fingerprint"));
        assert_ne!(keys[0], keys[1], "{self}");
    }

    /// Fails the test unless this connection resumed the lineage of `first`, with keys of its own.
    #[track_caller]
    pub fn assert_resumes(&self, first: &Self) {
        assert_eq!(self.0["session"]["resumed"], true, "{self}");
        assert_eq!(self.session("kind"), "psk", "{self}");
        assert_eq!(self.session("lineage"), first.session("lineage"), "{self}");
        assert!(!self.session("lineage").is_empty(), "{self}");
        let generations = [first, self].map(|page| page.0["session"]["generation"].as_u64());
        assert!(generations[0] < generations[1], "{generations:?} in {self}");
        let keys = [first, self].map(|page| page.connection("keys_fingerprint"));
        assert_ne!(keys[0], keys[1], "{self}");
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_between_other_output() {
        let printed = r#"CONNECTED {x} {"schema":"tessera.connection/1","session":{"kind":"full"}} closed
            {"schema":"other"} {"schema":"tessera.connection/1","session":{"kind":"psk"}}"#;
        let kinds: Vec<_> = Page::find_all(printed)
            .iter()
            .map(|page| page.session("kind").to_owned())
            .collect();
        assert_eq!(kinds, ["full", "psk"]);
    }
}
