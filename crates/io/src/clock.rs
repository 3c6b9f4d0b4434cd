//! The one place that reads the clock and draws from the system's generator.

use std::time::SystemTime;
use tessera_session::Timestamp;
use tessera_session::store::{ConnectionId, ProcessId};

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "this is the place")]
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

/// A seed for one connection, from the operating system's generator.
///
/// # Panics
/// When the system cannot give random bytes: there is no TLS without.
pub fn seed() -> [u8; 32] {
    random()
}

/// A name for one connection: random, so that it is unique across processes too.
///
/// # Panics
/// As [`seed`].
pub fn connection_id() -> ConnectionId {
    ConnectionId(random())
}

/// A name for this process; draw it once, at the start.
///
/// # Panics
/// As [`seed`].
pub fn process_id() -> ProcessId {
    ProcessId(random())
}

/// Random bytes from the operating system's generator.
#[expect(clippy::disallowed_methods, reason = "this is the place")]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's generator gives random bytes");
    bytes
}

/// A moment of the clock that timers run by, for timeouts that must not jump with the time of day.
#[cfg(feature = "tokio")]
#[expect(clippy::disallowed_methods, reason = "this is the place")]
pub(crate) fn timer_now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// A moment of the steady clock, where there is no runtime with timers.
#[expect(clippy::disallowed_methods, reason = "this is the place")]
pub(crate) fn steady_now() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_has_a_seed_and_a_name_of_its_own() {
        assert_ne!(seed(), seed());
        assert_ne!(connection_id(), connection_id());
    }

    #[test]
    fn the_time_is_after_this_was_written() {
        assert!(now() > Timestamp::from_unix_secs(1_790_000_000));
    }
}
