//! One test's own directory, authority and states.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::{Authority, Identity, Outcome, Report, Server, peer, process};

/// A temporary directory with a certificate authority, a server's state and a client's.
pub struct Scene {
    dir: TempDir,
    /// Issues the certificates of this scene.
    pub authority: Authority,
}

impl Scene {
    /// Makes a scene.
    #[track_caller]
    pub fn new() -> Self {
        let dir = TempDir::with_prefix("tessera-interop-").expect("a temporary directory");
        let authority = Authority::new(dir.path());
        Self { dir, authority }
    }

    /// A path in the scene's directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The same as text.
    pub fn text_path(&self, name: &str) -> String {
        self.path(name)
            .to_str()
            .expect("paths of tests are UTF-8")
            .to_owned()
    }

    /// The scene's directory.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file and returns its path.
    #[track_caller]
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), content).expect("the file is written");
        self.text_path(name)
    }

    /// Starts `tessera serve` on the state directory `server`, with its development certificate
    /// unless `--cert` is among the arguments.
    #[track_caller]
    pub fn serve(&self, args: &[&str]) -> Server {
        self.serve_on("server", args)
    }

    /// The same on another state directory of this scene.
    #[track_caller]
    pub fn serve_on(&self, state: &str, args: &[&str]) -> Server {
        let mut server = Server::start(self.serve_command(state, args));
        if args.contains(&"--cert") {
            server.ca = self.authority.path();
        }
        server
    }

    /// Starts `tessera serve` with a certificate of this scene's authority.
    #[track_caller]
    pub fn serve_as(&self, identity: &Identity, args: &[&str]) -> Server {
        let with = ["--cert", identity.cert(), "--key", identity.key()];
        self.serve(&[&with, args].concat())
    }

    /// The command that [`Scene::serve_on`] starts.
    #[track_caller]
    pub fn serve_command(&self, state: &str, args: &[&str]) -> Command {
        let mut command = peer::tessera();
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--state"]);
        command.arg(self.path(state)).args(args);
        command
    }

    /// Runs `tessera connect localhost:PORT --json` on the state directory `client`, trusting the
    /// scene's authority unless the arguments say whom to trust.
    #[track_caller]
    pub fn connect(&self, port: u16, args: &[&str]) -> Report {
        Report::of(process::run(
            &mut self.connect_command("client", port, args),
            b"",
        ))
    }

    /// The same to one of our own servers, trusting its authority.
    #[track_caller]
    pub fn connect_to(&self, server: &Server, args: &[&str]) -> Report {
        self.connect(server.port, &[&["--ca-file", &server.ca], args].concat())
    }

    /// The command that [`Scene::connect`] runs.
    #[track_caller]
    pub fn connect_command(&self, state: &str, port: u16, args: &[&str]) -> Command {
        let mut command = peer::tessera();
        command.args(["connect", &format!("localhost:{port}"), "--json", "--state"]);
        command.arg(self.path(state)).args(args);
        if !args.contains(&"--ca-file") && !args.contains(&"--insecure") {
            command.arg("--ca-file").arg(self.authority.file());
        }
        command
    }

    /// Runs `tessera session …` on a state directory of this scene.
    #[track_caller]
    pub fn session(&self, state: &str, args: &[&str]) -> Outcome {
        self.verb("session", state, args)
    }

    /// Runs `tessera keys …` on a state directory of this scene.
    #[track_caller]
    pub fn keys(&self, state: &str, args: &[&str]) -> Outcome {
        self.verb("keys", state, args)
    }

    #[track_caller]
    fn verb(&self, verb: &str, state: &str, args: &[&str]) -> Outcome {
        let mut command = peer::tessera();
        command
            .arg(verb)
            .args(args)
            .arg("--state")
            .arg(self.path(state));
        process::run(&mut command, b"")
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}
