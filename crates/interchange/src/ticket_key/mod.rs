//! Files of ticket keys: nginx's, HAProxy's, Apache's and Envoy's, each in its own order.
//!
//! | file | bytes | parts |
//! |---|---|---|
//! | nginx, HAProxy | 48 | name 16, **AES 16**, HMAC 16 |
//! | Apache | 48 | name 16, **HMAC 16**, AES 16 |
//! | nginx, Envoy | 80 | name 16, **HMAC 32**, AES 32 |
//! | HAProxy | 80 | name 16, **AES 32**, HMAC 32 |
//!
//! A file read in the wrong order gives keys that look like any others and open nothing, so there is no guessing:
//! the dialect is always said. nginx, Apache and Envoy have one raw key a file, and seal with the first file's.
//! HAProxy has one file with a key a line, in Base64, at least three; the **last but one** seals, and the last is
//! known everywhere before its turn comes.

mod haproxy;

use tessera_crypto::Entropy;
use tessera_session::ticket::ForeignKeyError;
use tessera_session::{Dialect, ForeignKey, ForeignRole, KeyName, Timestamp};
use zeroize::Zeroizing;

use crate::limits::MOST_KEYS;

/// Why a file is no file of ticket keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The key has a length that the dialect does not have.
    #[error("{dialect} has no ticket key of {found} bytes: {}", lengths(*.dialect))]
    Length {
        /// Whose file it was said to be.
        dialect: Dialect,
        /// How long it is.
        found: usize,
    },
    /// No key at all.
    #[error("there is no ticket key in it")]
    Empty,
    /// More keys than any server has.
    #[error("there are more than {MOST_KEYS} ticket keys")]
    TooMany,
    /// HAProxy's file is one, and has lines.
    #[error("HAProxy has its keys in one file, a line each")]
    OneFile,
    /// HAProxy refuses a file with fewer.
    #[error("HAProxy wants three ticket keys or more, and there are {0}")]
    TooFew(usize),
    /// This line is not Base64.
    #[error("line {0} is not Base64")]
    NotBase64(usize),
    /// The keys have different lengths, and HAProxy wants them alike.
    #[error("the keys have different lengths, and HAProxy wants them alike")]
    MixedLengths,
    /// One of them is none.
    #[error("{0}")]
    Key(ForeignKeyError),
    /// The same key is there twice.
    #[error("the ticket key {0} is there twice")]
    Duplicate(KeyName),
    /// Tickets are named by their key, so two keys of one name would be guesswork.
    #[error("two different ticket keys are called {0}")]
    SameName(KeyName),
    /// No key seals.
    #[error("none of the keys seals")]
    NoSealingKey,
}

const fn lengths(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Nginx | Dialect::HaProxy => "48 or 80 are right",
        Dialect::Apache => "48 are right",
        Dialect::Envoy => "80 are right",
    }
}

/// Reads the keys of a server. `files` are in the order in which the server's settings name them.
pub fn read(
    dialect: Dialect,
    files: &[&[u8]],
    until: Timestamp,
) -> Result<Vec<ForeignKey>, KeyFileError> {
    let raw: Vec<(Zeroizing<Vec<u8>>, ForeignRole)> = if dialect == Dialect::HaProxy {
        match files {
            [file] => haproxy::lines(file)?,
            _ => return Err(KeyFileError::OneFile),
        }
    } else {
        let roles =
            core::iter::once(ForeignRole::Seals).chain(core::iter::repeat(ForeignRole::Opens));
        files
            .iter()
            .map(|file| Zeroizing::new(file.to_vec()))
            .zip(roles)
            .collect()
    };
    if raw.is_empty() {
        return Err(KeyFileError::Empty);
    }
    if raw.len() > MOST_KEYS {
        return Err(KeyFileError::TooMany);
    }
    let keys: Result<Vec<_>, _> = raw
        .iter()
        .map(|(bytes, role)| parse(dialect, bytes, *role, until))
        .collect();
    let keys = keys?;
    distinct(&keys)?;
    Ok(keys)
}

/// One key out of its bytes.
fn parse(
    dialect: Dialect,
    bytes: &[u8],
    role: ForeignRole,
    until: Timestamp,
) -> Result<ForeignKey, KeyFileError> {
    let length = KeyFileError::Length {
        dialect,
        found: bytes.len(),
    };
    if !has_length(dialect, bytes.len()) {
        return Err(length);
    }
    let (name, parts) = bytes.split_first_chunk::<16>().ok_or(length)?;
    let (first, second) = parts.split_at(parts.len() / 2);
    let parts = if cipher_first(dialect, bytes.len()) {
        (first, second)
    } else {
        (second, first)
    };
    ForeignKey::new(dialect, KeyName(*name), parts, role, until).map_err(KeyFileError::Key)
}

const fn has_length(dialect: Dialect, len: usize) -> bool {
    match dialect {
        Dialect::Nginx | Dialect::HaProxy => matches!(len, 48 | 80),
        Dialect::Apache => len == 48,
        Dialect::Envoy => len == 80,
    }
}

/// The order of the two parts behind the name.
const fn cipher_first(dialect: Dialect, len: usize) -> bool {
    match dialect {
        Dialect::HaProxy => true,
        Dialect::Nginx => len == 48,
        Dialect::Apache | Dialect::Envoy => false,
    }
}

fn distinct(keys: &[ForeignKey]) -> Result<(), KeyFileError> {
    for (at, key) in keys.iter().enumerate() {
        for other in keys.iter().skip(at + 1) {
            if key.same_secrets(other) {
                return Err(KeyFileError::Duplicate(other.name));
            }
            if key.name == other.name {
                return Err(KeyFileError::SameName(other.name));
            }
        }
    }
    Ok(())
}

/// Writes keys as this dialect has them: one file, or one a key in the order to name them in. The one
/// that seals comes where that server looks for it.
///
/// HAProxy wants three keys: where there are fewer, fresh ones that nobody has sealed with are put
/// beside them.
pub fn write(
    dialect: Dialect,
    keys: &[&ForeignKey],
    entropy: &mut Entropy,
) -> Result<Vec<Zeroizing<Vec<u8>>>, KeyFileError> {
    let sealing = keys
        .iter()
        .rposition(|key| key.role == ForeignRole::Seals)
        .ok_or(KeyFileError::NoSealingKey)?;
    let (before, rest) = keys.split_at(sealing);
    let (sealing, behind) = rest.split_first().ok_or(KeyFileError::NoSealingKey)?;
    let sealing = bytes(dialect, sealing)?;
    let others = before.iter().chain(behind);
    let others: Result<Vec<_>, _> = others.map(|key| bytes(dialect, key)).collect();
    if dialect == Dialect::HaProxy {
        return haproxy::file(sealing, others?, entropy).map(|file| vec![file]);
    }
    let mut files = vec![sealing];
    files.extend(others?);
    Ok(files)
}

/// One key's bytes in the order of the dialect.
fn bytes(dialect: Dialect, key: &ForeignKey) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let (cipher, mac) = (key.cipher().as_bytes(), key.mac().as_bytes());
    let len = key.name.0.len() + cipher.len() + mac.len();
    if cipher.len() != mac.len() || !has_length(dialect, len) {
        return Err(KeyFileError::Length {
            dialect,
            found: len,
        });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(len));
    bytes.extend_from_slice(&key.name.0);
    let (first, second) = if cipher_first(dialect, len) {
        (cipher, mac)
    } else {
        (mac, cipher)
    };
    bytes.extend_from_slice(first);
    bytes.extend_from_slice(second);
    Ok(bytes)
}

#[cfg(test)]
mod tests;
