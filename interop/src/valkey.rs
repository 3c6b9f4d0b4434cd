//! `redis-server`, alone or as a cluster, on loopback ports and a directory of its own.
//!
//! Debian 12 has no Valkey; for everything that is used here the two are the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::peer::{free_port, program};
use crate::process::{self, Outcome, Running};

/// One server; killed when dropped.
pub struct Valkey {
    /// The process.
    pub running: Running,
    /// Where it listens.
    pub port: u16,
    dir: PathBuf,
    args: Vec<String>,
}

/// Between two looks at something that takes its time.
const MOMENT: Duration = Duration::from_millis(50);

impl Valkey {
    /// Starts a server that keeps nothing on disk, and waits until it serves.
    #[track_caller]
    pub fn start(dir: &Path) -> Self {
        Self::start_with(dir, &["--appendonly", "no"])
    }

    /// The same with other settings.
    #[track_caller]
    pub fn start_with(dir: &Path, args: &[&str]) -> Self {
        let port = free_port();
        let dir = dir.join(format!("valkey-{port}"));
        fs::create_dir_all(&dir).expect("a directory");
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        Self::run(port, dir, args)
    }

    #[track_caller]
    fn run(port: u16, dir: PathBuf, args: Vec<String>) -> Self {
        let mut command = program("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--daemonize", "no"])
            .args(["--port", &port.to_string()])
            .arg("--dir")
            .arg(&dir)
            .args(&args);
        let running = Running::start(&mut command);
        running.line_with("eady to accept connections");
        Self {
            running,
            port,
            dir,
            args,
        }
    }

    /// Ends it as a power cut would, and starts it again on the same port and directory.
    #[track_caller]
    pub fn restart(self) -> Self {
        let Self {
            running,
            port,
            dir,
            args,
        } = self;
        drop(running);
        Self::run(port, dir, args)
    }

    /// Stops it in the midst of whatever it does: connections stay, answers do not come.
    pub fn freeze(&self) {
        self.running.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.running.signal(Signal::CONT);
    }

    /// `valkey://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("valkey://127.0.0.1:{}", self.port)
    }

    /// What `redis-cli` says to a command.
    #[track_caller]
    pub fn ask(&self, args: &[&str]) -> String {
        ask(self.port, args).succeeded().text().trim().to_owned()
    }

    /// Everything that is in it: what `DUMP` shows of every key, and the keys.
    #[track_caller]
    pub fn everything(&self) -> Vec<u8> {
        let mut all = Vec::new();
        let keys = self.ask(&["--scan"]);
        for key in keys.lines() {
            all.extend_from_slice(key.as_bytes());
            let mut command = program("redis-cli");
            command.args(["-p", &self.port.to_string(), "--raw", "DUMP", key]);
            all.extend_from_slice(&process::run(&mut command, b"").succeeded().stdout);
        }
        all
    }
}

fn ask(port: u16, args: &[&str]) -> Outcome {
    let mut command: Command = program("redis-cli");
    command.args(["-p", &port.to_string()]).args(args);
    process::run(&mut command, b"")
}

/// Six servers that share the keys: three primaries, each with a replica.
pub struct Cluster {
    /// The servers.
    pub nodes: Vec<Valkey>,
}

/// How long a node may be silent before the others hold an election, in milliseconds: long enough for a busy machine,
/// or short enough for a test that waits for one.
const CALM: &str = "30000";
const NERVOUS: &str = "3000";

impl Cluster {
    /// Starts a cluster and waits until it serves and every replica follows.
    #[track_caller]
    pub fn start(dir: &Path) -> Self {
        Self::of_temper(dir, CALM)
    }

    /// The same, quick to take a silent node for dead.
    #[track_caller]
    pub fn start_nervous(dir: &Path) -> Self {
        Self::of_temper(dir, NERVOUS)
    }

    #[track_caller]
    fn of_temper(dir: &Path, node_timeout: &str) -> Self {
        let nodes: Vec<Valkey> = (0..6)
            .map(|_| {
                let bus = free_port().to_string();
                let args = ["--cluster-enabled", "yes", "--cluster-port", &bus];
                let more = ["--cluster-node-timeout", node_timeout, "--appendonly", "no"];
                Valkey::start_with(dir, &[args.as_slice(), &more].concat())
            })
            .collect();
        let addresses: Vec<String> = nodes
            .iter()
            .map(|node| format!("127.0.0.1:{}", node.port))
            .collect();
        let mut create = program("redis-cli");
        create.args(["--cluster", "create"]).args(&addresses).args([
            "--cluster-replicas",
            "1",
            "--cluster-yes",
        ]);
        process::run(&mut create, b"").succeeded();
        let cluster = Self { nodes };
        cluster.settle(6);
        cluster
    }

    /// Waits until so many nodes serve the whole of it, and their replicas follow.
    #[track_caller]
    pub fn settle(&self, alive: usize) {
        for _ in 0..1_200 {
            let settled = self.nodes.iter().filter(|node| {
                let asked = ask(node.port, &["CLUSTER", "INFO"]);
                asked.text().contains("cluster_state:ok")
                    && !ask(node.port, &["INFO", "replication"])
                        .text()
                        .contains("master_link_status:down")
            });
            if settled.count() >= alive {
                return;
            }
            thread::sleep(MOMENT);
        }
        panic!("the cluster does not settle");
    }

    /// The nodes that are primaries now.
    pub fn primaries(&self) -> Vec<&Valkey> {
        let is_primary = |node: &&Valkey| ask(node.port, &["ROLE"]).text().starts_with("master");
        self.nodes.iter().filter(is_primary).collect()
    }

    /// `valkey+cluster://` with all of them.
    pub fn url(&self) -> String {
        let nodes: Vec<String> = self
            .nodes
            .iter()
            .map(|node| format!("127.0.0.1:{}", node.port))
            .collect();
        format!("valkey+cluster://{}", nodes.join(","))
    }
}
