//! Where traffic secrets go while debugging: RFC 9850.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tessera_engine::KeyLogLine;
use zeroize::Zeroizing;

/// Takes the traffic secrets of connections. Whoever has them can read everything: for debugging
/// only.
pub trait KeyLogSink: Send + Sync {
    /// One line, without its newline.
    fn line(&self, line: &KeyLogLine);
}

/// A key log in a file that only its owner may read. Lines are appended whole, so several
/// processes may share it.
pub struct KeyLogFile {
    path: PathBuf,
    file: Mutex<File>,
}

impl KeyLogFile {
    /// Opens the file, or makes it with mode 0600.
    ///
    /// # Errors
    /// When it cannot be opened for appending; the error names the file.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref().to_owned();
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| {
            io::Error::new(error.kind(), format!("key log {}: {error}", path.display()))
        })?;
        Ok(Self {
            path,
            file: Mutex::new(file),
        })
    }

    /// The file that the environment variable `SSLKEYLOGFILE` names, if it names one. Nothing else
    /// in this library reads that variable.
    ///
    /// # Errors
    /// As [`KeyLogFile::create`].
    pub fn from_env() -> io::Result<Option<Self>> {
        match std::env::var_os("SSLKEYLOGFILE") {
            Some(path) if !path.is_empty() => Self::create(PathBuf::from(path)).map(Some),
            _ => Ok(None),
        }
    }

    /// The file's name.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl KeyLogSink for KeyLogFile {
    fn line(&self, line: &KeyLogLine) {
        let mut text = Zeroizing::new(Vec::with_capacity(line.as_str().len() + 1));
        text.extend_from_slice(line.as_str().as_bytes());
        text.push(b'\n');
        // A log that cannot be written must not end a connection.
        let _ = self
            .file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write_all(&text);
    }
}
