//! Connections, and the processes that have them. Peers' addresses are sealed.

use rusqlite::{Connection, Row, params};
use tessera_session::store::{ConnectionId, ProcessId, Tally, Uses};
use tessera_session::vault::Purpose;
use tessera_session::{LineageId, RegisteredConnection, StoreError, TicketId, Timestamp, Vault};

use super::room;
use crate::failure::Failure;
use crate::row::{self, bound};

pub(crate) fn opened(
    db: &Connection,
    vault: &Vault,
    connection: &RegisteredConnection,
) -> Result<(), Failure> {
    room::make_for_connections(db)?;
    alive(db, connection.process, connection.seen_at)?;
    let peer = vault.seal(
        Purpose::Connection,
        &connection.connection.0,
        connection.peer.as_bytes(),
    );
    db.prepare_cached(
        "INSERT OR REPLACE INTO connections (id, process, session, lineage, opened_at, closed_at, peer)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        connection.connection.0.as_slice(),
        connection.process.0.as_slice(),
        connection.session.0.as_slice(),
        connection.lineage.0.as_slice(),
        bound(connection.opened_at),
        connection.closed_at.map(bound),
        peer,
    ])?;
    Ok(())
}

pub(crate) fn closed(
    db: &Connection,
    connection: ConnectionId,
    at: Timestamp,
) -> Result<(), Failure> {
    db.prepare_cached("UPDATE connections SET closed_at = ?2 WHERE id = ?1")?
        .execute(params![connection.0.as_slice(), bound(at)])?;
    Ok(())
}

pub(crate) fn alive(db: &Connection, process: ProcessId, at: Timestamp) -> Result<(), Failure> {
    db.prepare_cached(
        "INSERT INTO processes (id, seen_at) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at)",
    )?
    .execute(params![process.0.as_slice(), bound(at)])?;
    Ok(())
}

pub(crate) fn connections(
    db: &Connection,
    vault: &Vault,
    of: Uses,
    limit: usize,
) -> Result<Vec<RegisteredConnection>, Failure> {
    let (condition, key) = condition(of);
    let sql = format!(
        "SELECT connections.id, process, session, lineage, opened_at, closed_at, peer, coalesce(seen_at, opened_at)
         FROM connections LEFT JOIN processes ON processes.id = process
         WHERE {condition} ORDER BY opened_at DESC, connections.id LIMIT ?2"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params![key, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut connections = Vec::new();
    while let Some(row) = rows.next()? {
        connections.push(registered(row, vault)?);
    }
    Ok(connections)
}

/// A connection of a row, in the order of columns that `connections` asks for.
pub(crate) fn registered(row: &Row<'_>, vault: &Vault) -> Result<RegisteredConnection, Failure> {
    let id = row::array(row, 0)?;
    let damaged = |why: &dyn core::fmt::Display| {
        StoreError::Damaged(format!("a connection in the register: {why}"))
    };
    let peer = vault
        .open(Purpose::Connection, &id, row::blob(row, 6)?)
        .map_err(|why| damaged(&why))?;
    let closed_at: Option<i64> = row::number(row, 5)?;
    Ok(RegisteredConnection {
        connection: ConnectionId(id),
        process: ProcessId(row::array(row, 1)?),
        session: TicketId(row::array(row, 2)?),
        lineage: LineageId(row::array(row, 3)?),
        peer: String::from_utf8_lossy(&peer).into_owned(),
        opened_at: row::time(row, 4)?,
        closed_at: closed_at.map(|millis| Timestamp::from_millis(millis.unsigned_abs())),
        seen_at: row::time(row, 7)?,
    })
}

pub(crate) fn tally(db: &Connection, of: Uses, alive_since: Timestamp) -> Result<Tally, Failure> {
    let (condition, key) = condition(of);
    let sql = format!(
        "SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL AND seen_at >= ?2)
         FROM connections LEFT JOIN processes ON processes.id = process WHERE {condition}"
    );
    let counted = db
        .prepare_cached(&sql)?
        .query_row(params![key, bound(alive_since)], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })?;
    Ok(Tally {
        uses: counted.0.unsigned_abs(),
        open: counted.1.unsigned_abs(),
    })
}

pub(crate) fn forget(db: &Connection, before: Timestamp) -> Result<u64, Failure> {
    let before = bound(before);
    let forgotten = db
        .prepare_cached(
            "DELETE FROM connections WHERE closed_at < ?1 OR (closed_at IS NULL AND process NOT IN
             (SELECT id FROM processes WHERE seen_at >= ?1))",
        )?
        .execute([before])?;
    db.prepare_cached("DELETE FROM processes WHERE seen_at < ?1")?
        .execute([before])?;
    Ok(forgotten as u64)
}

fn condition(of: Uses) -> (&'static str, Vec<u8>) {
    match of {
        Uses::Session(id) => ("session = ?1", id.0.to_vec()),
        Uses::Lineage(id) => ("lineage = ?1", id.0.to_vec()),
        Uses::All => ("?1 IS NOT NULL", Vec::new()),
    }
}
