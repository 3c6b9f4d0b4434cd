//! All ticket keys of a deployment, with a version that only grows; and during a migration those of other servers.

use core::fmt;

use tessera_wire::{Reader, Writer};
use zeroize::Zeroizing;

use super::foreign::{self, ForeignKey};
use super::key::{KeyError, KeyName, Phase, TicketKey};
use crate::record::{RecordError, illegal};
use crate::time::Timestamp;

/// The ticket keys of a deployment.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    version: u64,
    keys: Vec<TicketKey>,
    foreign: Vec<ForeignKey>,
}

/// Why keys make no ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingError {
    /// One of them is none.
    Key(KeyError),
    /// Two are the same.
    Duplicate(KeyName),
    /// There are more than [`Ring::MAX_KEYS`] of one sort.
    TooMany,
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => fmt::Display::fmt(error, f),
            Self::Duplicate(name) => write!(f, "the ticket key {name} is there twice"),
            Self::TooMany => write!(f, "a ring has at most {} keys of one sort", Ring::MAX_KEYS),
        }
    }
}

impl std::error::Error for RingError {}

impl From<KeyError> for RingError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl Ring {
    /// More keys than any rotation needs.
    pub const MAX_KEYS: usize = 64;

    /// No keys yet: seals nothing, opens nothing.
    pub const fn empty() -> Self {
        Self {
            version: 0,
            keys: Vec::new(),
            foreign: Vec::new(),
        }
    }

    /// A ring of these keys.
    pub fn new(version: u64, mut keys: Vec<TicketKey>) -> Result<Self, RingError> {
        if keys.len() > Self::MAX_KEYS {
            return Err(RingError::TooMany);
        }
        keys.sort_by_key(|key| (key.seals_from, key.name));
        let mut names: Vec<KeyName> = keys.iter().map(|key| key.name).collect();
        names.sort_unstable();
        // Names follow from keys, so equal names are equal keys.
        if let Some((name, _)) = names
            .iter()
            .zip(names.iter().skip(1))
            .find(|(one, next)| one == next)
        {
            return Err(RingError::Duplicate(*name));
        }
        Ok(Self {
            version,
            keys,
            foreign: Vec::new(),
        })
    }

    /// The next ring, of these keys of our own; those of other servers stay.
    pub fn next(&self, keys: Vec<TicketKey>) -> Result<Self, RingError> {
        Ok(Self {
            foreign: self.foreign.clone(),
            ..Self::new(self.version + 1, keys)?
        })
    }

    /// The next ring, with these keys of other servers beside those it has. One of the same name and dialect
    /// takes the other's place: that is how its role, its end and its context change.
    pub fn with_foreign(&self, keys: Vec<ForeignKey>) -> Result<Self, RingError> {
        let mut foreign = self.foreign.clone();
        for key in keys {
            let same =
                |known: &&mut ForeignKey| known.name == key.name && known.dialect == key.dialect;
            match foreign.iter_mut().find(same) {
                Some(known) => *known = key,
                None => foreign.push(key),
            }
        }
        if foreign.len() > Self::MAX_KEYS {
            return Err(RingError::TooMany);
        }
        Ok(Self {
            version: self.version + 1,
            keys: self.keys.clone(),
            foreign,
        })
    }

    /// The same keys under another version, for a store that lost its ring and kept the count.
    #[must_use]
    pub fn renumbered(&self, version: u64) -> Self {
        Self {
            version,
            ..self.clone()
        }
    }

    /// Keys of other servers. None of them is ours, and none of ours is ever among them.
    pub fn foreign(&self) -> &[ForeignKey] {
        &self.foreign
    }

    /// Higher is newer.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The keys, in the order in which they begin to seal.
    pub fn keys(&self) -> &[TicketKey] {
        &self.keys
    }

    /// The key to seal with now: of several the one that began last. Without one, no ticket is made.
    pub fn sealing_key(&self, now: Timestamp) -> Option<&TicketKey> {
        self.keys
            .iter()
            .rev()
            .find(|key| key.phase(now) == Phase::Sealing)
    }

    /// The key with this name, if it opens: every phase but retired does.
    pub fn opening_key(&self, name: KeyName, now: Timestamp) -> Option<&TicketKey> {
        self.keys
            .iter()
            .find(|key| key.name == name && key.phase(now) != Phase::Retired)
    }

    /// The ring without its retired keys, which are wiped when the old ring goes. Nothing brings them
    /// back, whatever the clock says later.
    #[must_use]
    pub fn without_retired(&self, now: Timestamp) -> Self {
        let keys = self
            .keys
            .iter()
            .filter(|key| key.phase(now) != Phase::Retired)
            .cloned()
            .collect();
        let foreign = self
            .foreign
            .iter()
            .filter(|key| key.phase(now) != Phase::Retired)
            .cloned()
            .collect();
        Self {
            version: self.version,
            keys,
            foreign,
        }
    }

