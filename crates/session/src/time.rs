//! A moment, as an argument: nothing in this crate reads a clock.

use core::time::Duration;

/// Milliseconds since the Unix epoch.
///
/// All arithmetic saturates: a time read from a hostile record can be absurd, never a panic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);
    /// Later than everything.
    pub const FAR_FUTURE: Self = Self(u64::MAX);

    /// So many milliseconds after the Unix epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// So many seconds after the Unix epoch.
    pub const fn from_unix_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the Unix epoch.
    pub const fn as_unix_secs(self) -> u64 {
        self.0 / 1000
    }

    /// How long after `earlier` this is; `None` if it is before.
    pub fn since(self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0).map(Duration::from_millis)
    }

    /// How far this lies ahead of `now`; zero if it does not.
    pub fn ahead_of(self, now: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(now.0))
    }

    /// This moment, `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// This moment, `duration` earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_never_negative() {
        let (early, late) = (
            Timestamp::from_unix_secs(10),
            Timestamp::from_millis(12_500),
        );
        assert_eq!(late.since(early), Some(Duration::from_millis(2_500)));
        assert_eq!(early.since(late), None);
        assert_eq!(late.ahead_of(early), Duration::from_millis(2_500));
        assert_eq!(early.ahead_of(late), Duration::ZERO);
    }

    #[test]
    fn arithmetic_stops_at_both_ends() {
        assert_eq!(
            Timestamp::FAR_FUTURE.plus(Duration::from_secs(1)),
            Timestamp::FAR_FUTURE
        );
        assert_eq!(
            Timestamp::from_millis(5).minus(Duration::MAX),
            Timestamp::EPOCH
        );
        assert_eq!(Timestamp::EPOCH.plus(Duration::MAX), Timestamp::FAR_FUTURE);
        assert_eq!(Timestamp::from_unix_secs(u64::MAX), Timestamp::FAR_FUTURE);
    }
}
