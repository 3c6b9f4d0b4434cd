//! A chain of ticket keys that goes with the time, and only forward: the ring of servers that share
//! nothing but a seed.
//!
//! ```text
//!   seed ─extract→ chain 0 ──"chain"──→ chain 1 ──"chain"──→ chain 2 …
//!                     └─"ticket key"→ key 0  └→ key 1           └→ key 2
//! ```
//!
//! From a chain key follow its epoch's ticket key and the next chain key, and nothing follows backwards.
//! A chain key is forgotten when both are made, so that whoever breaks in learns the keys that still open
//! and those to come, and none that was forgotten. That holds where no copy of the seed survives: from
//! the seed follows every key there ever was. `docs/ticket.md` spells the derivation.

mod seed;
#[cfg(test)]
mod tests;

use core::fmt;
use core::time::Duration;

use tessera_crypto::{HashAlgorithm, Prk, extract};
use tessera_wire::{Reader, Writer};
use zeroize::Zeroizing;

pub use seed::{Seed, SeedError};

use super::key::{Phase, TicketKey};
use super::ring::Ring;
use crate::record::{RecordError, illegal};
use crate::time::Timestamp;

/// How long epochs and their keys last: the same on every server of a fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatchetPolicy {
    /// How long an epoch lasts, and so how long its key seals.
    pub epoch: Duration,
    /// How long a key opens after that.
    pub opens_for: Duration,
    /// How long before its epoch a key is made: at least the difference of the clocks. No news has to
    /// reach anybody.
    pub announced_for: Duration,
    /// How many epochs the chain goes at once while nobody watches: a clock that is wrong by more must
    /// not cost the keys in between.
    pub farthest: u64,
}

impl RatchetPolicy {
    /// Epochs of this length, whose keys open for two more.
    pub fn of_epoch(epoch: Duration) -> Self {
        Self {
            epoch,
            opens_for: epoch.saturating_mul(2),
            announced_for: (epoch / 12).max(Duration::from_secs(60)),
            farthest: 64,
        }
    }
}

impl Default for RatchetPolicy {
    /// As [`RotationPolicy`](super::RotationPolicy): keys seal for twelve hours.
    fn default() -> Self {
        Self::of_epoch(Duration::from_secs(12 * 3600))
    }
}

/// Whether somebody watches while the chain goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// Nobody does: [`RatchetPolicy::farthest`] holds.
    Unattended,
    /// Somebody has looked at the clock, and wants the chain where it says.
    Attended,
}

/// Why there is no key for the epoch it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatchetError {
    /// An epoch shorter than a minute, or keys that open for so long that a ring has not place for all.
    Epoch,
    /// The chain was begun with epochs of another length.
    OtherEpoch {
        /// How long they are.
        epoch: Duration,
    },
    /// The way is longer than it may be while nobody watches, or than anybody would wait for.
    TooFar {
        /// How many epochs it is.
        epochs: u64,
    },
    /// Fresh entropy came when the key it belongs into was made already. Others may have it.
    TooLate {
        /// From when it should have counted.
        from: Timestamp,
    },
}

impl fmt::Display for RatchetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epoch => f.write_str(
                "a ratchet's epoch lasts a minute at least, and its keys open for 60 epochs at most",
            ),
            Self::OtherEpoch { epoch } => write!(
                f,
                "the ratchet was begun with epochs of {} s, and every server keeps to that",
                epoch.as_secs()
            ),
            Self::TooFar { epochs } => write!(
                f,
                "the ratchet is {epochs} epochs behind the clock, and goes so far only if somebody \
                 says that the clock is right"
            ),
            Self::TooLate { from } => write!(
                f,
                "the ratchet's fresh entropy of {from} came when the key of its epoch was made already; \
                 replace the line on every server by one that lies ahead"
            ),
        }
    }
}

impl std::error::Error for RatchetError {}

/// Where a chain is, and the keys of it that still open.
#[derive(Clone)]
pub struct Ratchet {
    /// When epoch 0 began.
    begins: Timestamp,
    epoch: Duration,
    /// The epoch whose key is made next.
    next: u64,
    /// The chain key of that epoch, before its fresh entropy.
    chain: ChainKey,
    /// Up to when fresh entropy is in the chain.
    mixed: Timestamp,
    deployment: [u8; 16],
    /// Made and not over, in the order of their epochs.
    keys: Vec<TicketKey>,
}

