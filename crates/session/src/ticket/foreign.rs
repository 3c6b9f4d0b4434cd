//! Keys under which other servers seal their tickets, and we ours for them: for a migration, and no longer.
//!
//! They are typed by the dialect they come from, since the same bytes mean other keys in another one; they
//! end with the migration; and what they protect is bound to the names a listener lists. Keys of our own never
//! become one of these, so no format of others can carry them away.

use core::fmt;

use tessera_crypto::Secret;
use tessera_wire::{Reader, Writer};

use super::key::{KeyName, Phase};
use crate::record::{RecordError, illegal};
use crate::time::Timestamp;

/// A server whose key files and tickets are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// nginx, over OpenSSL.
    Nginx,
    /// HAProxy, over OpenSSL.
    HaProxy,
    /// Apache httpd, over OpenSSL.
    Apache,
    /// Envoy, over BoringSSL.
    Envoy,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 4] = [Self::Nginx, Self::HaProxy, Self::Apache, Self::Envoy];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::HaProxy => "haproxy",
            Self::Apache => "apache",
            Self::Envoy => "envoy",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether other servers seal with a key, or only open with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignRole {
    /// They seal with it now.
    Seals,
    /// They did before, or will.
    Opens,
}

/// What OpenSSL's servers bind their sessions to: a session with another context is not resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionIdContext {
    bytes: [u8; Self::LONGEST],
    len: u8,
}

impl SessionIdContext {
    /// OpenSSL takes no longer one.
    pub const LONGEST: usize = 32;

    /// What a server has that sets none.
    pub const EMPTY: Self = Self {
        bytes: [0; Self::LONGEST],
        len: 0,
    };

    /// A context of at most 32 bytes.
    pub fn new(context: &[u8]) -> Option<Self> {
        let mut bytes = [0; Self::LONGEST];
        bytes.get_mut(..context.len())?.copy_from_slice(context);
        let len = u8::try_from(context.len()).ok()?;
        Some(Self { bytes, len })
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// A key of another server.
#[derive(Clone)]
pub struct ForeignKey {
    /// What tickets name it by. Chosen by whoever made it.
    pub name: KeyName,
    /// Whose key it is.
    pub dialect: Dialect,
    /// What it is used for there.
    pub role: ForeignRole,
    /// When the migration ends: from then on it opens nothing and seals nothing.
    pub until: Timestamp,
    /// What tickets for those servers have to carry, as far as it is known.
    pub context: Option<SessionIdContext>,
    cipher: Secret,
    mac: Secret,
}

/// Shows everything but the secrets.
impl fmt::Debug for ForeignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignKey")
            .field("name", &self.name)
            .field("dialect", &self.dialect)
            .field("role", &self.role)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// Why this can be no key of another server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignKeyError {
    /// Every byte of one of its parts is zero: what a key looks like that nobody ever set.
    AllZero,
    /// One of its parts has neither 16 bytes nor 32.
    Length(usize),
}

impl fmt::Display for ForeignKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllZero => f.write_str("a part of the ticket key is all zero"),
            Self::Length(found) => write!(
                f,
                "a part of the ticket key has {found} bytes where 16 or 32 are needed"
            ),
        }
    }
}

impl std::error::Error for ForeignKeyError {}

impl ForeignKey {
    /// A key with this name and these two parts: for the cipher and for the MAC.
    pub fn new(
        dialect: Dialect,
        name: KeyName,
        (cipher, mac): (&[u8], &[u8]),
        role: ForeignRole,
        until: Timestamp,
    ) -> Result<Self, ForeignKeyError> {
        Ok(Self {
            name,
            dialect,
            role,
            until,
            context: None,
            cipher: part(cipher)?,
            mac: part(mac)?,
        })
    }

    /// The AES key: 16 bytes or 32.
    pub const fn cipher(&self) -> &Secret {
        &self.cipher
    }

    /// The HMAC key: 16 bytes or 32.
    pub const fn mac(&self) -> &Secret {
        &self.mac
    }

