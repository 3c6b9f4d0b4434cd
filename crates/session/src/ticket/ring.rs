//! All ticket keys of a deployment, with a version that only grows.

use core::fmt;

use tessera_wire::{Reader, Writer};
use zeroize::Zeroizing;

use super::key::{KeyError, KeyName, Phase, TicketKey};
use crate::record::{RecordError, illegal};
use crate::time::Timestamp;

/// The ticket keys of a deployment.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    version: u64,
    keys: Vec<TicketKey>,
}

/// Why keys make no ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingError {
    /// One of them is none.
    Key(KeyError),
    /// Two are the same.
    Duplicate(KeyName),
    /// There are more than [`Ring::MAX_KEYS`].
    TooMany,
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => fmt::Display::fmt(error, f),
            Self::Duplicate(name) => write!(f, "the ticket key {name} is there twice"),
            Self::TooMany => write!(f, "a ring has at most {} keys", Ring::MAX_KEYS),
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
        Ok(Self { version, keys })
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
        Self {
            version: self.version,
            keys,
        }
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
        Self {
            version: self.version + 1,
            keys,
        }
    }

    /// The bytes; for the vault only, since the keys are in them.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(32 + self.keys.len() * KEY_LEN);
        w.u16(FORMAT);
        w.u64(self.version);
        w.vec16(|w| {
            for key in &self.keys {
                w.u64(key.seals_from.as_millis());
                w.u64(key.seals_until.as_millis());
                w.u64(key.opens_until.as_millis());
                w.bytes(key.secret().as_bytes());
            }
        });
        Zeroizing::new(w.into_vec())
    }

    /// Reads what `encode` wrote.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let r = &mut Reader::new(bytes);
        match r.u16("format")? {
            FORMAT => {}
            other => return Err(RecordError::UnknownFormat(other)),
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
        r.clone().finish("ring")?;
        Self::new(version, keys).map_err(|_| illegal("keys"))
    }
}

const FORMAT: u16 = 1;
const KEY_LEN: usize = 3 * 8 + TicketKey::SECRET_LEN;

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_secs(1000).plus(Duration::from_secs(seconds))
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

    proptest! {
        #[test]
        fn rule_13_any_bytes_give_a_ring_or_an_error(bytes: Vec<u8>) {
            let _ = Ring::decode(&bytes);
        }

        #[test]
        fn rule_13_a_damaged_ring_gives_a_ring_or_an_error(at in 0usize..200, value: u8) {
            let mut bytes = Ring::new(9, vec![key(1, 0), key(2, 5)]).unwrap().encode().to_vec();
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = Ring::decode(&bytes);
        }
    }
}
