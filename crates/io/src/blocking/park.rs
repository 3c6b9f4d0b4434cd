//! Waiting for replies on a parked thread, no longer than their deadlines.

use crate::connect::{Draw, Start};
use crate::services::{Done, Work};
use crate::{Asked, clock};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

thread_local! {
    /// When the first of the deadlines seen while polling is over.
    static WAKE_AT: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Parks this thread until `poll` is ready.
pub(super) fn until<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
    loop {
        if let Some(ready) = before(None, &mut poll) {
            return ready;
        }
    }
}

/// Parks this thread until `poll` is ready, or that moment has come.
pub(super) fn before<T>(
    ends_at: Option<Instant>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Option<T> {
    // Most of the time nothing has to be waited for.
    if let Poll::Ready(ready) = poll(&mut Context::from_waker(Waker::noop())) {
        return Some(ready);
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        WAKE_AT.set(ends_at);
        if let Poll::Ready(ready) = poll(&mut Context::from_waker(&waker)) {
            return Some(ready);
        }
        if ends_at.is_some_and(|at| clock::steady_now() >= at) {
            return None;
        }
        match WAKE_AT.take() {
            Some(at) => thread::park_timeout(at.saturating_duration_since(clock::steady_now())),
            None => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Gives up on `work` when its time is over.
struct Patience<T> {
    work: Pin<Box<dyn Future<Output = T> + Send>>,
    ends_at: Instant,
}

impl<T> Patience<T> {
    fn new(work: Pin<Box<dyn Future<Output = T> + Send>>, within: Duration) -> Self {
        Self {
            work,
            ends_at: clock::steady_now() + within,
        }
    }
}

impl<T> Future for Patience<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if let Poll::Ready(done) = self.work.as_mut().poll(cx) {
            return Poll::Ready(Some(done));
        }
        if clock::steady_now() >= self.ends_at {
            return Poll::Ready(None);
        }
        WAKE_AT.set(Some(
            WAKE_AT
                .get()
                .map_or(self.ends_at, |at| at.min(self.ends_at)),
        ));
        Poll::Pending
    }
}

/// How long an errand may take.
pub(super) fn limit(work: Work, within: Duration, asked: Asked) -> Work {
    let limited = Patience::new(work, within);
    Box::pin(async move {
        limited
            .await
            .unwrap_or_else(|| Done::too_late(asked, within))
    })
}

/// How long drawing a ticket may take.
pub(super) fn limit_draw(draw: Draw, within: Duration) -> Draw {
    let limited = Patience::new(draw, within);
    Box::pin(async move { limited.await.unwrap_or_else(|| Start::too_late(within)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_answers_is_given_up() {
        let mut work = limit(
            Box::pin(std::future::pending()),
            Duration::from_millis(1),
            Asked::Find,
        );
        let done = until(|cx| work.as_mut().poll(cx));
        assert!(matches!(
            done.trouble,
            Some(crate::Trouble::Late {
                asked: Asked::Find,
                ..
            })
        ));
    }

    #[test]
    fn what_has_to_be_done_by_then_is_not_waited_for_longer() {
        let ends_at = clock::steady_now() + Duration::from_millis(5);
        assert_eq!(before(Some(ends_at), |_| Poll::<()>::Pending), None);
        assert!(clock::steady_now() >= ends_at);
    }

    #[test]
    fn an_answer_from_another_thread_wakes() {
        let mut asked = false;
        until(|cx| {
            if asked {
                return Poll::Ready(());
            }
            asked = !cx.waker().will_wake(Waker::noop());
            let waker = cx.waker().clone();
            thread::spawn(move || waker.wake());
            Poll::Pending
        });
    }
}
