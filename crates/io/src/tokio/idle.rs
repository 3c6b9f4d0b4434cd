//! Notices when nothing has moved on a connection for too long.

use crate::clock;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is set back lazily: moving bytes costs one look at the clock, not a timer.
pub(super) struct Idle {
    after: Duration,
    moved_at: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Idle {
    pub(super) fn new(after: Duration) -> Self {
        let moved_at = clock::timer_now();
        Self {
            after,
            moved_at,
            timer: Box::pin(sleep_until(moved_at + after)),
        }
    }

    /// Bytes moved.
    pub(super) fn moved(&mut self) {
        self.moved_at = clock::timer_now();
    }

    /// Ready, with how long it was, once nothing has moved for too long.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Duration> {
        while self.timer.as_mut().poll(cx).is_ready() {
            let until = self.moved_at + self.after;
            if until <= self.timer.deadline() {
                return Poll::Ready(self.after);
            }
            self.timer.as_mut().reset(until);
        }
        Poll::Pending
    }
}
