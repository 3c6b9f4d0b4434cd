//! TLS modules of script languages, driven by the scripts in `peers/`: options in as JSON, one line
//! of JSON a connection out.

use crate::peer::{program, script};
use crate::process::run;
use crate::{Identity, Outcome, Page, Running, Server};
use serde_json::{Value, json};

/// Runs a client script against our server. `more` adds to its options.
pub fn client(interpreter: &str, name: &str, server: &Server, more: Value) -> Outcome {
    let mut options = json!({"port": server.port, "ca": server.ca, "path": "/json"});
    extend(&mut options, more);
    let mut command = program(interpreter);
    run(command.arg(script(name)).arg(options.to_string()), b"")
}

/// What a script printed, a line a connection.
#[track_caller]
pub fn lines(outcome: &Outcome) -> Vec<Value> {
    let text = outcome.text();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// The page that a connection brought.
#[track_caller]
pub fn page(line: &Value) -> Page {
    Page::find(line["body"].as_str().expect("a body"))
}

/// A server script.
pub struct Peer {
    /// The process.
    pub running: Running,
    /// Where it listens.
    pub port: u16,
}

impl Peer {
    /// Starts it with this certificate. `more` adds to its options.
    #[track_caller]
    pub fn start(interpreter: &str, name: &str, identity: &Identity, more: Value) -> Self {
        let mut options = json!({"cert": identity.cert(), "key": identity.key()});
        extend(&mut options, more);
        Self::with(interpreter, name, &options)
    }

    /// Starts it with these options and no others.
    #[track_caller]
    pub fn with(interpreter: &str, name: &str, options: &Value) -> Self {
        let mut command = program(interpreter);
        let running = Running::start(command.arg(script(name)).arg(options.to_string()));
        let ready: Value = serde_json::from_str(&running.first_line()).expect("a line of JSON");
        let port = ready["port"]
            .as_u64()
            .and_then(|port| u16::try_from(port).ok());
        Self {
            port: port.expect("a port"),
            running,
        }
    }

    /// The line of the `n`th connection, counted from 0.
    #[track_caller]
    pub fn connection(&self, n: usize) -> Value {
        serde_json::from_str(&self.running.line_after(n, "\"reused\"")).expect("a line of JSON")
    }
}

fn extend(options: &mut Value, more: Value) {
    if let (Some(options), Value::Object(more)) = (options.as_object_mut(), more) {
        options.extend(more);
    }
}
