//! What a handshake leaves behind: how many tickets, of which kind, for how long.

use core::time::Duration;

use tessera_wire::ProtocolVersion;

use crate::id::LineageId;
use crate::policy::{LONGEST_LINEAGE_TLS12, LONGEST_LINEAGE_TLS13};
use crate::session::{Lifetime, Lineage, Session, Taint};
use crate::summary::TicketKind;
use crate::time::Timestamp;

/// What to issue after a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketPlan {
    /// How many tickets; zero: none for anybody.
    pub count: u8,
    /// The most for a client that says how many it would like, if that is more: RFC 9149 §3.
    pub most: u8,
    /// Whether they carry the session or are kept in the store. `None`: sessions of clients that are
    /// asked for certificates are kept where there is a store, for chains make long tickets; the others
    /// are carried.
    pub kind: Option<TicketKind>,
    /// How long a ticket lives, if nothing ends it sooner.
    pub lifetime: Duration,
    /// How long a lineage lives from its full handshake on, if nothing ends it sooner.
    pub lineage_lifetime: Duration,
}

impl Default for TicketPlan {
    fn default() -> Self {
        Self {
            count: 2,
            most: 8,
            kind: None,
            // RFC 9325 §3.4 (5).
            lifetime: Duration::from_secs(2 * 3600),
            lineage_lifetime: Duration::from_secs(24 * 3600),
        }
    }
}

/// What a new session inherits: it can be renewed in everything but this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Of the connection that issues.
    pub lineage: Lineage,
    /// When the peer last really proved who it is.
    pub authenticated_at: Timestamp,
    /// When every session of the lineage ends.
    pub lineage_ends_at: Timestamp,
    /// Handed down with everything else.
    pub taint: Option<Taint>,
}

impl Origin {
    /// A full handshake founds a lineage.
    pub fn full_handshake(
        id: LineageId,
        version: ProtocolVersion,
        plan: &TicketPlan,
        now: Timestamp,
    ) -> Self {
        let longest = if version == ProtocolVersion::TLS1_3 {
            LONGEST_LINEAGE_TLS13
        } else {
            LONGEST_LINEAGE_TLS12
        };
        Self {
            lineage: Lineage { id, generation: 0 },
            authenticated_at: now,
            lineage_ends_at: now.plus(plan.lineage_lifetime.min(longest)),
            taint: None,
        }
    }

    /// A resumption inherits everything and renews nothing.
    pub fn resumed(session: &Session) -> Self {
        Self {
            lineage: session.lineage,
            authenticated_at: session.lifetime.authenticated_at,
            lineage_ends_at: session.lifetime.lineage_ends_at,
            taint: session.taint,
        }
    }

    /// The lineage of a TLS 1.3 ticket issued on this connection: a session of its own, one generation on.
    pub fn descendant(&self) -> Lineage {
        Lineage {
            id: self.lineage.id,
            generation: self.lineage.generation.saturating_add(1),
        }
    }
}

/// What else ends a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The earliest `notAfter` of the peer's chain.
    pub peer_not_after: Option<Timestamp>,
    /// When the key that seals the ticket stops opening.
    pub key_opens_until: Option<Timestamp>,
}

impl TicketPlan {
    /// How many to issue to a client that asks for so many, or does not ask: RFC 9149 §3.
    pub fn count_for(&self, asked: Option<u8>) -> u8 {
        match asked {
            Some(asked) if self.count > 0 => asked.min(self.most.max(self.count)),
            _ => self.count,
        }
    }

