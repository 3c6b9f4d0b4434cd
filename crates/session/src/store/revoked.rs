//! What was revoked: predicates with a cutoff, so that self-encrypted tickets are reached as well.

use core::time::Duration;
use std::collections::HashMap;

use tessera_wire::{Reader, Writer};

use crate::binding::{PeerIdentity, ServerName};
use crate::id::{LineageId, sha256};
use crate::policy::LONGEST_LINEAGE_TLS13;
use crate::record::{RecordError, illegal};
use crate::session::Session;
use crate::summary::{Summary, read};
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

/// One revocation: everything selected whose peer authenticated up to the cutoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Which sessions.
    pub selector: Selector,
    /// Sessions authenticated later are not meant.
    pub cutoff: Timestamp,
    /// When the last session it could cover has ended.
    pub until: Timestamp,
    /// Why, for people.
    pub why: String,
}

impl Revocation {
    /// Revokes what is selected, now. It lasts longer than every ticket it covers, whatever the clocks say.
    pub fn new(selector: Selector, why: &str, now: Timestamp, clock_skew: Duration) -> Self {
        let cutoff = now.plus(clock_skew);
        let why = why.chars().take(200).collect();
        Self {
            selector,
            cutoff,
            until: cutoff.plus(LONGEST_LINEAGE_TLS13).plus(clock_skew),
            why,
        }
    }

    /// The bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::with_capacity(64 + self.why.len());
        w.u16(1);
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
        w.into_vec()
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let r = &mut Reader::new(bytes);
        match r.u16("format")? {
            1 => {}
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
        r.clone().finish("revocation")?;
        Ok(Self {
            selector,
            cutoff,
            until,
            why,
        })
    }
}

/// The set of revocations, as a process holds it in memory.
#[derive(Clone, Debug, Default)]
pub struct Revoked {
    version: u64,
    as_of: Timestamp,
    entries: HashMap<Selector, Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    cutoff: Timestamp,
    until: Timestamp,
}

impl Revoked {
    /// Nothing is revoked.
    pub fn none() -> Self {
        Self::default()
    }

    /// The set with this version of these revocations.
    pub fn new(version: u64, revocations: impl IntoIterator<Item = Revocation>) -> Self {
        let mut set = Self {
            version,
            ..Self::default()
        };
        for revocation in revocations {
            set.add(&revocation);
        }
        set
    }

    /// The version: higher is newer.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// When this copy was known to be current.
    pub const fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// The same set, found current at this moment.
    #[must_use]
    pub fn seen_at(mut self, now: Timestamp) -> Self {
        self.as_of = self.as_of.max(now);
        self
    }

    /// Adds one. Of two with the same selector each later end counts: the set only grows.
    pub fn add(&mut self, revocation: &Revocation) {
        let Revocation { cutoff, until, .. } = *revocation;
        self.entries
            .entry(revocation.selector.clone())
            .and_modify(|entry| {
                *entry = Entry {
                    cutoff: entry.cutoff.max(cutoff),
                    until: entry.until.max(until),
                }
            })
            .or_insert(Entry { cutoff, until });
    }

    /// Everything that is in either.
    #[must_use]
    pub fn merged(mut self, other: &Self) -> Self {
        for (selector, Entry { cutoff, until }) in &other.entries {
            let why = String::new();
            self.add(&Revocation {
                selector: selector.clone(),
                cutoff: *cutoff,
                until: *until,
                why,
            });
        }
        self.version = self.version.max(other.version);
        self.as_of = self.as_of.max(other.as_of);
        self
    }

