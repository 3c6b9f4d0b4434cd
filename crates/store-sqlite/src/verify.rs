//! Opens every record there is, and names each that does not.

use core::fmt;
use core::time::Duration;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use tessera_session::{Side, StoreError, TicketId, Vault};

use crate::failure::Failure;
use crate::row::{self, COLUMNS};
use crate::schema::{self, State};
use crate::table::{register, revocations, ring, room};

/// What is in the file, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Sessions of servers, summaries of lineages included.
    pub sessions: u64,
    /// Sessions of clients.
    pub wallet: u64,
    /// Marks of ids that were used up.
    pub spent: u64,
    /// Revocations.
    pub revocations: u64,
    /// Connections in the register.
    pub connections: u64,
    /// Ticket keys in the ring.
    pub ticket_keys: u64,
    /// Sessions and tickets that went before their time, for there was no room.
    pub evicted: u64,
    /// Everything that did not open.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing was found.
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The table, or `file`.
    pub place: &'static str,
    /// Which record, by its id in hexadecimal or its number; empty for the file as a whole.
    pub record: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.place)?;
        if !self.record.is_empty() {
            write!(f, " {}", self.record)?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// Opens every record of a file and changes nothing: not even a damaged file is set aside. One that is
/// not there has nothing in it.
///
/// # Errors
/// When the file is damaged as a whole, made with another key, or cannot be read.
pub fn examine(path: &Path, vault: &Vault) -> Result<Report, StoreError> {
    const DEADLINE: Duration = Duration::from_secs(5);
    if !path.exists() {
        return Ok(Report::default());
    }
    let looked = || -> Result<Report, Failure> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(DEADLINE)?;
        // The log stays as it is: it may be what the damage is explained by.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        db.execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON;")?;
        match schema::inspect(&db, vault)? {
            State::Empty => Ok(Report::default()),
            State::Ours => verify(&db, vault),
            State::Damaged(why) => {
                Err(StoreError::Damaged(format!("{}: {why}", path.display())).into())
            }
            State::WrongKey => Err(StoreError::WrongKey(path.display().to_string()).into()),
            State::Later(_) | State::Foreign => Err(StoreError::Unavailable(format!(
                "{}: not a file of this program's version",
                path.display()
            ))
            .into()),
        }
    };
    looked().map_err(|failure| failure.into_store_error(path))
}

pub(crate) fn verify(db: &Connection, vault: &Vault) -> Result<Report, Failure> {
    let mut search = Search {
        db,
        vault,
        findings: Vec::new(),
    };
    let transaction = db.unchecked_transaction()?;
    search.pages();
    let mut report = Report {
        sessions: search.sessions(Side::Server),
        wallet: search.sessions(Side::Client),
        spent: search.spent(),
        revocations: search.revocations(),
        connections: search.connections(),
        ticket_keys: search.ring(),
        evicted: room::evicted(db).unwrap_or_default(),
        findings: Vec::new(),
    };
    report.findings = search.findings;
    transaction.finish()?;
    Ok(report)
}

struct Search<'a> {
    db: &'a Connection,
    vault: &'a Vault,
    findings: Vec<Finding>,
}

impl Search<'_> {
    fn pages(&mut self) {
        self.records("file", "PRAGMA integrity_check", |_, row| {
            let said: String = row::number(row, 0)?;
            if said == "ok" {
                Ok(())
            } else {
                Err(StoreError::Damaged(schema::one_line(&said)).into())
            }
        });
    }

    /// Both halves of every session of a side.
    fn sessions(&mut self, side: Side) -> u64 {
        let place = match side {
            Side::Server => "sessions",
            Side::Client => "wallet",
        };
        self.records(
            place,
            &format!("SELECT {COLUMNS} FROM {place}"),
            |vault, row| {
                let stored = row::stored(row)?;
                vault
                    .open_summary(&stored)
                    .map_err(|why| damaged(&format_args!("its summary: {why}")))?;
                if !stored.sealed.is_empty() {
                    vault
                        .open_session(&stored, side)
                        .map_err(|why| damaged(&why))?;
                }
                Ok(())
            },
        )
    }

    /// Nobody but us marks an id, or moves the end of a mark.
    fn spent(&mut self) -> u64 {
        self.records(
            "spent",
            "SELECT id, until, mark FROM spent",
            |vault, row| {
                let mark = vault.spent_mark(TicketId(row::array(row, 0)?), row::time(row, 1)?);
                if mark == row::array(row, 2)? {
                    Ok(())
                } else {
                    Err(damaged(&"the mark is not ours"))
                }
            },
        )
    }

    fn revocations(&mut self) -> u64 {
        self.records(
            "revocations",
            "SELECT version, sealed FROM revocations",
            |vault, row| {
                let number: i64 = row::number(row, 0)?;
                revocations::open(vault, number.unsigned_abs(), row::blob(row, 1)?)?;
                Ok(())
            },
        )
    }

    fn connections(&mut self) -> u64 {
        let columns = "id, process, session, lineage, opened_at, closed_at, peer, opened_at";
        self.records(
            "connections",
            &format!("SELECT {columns} FROM connections"),
            |vault, row| register::registered(row, vault).map(drop),
        )
    }

    fn ring(&mut self) -> u64 {
        match ring::ring(self.db, self.vault) {
            Ok(ring) => ring.map_or(0, |ring| ring.keys().len() as u64),
            Err(failure) => {
                self.found("ring", "1".to_owned(), failure);
                0
            }
        }
    }

    /// Counts the rows and names those that `open` has something against.
    fn records(
        &mut self,
        place: &'static str,
        sql: &str,
        open: impl Fn(&Vault, &Row<'_>) -> Result<(), Failure>,
    ) -> u64 {
        let mut count = 0;
        if let Err(failure) = self.visit(sql, |search, row| {
            count += 1;
            if let Err(failure) = open(search.vault, row) {
                search.found(place, name(row), failure);
            }
        }) {
            self.found(place, format!("behind row {count}"), failure);
        }
        count
    }

    fn visit(
        &mut self,
        sql: &str,
        mut each: impl FnMut(&mut Self, &Row<'_>),
    ) -> Result<(), Failure> {
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(self, row);
        }
        Ok(())
    }

    fn found(&mut self, place: &'static str, record: String, failure: Failure) {
        let problem = match failure {
            Failure::Store(StoreError::Damaged(why)) => why,
            Failure::Store(error) => error.to_string(),
            Failure::Sqlite(error) => error.to_string(),
        };
        self.findings.push(Finding {
            place,
            record,
            problem,
        });
    }
}

fn damaged(why: &dyn fmt::Display) -> Failure {
    StoreError::Damaged(why.to_string()).into()
}

/// The first column: an id or a number, or neither.
fn name(row: &Row<'_>) -> String {
    match row.get_ref(0) {
        Ok(ValueRef::Blob(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Ok(ValueRef::Integer(number)) => number.to_string(),
        _ => String::new(),
    }
}
