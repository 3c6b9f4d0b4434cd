//! One connection, two tasks: whoever reads and whoever writes may be different ones, and either
//! may be the one that moves the connection on.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

/// Which of a stream's tasks is polling.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Reader,
    Writer,
}

/// Wakes both tasks, whichever of them polled the transport or a reply last.
pub(super) struct Wakers {
    both: Arc<Both>,
    waker: Waker,
}

#[derive(Default)]
struct Both {
    reader: Mutex<Option<Waker>>,
    writer: Mutex<Option<Waker>>,
}

impl Wakers {
    pub(super) fn new() -> Self {
        let both = Arc::new(Both::default());
        Self {
            waker: Waker::from(Arc::clone(&both)),
            both,
        }
    }

    /// From now on this task is woken too.
    pub(super) fn arm(&self, task: Task, cx: &Context<'_>) {
        let mut slot = self
            .both
            .slot(task)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match slot.as_mut() {
            Some(waker) => waker.clone_from(cx.waker()),
            None => *slot = Some(cx.waker().clone()),
        }
    }

    /// This task got what it wanted.
    pub(super) fn disarm(&self, task: Task) {
        self.both
            .slot(task)
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    /// The waker to poll with.
    pub(super) fn waker(&self) -> Waker {
        self.waker.clone()
    }
}

impl Both {
    fn slot(&self, task: Task) -> &Mutex<Option<Waker>> {
        match task {
            Task::Reader => &self.reader,
            Task::Writer => &self.writer,
        }
    }
}

impl Wake for Both {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        for slot in [&self.reader, &self.writer] {
            let waker = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn both_tasks_are_woken_unless_they_have_what_they_wanted() {
        let (reader, writer) = (Arc::new(Count::default()), Arc::new(Count::default()));
        let wakers = Wakers::new();
        wakers.arm(
            Task::Reader,
            &Context::from_waker(&Arc::clone(&reader).into()),
        );
        wakers.arm(
            Task::Writer,
            &Context::from_waker(&Arc::clone(&writer).into()),
        );
        wakers.waker().wake();
        wakers.arm(
            Task::Reader,
            &Context::from_waker(&Arc::clone(&reader).into()),
        );
        wakers.arm(
            Task::Writer,
            &Context::from_waker(&Arc::clone(&writer).into()),
        );
        wakers.disarm(Task::Writer);
        wakers.waker().wake_by_ref();
        assert_eq!(
            (
                reader.0.load(Ordering::Relaxed),
                writer.0.load(Ordering::Relaxed)
            ),
            (2, 1)
        );
    }
}
