//! From a ring to the next: pure, so every phase change is a test with a number.

use core::time::Duration;

use tessera_crypto::Entropy;

use super::key::{Phase, TicketKey};
use super::ring::Ring;
use crate::time::Timestamp;

/// How long keys last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RotationPolicy {
    /// How long a key seals.
    pub seals_for: Duration,
    /// How long it opens after that.
    pub opens_for: Duration,
    /// How long before it seals it is made: at least the time news takes to reach everybody, and the
    /// difference of their clocks.
    pub announced_for: Duration,
}

impl Default for RotationPolicy {
    fn default() -> Self {
        Self {
            seals_for: Duration::from_secs(12 * 3600),
            opens_for: Duration::from_secs(24 * 3600),
            announced_for: Duration::from_secs(3600),
        }
    }
}

impl RotationPolicy {
    /// Whether every machine has a key before the first of them seals with it, where news take so long at
    /// most and clocks differ by so much.
    pub fn announces_in_time(&self, skew: Duration, propagation: Duration) -> bool {
        self.announced_for >= skew.saturating_add(propagation)
    }

    /// A key that begins to seal at this moment.
    fn key(&self, seals_from: Timestamp, entropy: &mut Entropy) -> Option<TicketKey> {
        let seals_until = seals_from.plus(self.seals_for);
        TicketKey::generate(
            entropy,
            seals_from,
            seals_until,
            seals_until.plus(self.opens_for),
        )
        .ok()
    }
}

