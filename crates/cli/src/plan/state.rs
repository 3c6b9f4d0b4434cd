//! The state directory: created for its owner alone, its files made once and whole.

use crate::exit::{Failure, Outcome};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

/// The directory that holds `sessions.db`, `store.key` and development certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateDir {
    path: PathBuf,
}

impl StateDir {
    /// The directory asked for, or the default, whether it is there or not.
    pub(crate) fn named(asked: Option<&Path>) -> Outcome<Self> {
        let path = match asked {
            Some(path) => path.to_owned(),
            None => default_path(|name| std::env::var_os(name).map(PathBuf::from)).ok_or_else(|| {
                Failure::usage("neither XDG_STATE_HOME nor HOME is set: name a state directory with --state")
            })?,
        };
        Ok(Self { path })
    }

    /// The same, created 0700 if it is not there.
    pub(crate) fn open(asked: Option<&Path>) -> Outcome<Self> {
        let Self { path } = Self::named(asked)?;
        let unusable = |error: io::Error| {
            let why = match error.kind() {
                io::ErrorKind::AlreadyExists => "it is no directory".to_owned(),
                _ => error.to_string(),
            };
            Failure::internal(format_args!("state directory {}: {why}", path.display()))
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .map_err(unusable)?;
        let metadata = fs::metadata(&path).map_err(unusable)?;
        if metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o077 != 0 {
            // It holds keys; nobody else has any business in it.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(unusable)?;
        }
        Ok(Self { path })
    }

    /// The path itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Reads a small file of this directory; makes it first if it is not there. Of several
    /// processes that do so at once one wins, and all read what it wrote.
    pub(crate) fn made_once(
        &self,
        name: &str,
        make: impl FnOnce() -> Vec<u8>,
    ) -> io::Result<Vec<u8>> {
        let path = self.file(name);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        let written = self.write_beside(name, &make())?;
        // A link, unlike a rename, never replaces what somebody else has put there meanwhile.
        let linked = fs::hard_link(&written, &path);
        fs::remove_file(&written)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => {
                File::open(&self.path)?.sync_all()?;
                fs::read(&path)
            }
        }
    }

    /// Puts a file in place of an older one: readers see the old or the new, never a part.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let written = self.write_beside(name, bytes)?;
        fs::rename(written, self.file(name))
    }

    /// Holds other processes off until it is dropped.
    pub(crate) fn lock(&self, name: &str) -> io::Result<File> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.file(name))?;
        file.lock()?;
        Ok(file)
    }

    /// Writes a file under a name nobody else uses, for its owner alone, down to the disk.
    fn write_beside(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        for attempt in 0..100_u32 {
            let path = self.file(&format!(".{name}.{}.{attempt}", std::process::id()));
            match OpenOptions::new()
                .create_new(true)
                .write(true)
                .mode(0o600)
                .open(&path)
            {
                Ok(mut file) => {
                    file.write_all(bytes)?;
                    file.sync_all()?;
                    return Ok(path);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("no free name for a temporary file"))
    }
}

/// `$XDG_STATE_HOME/tessera`, else `~/.local/state/tessera`. The XDG rules want absolute paths.
fn default_path(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    variable("XDG_STATE_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| {
            variable("HOME")
                .filter(|path| !path.as_os_str().is_empty())
                .map(|home| home.join(".local/state"))
        })
        .map(|base| base.join("tessera"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> (tempfile::TempDir, StateDir) {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::open(Some(&dir.path().join("a/b"))).unwrap();
        (dir, state)
    }

    #[test]
    fn the_directory_is_its_owners_alone() {
        let (_dir, state) = state();
        assert_eq!(fs::metadata(state.path()).unwrap().mode() & 0o777, 0o700);
        fs::set_permissions(state.path(), fs::Permissions::from_mode(0o755)).unwrap();
        StateDir::open(Some(state.path())).unwrap();
        assert_eq!(fs::metadata(state.path()).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn the_default_follows_xdg() {
        let find = |xdg: Option<&str>, home: Option<&str>| {
            default_path(|name| match name {
                "XDG_STATE_HOME" => xdg.map(PathBuf::from),
                _ => home.map(PathBuf::from),
            })
        };
        assert_eq!(find(Some("/x"), Some("/h")), Some("/x/tessera".into()));
        assert_eq!(
            find(Some("x"), Some("/h")),
            Some("/h/.local/state/tessera".into())
        );
        assert_eq!(find(None, None), None);
    }

    #[test]
    fn a_file_is_made_once_however_many_make_it() {
        let (_dir, state) = state();
        let read: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let state = &state;
            let threads: Vec<_> = (0..8_u8)
                .map(|n| scope.spawn(move || state.made_once("id", || vec![n; 16]).unwrap()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(read.iter().all(|bytes| *bytes == read[0]));
        assert_eq!(
            fs::metadata(state.file("id")).unwrap().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(state.path()).unwrap().count(), 1);
    }
}
