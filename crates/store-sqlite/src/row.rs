//! Rows to records and back. A row that is no record is an error that names it.

use rusqlite::types::{FromSql, FromSqlError};
use rusqlite::{Row, named_params};
use tessera_session::vault::{Index, hash_code, hash_of_code};
use tessera_session::{Scope, Side, StoreError, StoredSession, TicketId, Timestamp};
use tessera_wire::ProtocolVersion;

use crate::failure::Failure;

/// The columns of a stored session, in the order that [`stored`] reads them.
pub(crate) const COLUMNS: &str =
    "id, side, version, hash, scope, expires_at, lineage, server_name, peer, listing, sealed";

/// A stored session of a row with [`COLUMNS`].
pub(crate) fn stored(row: &Row<'_>) -> Result<StoredSession, Failure> {
    Ok(StoredSession {
        id: TicketId(array(row, 0)?),
        side: match number::<i64>(row, 1)? {
            1 => Side::Client,
            2 => Side::Server,
            _ => return Err(malformed("side")),
        },
        version: ProtocolVersion(number(row, 2)?),
        hash: hash_of_code(number(row, 3)?).ok_or_else(|| malformed("hash"))?,
        scope: Scope(array(row, 4)?),
        expires_at: time(row, 5)?,
        index: Index {
            lineage: array(row, 6)?,
            server_name: array(row, 7)?,
            peer: array(row, 8)?,
        },
        listing: blob(row, 9)?.to_vec(),
        sealed: blob(row, 10)?.to_vec(),
    })
}

/// Writes a session into one of the two tables that hold them.
pub(crate) fn insert(
    statement: &mut rusqlite::CachedStatement<'_>,
    session: &StoredSession,
    key: Option<&[u8; 32]>,
) -> Result<(), Failure> {
    let side = match session.side {
        Side::Client => 1,
        Side::Server => 2,
    };
    let expires_at = exact(session.expires_at)?;
    let common = named_params! {
        ":id": session.id.0.as_slice(),
        ":side": side,
        ":version": session.version.0,
        ":hash": hash_code(session.hash),
        ":scope": session.scope.0.as_slice(),
        ":expires_at": expires_at,
        ":lineage": session.index.lineage.as_slice(),
        ":server_name": session.index.server_name.as_slice(),
        ":peer": session.index.peer.as_slice(),
        ":listing": session.listing,
        ":sealed": session.sealed,
    };
    match key {
        None => statement.execute(common)?,
        Some(key) => {
            let key = named_params! { ":key": key.as_slice() };
            let all: Vec<(&str, &dyn rusqlite::ToSql)> =
                common.iter().chain(key).copied().collect();
            statement.execute(all.as_slice())?
        }
    };
    Ok(())
}

pub(crate) fn blob<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8], Failure> {
    let value = row.get_ref(column)?;
    value
        .as_blob()
        .map_err(|_| malformed(row.as_ref().column_name(column).unwrap_or("column")))
}

pub(crate) fn array<const N: usize>(row: &Row<'_>, column: usize) -> Result<[u8; N], Failure> {
    let bytes = blob(row, column)?;
    bytes
        .try_into()
        .map_err(|_| malformed(row.as_ref().column_name(column).unwrap_or("column")))
}

pub(crate) fn number<T: FromSql>(row: &Row<'_>, column: usize) -> Result<T, Failure> {
    let value = T::column_result(row.get_ref(column)?);
    value.map_err(|_: FromSqlError| malformed(row.as_ref().column_name(column).unwrap_or("column")))
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp, Failure> {
    let millis: i64 = number(row, column)?;
    u64::try_from(millis)
        .map(Timestamp::from_millis)
        .map_err(|_| malformed("time"))
}

pub(crate) fn malformed(what: &str) -> Failure {
    StoreError::Damaged(format!(
        "a row is no record ({what}); `session verify` names it"
    ))
    .into()
}

/// A time that is authenticated and so has to come back as it was.
pub(crate) fn exact(time: Timestamp) -> Result<i64, Failure> {
    i64::try_from(time.as_millis())
        .map_err(|_| StoreError::Unfit("it ends beyond all time".to_owned()).into())
}

/// A time to compare with; one beyond all time is as good as its end.
pub(crate) fn bound(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
