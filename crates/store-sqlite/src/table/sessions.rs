//! A server's sessions, and the ids that were used up.

use rusqlite::{Connection, params};
use tessera_session::{Claim, Listed, Page, Selector, StoredSession, TicketId, Timestamp, Vault};

use super::condition;
use super::room::{self, Crowd};
use crate::failure::Failure;
use crate::row::{self, COLUMNS, bound};

pub(crate) fn insert(db: &Connection, session: &StoredSession) -> Result<(), Failure> {
    room::make(db, Crowd::Sessions)?;
    let mut statement = db.prepare_cached(
        "INSERT OR REPLACE INTO sessions
         (id, side, version, hash, scope, expires_at, lineage, server_name, peer, listing, sealed)
         VALUES (:id, :side, :version, :hash, :scope, :expires_at, :lineage, :server_name, :peer, :listing, :sealed)",
    )?;
    row::insert(&mut statement, session, None)
}

pub(crate) fn find(db: &Connection, id: TicketId) -> Result<Option<StoredSession>, Failure> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM sessions WHERE id = ?1"))?;
    let mut rows = statement.query([id.0.as_slice()])?;
    rows.next()?.map(row::stored).transpose()
}

/// An insert that does nothing if the id is there: exactly one is told that it did.
pub(crate) fn claim(
    db: &Connection,
    vault: &Vault,
    id: TicketId,
    until: Timestamp,
) -> Result<Claim, Failure> {
    let until = bound(until);
    let mark = vault.spent_mark(id, Timestamp::from_millis(until.unsigned_abs()));
    let mut statement = db.prepare_cached(
        "INSERT INTO spent (id, until, mark) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    let inserted = statement.execute(params![id.0.as_slice(), until, mark.as_slice()])?;
    Ok(if inserted == 1 {
        Claim::Won
    } else {
        Claim::AlreadyUsed
    })
}

pub(crate) fn remove(db: &Connection, id: TicketId) -> Result<bool, Failure> {
    Ok(db
        .prepare_cached("DELETE FROM sessions WHERE id = ?1")?
        .execute([id.0.as_slice()])?
        > 0)
}

pub(crate) fn revoke(db: &Connection, vault: &Vault, which: &Selector) -> Result<u64, Failure> {
    let (condition, tag) = condition(vault, which);
    Ok(db
        .prepare_cached(&format!("DELETE FROM sessions WHERE {condition}"))?
        .execute([tag])? as u64)
}

pub(crate) fn list(db: &Connection, vault: &Vault, page: Page) -> Result<Vec<Listed>, Failure> {
    let sql = format!(
        "SELECT {COLUMNS}, id IN (SELECT id FROM spent) FROM sessions WHERE id > ?1 ORDER BY id LIMIT ?2"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let after = page.after.map(|id| id.0.to_vec()).unwrap_or_default();
    let mut rows = statement.query(params![
        after,
        i64::try_from(page.limit).unwrap_or(i64::MAX)
    ])?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        listed.push(entry(&row::stored(row)?, vault, row::number(row, 11)?));
    }
    Ok(listed)
}

/// A listing's entry of a stored session.
pub(crate) fn entry(stored: &StoredSession, vault: &Vault, spent: bool) -> Listed {
    Listed {
        id: stored.id,
        side: stored.side,
        expires_at: stored.expires_at,
        summary: vault.open_summary(stored),
        spent,
    }
}

/// The broom, which also sees to it that there are no more than `most`.
pub(crate) fn expire(db: &Connection, now: Timestamp, most: u64) -> Result<u64, Failure> {
    let now = bound(now);
    db.prepare_cached("DELETE FROM spent WHERE until < ?1")?
        .execute([now])?;
    let expired = db
        .prepare_cached("DELETE FROM sessions WHERE expires_at < ?1")?
        .execute([now])? as u64;
    room::keep(db, Crowd::Sessions, most)?;
    Ok(expired)
}