type ChainKey = Zeroizing<[u8; CHAIN_LEN]>;

const CHAIN_LEN: usize = 32;
const SALT: &[u8] = b"tessera ratchet v1";
const CHAIN: &[u8] = b"tessera ratchet chain v1";
const DEPLOYMENT: &[u8] = b"tessera ratchet deployment v1";
const TICKET_KEY: &[u8] = b"tessera ratchet ticket key v1";

const SHORTEST_EPOCH: Duration = Duration::from_secs(60);
/// Half a year of the shortest epochs; done in a second.
const FARTHEST: u64 = 1 << 18;

impl fmt::Debug for Ratchet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ratchet")
            .field("begins", &self.begins)
            .field("epoch", &self.epoch)
            .field("next", &self.next)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl Ratchet {
    /// The chain of a seed, before its first key.
    pub fn new(seed: &Seed, epoch: Duration) -> Self {
        let chain = extracted(SALT, seed.secret());
        let mut deployment = [0; 16];
        Prk::new(HashAlgorithm::Sha256, &*chain).expand(DEPLOYMENT, &mut deployment);
        Self {
            begins: seed.begins(),
            epoch,
            next: 0,
            chain,
            mixed: seed.begins(),
            deployment,
            keys: Vec::new(),
        }
    }

    /// The deployment of the servers that have this seed: part of every [`Scope`](crate::Scope).
    pub const fn deployment(&self) -> [u8; 16] {
        self.deployment
    }

    /// Goes to where the clock says: forgets the keys that are over, and makes those that are due. The
    /// seed's later lines are mixed in on the way.
    ///
    /// A clock that goes back changes nothing: what is forgotten stays so, and until the clock has caught
    /// up no key seals.
    ///
    /// # Errors
    /// When it may not go there. Then no key was made.
    pub fn advance(
        &mut self,
        seed: Option<&Seed>,
        policy: &RatchetPolicy,
        now: Timestamp,
        how: Advance,
    ) -> Result<(), RatchetError> {
        self.keys.retain(|key| key.phase(now) != Phase::Retired);
        if policy.epoch != self.epoch {
            return Err(RatchetError::OtherEpoch { epoch: self.epoch });
        }
        if policy.epoch < SHORTEST_EPOCH || !fit_into_a_ring(policy) {
            return Err(RatchetError::Epoch);
        }
        let fresh = self.fresh(seed)?;
        let due = self.due(now.plus(policy.announced_for));
        let epochs = due.saturating_sub(self.next);
        let farthest = match how {
            Advance::Unattended => policy.farthest.min(FARTHEST),
            Advance::Attended => FARTHEST,
        };
        if epochs > farthest {
            return Err(RatchetError::TooFar { epochs });
        }
        for _ in 0..epochs {
            self.step(&fresh, policy.opens_for, now);
        }
        Ok(())
    }

    /// The keys, as the ring that seals and opens tickets. Its version grows with every key that is made
    /// or forgotten.
    pub fn ring(&self) -> Ring {
        let version = self.next + (self.next - self.keys.len() as u64);
        // No two are the same unless HMAC gives one value for two inputs.
        Ring::new(version, self.keys.clone()).unwrap_or_default()
    }

    /// How many keys there should be by this moment, those that are forgotten included.
    fn due(&self, now: Timestamp) -> u64 {
        match now.since(self.begins) {
            Some(age) => (age.as_millis() / self.epoch.as_millis()) as u64 + 1,
            None => 0,
        }
    }

    fn starts(&self, epoch: u64) -> Timestamp {
        let millis = u64::try_from(self.epoch.as_millis()).unwrap_or(u64::MAX);
        let after = Duration::from_millis(millis.saturating_mul(epoch));
        self.begins.plus(after)
    }

    /// The fresh entropy that is not in the chain yet.
    fn fresh<'a>(&self, seed: Option<&'a Seed>) -> Result<Vec<Fresh<'a>>, RatchetError> {
        let lines = seed.map(Seed::lines).unwrap_or_default();
        let news = lines.iter().filter(|line| line.from > self.mixed);
        news.map(|line| {
            let after = line.from.since(self.begins).unwrap_or_default();
            // The first epoch that does not begin before it.
            let epoch = after.as_millis().div_ceil(self.epoch.as_millis()) as u64;
            if epoch < self.next {
                return Err(RatchetError::TooLate { from: line.from });
            }
            Ok(Fresh {
                epoch,
                from: line.from,
                entropy: &line.secret,
            })
        })
        .collect()
    }

    /// Makes the next epoch's key and the chain key behind it.
    fn step(&mut self, fresh: &[Fresh<'_>], opens_for: Duration, now: Timestamp) {
        for fresh in fresh.iter().filter(|fresh| fresh.epoch == self.next) {
            self.chain = extracted(fresh.entropy, &*self.chain);
            self.mixed = fresh.from;
        }
        let chain = Prk::new(HashAlgorithm::Sha256, &*self.chain);
        let (seals_from, seals_until) = (self.starts(self.next), self.starts(self.next + 1));
        let opens_until = seals_until.plus(opens_for);
        // On a long way most keys are over before they are made.
        if now < opens_until {
            let mut secret = Zeroizing::new([0; TicketKey::SECRET_LEN]);
            chain.expand(TICKET_KEY, &mut *secret);
            // HMAC gives no zeros, and the times are in order.
            let key = TicketKey::new(&*secret, seals_from, seals_until, opens_until);
            self.keys.extend(key);
        }
        self.next += 1;
        chain.expand(CHAIN, &mut *self.chain);
    }

    /// The bytes; for the vault only, since the chain key is in them.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let ring = self.ring().encode();
        let mut w = Writer::with_capacity(STATE_LEN + ring.len());
        w.u16(FORMAT);
        w.u64(self.begins.as_millis());
        w.u64(u64::try_from(self.epoch.as_millis()).unwrap_or(u64::MAX));
        w.u64(self.next);
        w.u64(self.mixed.as_millis());
        w.bytes(&self.deployment);
        w.bytes(&*self.chain);
        w.bytes(&ring);
        Zeroizing::new(w.into_vec())
    }

    /// Reads what `encode` wrote.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let r = &mut Reader::new(bytes);
        let format = r.u16("format")?;
        if format != FORMAT {
            return Err(RecordError::UnknownFormat(format));
        }
        let begins = Timestamp::from_millis(r.u64("begins")?);
        let epoch = Duration::from_millis(r.u64("epoch")?);
        let next = r.u64("next")?;
        let mixed = Timestamp::from_millis(r.u64("mixed")?);
        let deployment = r.array("deployment")?;
        let chain = Zeroizing::new(r.array("chain")?);
        let ring = Ring::decode(r.rest())?;
        let ratchet = Self {
            begins,
            epoch,
            next,
            chain,
            mixed,
            deployment,
            keys: ring.keys().to_vec(),
        };
        // More keys than were made, or epochs that nobody divides by.
        let possible = next < u64::MAX / 2 && ratchet.keys.len() as u64 <= next;
        if epoch < SHORTEST_EPOCH || !possible || ratchet.ring().version() != ring.version() {
            return Err(illegal("ratchet"));
        }
        Ok(ratchet)
    }
}

/// Entropy, and the epoch into which it is mixed.
struct Fresh<'a> {
    epoch: u64,
    from: Timestamp,
    entropy: &'a [u8; seed::SECRET_LEN],
}

const FORMAT: u16 = 1;
const STATE_LEN: usize = 2 + 4 * 8 + 16 + CHAIN_LEN;

/// HKDF-Extract into a chain key.
fn extracted(salt: &[u8], secret: &[u8]) -> ChainKey {
    let extracted = extract(HashAlgorithm::Sha256, salt, secret);
    let mut chain = ChainKey::default();
    chain.copy_from_slice(extracted.as_bytes());
    chain
}

/// Those that open, one that seals, and those that are announced.
fn fit_into_a_ring(policy: &RatchetPolicy) -> bool {
    let beside = policy.opens_for.saturating_add(policy.announced_for);
    beside.as_millis() / policy.epoch.as_millis() + 3 <= Ring::MAX_KEYS as u128
}
