//! Where the story takes place: a directory with a server's state, a client's, and the ledger.

use crate::exit::Outcome;
use crate::plan::state::StateDir;
use crate::random;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tessera_console::Picture;

/// A directory, removed at the end unless somebody named it.
pub(super) struct Scene {
    dir: StateDir,
    temporary: bool,
    /// Where what happens is shown live.
    picture: Option<Arc<Picture>>,
    /// Whether secrets are for looking at.
    learn: bool,
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
            picture: None,
            learn: false,
        })
    }

    /// The same, shown live; with its secrets, where somebody wants to learn.
    pub(super) fn shown_in(mut self, picture: &Arc<Picture>, learn: bool) -> Self {
        self.picture = Some(Arc::clone(picture));
        self.learn = learn;
        self
    }

    /// Where what happens is shown.
    pub(super) fn picture(&self) -> Option<&Arc<Picture>> {
        self.picture.as_ref()
    }

    /// The directory itself.
    pub(super) fn dir(&self) -> &StateDir {
        &self.dir
    }

    /// Where traffic secrets are written, for those who want to see them.
    pub(super) fn key_log(&self) -> Option<PathBuf> {
        self.learn.then(|| self.dir.file("console.keylog"))
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
