//! What happened, in numbers: for metrics, and for whoever asks why nothing is resumed.

use std::sync::atomic::{AtomicU64, Ordering};

use tessera_session::StoreError;

/// What happened since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sessions found close at hand, without asking.
    pub near: u64,
    /// Requests that were answered.
    pub answered: u64,
    /// Requests that were not, by reason: no node was there for it.
    pub unavailable: u64,
    /// No answer in time.
    pub late: u64,
    /// No room.
    pub full: u64,
    /// May only be read.
    pub read_only: u64,
    /// What came back was not what we wrote.
    pub damaged: u64,
    /// Not asked, for the store may forget what it is told.
    pub forgetful: u64,
    /// For any other reason.
    pub otherwise: u64,
    /// Sessions that went before their time, for the store made room.
    pub evicted: u64,
    /// Rings and revocations put back after the store lost them or had older ones.
    pub put_back: u64,
}

/// The same, while it happens.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) near: AtomicU64,
    answered: AtomicU64,
    unavailable: AtomicU64,
    late: AtomicU64,
    full: AtomicU64,
    read_only: AtomicU64,
    damaged: AtomicU64,
    forgetful: AtomicU64,
    otherwise: AtomicU64,
    pub(crate) evicted: AtomicU64,
    pub(crate) put_back: AtomicU64,
}

impl Counters {
    /// Counts what became of a request.
    pub(crate) fn outcome<T>(&self, result: &Result<T, StoreError>) {
        let counter = match result {
            Ok(_) => &self.answered,
            Err(StoreError::Unavailable(_)) => &self.unavailable,
            Err(StoreError::Deadline(_)) => &self.late,
            Err(StoreError::Full(_)) => &self.full,
            Err(StoreError::ReadOnly(_)) => &self.read_only,
            Err(StoreError::Damaged(_)) => &self.damaged,
            Err(StoreError::Forgetful(_)) => &self.forgetful,
            Err(
                StoreError::Locked(_)
                | StoreError::WrongKey(_)
                | StoreError::Exposed(_)
                | StoreError::Unfit(_),
            ) => &self.otherwise,
        };
        one_more(counter);
    }

    pub(crate) fn read(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            near: read(&self.near),
            answered: read(&self.answered),
            unavailable: read(&self.unavailable),
            late: read(&self.late),
            full: read(&self.full),
            read_only: read(&self.read_only),
            damaged: read(&self.damaged),
            forgetful: read(&self.forgetful),
            otherwise: read(&self.otherwise),
            evicted: read(&self.evicted),
            put_back: read(&self.put_back),
        }
    }
}

pub(crate) fn one_more(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
