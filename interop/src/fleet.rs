//! Servers that share a store: each with a state directory of its own, as on machines of their own.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use crate::{Identity, KeyType, Outcome, Report, Scene, Server, peer, process};

/// The name and port under which clients know every server; nothing listens there.
const PORT: u16 = 4433;

/// A fleet on one store.
pub struct Fleet {
    /// Its directory, authority and states.
    pub scene: Scene,
    /// Where the store is.
    pub store: String,
    /// How long handshakes wait for it: as long as a busy machine may take.
    pub deadline: &'static str,
    identity: Identity,
    key: String,
}

impl Fleet {
    /// A fleet of a scene, on the store at this place.
    #[track_caller]
    pub fn new(scene: Scene, store: &str) -> Self {
        let identity = scene.authority.server(KeyType::P256);
        let key = scene.write("fleet.key", [7; 32]);
        fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("a mode");
        Self {
            scene,
            store: store.to_owned(),
            deadline: "10s",
            identity,
            key,
        }
    }

    /// The flags that say which store.
    pub fn store_flags(&self) -> [&str; 4] {
        ["--store", &self.store, "--store-key-file", &self.key]
    }

    /// Starts the server of this number.
    #[track_caller]
    pub fn serve(&self, number: usize, args: &[&str]) -> Server {
        let (cert, key) = (self.identity.cert(), self.identity.key());
        let flags = [
            "--policy",
            "fleet",
            "--store-deadline",
            self.deadline,
            "--cert",
            cert,
            "--key",
            key,
        ];
        let state = format!("server-{number}");
        let all = [&flags[..], &self.store_flags(), args].concat();
        self.scene.serve_on(&state, &all)
    }

    /// Lists the store: every session there is.
    #[track_caller]
    pub fn list(&self) -> Vec<Value> {
        let printed = self
            .run(&["session", "list", "--all", "--json"])
            .succeeded()
            .text();
        let document: Value = serde_json::from_str(&printed).expect("a document");
        document["sessions"].as_array().expect("sessions").clone()
    }

    /// The command of a client with a wallet of this name, who finds this port where every server is.
    pub fn client(&self, client: &str, port: u16, args: &[&str]) -> Command {
        let to = format!("localhost:{PORT}:127.0.0.1:{port}");
        let all = [&["--connect-to", &to][..], args].concat();
        self.scene.connect_command(client, PORT, &all)
    }

    /// Visits a server as every other: under one name, so that tickets of one are offered to all.
    #[track_caller]
    pub fn visit(&self, server: &Server, args: &[&str]) -> Report {
        self.visit_as("client", server, args)
    }

    /// The same with a wallet of this name.
    #[track_caller]
    pub fn visit_as(&self, client: &str, server: &Server, args: &[&str]) -> Report {
        let all = [&["--get", "/json"][..], args].concat();
        Report::of(process::run(
            &mut self.client(client, server.port, &all),
            b"",
        ))
    }

    /// Runs another verb on the store, from a state directory of its own.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Outcome {
        process::run(&mut self.command(args), b"")
    }

    /// The command that [`Fleet::run`] runs.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = peer::tessera();
        command.args(args).args(self.store_flags());
        command.arg("--state").arg(self.scene.path("operator"));
        command
    }
}
