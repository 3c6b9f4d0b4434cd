//! One revocation: a predicate with a cutoff, so that self-encrypted tickets are reached as well.

use core::time::Duration;

use tessera_wire::{Reader, Writer};

use crate::binding::{PeerIdentity, ServerName};
use crate::id::{LineageId, sha256};
use crate::policy::LONGEST_LINEAGE_TLS13;
use crate::record::{RecordError, illegal};
use crate::summary::read;
use crate::time::Timestamp;

/// Which sessions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selector {
    /// All that descend from one full handshake.
    Lineage(LineageId),
    /// All whose peer proved to be this one.
    Peer(PeerHash),
    /// All made for this name.
    ServerName(ServerName),
    /// All.
    All,
}

/// A peer, as a hash of its certificate's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerHash(pub [u8; 32]);

impl PeerHash {
    /// The peer with this subject, in the text form of [`PeerIdentity::subject`].
    pub fn of_subject(subject: &str) -> Self {
        Self(sha256(&[b"tessera peer v1", subject.as_bytes()]))
    }

    /// This peer.
    pub fn of(peer: &PeerIdentity) -> Self {
        Self::of_subject(&peer.subject)
    }
}

/// The format of a revocation in bytes; the first, in no version that was released, did not say who, when, and what ends.
const FORMAT: u16 = 2;

/// One revocation: everything selected whose peer authenticated up to the cutoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Which sessions.
    pub selector: Selector,
    /// Sessions authenticated later are not meant.
    pub cutoff: Timestamp,
    /// When the last session it could cover has ended.
    pub until: Timestamp,
    /// What it ends.
    pub ends: Ends,
    /// When it was made.
    pub at: Timestamp,
    /// By whom, as they call themselves; for people.
    pub by: String,
    /// Why, for people.
    pub why: String,
}

/// What a revocation ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ends {
    /// Nothing is resumed any more; connections that are open go on.
    #[default]
    Resumption,
    /// These are closed as well.
    Connections,
}

impl Revocation {
    /// Revokes what is selected, now. It lasts longer than every ticket it covers, whatever the clocks say.
    pub fn new(selector: Selector, why: &str, now: Timestamp, clock_skew: Duration) -> Self {
        let cutoff = now.plus(clock_skew);
        Self {
            selector,
            cutoff,
            until: cutoff.plus(LONGEST_LINEAGE_TLS13).plus(clock_skew),
            ends: Ends::Resumption,
            at: now,
            by: String::new(),
            why: why.chars().take(200).collect(),
        }
    }

    /// The same, and it says who made it.
    #[must_use]
    pub fn by(self, who: &str) -> Self {
        Self {
            by: who.chars().take(60).collect(),
            ..self
        }
    }

    /// The same, and connections that are open are closed.
    #[must_use]
    pub fn closing_connections(self) -> Self {
        Self {
            ends: Ends::Connections,
            ..self
        }
    }

    /// The bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::with_capacity(64 + self.why.len());
        w.u16(FORMAT);
        match &self.selector {
            Selector::Lineage(id) => {
                w.u8(1);
                w.bytes(&id.0);
            }
            Selector::Peer(peer) => {
                w.u8(2);
                w.bytes(&peer.0);
            }
            Selector::ServerName(name) => {
                w.u8(3);
                w.vec8(|w| w.bytes(name.as_str().as_bytes()));
            }
            Selector::All => w.u8(4),
        }
        w.u64(self.cutoff.as_millis());
        w.u64(self.until.as_millis());
        w.vec16(|w| w.bytes(self.why.as_bytes()));
        w.u64(self.at.as_millis());
        w.vec8(|w| w.bytes(self.by.as_bytes()));
        w.u8(match self.ends {
            Ends::Resumption => 0,
            Ends::Connections => 1,
        });
        w.into_vec()
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let r = &mut Reader::new(bytes);
        match r.u16("format")? {
            FORMAT => {}
            other => return Err(RecordError::UnknownFormat(other)),
        }
        let selector = match r.u8("selector")? {
            1 => Selector::Lineage(LineageId(r.array("lineage_id")?)),
            2 => Selector::Peer(PeerHash(r.array("peer")?)),
            3 => Selector::ServerName(read::server_name(r)?.ok_or(illegal("server_name"))?),
            4 => Selector::All,
            _ => return Err(illegal("selector")),
        };
        let cutoff = Timestamp::from_millis(r.u64("cutoff")?);
        let until = Timestamp::from_millis(r.u64("until")?);
        let why = read::text(r.vec16("why", 0..=0xffff)?, "why")?;
        let at = Timestamp::from_millis(r.u64("at")?);
        let by = read::text(r.vec8("by", 0..=0xff)?, "by")?;
        let ends = match r.u8("ends")? {
            0 => Ends::Resumption,
            1 => Ends::Connections,
            _ => return Err(illegal("ends")),
        };
        r.clone().finish("revocation")?;
        Ok(Self {
            selector,
            cutoff,
            until,
            ends,
            at,
            by,
            why,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::ISSUED;
    use proptest::prelude::*;

    const SKEW: Duration = Duration::from_secs(60);

    #[test]
    fn a_revocation_is_read_back() {
        let selectors = [
            Selector::All,
            Selector::Lineage(LineageId([1; 16])),
            Selector::Peer(PeerHash([2; 32])),
            Selector::ServerName(ServerName::new("a.example").unwrap()),
        ];
        for selector in selectors {
            let revocation = Revocation::new(selector, "why not", ISSUED, SKEW).by("root@host");
            for revocation in [revocation.clone(), revocation.closing_connections()] {
                assert_eq!(Revocation::decode(&revocation.encode()), Ok(revocation));
            }
        }
    }

    proptest! {
        #[test]
        fn rule_13_any_bytes_give_a_revocation_or_an_error(bytes: Vec<u8>) {
            let _ = Revocation::decode(&bytes);
        }
    }
}
