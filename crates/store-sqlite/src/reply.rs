//! One answer, on its way from a thread of the store to whoever asked.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tessera_session::StoreError;

type Answer<T> = Result<T, StoreError>;

/// A pair of ends.
pub(crate) fn channel<T>() -> (Sender<T>, Pending<T>) {
    let shared = Arc::new(Mutex::new(Shared {
        answer: None,
        waker: None,
    }));
    (Sender(Some(Arc::clone(&shared))), Pending(shared))
}

struct Shared<T> {
    answer: Option<Answer<T>>,
    waker: Option<Waker>,
}

fn lock<T>(shared: &Mutex<Shared<T>>) -> MutexGuard<'_, Shared<T>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread's end. Dropped without an answer, it answers that the store is shutting down.
pub(crate) struct Sender<T>(Option<Arc<Mutex<Shared<T>>>>);

impl<T> Sender<T> {
    pub(crate) fn send(mut self, answer: Answer<T>) {
        self.put(answer);
    }

    fn put(&mut self, answer: Answer<T>) {
        let Some(shared) = self.0.take() else { return };
        let waker = {
            let mut shared = lock(&shared);
            shared.answer = Some(answer);
            shared.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.put(Err(StoreError::Unavailable(
            "it is shutting down".to_owned(),
        )));
    }
}

/// The asker's end. Dropped, it gives the answer up, not the deed.
pub(crate) struct Pending<T>(Arc<Mutex<Shared<T>>>);

impl<T> Future for Pending<T> {
    type Output = Answer<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer<T>> {
        let mut shared = lock(&self.0);
        if let Some(answer) = shared.answer.take() {
            return Poll::Ready(answer);
        }
        shared.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    use tessera_session::store::block_on::block_on;

    #[test]
    fn an_answer_reaches_who_waits_for_it() {
        let (sender, pending) = channel();
        let thread = thread::spawn(move || sender.send(Ok(7)));
        assert_eq!(block_on(pending), Ok(7));
        thread.join().unwrap();
    }

    #[test]
    fn no_asker_waits_for_a_thread_that_is_gone() {
        let (sender, pending) = channel::<u8>();
        drop(sender);
        assert!(matches!(block_on(pending), Err(StoreError::Unavailable(_))));
    }
}
