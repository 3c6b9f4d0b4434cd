//! Files with secrets in them: for their owner alone, and whole or not at all.

use crate::report::talk::Talk;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use tessera::sqlite::Readers;

/// Says where everybody may read a secret that another program has, too: who may is for whoever set both up.
pub(crate) fn warn_if_exposed(path: &Path, talk: Talk) {
    // A file that is not there is named by whoever reads it.
    if let Ok(metadata) = std::fs::metadata(path)
        && let Err(exposed) = Readers::Group.check(path, &metadata)
    {
        talk.warn(exposed);
    }
}

/// Writes a file in place of an older one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    SecretFile::create(path)?.finish(bytes)
}

/// A file that is about to be written: that there is a place for it is known before what goes in is taken from
/// where it was.
pub(crate) struct SecretFile {
    file: File,
    beside: PathBuf,
    path: PathBuf,
}

impl SecretFile {
    /// Makes a file beside the one that is meant.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}", std::process::id()));
        let beside = path.with_file_name(name);
        let file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&beside)?;
        Ok(Self {
            file,
            beside,
            path: path.to_owned(),
        })
    }

    /// Puts it in place with this in it.
    pub(crate) fn finish(mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()?;
        std::fs::rename(&self.beside, &self.path)
    }
}

impl Drop for SecretFile {
    fn drop(&mut self) {
        // Gone already where it was finished.
        let _ = std::fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;

    #[test]
    fn a_file_is_its_owners_and_nothing_is_left_of_one_that_was_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("session.pem");
        drop(SecretFile::create(&path).unwrap());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        write(&path, b"secret").unwrap();
        write(&path, b"other").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"other");
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