    /// Forgets entries that can cover nothing any more.
    pub fn expire(&mut self, now: Timestamp) {
        self.entries.retain(|_, entry| entry.until >= now);
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is revoked.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether this session is revoked.
    pub fn covers(&self, session: &Session) -> bool {
        let peer = || session.binding.peer.as_ref().map(PeerHash::of);
        self.reach(
            session.lifetime.authenticated_at,
            session.lineage.id,
            session.binding.server_name.as_ref(),
            peer,
        )
    }

    /// Whether the session with this summary is revoked.
    pub fn covers_summary(&self, summary: &Summary) -> bool {
        let peer = || summary.peer.as_deref().map(PeerHash::of_subject);
        self.reach(
            summary.authenticated_at,
            summary.lineage.id,
            summary.server_name.as_ref(),
            peer,
        )
    }

    fn reach(
        &self,
        authenticated_at: Timestamp,
        lineage: LineageId,
        name: Option<&ServerName>,
        peer: impl FnOnce() -> Option<PeerHash>,
    ) -> bool {
        if self.entries.is_empty() {
            return false;
        }
        let selectors = [
            Some(Selector::All),
            Some(Selector::Lineage(lineage)),
            name.cloned().map(Selector::ServerName),
            peer().map(Selector::Peer),
        ];
        let mut entries = selectors
            .iter()
            .flatten()
            .filter_map(|selector| self.entries.get(selector));
        entries.any(|entry| authenticated_at <= entry.cutoff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, ISSUED};
    use proptest::prelude::*;

    const SKEW: Duration = Duration::from_secs(60);

    fn revoked(selector: Selector, now: Timestamp) -> Revoked {
        Revoked::new(1, [Revocation::new(selector, "lost laptop", now, SKEW)])
    }

    #[test]
    fn r6_each_predicate_reaches_the_session_it_names_and_no_other() {
        let session = samples::tls13();
        let name = |text| Selector::ServerName(ServerName::new(text).unwrap());
        let rows = [
            (Selector::All, true),
            (Selector::Lineage(session.lineage.id), true),
            (Selector::Lineage(LineageId([0; 16])), false),
            (Selector::Peer(PeerHash::of_subject("CN=client")), true),
            (Selector::Peer(PeerHash::of_subject("CN=other")), false),
            (name("www.example.com"), true),
            (name("example.com"), false),
        ];
        for (selector, covered) in rows {
            let set = revoked(selector.clone(), ISSUED);
            assert_eq!(set.covers(&session), covered, "{selector:?}");
            let summary = Summary::of_lineage(&session, crate::session::Side::Server);
            assert_eq!(set.covers_summary(&summary), covered, "{selector:?}");
        }
        assert!(!Revoked::none().covers(&session));
    }

    #[test]
    fn r6_whoever_authenticates_again_after_the_cutoff_is_not_meant() {
        let mut session = samples::tls13();
        let set = revoked(Selector::All, ISSUED);
        session.lifetime.authenticated_at = ISSUED.plus(SKEW);
        assert!(set.covers(&session));
        session.lifetime.authenticated_at = ISSUED.plus(SKEW).plus(Duration::from_millis(1));
        assert!(!set.covers(&session));
    }

    #[test]
    fn r7_a_revocation_outlives_every_ticket_it_covers_and_the_skew() {
        let revocation = Revocation::new(Selector::All, "", ISSUED, SKEW);
        let last_ticket_ends = revocation.cutoff.plus(LONGEST_LINEAGE_TLS13);
        assert!(revocation.until >= last_ticket_ends.plus(SKEW));
        let mut set = Revoked::new(1, [revocation]);
        set.expire(last_ticket_ends);
        assert_eq!(set.len(), 1);
        set.expire(Timestamp::FAR_FUTURE);
        assert!(set.is_empty());
    }

    #[test]
    fn r6_the_set_only_grows() {
        let late = revoked(Selector::All, ISSUED);
        let early = revoked(Selector::All, ISSUED.minus(Duration::from_secs(900)));
        for set in [late.clone().merged(&early), early.merged(&late)] {
            assert_eq!(set.len(), 1);
            let mut session = samples::tls13();
            session.lifetime.authenticated_at = ISSUED;
            assert!(set.covers(&session));
        }
    }

    #[test]
    fn a_revocation_is_read_back() {
        let selectors = [
            Selector::All,
            Selector::Lineage(LineageId([1; 16])),
            Selector::Peer(PeerHash([2; 32])),
            Selector::ServerName(ServerName::new("a.example").unwrap()),
        ];
        for selector in selectors {
            let revocation = Revocation::new(selector, "why not", ISSUED, SKEW);
            assert_eq!(Revocation::decode(&revocation.encode()), Ok(revocation));
        }
    }

    proptest! {
        #[test]
        fn rule_13_any_bytes_give_a_revocation_or_an_error(bytes: Vec<u8>) {
            let _ = Revocation::decode(&bytes);
        }
    }
}
