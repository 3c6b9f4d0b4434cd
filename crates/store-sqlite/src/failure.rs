//! What SQLite says, in the store's words.

use std::path::Path;

use rusqlite::ErrorCode;
use tessera_session::StoreError;

/// Why a piece of work failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// SQLite said so.
    Sqlite(rusqlite::Error),
    /// We said so.
    Store(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    /// What is wrong with the file, if it is the file and not the moment: then it is set aside.
    pub(crate) fn damage(&self) -> Option<String> {
        let Self::Sqlite(error) = self else {
            return None;
        };
        let damaged = match error {
            rusqlite::Error::SqliteFailure(code, said) => {
                // Our statements are constants: if what they name is not there, it is the tables that changed.
                let misses = said
                    .as_ref()
                    .is_some_and(|said| said.starts_with("no such"));
                matches!(
                    code.code,
                    ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase
                ) || code.extended_code == SHORT_READ
                    || misses
            }
            rusqlite::Error::SqlInputError { msg, .. } => msg.starts_with("no such"),
            _ => false,
        };
        damaged.then(|| error.to_string())
    }

    pub(crate) fn into_store_error(self, path: &Path) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sqlite(error) => translate(&error, path),
        }
    }
}

/// `SQLITE_IOERR_SHORT_READ`: the file is shorter than it says.
const SHORT_READ: i32 = 10 | (2 << 8);

fn translate(error: &rusqlite::Error, path: &Path) -> StoreError {
    let said = format!("{}: {error}", path.display());
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed,
        ) => StoreError::Locked(said),
        Some(ErrorCode::DiskFull) => StoreError::Full(said),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly(said),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(said),
        Some(ErrorCode::TooBig | ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch) => {
            StoreError::Unfit(said)
        }
        _ => StoreError::Unavailable(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    fn told(code: i32) -> StoreError {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        Failure::from(error).into_store_error(Path::new("sessions.db"))
    }

    #[test]
    fn each_trouble_has_its_own_name() {
        assert!(matches!(told(ffi::SQLITE_BUSY), StoreError::Locked(_)));
        assert!(matches!(told(ffi::SQLITE_LOCKED), StoreError::Locked(_)));
        assert!(matches!(told(ffi::SQLITE_FULL), StoreError::Full(_)));
        assert!(matches!(
            told(ffi::SQLITE_READONLY),
            StoreError::ReadOnly(_)
        ));
        assert!(matches!(
            told(ffi::SQLITE_READONLY_DBMOVED),
            StoreError::ReadOnly(_)
        ));
        assert!(matches!(told(ffi::SQLITE_CORRUPT), StoreError::Damaged(_)));
        assert!(matches!(told(ffi::SQLITE_NOTADB), StoreError::Damaged(_)));
        assert!(matches!(
            told(ffi::SQLITE_IOERR),
            StoreError::Unavailable(_)
        ));
        assert!(matches!(
            told(ffi::SQLITE_CANTOPEN),
            StoreError::Unavailable(_)
        ));
        assert!(told(ffi::SQLITE_FULL).to_string().contains("sessions.db"));
    }

    #[test]
    fn only_a_damaged_file_is_set_aside() {
        let damage = |code| {
            Failure::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)).damage()
        };
        for code in [
            ffi::SQLITE_CORRUPT,
            ffi::SQLITE_CORRUPT_VTAB,
            ffi::SQLITE_NOTADB,
            ffi::SQLITE_IOERR_SHORT_READ,
        ] {
            assert!(damage(code).is_some(), "{code}");
        }
        for code in [
            ffi::SQLITE_BUSY,
            ffi::SQLITE_FULL,
            ffi::SQLITE_READONLY,
            ffi::SQLITE_IOERR,
            ffi::SQLITE_NOMEM,
        ] {
            assert!(damage(code).is_none(), "{code}");
        }
    }
}
