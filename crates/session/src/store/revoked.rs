//! What was revoked: the set of it, in which the farthest reach of each predicate counts.

use std::collections::HashMap;
use std::sync::Arc;

use super::revocation::{Ends, PeerHash, Revocation, Selector};
use crate::binding::ServerName;
use crate::id::LineageId;
use crate::session::Session;
use crate::summary::Summary;
use crate::time::Timestamp;

/// The set of revocations, as a process holds it in memory. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Revoked {
    version: u64,
    as_of: Timestamp,
    entries: Arc<HashMap<Selector, Entry>>,
}

/// All revocations with one selector.
#[derive(Clone, Debug)]
struct Entry {
    /// The one that reaches farthest, with the latest end of all.
    farthest: Revocation,
    /// How far those reach that close connections.
    closes: Option<Timestamp>,
}

impl Entry {
    fn add(&mut self, revocation: &Revocation, closes: Option<Timestamp>) {
        self.closes = self.closes.max(closes);
        let until = self.farthest.until.max(revocation.until);
        if revocation.cutoff > self.farthest.cutoff {
            self.farthest = revocation.clone();
        }
        self.farthest.until = until;
    }
}

/// What a revocation looks at, of a session or of a connection on it.
#[derive(Clone, Copy, Debug)]
pub struct Revocable<'a> {
    /// When the peers authenticated each other.
    pub authenticated_at: Timestamp,
    /// The lineage.
    pub lineage: LineageId,
    /// The name it was made for.
    pub server_name: Option<&'a ServerName>,
    /// The peer's subject.
    pub peer: Option<&'a str>,
}

impl<'a> From<&'a Session> for Revocable<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            authenticated_at: session.lifetime.authenticated_at,
            lineage: session.lineage.id,
            server_name: session.binding.server_name.as_ref(),
            peer: session
                .binding
                .peer
                .as_ref()
                .map(|peer| peer.subject.as_str()),
        }
    }
}

impl<'a> From<&'a Summary> for Revocable<'a> {
    fn from(summary: &'a Summary) -> Self {
        Self {
            authenticated_at: summary.authenticated_at,
            lineage: summary.lineage.id,
            server_name: summary.server_name.as_ref(),
            peer: summary.peer.as_deref(),
        }
    }
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
        let closes = (revocation.ends == Ends::Connections).then_some(revocation.cutoff);
        self.insert(revocation, closes);
    }

    fn insert(&mut self, revocation: &Revocation, closes: Option<Timestamp>) {
        Arc::make_mut(&mut self.entries)
            .entry(revocation.selector.clone())
            .and_modify(|entry| entry.add(revocation, closes))
            .or_insert_with(|| Entry {
                farthest: revocation.clone(),
                closes,
            });
    }

    /// Everything that is in either.
    #[must_use]
    pub fn merged(mut self, other: &Self) -> Self {
        for entry in other.entries.values() {
            self.insert(&entry.farthest, entry.closes);
        }
        self.version = self.version.max(other.version);
        self.as_of = self.as_of.max(other.as_of);
        self
    }

    /// Forgets entries that can cover nothing any more.
    pub fn expire(&mut self, now: Timestamp) {
        Arc::make_mut(&mut self.entries).retain(|_, entry| entry.farthest.until >= now);
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is revoked.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is in force, in no order: of several with the same selector the one that reaches farthest.
    pub fn iter(&self) -> impl Iterator<Item = &Revocation> {
        self.entries.values().map(|entry| &entry.farthest)
    }

    /// Whether this session is revoked.
    pub fn covers<'a>(&self, what: impl Into<Revocable<'a>>) -> bool {
        self.covering(what).is_some()
    }

    /// What revokes this session.
    pub fn covering<'a>(&self, what: impl Into<Revocable<'a>>) -> Option<&Revocation> {
        let what = what.into();
        self.entries_for(&what)
            .map(|entry| &entry.farthest)
            .find(|revocation| what.authenticated_at <= revocation.cutoff)
    }

    /// Whether connections on this session are to be closed.
    pub fn closes<'a>(&self, what: impl Into<Revocable<'a>>) -> bool {
        let what = what.into();
        self.entries_for(&what)
            .any(|entry| Some(what.authenticated_at) <= entry.closes)
    }

    /// The part of it that closes connections which `before` left open.
    #[must_use]
    pub fn newly_closing(&self, before: &Self) -> Self {
        let entries = self.entries.iter().filter(|(selector, entry)| {
            entry.closes > before.entries.get(selector).and_then(|entry| entry.closes)
        });
        Self {
            version: self.version,
            as_of: self.as_of,
            entries: Arc::new(
                entries
                    .map(|(selector, entry)| (selector.clone(), entry.clone()))
                    .collect(),
            ),
        }
    }

    /// The entries whose selector means this one, whenever it was authenticated.
    fn entries_for(&self, what: &Revocable<'_>) -> impl Iterator<Item = &Entry> {
        let selectors = if self.entries.is_empty() {
            [None, None, None, None]
        } else {
            [
                Some(Selector::All),
                Some(Selector::Lineage(what.lineage)),
                what.server_name.cloned().map(Selector::ServerName),
                what.peer
                    .map(|subject| Selector::Peer(PeerHash::of_subject(subject))),
            ]
        };
        selectors
            .into_iter()
            .flatten()
            .filter_map(move |selector| self.entries.get(&selector))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::LONGEST_LINEAGE_TLS13;
    use crate::samples::{self, ISSUED};
    use crate::store::PeerHash;
    use core::time::Duration;

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
            assert_eq!(set.covers(&summary), covered, "{selector:?}");
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
    fn r6_it_says_who_revoked_and_why() {
        let by_hand = Revocation::new(Selector::All, "lost laptop", ISSUED, SKEW).by("root@host");
        let set = Revoked::new(1, [by_hand.clone()]);
        assert_eq!(set.covering(&samples::tls13()), Some(&by_hand));
        assert_eq!(set.iter().collect::<Vec<_>>(), [&by_hand]);
        // Who came last is who is told of.
        let later = ISSUED.plus(SKEW);
        let again = Revocation::new(Selector::All, "again", later, SKEW);
        let both = Revoked::new(2, [again.clone()]).merged(&set);
        assert_eq!(both.covering(&samples::tls13()), Some(&again));
    }

    #[test]
    fn connections_are_closed_only_by_what_says_so_and_is_new() {
        let session = samples::tls13();
        let quiet = revoked(Selector::All, ISSUED);
        assert!(!quiet.closes(&session));
        let closing = Revocation::new(Selector::All, "", ISSUED, SKEW).closing_connections();
        let both = Revoked::new(2, [closing]).merged(&quiet);
        assert!(both.closes(&session) && both.newly_closing(&quiet).closes(&session));
        assert!(both.newly_closing(&both).is_empty());
        // A later one that closes nothing takes nothing back, and closes nothing either.
        let later = revoked(Selector::All, ISSUED.plus(SKEW));
        let all = later.merged(&both);
        assert!(all.closes(&session) && all.newly_closing(&both).is_empty());
    }
}
