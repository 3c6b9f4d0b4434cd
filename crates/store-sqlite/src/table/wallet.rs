//! A client's tickets.

use rusqlite::{Connection, params};
use tessera_session::store::TICKETS_PER_KEY;
use tessera_session::{Listed, Page, Selector, StoredSession, TicketId, Timestamp, Vault};
use tessera_wire::ProtocolVersion;

use super::room::{self, Crowd};
use super::{condition, sessions};
use crate::failure::Failure;
use crate::row::{self, COLUMNS, bound};

pub(crate) fn keep(
    db: &Connection,
    key: &[u8; 32],
    session: &StoredSession,
) -> Result<(), Failure> {
    room::make(db, Crowd::Wallet)?;
    let mut statement = db.prepare_cached(
        "INSERT OR REPLACE INTO wallet
         (id, side, version, hash, scope, expires_at, lineage, server_name, peer, listing, sealed, key)
         VALUES (:id, :side, :version, :hash, :scope, :expires_at, :lineage, :server_name, :peer, :listing, :sealed, :key)",
    )?;
    row::insert(&mut statement, session, Some(key))?;
    let most = i64::try_from(TICKETS_PER_KEY).unwrap_or(i64::MAX);
    db.prepare_cached(
        "DELETE FROM wallet WHERE id IN
         (SELECT id FROM wallet WHERE key = ?1 ORDER BY expires_at DESC, id DESC LIMIT -1 OFFSET ?2)",
    )?
    .execute(params![key.as_slice(), most])?;
    Ok(())
}

/// TLS 1.3 tickets are gone once drawn; a TLS 1.2 session stays.
pub(crate) fn draw(db: &Connection, key: &[u8; 32]) -> Result<Option<StoredSession>, Failure> {
    let sql = format!(
        "SELECT {COLUMNS} FROM wallet WHERE key = ?1 ORDER BY version = ?2 DESC, expires_at DESC, id DESC LIMIT 1"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![key.as_slice(), ProtocolVersion::TLS1_3.0])?;
    let Some(drawn) = rows.next()?.map(row::stored).transpose()? else {
        return Ok(None);
    };
    if drawn.version == ProtocolVersion::TLS1_3 {
        remove(db, drawn.id)?;
    }
    Ok(Some(drawn))
}

pub(crate) fn take(db: &Connection, id: TicketId) -> Result<Option<StoredSession>, Failure> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM wallet WHERE id = ?1"))?;
    let mut rows = statement.query([id.0.as_slice()])?;
    let taken = rows.next()?.map(row::stored).transpose()?;
    remove(db, id)?;
    Ok(taken)
}

fn remove(db: &Connection, id: TicketId) -> Result<(), Failure> {
    db.prepare_cached("DELETE FROM wallet WHERE id = ?1")?
        .execute([id.0.as_slice()])?;
    Ok(())
}

pub(crate) fn forget(db: &Connection, key: &[u8; 32]) -> Result<u64, Failure> {
    Ok(db
        .prepare_cached("DELETE FROM wallet WHERE key = ?1")?
        .execute([key.as_slice()])? as u64)
}

pub(crate) fn discard(db: &Connection, vault: &Vault, which: &Selector) -> Result<u64, Failure> {
    let (condition, tag) = condition(vault, which);
    Ok(db
        .prepare_cached(&format!("DELETE FROM wallet WHERE {condition}"))?
        .execute([tag])? as u64)
}

pub(crate) fn contents(db: &Connection, vault: &Vault, page: Page) -> Result<Vec<Listed>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM wallet WHERE id > ?1 ORDER BY id LIMIT ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let after = page.after.map(|id| id.0.to_vec()).unwrap_or_default();
    let mut rows = statement.query(params![
        after,
        i64::try_from(page.limit).unwrap_or(i64::MAX)
    ])?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        listed.push(sessions::entry(&row::stored(row)?, vault, false));
    }
    Ok(listed)
}

pub(crate) fn sweep(db: &Connection, now: Timestamp, most: u64) -> Result<u64, Failure> {
    let swept = db
        .prepare_cached("DELETE FROM wallet WHERE expires_at < ?1")?
        .execute([bound(now)])? as u64;
    room::keep(db, Crowd::Wallet, most)?;
    Ok(swept)
}
