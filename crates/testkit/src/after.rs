//! Spans of virtual time, so that tests read like stories.

use std::time::Duration;

/// So many hours.
pub const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

/// So many minutes.
pub const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// So many seconds.
pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
