//! The store's own thread, on which everything runs: whoever asks need not have a runtime, and may go away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use tessera_session::store::ready;
use tessera_session::{Reply, StoreError};
use tokio::runtime::{Builder, Handle};
use tokio::sync::mpsc;

use crate::node::shutting_down;

/// Requests under way. Beyond that the answer is no, at once.
const MOST: usize = 8_192;

/// The thread, and how work gets onto it.
pub(crate) struct Workshop {
    handle: Handle,
    under_way: Arc<AtomicUsize>,
    /// Held by us and by everything that was accepted; the thread ends when the last is gone.
    lights: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Workshop {
    pub(crate) fn open() -> Result<Self, StoreError> {
        let unable = |error| StoreError::Unavailable(format!("no thread for the store: {error}"));
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(unable)?;
        let handle = runtime.handle().clone();
        let (lights, mut out) = mpsc::channel::<()>(1);
        let thread = thread::Builder::new()
            .name("store-valkey".to_owned())
            .spawn(move || {
                runtime.block_on(async { while out.recv().await.is_some() {} });
            })
            .map_err(unable)?;
        Ok(Self {
            handle,
            under_way: Arc::default(),
            lights: Some(lights),
            thread: Some(thread),
        })
    }

    /// Runs this now and tells the caller's caller later. It is done even if nobody waits for the answer.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Reply<'static, T> {
        let Some(lights) = self.lights.clone() else {
            return ready(Err(shutting_down()));
        };
        let under_way = Under::way(&self.under_way);
        if under_way.before >= MOST {
            return ready(Err(StoreError::Unavailable(format!(
                "{MOST} requests are under way already"
            ))));
        }
        let task = self.handle.spawn(async move {
            let result = work.await;
            drop((under_way, lights));
            result
        });
        Box::pin(async move { task.await.unwrap_or_else(|_| Err(shutting_down())) })
    }

    /// Runs something in the background for as long as the store is there.
    pub(crate) fn keep_running(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(work));
    }

    /// Makes what wants to be made where tasks can be started.
    pub(crate) fn enter<T>(&self, make: impl FnOnce() -> T) -> T {
        let _entered = self.handle.enter();
        make()
    }
}

/// One request under way, counted while it is.
struct Under {
    before: usize,
    all: Arc<AtomicUsize>,
}

impl Under {
    fn way(all: &Arc<AtomicUsize>) -> Self {
        Self {
            before: all.fetch_add(1, Ordering::Relaxed),
            all: Arc::clone(all),
        }
    }
}

impl Drop for Under {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What was accepted is finished or has missed its deadline; then the thread is gone.
impl Drop for Workshop {
    fn drop(&mut self) {
        self.lights = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told whoever waited that the store is shutting down.
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;
    use tessera_session::store::block_on::block_on;

    #[test]
    fn what_was_asked_is_done_even_if_nobody_waits_for_the_answer() {
        let done = Arc::new(AtomicUsize::new(0));
        let room = Workshop::open().unwrap();
        for _ in 0..100 {
            let done = Arc::clone(&done);
            drop(room.run(async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                done.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }));
        }
        drop(room);
        assert_eq!(done.load(Ordering::Relaxed), 100);
    }

    #[test]
    fn work_that_panics_is_an_error_and_the_rest_goes_on() {
        let room = Workshop::open().unwrap();
        let broken: Reply<'_, ()> = room.run(async { panic!("a test") });
        assert!(matches!(block_on(broken), Err(StoreError::Unavailable(_))));
        assert_eq!(block_on(room.run(async { Ok(7) })), Ok(7));
    }

    #[test]
    fn beyond_a_limit_the_answer_is_no_at_once() {
        let room = Workshop::open().unwrap();
        let gate = Arc::new(tokio::sync::Notify::new());
        let waiting: Vec<_> = (0..MOST)
            .map(|_| {
                let gate = Arc::clone(&gate);
                room.run(async move {
                    gate.notified().await;
                    Ok(())
                })
            })
            .collect();
        let refused = block_on(room.run(async { Ok(()) }));
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{refused:?}"
        );
        // Those that have not begun to wait yet find their permit when they do.
        while room.under_way.load(Ordering::Relaxed) > 0 {
            gate.notify_one();
            thread::yield_now();
        }
        assert!(waiting.into_iter().all(|reply| block_on(reply).is_ok()));
    }
}
