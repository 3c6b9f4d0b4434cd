//! One ticket key. Its phase is computed from the time, never stored.

use core::fmt;

use tessera_crypto::{Entropy, HashAlgorithm, Prk, Secret};

use crate::time::Timestamp;

/// Names a key on the wire. Derived from the key, so two keys never share a name by mistake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(pub [u8; 16]);

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyName({self})")
    }
}

/// A key that seals tickets for a while, opens them for longer, and is then erased.
#[derive(Clone)]
pub struct TicketKey {
    /// What tickets name it by.
    pub name: KeyName,
    /// From when it seals.
    pub seals_from: Timestamp,
    /// Until when it seals.
    pub seals_until: Timestamp,
    /// Until when it opens.
    pub opens_until: Timestamp,
    secret: Secret,
    prepared: Prk,
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketKey")
            .field("name", &self.name)
            .field("seals_from", &self.seals_from)
            .field("seals_until", &self.seals_until)
            .field("opens_until", &self.opens_until)
            .finish_non_exhaustive()
    }
}

/// What a key is good for at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Others may seal with it already; we only open.
    Announced,
    /// It seals and opens.
    Sealing,
    /// It opens; what it opens gets a new ticket.
    Opening,
    /// It is erased.
    Retired,
}

impl Phase {
    /// `announced`, `sealing`, `opening` or `retired`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Sealing => "sealing",
            Self::Opening => "opening",
            Self::Retired => "retired",
        }
    }
}

/// Why this can be no ticket key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// Every byte is zero: what a key looks like that nobody ever set.
    AllZero,
    /// Not 32 bytes.
    Length(usize),
    /// It would end before it begins, or stop opening before it stops sealing.
    Times,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllZero => f.write_str("the ticket key is all zero"),
            Self::Length(found) => {
                write!(f, "the ticket key has {found} bytes where 32 are needed")
            }
            Self::Times => f.write_str("the ticket key's times are out of order"),
        }
    }
}

impl std::error::Error for KeyError {}

impl TicketKey {
    /// The length of a key's secret.
    pub const SECRET_LEN: usize = 32;

    /// A key with this secret that seals and opens during these times.
    pub fn new(
        secret: &[u8],
        seals_from: Timestamp,
        seals_until: Timestamp,
        opens_until: Timestamp,
    ) -> Result<Self, KeyError> {
        let length = KeyError::Length(secret.len());
        if secret.len() != Self::SECRET_LEN {
            return Err(length);
        }
        let secret = Secret::new(secret).map_err(|_| length)?;
        if secret.is_all_zero() {
            return Err(KeyError::AllZero);
        }
        if seals_from >= seals_until || seals_until > opens_until {
            return Err(KeyError::Times);
        }
        let prepared = Prk::new(HashAlgorithm::Sha256, secret.as_bytes());
        let mut name = KeyName([0; 16]);
        prepared.expand(b"tessera ticket key name v1", &mut name.0);
        Ok(Self {
            name,
            seals_from,
            seals_until,
            opens_until,
            secret,
            prepared,
        })
    }

    /// A fresh key.
    pub fn generate(
        entropy: &mut Entropy,
        seals_from: Timestamp,
        seals_until: Timestamp,
        opens_until: Timestamp,
    ) -> Result<Self, KeyError> {
        let secret = entropy.secret_array::<{ Self::SECRET_LEN }>();
        Self::new(&*secret, seals_from, seals_until, opens_until)
    }

    /// What the key is good for at this moment.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match now {
            t if t < self.seals_from => Phase::Announced,
            t if t < self.seals_until => Phase::Sealing,
            t if t < self.opens_until => Phase::Opening,
            _ => Phase::Retired,
        }
    }

    /// The same key with another end of sealing, for a rotation out of turn.
    pub(crate) fn sealing_until(&self, seals_until: Timestamp) -> Self {
        Self {
            seals_until,
            ..self.clone()
        }
    }

    pub(crate) const fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(crate) const fn prepared(&self) -> &Prk {
        &self.prepared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    const T: Timestamp = Timestamp::from_unix_secs(1000);

    fn at(seconds: u64) -> Timestamp {
        T.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn phases_are_computed_from_the_time() {
        let key = TicketKey::new(&[1; 32], at(10), at(20), at(30)).unwrap();
        let phases: Vec<Phase> = [0, 9, 10, 19, 20, 29, 30, 99]
            .map(|s| key.phase(at(s)))
            .to_vec();
        use Phase::{Announced as A, Opening as O, Retired as R, Sealing as S};
        assert_eq!(phases, [A, A, S, S, O, O, R, R]);
    }

    #[test]
    fn rule_04_an_unset_key_is_refused() {
        assert_eq!(
            TicketKey::new(&[0; 32], at(0), at(1), at(2)).err(),
            Some(KeyError::AllZero)
        );
        assert_eq!(
            TicketKey::new(&[1; 31], at(0), at(1), at(2)).err(),
            Some(KeyError::Length(31))
        );
        assert_eq!(
            TicketKey::new(&[], at(0), at(1), at(2)).err(),
            Some(KeyError::Length(0))
        );
        assert_eq!(
            TicketKey::new(&[1; 32], at(1), at(1), at(2)).err(),
            Some(KeyError::Times)
        );
        assert_eq!(
            TicketKey::new(&[1; 32], at(0), at(3), at(2)).err(),
            Some(KeyError::Times)
        );
    }

    #[test]
    fn r10_a_keys_name_follows_from_the_key() {
        let name = |byte| {
            TicketKey::new(&[byte; 32], at(0), at(1), at(2))
                .unwrap()
                .name
        };
        assert_eq!(name(1), name(1));
        assert_ne!(name(1), name(2));
        assert_ne!(name(1).0, [1; 16]);
    }

    #[test]
    fn rule_04_a_key_does_not_show_its_secret() {
        let key = TicketKey::new(&[0xab; 32], at(0), at(1), at(2)).unwrap();
        assert!(!format!("{key:?}").contains("171, 171") && !format!("{key:?}").contains("abab"));
    }
}
