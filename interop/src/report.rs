//! What `tessera connect --json` reported.

use serde_json::Value;

use crate::process::Outcome;

/// One run of `tessera connect`: how it ended, and its `tessera.connect/1` document if it printed
/// one.
#[derive(Debug)]
pub struct Report {
    /// The process.
    pub outcome: Outcome,
    /// The document; null if there was none.
    pub json: Value,
}

impl Report {
    /// Reads the report of a finished `connect --json`.
    #[track_caller]
    pub fn of(outcome: Outcome) -> Self {
        let text = outcome.text();
        let json = if text.trim().is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e} in the report of {outcome}"))
        };
        if !json.is_null() {
            assert_eq!(json["schema"], "tessera.connect/1", "{outcome}");
        }
        Self { outcome, json }
    }

    /// Fails the test unless `connect` exited with 0.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        self.exited(0)
    }

    /// Fails the test unless `connect` exited with `code`.
    #[track_caller]
    pub fn exited(self, code: i32) -> Self {
        assert_eq!(
            self.outcome.code,
            Some(code),
            "exit code of {}",
            self.outcome
        );
        self
    }

    /// The connections, in order.
    #[track_caller]
    pub fn connections(&self) -> &[Value] {
        match self.json["connections"].as_array() {
            Some(connections) => connections,
            None => panic!("no connections in the report of {}", self.outcome),
        }
    }

    /// The only connection.
    #[track_caller]
    pub fn only(&self) -> &Value {
        match self.connections() {
            [one] => one,
            _ => panic!("not one connection in the report of {}", self.outcome),
        }
    }

    /// A field of the only connection as text; empty if it is null.
    #[track_caller]
    pub fn field(&self, name: &str) -> &str {
        self.only()[name].as_str().unwrap_or_default()
    }

    /// What the peer of the only connection sent, as text.
    #[track_caller]
    pub fn body(&self) -> String {
        match &self.only()["body"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// Fails the test unless every connection began with a full handshake.
    #[track_caller]
    pub fn assert_full(&self) {
        for connection in self.connections() {
            assert_eq!(connection["resumed"], false, "{}", self.outcome);
            assert_eq!(connection["kind"], "full", "{}", self.outcome);
        }
    }

    /// Fails the test unless every connection was resumed.
    #[track_caller]
    pub fn assert_resumed(&self) {
        for connection in self.connections() {
            assert_eq!(connection["resumed"], true, "{}", self.outcome);
            assert_eq!(connection["kind"], "psk", "{}", self.outcome);
        }
    }
}
