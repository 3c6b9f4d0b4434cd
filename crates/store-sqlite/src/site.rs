//! The file on its disk: who may replace it, and how everybody notices.

use core::time::Duration;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::fs::{FlockOperation, flock};
use tessera_session::{StoreError, Vault};

use crate::incident::Incident;

/// Told of incidents as they happen, before anything is answered from the new file.
pub(crate) type Listener = Arc<dyn Fn(&Incident) + Send + Sync>;

/// Everything the threads of a store share.
pub(crate) struct Site {
    pub(crate) path: PathBuf,
    pub(crate) vault: Vault,
    /// How long anything may wait for a lock.
    pub(crate) deadline: Duration,
    /// The most bytes the file may have.
    pub(crate) most_bytes: u64,
    pub(crate) listener: Option<Listener>,
    incidents: Mutex<Vec<Incident>>,
    /// The file that our threads agreed on last, so that a replacement is told once.
    current: Mutex<Option<Inode>>,
}

/// Which file it is, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inode {
    device: u64,
    number: u64,
}

/// The right to replace the file, across processes; given back when dropped.
pub(crate) struct Lock(#[expect(dead_code, reason = "closing it releases the lock")] File);

impl Site {
    pub(crate) fn new(path: PathBuf, vault: Vault, deadline: Duration, most_bytes: u64) -> Self {
        let (incidents, current) = (Mutex::default(), Mutex::default());
        Self {
            path,
            vault,
            deadline,
            most_bytes,
            listener: None,
            incidents,
            current,
        }
    }

    /// The file that has the name now.
    pub(crate) fn inode(&self) -> Option<Inode> {
        let metadata = fs::metadata(&self.path).ok()?;
        Some(Inode {
            device: metadata.dev(),
            number: metadata.ino(),
        })
    }

    /// Makes the file if there is none, for its owner only; `-wal` and `-shm` take over its mode.
    pub(crate) fn ensure_file(&self) -> Result<(), StoreError> {
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.path)
        {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(io_error(&self.path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Waits for the right to make or replace the file, but not for ever.
    pub(crate) fn lock(&self) -> Result<Lock, StoreError> {
        const STEP: Duration = Duration::from_millis(10);
        let path = beside(&self.path, ".lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let file = file.map_err(|error| io_error(&path, &error))?;
        let mut waited = Duration::ZERO;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Lock(file)),
                Err(error) if error.kind() == ErrorKind::WouldBlock && waited < self.deadline => {
                    thread::sleep(STEP);
                    waited += STEP;
                }
                Err(error) => {
                    return Err(StoreError::Locked(format!("{}: {error}", path.display())));
                }
            }
        }
    }

    /// Renames the damaged file, its `-wal` and its `-shm`. Nothing is deleted.
    pub(crate) fn set_aside(&self, _lock: &Lock, why: &str) -> Result<(), StoreError> {
        let (base, mut to, mut count) = (self.damaged_name(), self.damaged_name(), 0);
        while SIDES.iter().any(|side| beside(&to, side).exists()) {
            count += 1;
            to = beside(&base, &format!("-{count}"));
        }
        // The log goes first: a database that has lost its log is damaged, a log that has lost its database is not read.
        for side in SIDES {
            match fs::rename(beside(&self.path, side), beside(&to, side)) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(io_error(&self.path, &error));
                }
                _ => {}
            }
        }
        // What follows is our own doing, and no second incident.
        *lock(&self.current) = None;
        self.report(Incident::SetAside {
            to,
            why: why.to_owned(),
        });
        Ok(())
    }

    /// `sessions.db.damaged-` and when it was last written, in seconds since 1970.
    fn damaged_name(&self) -> PathBuf {
        let written = fs::metadata(&self.path).map_or(0, |metadata| metadata.mtime());
        beside(&self.path, &format!(".damaged-{written}"))
    }

    /// A thread of ours works with this file now. Tells if it is another than before.
    pub(crate) fn settle(&self, inode: Inode) {
        let before = lock(&self.current).replace(inode);
        if before.is_some_and(|before| before != inode) {
            self.report(Incident::Replaced {
                path: self.path.clone(),
            });
        }
    }

    fn report(&self, incident: Incident) {
        if let Some(listener) = &self.listener {
            listener(&incident);
        }
        lock(&self.incidents).push(incident);
    }

    pub(crate) fn incidents(&self) -> Vec<Incident> {
        lock(&self.incidents).clone()
    }
}

/// A database and the files that belong to it, by what is added to its name.
const SIDES: [&str; 3] = ["-wal", "-shm", ""];

/// The same path with something added to the name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn io_error(path: &Path, error: &io::Error) -> StoreError {
    let said = format!("{}: {error}", path.display());
    match error.kind() {
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => StoreError::ReadOnly(said),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full(said),
        _ => StoreError::Unavailable(said),
    }
}
