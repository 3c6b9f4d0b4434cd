//! Where the story takes place: a directory with a server's state, a client's, and the ledger.

use crate::exit::Outcome;
use crate::plan::state::StateDir;
use crate::random;
use std::path::{Path, PathBuf};

/// A directory, removed at the end unless somebody named it.
pub(super) struct Scene {
    dir: StateDir,
    temporary: bool,
}

impl Scene {
    /// The directory named, or a fresh one.
    pub(super) fn new(asked: Option<&Path>) -> Outcome<Self> {
        let dir = match asked {
            Some(path) => StateDir::open(Some(path))?,
            None => StateDir::open(Some(
                &std::env::temp_dir().join(format!("tessera-demo-{}", random::name())),
            ))?,
        };
        // Earlier stories told here are not ours.
        let _ = std::fs::remove_file(dir.file(LEDGER));
        Ok(Self {
            dir,
            temporary: asked.is_none(),
        })
    }

    /// The state of the server processes: one after another, they share it.
    pub(super) fn server_state(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    /// The state of the client processes: their wallet.
    pub(super) fn client_state(&self) -> PathBuf {
        self.dir.file("client")
    }

    /// Where the servers write down connections that ended.
    pub(super) fn ledger(&self) -> PathBuf {
        self.dir.file(LEDGER)
    }

    /// A copy of a ticket, for whoever wants to use it twice.
    pub(super) fn copy(&self) -> PathBuf {
        self.dir.file("copy.pem")
    }
}

const LEDGER: &str = "demo.jsonl";

impl Drop for Scene {
    fn drop(&mut self) {
        if self.temporary {
            let _ = std::fs::remove_dir_all(self.dir.path());
        }
    }
}
