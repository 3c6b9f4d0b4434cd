//! The ring of ticket keys.

use rusqlite::{Connection, OptionalExtension, params};
use tessera_session::store::Swap;
use tessera_session::{Ring, StoreError, Vault};

use crate::failure::Failure;
use crate::row;

pub(crate) fn ring(db: &Connection, vault: &Vault) -> Result<Option<Ring>, Failure> {
    let mut statement = db.prepare_cached("SELECT version, sealed FROM ring")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let version: i64 = row::number(row, 0)?;
    // A ring that does not open is never taken for none: that would make a new one over it.
    let ring = vault.open_ring(version.unsigned_abs(), row::blob(row, 1)?);
    ring.map(Some)
        .map_err(|why| StoreError::Damaged(format!("the ring of ticket keys: {why}")).into())
}

pub(crate) fn version(db: &Connection) -> Result<u64, Failure> {
    let version: Option<i64> = db
        .prepare_cached("SELECT version FROM ring")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(version.unwrap_or(0).unsigned_abs())
}

pub(crate) fn replace(
    db: &Connection,
    vault: &Vault,
    expected: u64,
    ring: &Ring,
) -> Result<Swap, Failure> {
    let current = version(db)?;
    if current != expected || ring.version() <= current {
        return Ok(Swap::Lost);
    }
    let version = i64::try_from(ring.version())
        .map_err(|_| StoreError::Unfit("the ring's version".to_owned()))?;
    // Deleted first, so that the old keys' bytes are overwritten.
    db.prepare_cached("DELETE FROM ring")?.execute([])?;
    db.prepare_cached("INSERT INTO ring (only, version, sealed) VALUES (1, ?1, ?2)")?
        .execute(params![version, vault.seal_ring(ring)])?;
    Ok(Swap::Done)
}