    /// What the key is good for at this moment.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match self.role {
            _ if now >= self.until => Phase::Retired,
            ForeignRole::Seals => Phase::Sealing,
            ForeignRole::Opens => Phase::Opening,
        }
    }

    /// The bytes; for the ring's record only.
    pub(super) fn encode(&self, w: &mut Writer) {
        w.bytes(&self.name.0);
        w.u8(match self.dialect {
            Dialect::Nginx => 1,
            Dialect::HaProxy => 2,
            Dialect::Apache => 3,
            Dialect::Envoy => 4,
        });
        w.u8(match self.role {
            ForeignRole::Seals => 1,
            ForeignRole::Opens => 2,
        });
        w.u64(self.until.as_millis());
        match &self.context {
            None => w.u8(0),
            Some(context) => {
                w.u8(1);
                w.vec8(|w| w.bytes(context.as_bytes()));
            }
        }
        w.vec8(|w| w.bytes(self.cipher.as_bytes()));
        w.vec8(|w| w.bytes(self.mac.as_bytes()));
    }

    /// Reads what `encode` wrote.
    pub(super) fn decode(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        let name = KeyName(r.array("key name")?);
        let dialect = match r.u8("dialect")? {
            1 => Dialect::Nginx,
            2 => Dialect::HaProxy,
            3 => Dialect::Apache,
            4 => Dialect::Envoy,
            _ => return Err(illegal("dialect")),
        };
        let role = match r.u8("role")? {
            1 => ForeignRole::Seals,
            2 => ForeignRole::Opens,
            _ => return Err(illegal("role")),
        };
        let until = Timestamp::from_millis(r.u64("until")?);
        let context = match r.u8("has context")? {
            0 => None,
            1 => SessionIdContext::new(r.vec8("context", 0..=SessionIdContext::LONGEST)?),
            _ => return Err(illegal("has context")),
        };
        let cipher = r.vec8("cipher key", 16..=32)?;
        let mac = r.vec8("MAC key", 16..=32)?;
        let key = Self::new(dialect, name, (cipher, mac), role, until);
        Ok(Self {
            context,
            ..key.map_err(|_| illegal("foreign key"))?
        })
    }

    /// Whether it is the same key, whatever it is called and used for.
    pub fn same_secrets(&self, other: &Self) -> bool {
        self.cipher.matches(other.cipher.as_bytes()) && self.mac.matches(other.mac.as_bytes())
    }
}

/// How long a key's record gets.
pub(super) const LONGEST_RECORD: usize =
    16 + 1 + 1 + 8 + 1 + 1 + SessionIdContext::LONGEST + 2 * (1 + 32);

fn part(bytes: &[u8]) -> Result<Secret, ForeignKeyError> {
    let length = ForeignKeyError::Length(bytes.len());
    if !matches!(bytes.len(), 16 | 32) {
        return Err(length);
    }
    let secret = Secret::new(bytes).map_err(|_| length)?;
    if secret.is_all_zero() {
        return Err(ForeignKeyError::AllZero);
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    const END: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

    fn key(role: ForeignRole) -> ForeignKey {
        let parts: (&[u8], &[u8]) = (&[1; 32], &[2; 32]);
        ForeignKey::new(Dialect::Nginx, KeyName([7; 16]), parts, role, END).unwrap()
    }

    #[test]
    fn r11_a_foreign_key_ends_with_its_migration() {
        let before = END.minus(Duration::from_millis(1));
        assert_eq!(key(ForeignRole::Seals).phase(before), Phase::Sealing);
        assert_eq!(key(ForeignRole::Opens).phase(before), Phase::Opening);
        for role in [ForeignRole::Seals, ForeignRole::Opens] {
            assert_eq!(key(role).phase(END), Phase::Retired);
        }
    }

    #[test]
    fn rule_04_a_part_of_zeros_is_no_key() {
        let new = |cipher: &[u8], mac: &[u8]| {
            let parts = (cipher, mac);
            ForeignKey::new(
                Dialect::Nginx,
                KeyName([7; 16]),
                parts,
                ForeignRole::Seals,
                END,
            )
            .err()
        };
        assert_eq!(new(&[0; 16], &[1; 16]), Some(ForeignKeyError::AllZero));
        assert_eq!(new(&[1; 16], &[0; 16]), Some(ForeignKeyError::AllZero));
        assert_eq!(new(&[1; 24], &[1; 16]), Some(ForeignKeyError::Length(24)));
        assert_eq!(new(&[1; 16], &[1; 16]), None);
    }

    #[test]
    fn a_key_shows_itself_without_its_secrets() {
        let shown = format!("{:?}", key(ForeignRole::Seals));
        assert!(shown.contains("Nginx") && !shown.contains("[1, 1"));
    }

    #[test]
    fn a_context_has_at_most_32_bytes() {
        let context = SessionIdContext::new(b"haproxy").unwrap();
        assert_eq!(context.as_bytes(), b"haproxy");
        assert!(SessionIdContext::new(&[1; 32]).is_some());
        assert!(SessionIdContext::new(&[1; 33]).is_none());
    }
}
