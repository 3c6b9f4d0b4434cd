//! The tables, and whether a file has them.

use rusqlite::{Connection, OptionalExtension};
use tessera_session::Vault;

use crate::failure::Failure;

/// `TSES`: tells our files from others.
const APPLICATION: i32 = i32::from_be_bytes(*b"TSES");
/// Raised with every change of the tables.
const VERSION: i32 = 1;

const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY, side INTEGER NOT NULL, version INTEGER NOT NULL, hash INTEGER NOT NULL, scope BLOB NOT NULL,
    expires_at INTEGER NOT NULL, lineage BLOB NOT NULL, server_name BLOB NOT NULL, peer BLOB NOT NULL,
    listing BLOB NOT NULL, sealed BLOB NOT NULL
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_lineage ON sessions (lineage);

CREATE TABLE wallet (
    id BLOB PRIMARY KEY, side INTEGER NOT NULL, version INTEGER NOT NULL, hash INTEGER NOT NULL, scope BLOB NOT NULL,
    expires_at INTEGER NOT NULL, lineage BLOB NOT NULL, server_name BLOB NOT NULL, peer BLOB NOT NULL,
    listing BLOB NOT NULL, sealed BLOB NOT NULL, key BLOB NOT NULL
);
CREATE INDEX wallet_key ON wallet (key, version, expires_at);
CREATE INDEX wallet_expires_at ON wallet (expires_at);

CREATE TABLE spent (id BLOB PRIMARY KEY, until INTEGER NOT NULL, mark BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX spent_until ON spent (until);

CREATE TABLE ring (only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL, sealed BLOB NOT NULL);

CREATE TABLE revocations (version INTEGER PRIMARY KEY AUTOINCREMENT, until INTEGER NOT NULL, sealed BLOB NOT NULL);

CREATE TABLE connections (
    id BLOB PRIMARY KEY, process BLOB NOT NULL, session BLOB NOT NULL, lineage BLOB NOT NULL, opened_at INTEGER NOT NULL,
    closed_at INTEGER, peer BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX connections_session ON connections (session);
CREATE INDEX connections_lineage ON connections (lineage);
CREATE INDEX connections_opened_at ON connections (opened_at);

CREATE TABLE processes (id BLOB PRIMARY KEY, seen_at INTEGER NOT NULL) WITHOUT ROWID;
";

const OUR_COUNT: i64 = 8;
const OUR_TABLES: &str = "
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN
('meta', 'sessions', 'wallet', 'spent', 'ring', 'revocations', 'connections', 'processes')
";

/// What a file is to us.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing in it yet.
    Empty,
    /// Ours, and sealed under our key.
    Ours,
    /// Ours, and sealed under another key.
    WrongKey,
    /// Ours, of a later version of this program.
    Later(i32),
    /// A database, and not ours.
    Foreign,
    /// Ours once.
    Damaged(String),
}

/// Looks, and changes nothing.
pub(crate) fn inspect(db: &Connection, vault: &Vault) -> Result<State, Failure> {
    let tables: i64 = db.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table'",
        [],
        |row| row.get(0),
    )?;
    let application: i32 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let version: i32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if tables == 0 && application == 0 && version == 0 {
        return Ok(State::Empty);
    }
    let ours: i64 = db.query_row(OUR_TABLES, [], |row| row.get(0))?;
    if application != APPLICATION {
        return Ok(if ours == OUR_COUNT {
            State::Damaged("its head is not its own".to_owned())
        } else {
            State::Foreign
        });
    }
    if version > VERSION {
        return Ok(State::Later(version));
    }
    if ours != OUR_COUNT {
        return Ok(State::Damaged("tables are missing".to_owned()));
    }
    let check: Option<Vec<u8>> = db
        .query_row(
            "SELECT value FROM meta WHERE name = 'key_check'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    match check {
        Some(check) if check == vault.check_value() => Ok(State::Ours),
        Some(_) => Ok(State::WrongKey),
        None => Ok(State::Damaged(
            "it does not say which key it was made with".to_owned(),
        )),
    }
}

/// Whether every page is where it should be; the first complaint if not.
pub(crate) fn quick_check(db: &Connection) -> Result<Option<String>, Failure> {
    let said: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((said != "ok").then(|| one_line(&said)))
}

/// What SQLite says of damage: several lines, under a heading that names the database `main`.
pub(crate) fn one_line(said: &str) -> String {
    let lines: Vec<_> = said
        .lines()
        .filter(|line| !line.starts_with("***"))
        .collect();
    lines.join("; ")
}

/// Makes the tables, in one transaction.
pub(crate) fn create(db: &Connection, vault: &Vault) -> Result<(), Failure> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    let made = db.execute_batch(TABLES).and_then(|()| {
        db.execute(
            "INSERT INTO meta (name, value) VALUES ('key_check', ?1)",
            [vault.check_value().as_slice()],
        )?;
        db.pragma_update(None, "application_id", APPLICATION)?;
        db.pragma_update(None, "user_version", VERSION)?;
        db.execute_batch("COMMIT")
    });
    if made.is_err() && !db.is_autocommit() {
        db.execute_batch("ROLLBACK")?;
    }
    Ok(made?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sqlite_says_of_damage_fits_on_a_line() {
        let said = "*** in database main ***\nTree 3 page 3: bad\nPage 9: never used";
        assert_eq!(one_line(said), "Tree 3 page 3: bad; Page 9: never used");
    }

    fn vault() -> Vault {
        Vault::new(&[7; 32])
    }

    fn made() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        create(&db, &vault()).unwrap();
        db
    }

    #[test]
    fn a_file_is_told_by_what_is_in_it() {
        let state = |db: &Connection| inspect(db, &vault()).unwrap();
        assert_eq!(state(&Connection::open_in_memory().unwrap()), State::Empty);
        assert_eq!(state(&made()), State::Ours);
        assert_eq!(
            inspect(&made(), &Vault::new(&[8; 32])).unwrap(),
            State::WrongKey
        );

        let later = made();
        later.pragma_update(None, "user_version", 9).unwrap();
        assert_eq!(state(&later), State::Later(9));

        let foreign = Connection::open_in_memory().unwrap();
        foreign
            .execute_batch("CREATE TABLE bookmarks (url TEXT)")
            .unwrap();
        assert_eq!(state(&foreign), State::Foreign);
    }

    #[test]
    fn what_was_ours_once_is_damaged() {
        let beheaded = made();
        beheaded.pragma_update(None, "application_id", 0).unwrap();
        assert!(matches!(
            inspect(&beheaded, &vault()),
            Ok(State::Damaged(_))
        ));
        let keyless = made();
        keyless.execute_batch("DELETE FROM meta").unwrap();
        assert!(matches!(inspect(&keyless, &vault()), Ok(State::Damaged(_))));
        let robbed = made();
        robbed.execute_batch("DROP TABLE meta").unwrap();
        assert!(matches!(inspect(&robbed, &vault()), Ok(State::Damaged(_))));
        let missing = robbed.execute("DELETE FROM meta", []).unwrap_err();
        assert!(Failure::from(missing).damage().is_some());
    }
}