    /// Whether it has keys that are to be erased.
    pub fn has_retired(&self, now: Timestamp) -> bool {
        let own = self.keys.iter().map(|key| key.phase(now));
        let foreign = self.foreign.iter().map(|key| key.phase(now));
        own.chain(foreign).any(|phase| phase == Phase::Retired)
    }

    /// The next ring, without the key of this name: what it sealed opens no more.
    #[must_use]
    pub fn without(&self, name: KeyName) -> Self {
        let keys = self
            .keys
            .iter()
            .filter(|key| key.name != name)
            .cloned()
            .collect();
        let foreign = self
            .foreign
            .iter()
            .filter(|key| key.name != name)
            .cloned()
            .collect();
        Self {
            version: self.version + 1,
            keys,
            foreign,
        }
    }

    /// The bytes; for the vault only, since the keys are in them.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let foreign = self.foreign.len() * foreign::LONGEST_RECORD;
        let mut w = Writer::with_capacity(32 + self.keys.len() * KEY_LEN + foreign);
        // Without keys of others it is what earlier versions of this program read, too.
        w.u16(if self.foreign.is_empty() {
            FORMAT
        } else {
            FORMAT_WITH_FOREIGN
        });
        w.u64(self.version);
        w.vec16(|w| {
            for key in &self.keys {
                w.u64(key.seals_from.as_millis());
                w.u64(key.seals_until.as_millis());
                w.u64(key.opens_until.as_millis());
                w.bytes(key.secret().as_bytes());
            }
        });
        if !self.foreign.is_empty() {
            w.vec16(|w| self.foreign.iter().for_each(|key| key.encode(w)));
        }
        Zeroizing::new(w.into_vec())
    }

    /// Reads what `encode` wrote.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let r = &mut Reader::new(bytes);
        let format = r.u16("format")?;
        if !matches!(format, FORMAT | FORMAT_WITH_FOREIGN) {
            return Err(RecordError::UnknownFormat(format));
        }
        let version = r.u64("version")?;
        let mut entries = r.sub16("keys", 0..=Self::MAX_KEYS * KEY_LEN)?;
        let mut keys = Vec::new();
        while !entries.is_empty() {
            let seals_from = Timestamp::from_millis(entries.u64("seals_from")?);
            let seals_until = Timestamp::from_millis(entries.u64("seals_until")?);
            let opens_until = Timestamp::from_millis(entries.u64("opens_until")?);
            let secret = entries.take(TicketKey::SECRET_LEN, "secret")?;
            keys.push(
                TicketKey::new(secret, seals_from, seals_until, opens_until)
                    .map_err(|_| illegal("key"))?,
            );
        }
        let mut foreign = Vec::new();
        if format == FORMAT_WITH_FOREIGN {
            let longest = Self::MAX_KEYS * foreign::LONGEST_RECORD;
            let mut entries = r.sub16("foreign keys", 1..=longest)?;
            while !entries.is_empty() {
                if foreign.len() == Self::MAX_KEYS {
                    return Err(illegal("foreign keys"));
                }
                foreign.push(ForeignKey::decode(&mut entries)?);
            }
        }
        r.clone().finish("ring")?;
        Ok(Self {
            foreign,
            ..Self::new(version, keys).map_err(|_| illegal("keys"))?
        })
    }
}

const FORMAT: u16 = 1;
const FORMAT_WITH_FOREIGN: u16 = 2;
const KEY_LEN: usize = 3 * 8 + TicketKey::SECRET_LEN;

