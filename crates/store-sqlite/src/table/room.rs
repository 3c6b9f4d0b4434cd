//! Room for what is new: what ends first goes, and is counted. Marks of used tickets, revocations and the
//! ring are never let go for it, and have the last of the file for themselves.

use rusqlite::{Connection, OptionalExtension, params};

use crate::failure::Failure;

/// Of a hundred pages so many may be in use before sessions, tickets and connections make room.
const FOR_ALL: i64 = 90;
/// So many go at once: more than come in the place of one.
const AT_ONCE: i64 = 16;

/// What makes room for its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// A server's sessions.
    Sessions,
    /// A client's tickets.
    Wallet,
}

impl Crowd {
    const fn table(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Wallet => "wallet",
        }
    }
}

/// Lets the connections go that opened first, of those that are closed, where the file is about to be full. They
/// are what a listing remembers, and nobody counts them.
pub(crate) fn make_for_connections(db: &Connection) -> Result<(), Failure> {
    if is_tight(db)? {
        db.prepare_cached(
            "DELETE FROM connections WHERE id IN
             (SELECT id FROM connections WHERE closed_at IS NOT NULL ORDER BY opened_at LIMIT ?1)",
        )?
        .execute([AT_ONCE])?;
    }
    Ok(())
}

/// Lets some go where the file is about to be full.
pub(crate) fn make(db: &Connection, crowd: Crowd) -> Result<(), Failure> {
    if !is_tight(db)? {
        return Ok(());
    }
    let table = crowd.table();
    let gone = db
        .prepare_cached(&format!(
            "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} ORDER BY expires_at LIMIT ?1)"
        ))?
        .execute([AT_ONCE])?;
    count(db, gone)
}

/// Lets those go that are more than `most`.
pub(crate) fn keep(db: &Connection, crowd: Crowd, most: u64) -> Result<(), Failure> {
    let table = crowd.table();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let gone = db
        .prepare_cached(&format!(
            "DELETE FROM {table} WHERE id IN
             (SELECT id FROM {table} ORDER BY expires_at DESC LIMIT -1 OFFSET ?1)"
        ))?
        .execute([most])?;
    count(db, gone)
}

/// How many sessions and tickets went before their time, since the file was made.
pub(crate) fn evicted(db: &Connection) -> Result<u64, Failure> {
    let evicted: Option<i64> = db
        .prepare_cached("SELECT value FROM meta WHERE name = 'evicted'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(evicted.unwrap_or(0).unsigned_abs())
}

fn count(db: &Connection, gone: usize) -> Result<(), Failure> {
    if gone > 0 {
        db.prepare_cached(
            "INSERT INTO meta (name, value) VALUES ('evicted', ?1)
             ON CONFLICT (name) DO UPDATE SET value = value + ?1",
        )?
        .execute(params![i64::try_from(gone).unwrap_or(i64::MAX)])?;
    }
    Ok(())
}

fn is_tight(db: &Connection) -> Result<bool, Failure> {
    let number = |pragma: &str| -> Result<i64, Failure> {
        let mut statement = db.prepare_cached(pragma)?;
        Ok(statement.query_row([], |row| row.get(0))?)
    };
    let used = number("PRAGMA page_count")? - number("PRAGMA freelist_count")?;
    let most = number("PRAGMA max_page_count")?;
    Ok(used.saturating_mul(100) > most.saturating_mul(FOR_ALL))
}