/// The ring that should follow now, or `None` if this one is as it should be.
///
/// Retired keys go, and are wiped; where none seals now, one is made that does; and in time before the last
/// one stops, its successor is announced: RFC 9325 §3.4 (3, 4).
pub fn next(
    ring: &Ring,
    policy: &RotationPolicy,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Option<Ring> {
    let mut keys: Vec<TicketKey> = ring.without_retired(now).keys().to_vec();
    let mut changed = ring.has_retired(now);

    let seals_now = |keys: &[TicketKey]| keys.iter().any(|key| key.phase(now) == Phase::Sealing);
    if !seals_now(&keys) && keys.len() < Ring::MAX_KEYS {
        keys.push(policy.key(now, entropy)?);
        changed = true;
    }
    if let Some(end) = sealed_without_gap_until(&keys, now)
        && end <= now.plus(policy.announced_for)
        && keys.len() < Ring::MAX_KEYS
    {
        keys.push(policy.key(end, entropy)?);
        changed = true;
    }
    if changed {
        ring.without_retired(now).next(keys).ok()
    } else {
        None
    }
}

/// A rotation out of turn: a new key seals at once, and the one that seals now only opens.
pub fn out_of_turn(
    ring: &Ring,
    policy: &RotationPolicy,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Option<Ring> {
    out_of_turn_after(ring, policy, now, Duration::ZERO, entropy)
}

/// The same, but the new key is announced for so long first: whoever shares the ring has heard of it when the first
/// ticket under it comes along. Until then the one that seals now goes on; where none does, nobody waits.
pub fn out_of_turn_after(
    ring: &Ring,
    policy: &RotationPolicy,
    now: Timestamp,
    announced_for: Duration,
    entropy: &mut Entropy,
) -> Option<Ring> {
    let from = match ring.sealing_key(now) {
        Some(_) => now.plus(announced_for),
        None => now,
    };
    let mut keys = Vec::with_capacity(ring.keys().len() + 1);
    for key in ring.without_retired(now).keys() {
        match key.phase(now) {
            // Made for later, and never used: the new key takes its place.
            Phase::Announced => {}
            Phase::Sealing if key.seals_from < from => keys.push(key.sealing_until(from)),
            _ => keys.push(key.clone()),
        }
    }
    keys.push(policy.key(from, entropy)?);
    ring.without_retired(now).next(keys).ok()
}

/// How far the keys that seal, one after another, reach from now on.
fn sealed_without_gap_until(keys: &[TicketKey], now: Timestamp) -> Option<Timestamp> {
    let mut end = None;
    let mut at = now;
    while let Some(until) = keys
        .iter()
        .filter(|key| key.phase(at) == Phase::Sealing)
        .map(|key| key.seals_until)
        .max()
    {
        end = Some(until);
        at = until;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const T: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

    fn policy() -> RotationPolicy {
        RotationPolicy::default()
    }

    fn entropy() -> Entropy {
        Entropy::from_seed([3; 32])
    }

    fn phases(ring: &Ring, now: Timestamp) -> Vec<Phase> {
        ring.keys().iter().map(|key| key.phase(now)).collect()
    }

    #[test]
    fn the_first_key_seals_at_once() {
        let ring = next(&Ring::empty(), &policy(), T, &mut entropy()).unwrap();
        assert_eq!(
            (ring.version(), phases(&ring, T)),
            (1, vec![Phase::Sealing])
        );
        let key = ring.sealing_key(T).unwrap();
        assert_eq!(
            (key.seals_until, key.opens_until),
            (T.plus(12 * HOUR), T.plus(36 * HOUR))
        );
    }

    #[test]
    fn r16_a_rotation_out_of_turn_is_announced_first_where_others_share_the_ring() {
        let (lead, entropy) = (Duration::from_secs(5), &mut entropy());
        let now = T.plus(HOUR);
        let first = next(&Ring::empty(), &policy(), T, entropy).unwrap();
        let ring = out_of_turn_after(&first, &policy(), now, lead, entropy).unwrap();
        let seals = |at| ring.sealing_key(at).unwrap().name;
        let old = first.sealing_key(T).unwrap().name;
        assert_eq!(seals(now), old);
        assert_eq!(seals(now.plus(lead).minus(Duration::from_millis(1))), old);
        assert_ne!(seals(now.plus(lead)), old);
        assert_eq!(
            phases(&ring, now.plus(lead)),
            [Phase::Opening, Phase::Sealing]
        );
        // Where nobody seals there is nothing to wait for.
        let ring = out_of_turn_after(&Ring::empty(), &policy(), T, lead, entropy).unwrap();
        assert!(ring.sealing_key(T).is_some());
    }

    #[test]
    fn r16_a_successor_is_announced_before_it_seals() {
        let mut entropy = entropy();
        let first = next(&Ring::empty(), &policy(), T, &mut entropy).unwrap();
        assert!(next(&first, &policy(), T.plus(10 * HOUR), &mut entropy).is_none());
        let now = T.plus(11 * HOUR);
        let second = next(&first, &policy(), now, &mut entropy).unwrap();
        assert_eq!(phases(&second, now), [Phase::Sealing, Phase::Announced]);
        assert_eq!(
            phases(&second, T.plus(12 * HOUR)),
            [Phase::Opening, Phase::Sealing]
        );
        assert!(next(&second, &policy(), now, &mut entropy).is_none());
    }

    #[test]
    fn rule_05_retired_keys_leave_the_ring() {
        // RFC 9325 §3.4 (3, 4).
        let mut entropy = entropy();
        let mut ring = next(&Ring::empty(), &policy(), T, &mut entropy).unwrap();
        let first = ring.keys()[0].name;
        for hour in 0..100 {
            let now = T.plus(hour * HOUR);
            ring = next(&ring, &policy(), now, &mut entropy).unwrap_or(ring);
            assert!(ring.keys().len() <= 5);
            assert_eq!(
                ring.keys().iter().any(|key| key.name == first),
                hour < 36,
                "hour {hour}"
            );
        }
    }

    #[test]
    fn after_a_long_sleep_a_new_key_seals_at_once() {
        let mut entropy = entropy();
        let ring = next(&Ring::empty(), &policy(), T, &mut entropy).unwrap();
        let now = T.plus(1000 * HOUR);
        let ring = next(&ring, &policy(), now, &mut entropy).unwrap();
        assert_eq!(phases(&ring, now), [Phase::Sealing]);
    }

    #[test]
    fn out_of_turn_the_old_key_only_opens() {
        let mut entropy = entropy();
        let ring = next(&Ring::empty(), &policy(), T, &mut entropy).unwrap();
        let now = T.plus(HOUR);
        let rotated = out_of_turn(&ring, &policy(), now, &mut entropy).unwrap();
        assert_eq!(phases(&rotated, now), [Phase::Opening, Phase::Sealing]);
        assert_eq!(rotated.version(), 2);
        let again = out_of_turn(&rotated, &policy(), now, &mut entropy).unwrap();
        assert!(again.sealing_key(now).is_some());
    }

    const SKEW: Duration = Duration::from_secs(60);
    const PROPAGATION: Duration = Duration::from_secs(1800);

    #[test]
    fn r16_a_key_is_announced_for_as_long_as_news_take_and_clocks_differ() {
        assert!(policy().announces_in_time(SKEW, PROPAGATION));
        let longest = policy().announced_for.saturating_sub(SKEW);
        assert!(policy().announces_in_time(SKEW, longest));
        assert!(!policy().announces_in_time(SKEW, longest + Duration::from_millis(1)));
    }

    proptest! {
        #[test]
        fn r16_whoever_hears_late_and_has_another_clock_opens_what_the_others_seal(
            steps in prop::collection::vec(1u64..900, 20..200),
            ahead: bool,
        ) {
            let mut entropy = entropy();
            let first = next(&Ring::empty(), &policy(), T, &mut entropy).unwrap();
            let mut published = vec![(T, first)];
            let mut now = T.plus(PROPAGATION);
            for step in steps {
                now = now.plus(Duration::from_secs(step));
                let newest = published.last().unwrap().1.clone();
                if let Some(ring) = next(&newest, &policy(), now, &mut entropy) {
                    published.push((now, ring));
                }
                let newest = &published.last().unwrap().1;
                let heard = published.iter().rfind(|(at, _)| at.plus(PROPAGATION) <= now);
                let heard = &heard.unwrap().1;
                let there = if ahead { now.plus(SKEW) } else { now.minus(SKEW) };
                let (ours, theirs) = (newest.sealing_key(now), heard.sealing_key(there));
                prop_assert!(heard.opening_key(ours.unwrap().name, there).is_some());
                prop_assert!(newest.opening_key(theirs.unwrap().name, now).is_some());
            }
        }

        #[test]
        fn however_the_clock_jumps_there_is_a_key_and_its_phases_follow(
            jumps in prop::collection::vec(-100_000_000i64..100_000_000, 1..40),
        ) {
            let mut entropy = entropy();
            let mut ring = Ring::empty();
            let mut now = T.as_millis().cast_signed();
            for jump in jumps {
                now += jump;
                let t = Timestamp::from_millis(now.unsigned_abs());
                let before = ring.clone();
                ring = next(&ring, &policy(), t, &mut entropy).unwrap_or(ring);
                prop_assert!(ring.version() >= before.version());
                prop_assert!(ring.sealing_key(t).is_some());
                prop_assert!(ring.keys().iter().all(|key| key.phase(t) != Phase::Retired));
                prop_assert!(next(&ring, &policy(), t, &mut entropy).is_none());
                for key in before.keys() {
                    let kept = ring.keys().iter().any(|other| other.name == key.name);
                    prop_assert_eq!(kept, key.phase(t) != Phase::Retired);
                }
            }
        }
    }
}