    /// The lifetime of a ticket made now: the least of what is configured, the lineage's end, the
    /// peer's certificates and the sealing key. `None` when less than a second is left: then issue nothing.
    pub fn lifetime(&self, origin: &Origin, limits: Limits, now: Timestamp) -> Option<Lifetime> {
        // RFC 9846 §4.7.1 (5): no ticket lives longer than seven days, which bounds the lineage's end too.
        let ends = [
            Some(now.plus(self.lifetime.min(LONGEST_LINEAGE_TLS13))),
            Some(origin.lineage_ends_at),
            Some(origin.authenticated_at.plus(self.lineage_lifetime)),
            limits.peer_not_after,
            limits.key_opens_until,
        ];
        let expires_at = ends.into_iter().flatten().min()?;
        (expires_at.ahead_of(now) >= Duration::from_secs(1)).then_some(Lifetime {
            authenticated_at: origin.authenticated_at,
            issued_at: now,
            expires_at,
            lineage_ends_at: origin.lineage_ends_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const HOUR: Duration = Duration::from_secs(3600);
    const START: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

    fn plan() -> TicketPlan {
        TicketPlan {
            lifetime: 2 * HOUR,
            lineage_lifetime: 24 * HOUR,
            ..TicketPlan::default()
        }
    }

    fn origin() -> Origin {
        Origin::full_handshake(LineageId([1; 16]), ProtocolVersion::TLS1_3, &plan(), START)
    }

    #[test]
    fn rule_02_a_ticket_ends_with_whatever_ends_first() {
        let lifetime = |limits, now| {
            plan()
                .lifetime(&origin(), limits, now)
                .map(|l| l.expires_at)
        };
        assert_eq!(
            lifetime(Limits::default(), START),
            Some(START.plus(2 * HOUR))
        );
        let chain = Limits {
            peer_not_after: Some(START.plus(HOUR)),
            ..Limits::default()
        };
        assert_eq!(lifetime(chain, START), Some(START.plus(HOUR)));
        let key = Limits {
            key_opens_until: Some(START.plus(HOUR / 2)),
            ..chain
        };
        assert_eq!(lifetime(key, START), Some(START.plus(HOUR / 2)));
        assert_eq!(
            lifetime(Limits::default(), START.plus(23 * HOUR)),
            Some(START.plus(24 * HOUR))
        );
    }

    #[test]
    fn rule_03_renewal_never_moves_the_authentication() {
        let mut session = samples::tls13();
        session.lifetime = plan()
            .lifetime(&origin(), Limits::default(), START)
            .unwrap();
        for resumption in 1..=23 {
            let now = START.plus(resumption * HOUR);
            let renewed = plan()
                .lifetime(&Origin::resumed(&session), Limits::default(), now)
                .unwrap();
            assert_eq!(renewed.authenticated_at, START);
            assert_eq!(renewed.lineage_ends_at, START.plus(24 * HOUR));
            assert!(renewed.expires_at <= START.plus(24 * HOUR));
            session.lifetime = renewed;
        }
        assert_eq!(
            plan().lifetime(
                &Origin::resumed(&session),
                Limits::default(),
                START.plus(24 * HOUR)
            ),
            None
        );
    }

    #[test]
    fn rule_03_no_setting_makes_a_lineage_longer_than_its_version_allows() {
        // RFC 9846 §4.7.1 (5).
        let endless = TicketPlan {
            lineage_lifetime: Duration::MAX,
            lifetime: Duration::MAX,
            ..plan()
        };
        let ends = |version| {
            Origin::full_handshake(LineageId([1; 16]), version, &endless, START).lineage_ends_at
        };
        assert_eq!(ends(ProtocolVersion::TLS1_3), START.plus(7 * 24 * HOUR));
        assert_eq!(ends(ProtocolVersion::TLS1_2), START.plus(24 * HOUR));
        let origin =
            Origin::full_handshake(LineageId([1; 16]), ProtocolVersion::TLS1_3, &endless, START);
        assert_eq!(
            endless
                .lifetime(&origin, Limits::default(), START)
                .unwrap()
                .ticket_lifetime(),
            604_800
        );
    }

    #[test]
    fn r5_taint_lineage_and_end_are_inherited() {
        let mut session = samples::tls13();
        session.taint = Some(Taint::Imported);
        session.lineage.generation = 4;
        let origin = Origin::resumed(&session);
        assert_eq!(origin.taint, Some(Taint::Imported));
        assert_eq!(origin.lineage, session.lineage);
        assert_eq!(origin.lineage_ends_at, session.lifetime.lineage_ends_at);
        assert_eq!(
            origin.descendant(),
            Lineage {
                id: session.lineage.id,
                generation: 5
            }
        );
    }

    #[test]
    fn r5_a_stricter_plan_shortens_what_older_sessions_may_still_issue() {
        let strict = TicketPlan {
            lineage_lifetime: HOUR,
            ..plan()
        };
        assert_eq!(
            strict
                .lifetime(&origin(), Limits::default(), START)
                .unwrap()
                .expires_at,
            START.plus(HOUR)
        );
        assert_eq!(
            strict.lifetime(&origin(), Limits::default(), START.plus(HOUR)),
            None
        );
    }

    #[test]
    fn a_client_that_asks_gets_what_it_asks_for_within_the_plan() {
        let plan = TicketPlan {
            count: 2,
            most: 4,
            ..plan()
        };
        let counts =
            [None, Some(0), Some(1), Some(4), Some(255)].map(|asked| plan.count_for(asked));
        assert_eq!(counts, [2, 0, 1, 4, 4]);
        let many = TicketPlan { count: 6, ..plan };
        assert_eq!(many.count_for(Some(9)), 6, "no fewer than without asking");
        let off = TicketPlan { count: 0, ..plan };
        assert_eq!(off.count_for(Some(9)), 0);
    }

    #[test]
    fn a_ticket_that_would_not_last_a_second_is_not_issued() {
        let now = START.plus(24 * HOUR).minus(Duration::from_millis(999));
        assert_eq!(plan().lifetime(&origin(), Limits::default(), now), None);
    }
}
