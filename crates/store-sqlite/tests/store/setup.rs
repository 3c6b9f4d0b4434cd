//! A directory with a store in it.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tessera_session::{Reply, Vault};
use tessera_store_sqlite::SqliteStore;

/// The key of every store in these tests.
pub(crate) fn vault() -> Vault {
    Vault::new(&[7; 32])
}

/// Waits for a reply that has to be there.
pub(crate) fn wait<T>(reply: Reply<'_, T>) -> T {
    tessera_session::store::block_on::block_on(reply).expect("the store answers")
}

/// A directory that goes with the value, and the store's path in it.
pub(crate) struct Place {
    _directory: TempDir,
    pub(crate) path: PathBuf,
}

pub(crate) fn place() -> Place {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("sessions.db");
    Place {
        _directory: directory,
        path,
    }
}

impl Place {
    pub(crate) fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path, vault()).expect("it opens")
    }

    /// The names beside the store, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries =
            std::fs::read_dir(self.path.parent().expect("a directory")).expect("it can be read");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// Everything in the store's files that contains these bytes.
    pub(crate) fn files_with(&self, needle: &[u8]) -> Vec<String> {
        let directory = self.path.parent().expect("a directory");
        let holds = |name: &&String| contains(&directory.join(name), needle);
        self.names().iter().filter(holds).cloned().collect()
    }
}

fn contains(path: &Path, needle: &[u8]) -> bool {
    std::fs::read(path)
        .is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
}
