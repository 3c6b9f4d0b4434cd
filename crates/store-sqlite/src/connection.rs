//! A thread's connection to the file, and to the new file when the old one is gone.

use std::fs;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};
use tessera_session::StoreError;

use crate::failure::Failure;
use crate::schema::{self, State};
use crate::site::{Inode, Lock, Site};

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Writes sessions: what a process acknowledged survives its death, and mostly that of the machine.
    Writer,
    /// Writes claims, ring and revocations: what was acknowledged survives the loss of power.
    Durable,
    /// Reads.
    Reader,
}

/// Whether to look at every page before using a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    Pages,
    HeadOnly,
}

/// A bigger file is not looked at page by page when it is opened: that is what `verify` is for.
const CHECKED_UP_TO: u64 = 16 << 20;
const PAGE: u64 = 4096;

pub(crate) struct Database {
    site: Arc<Site>,
    role: Role,
    open: Option<Open>,
}

struct Open {
    connection: Connection,
    inode: Inode,
}

impl Database {
    /// Opens the file; makes it if there is none, sets it aside if it is damaged.
    pub(crate) fn open(site: Arc<Site>, role: Role, check: Check) -> Result<Self, StoreError> {
        let open = connect(&site, role, check)?;
        Ok(Self {
            site,
            role,
            open: Some(open),
        })
    }

    /// The connection to the file that has the name now.
    pub(crate) fn current(&mut self) -> Result<&Connection, StoreError> {
        if !self.is_current() {
            self.open = None;
        }
        let open = match self.open.take() {
            Some(open) => open,
            None => connect(&self.site, self.role, Check::Pages)?,
        };
        Ok(&self.open.insert(open).connection)
    }

    /// Whether the file we work with still has the name: what is written to another is lost.
    pub(crate) fn is_current(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| self.site.inode() == Some(open.inode))
    }

    /// Work on this connection failed. A damaged file is set aside, unless somebody did it already.
    pub(crate) fn failed(&mut self, failure: Failure) -> StoreError {
        let Some(why) = failure.damage() else {
            return failure.into_store_error(&self.site.path);
        };
        // First rename, then close: what is closed under its old name would take its log with it.
        let Some(open) = self.open.take() else {
            return StoreError::Damaged(why);
        };
        let lock = match self.site.lock() {
            Ok(lock) => lock,
            Err(error) => return error,
        };
        if self.site.inode() == Some(open.inode)
            && let Err(error) = self.site.set_aside(&lock, &why)
        {
            return error;
        }
        StoreError::Damaged(format!(
            "{}: {why}; it was set aside and a new one begun",
            self.site.path.display()
        ))
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
    }
}

/// Under the lock nobody else makes, checks or replaces the file.
fn connect(site: &Site, role: Role, check: Check) -> Result<Open, StoreError> {
    const TRIES: usize = 3;
    let lock = site.lock()?;
    for _ in 0..TRIES {
        site.ensure_file()?;
        match attempt(site, role, check) {
            Ok(open) => {
                site.settle(open.inode);
                return Ok(open);
            }
            Err(failure) => give_way(site, &lock, failure)?,
        }
    }
    Err(StoreError::Damaged(format!(
        "{}: every new file is damaged as well",
        site.path.display()
    )))
}

/// Sets a damaged file aside; everything else is an error.
fn give_way(site: &Site, lock: &Lock, failure: Failure) -> Result<(), StoreError> {
    match failure.damage() {
        Some(why) => site.set_aside(lock, &why),
        None => match failure {
            Failure::Store(StoreError::Damaged(why)) => site.set_aside(lock, &why),
            other => Err(other.into_store_error(&site.path)),
        },
    }
}

fn attempt(site: &Site, role: Role, check: Check) -> Result<Open, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&site.path, flags)?;
    connection.busy_timeout(site.deadline)?;
    let path = site.path.display();
    match schema::inspect(&connection, &site.vault)? {
        State::Empty => {
            configure(&connection, site, role)?;
            schema::create(&connection, &site.vault)?;
        }
        State::Ours => {
            let size = fs::metadata(&site.path).map_or(0, |metadata| metadata.len());
            if check == Check::Pages
                && size <= CHECKED_UP_TO
                && let Some(why) = schema::quick_check(&connection)?
            {
                return Err(StoreError::Damaged(why).into());
            }
            configure(&connection, site, role)?;
        }
        State::Damaged(why) => return Err(StoreError::Damaged(why).into()),
        State::WrongKey => return Err(StoreError::WrongKey(path.to_string()).into()),
        State::Later(version) => {
            let said =
                format!("{path}: made by a later version of this program (tables {version})");
            return Err(StoreError::Unavailable(said).into());
        }
        State::Foreign => {
            return Err(
                StoreError::Unavailable(format!("{path}: another program's database")).into(),
            );
        }
    }
    let inode = site
        .inode()
        .ok_or_else(|| StoreError::Unavailable(format!("{path}: it is gone")))?;
    Ok(Open { connection, inode })
}

fn configure(connection: &Connection, site: &Site, role: Role) -> Result<(), Failure> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        let said = format!(
            "{}: no write-ahead log here; choose a local disk",
            site.path.display()
        );
        return Err(StoreError::Unavailable(said).into());
    }
    connection.execute_batch(
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 33554432;",
    )?;
    connection.execute_batch(match role {
        Role::Writer => "PRAGMA synchronous = NORMAL;",
        // What a retired ticket key was written with is overwritten, not only let go.
        Role::Durable => "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;",
        Role::Reader => "PRAGMA query_only = ON;",
    })?;
    let pages = i64::try_from(site.most_bytes / PAGE)
        .unwrap_or(i64::MAX)
        .clamp(64, 0x3fff_fffe);
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    Ok(())
}
