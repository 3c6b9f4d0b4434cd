//! Revocations, each sealed under its number.

use rusqlite::{Connection, OptionalExtension, params};
use tessera_session::vault::Purpose;
use tessera_session::{Revocation, Revoked, StoreError, Timestamp, Vault};

use crate::failure::Failure;
use crate::row::{self, bound};

pub(crate) fn add(db: &Connection, vault: &Vault, revocation: &Revocation) -> Result<u64, Failure> {
    let next = version(db)? + 1;
    let number = i64::try_from(next)
        .map_err(|_| StoreError::Unfit("the number of the revocation".to_owned()))?;
    let sealed = vault.seal(
        Purpose::Revocation,
        &next.to_be_bytes(),
        &revocation.encode(),
    );
    db.prepare_cached("INSERT INTO revocations (version, until, sealed) VALUES (?1, ?2, ?3)")?
        .execute(params![number, bound(revocation.until), sealed])?;
    Ok(next)
}

/// The whole set. If one of them does not open there is no set: better an old copy than one with a hole.
pub(crate) fn revoked(db: &Connection, vault: &Vault) -> Result<Revoked, Failure> {
    let transaction = db.unchecked_transaction()?;
    let version = version(db)?;
    let mut statement = db.prepare_cached("SELECT version, sealed FROM revocations")?;
    let mut rows = statement.query([])?;
    let mut revocations = Vec::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row::number(row, 0)?;
        revocations.push(open(vault, number.unsigned_abs(), row::blob(row, 1)?)?);
    }
    drop(rows);
    drop(statement);
    transaction.finish()?;
    Ok(Revoked::new(version, revocations))
}

pub(crate) fn open(vault: &Vault, number: u64, sealed: &[u8]) -> Result<Revocation, StoreError> {
    let damaged =
        |why: &dyn core::fmt::Display| StoreError::Damaged(format!("revocation {number}: {why}"));
    let plaintext = vault
        .open(Purpose::Revocation, &number.to_be_bytes(), sealed)
        .map_err(|why| damaged(&why))?;
    Revocation::decode(&plaintext).map_err(|why| damaged(&why))
}

pub(crate) fn version(db: &Connection) -> Result<u64, Failure> {
    let mut statement =
        db.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'revocations'")?;
    let version: Option<i64> = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(version.unwrap_or(0).unsigned_abs())
}

pub(crate) fn lapse(db: &Connection, now: Timestamp) -> Result<u64, Failure> {
    Ok(db
        .prepare_cached("DELETE FROM revocations WHERE until < ?1")?
        .execute([bound(now)])? as u64)
}