#[cfg(test)]
mod tests {
    use super::super::foreign::{Dialect, ForeignRole, SessionIdContext};
    use super::*;
    use core::time::Duration;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_secs(1000).plus(Duration::from_secs(seconds))
    }

    fn foreign(byte: u8, until: u64) -> ForeignKey {
        let parts: (&[u8], &[u8]) = (&[byte; 32], &[byte ^ 0xff; 32]);
        let mut key = ForeignKey::new(
            Dialect::Nginx,
            KeyName([byte; 16]),
            parts,
            ForeignRole::Seals,
            at(until),
        )
        .unwrap();
        key.context = SessionIdContext::new(b"context");
        key
    }

    fn key(byte: u8, from: u64) -> TicketKey {
        TicketKey::new(&[byte; 32], at(from), at(from + 10), at(from + 30)).unwrap()
    }

    #[test]
    fn rule_04_no_key_seals_before_there_is_one() {
        assert!(Ring::empty().sealing_key(at(0)).is_none());
        let ring = Ring::new(1, vec![key(1, 10)]).unwrap();
        assert!(ring.sealing_key(at(9)).is_none());
        assert_eq!(
            ring.sealing_key(at(10)).map(|key| key.name),
            Some(key(1, 10).name)
        );
        assert!(ring.sealing_key(at(20)).is_none());
    }

    #[test]
    fn rule_04_a_key_that_is_there_twice_is_refused() {
        let twice = Ring::new(1, vec![key(1, 0), key(2, 10), key(1, 20)]);
        assert_eq!(twice.err(), Some(RingError::Duplicate(key(1, 0).name)));
        let many = (1..=65).map(|byte| key(byte, 0)).collect();
        assert_eq!(Ring::new(1, many).err(), Some(RingError::TooMany));
    }

    #[test]
    fn of_two_sealing_keys_the_later_one_seals() {
        let ring = Ring::new(1, vec![key(2, 5), key(1, 0)]).unwrap();
        assert_eq!(
            ring.sealing_key(at(7)).map(|key| key.name),
            Some(key(2, 5).name)
        );
    }

    #[test]
    fn r16_every_phase_but_retired_opens() {
        let ring = Ring::new(1, vec![key(1, 10)]).unwrap();
        let name = key(1, 10).name;
        for (seconds, opens) in [
            (0, true),
            (10, true),
            (20, true),
            (39, true),
            (40, false),
            (99, false),
        ] {
            assert_eq!(
                ring.opening_key(name, at(seconds)).is_some(),
                opens,
                "{seconds}"
            );
        }
        assert!(ring.opening_key(KeyName([0; 16]), at(15)).is_none());
    }

    #[test]
    fn r17_a_clock_that_goes_back_does_not_revive_an_erased_key() {
        let ring = Ring::new(3, vec![key(1, 0), key(2, 20)]).unwrap();
        let swept = ring.without_retired(at(30));
        assert_eq!(swept.keys().len(), 1);
        assert!(swept.opening_key(key(1, 0).name, at(5)).is_none());
        assert_eq!(swept.version(), 3);
    }

    #[test]
    fn a_retired_key_is_gone_from_the_next_ring() {
        let ring = Ring::new(3, vec![key(1, 0), key(2, 5)])
            .unwrap()
            .without(key(1, 0).name);
        assert_eq!((ring.version(), ring.keys().len()), (4, 1));
        assert!(ring.opening_key(key(1, 0).name, at(1)).is_none());
    }

    #[test]
    fn a_ring_is_read_back() {
        let ring = Ring::new(9, vec![key(1, 0), key(2, 5)]).unwrap();
        let read = Ring::decode(&ring.encode()).unwrap();
        assert_eq!(read.encode(), ring.encode());
        assert_eq!(
            read.sealing_key(at(7)).map(|key| key.name),
            Some(key(2, 5).name)
        );
    }

    #[test]
    fn r11_keys_of_others_are_kept_beside_ours_and_go_with_their_migration() {
        let ring = Ring::new(1, vec![key(1, 0)]).unwrap();
        let ring = ring
            .with_foreign(vec![foreign(7, 15), foreign(8, 25)])
            .unwrap();
        assert_eq!((ring.version(), ring.foreign().len()), (2, 2));
        let read = Ring::decode(&ring.encode()).unwrap();
        assert_eq!(read.encode(), ring.encode());
        assert_eq!(read.foreign()[1].context, SessionIdContext::new(b"context"));
        // A rotation of ours leaves them alone, and their end is an end.
        let next = ring.next(vec![key(1, 0), key(2, 10)]).unwrap();
        assert_eq!((next.keys().len(), next.foreign().len()), (2, 2));
        assert!(!next.has_retired(at(14)) && next.has_retired(at(15)));
        let swept = next.without_retired(at(15));
        assert_eq!(swept.foreign().len(), 1);
        assert!(swept.without(KeyName([8; 16])).foreign().is_empty());
        // Theirs never seal for us.
        assert!(swept.sealing_key(at(40)).is_none());
    }

    #[test]
    fn a_foreign_key_of_the_same_name_takes_the_others_place() {
        let ring = Ring::empty().with_foreign(vec![foreign(7, 15)]).unwrap();
        let ring = ring.with_foreign(vec![foreign(7, 99)]).unwrap();
        assert_eq!(ring.foreign().len(), 1);
        assert_eq!(ring.foreign()[0].until, at(99));
        let many = (0..65).map(|byte| foreign(byte + 1, 9)).collect();
        assert_eq!(ring.with_foreign(many).err(), Some(RingError::TooMany));
    }

    #[test]
    fn a_ring_of_our_own_keys_is_in_the_form_that_older_versions_read() {
        let ring = Ring::new(1, vec![key(1, 0)]).unwrap();
        assert_eq!(ring.encode()[..2], [0, 1]);
        let with = ring.with_foreign(vec![foreign(7, 15)]).unwrap();
        assert_eq!(with.encode()[..2], [0, 2]);
    }

    proptest! {
        #[test]
        fn rule_13_any_bytes_give_a_ring_or_an_error(bytes: Vec<u8>) {
            let _ = Ring::decode(&bytes);
        }

        #[test]
        fn rule_13_a_damaged_ring_gives_a_ring_or_an_error(at in 0usize..400, value: u8) {
            let ring = Ring::new(9, vec![key(1, 0), key(2, 5)]).unwrap();
            let mut bytes = ring.with_foreign(vec![foreign(7, 9)]).unwrap().encode().to_vec();
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = Ring::decode(&bytes);
        }
    }
}
