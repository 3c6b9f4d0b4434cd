//! Buffers for bytes on their way, lent from a pool and given back when empty: an idle connection
//! holds none.

use crate::aside::Aside;
use crate::limits::BACKLOG;
use std::cell::RefCell;
use std::ops::Range;
use std::thread::LocalKey;
use tessera_wire::record::{HEADER_LEN, MAX_PLAINTEXT};

/// The most a record adds to its plaintext in either version.
const OVERHEAD: usize = HEADER_LEN + 32;

/// The largest record we write.
pub(crate) const RECORD: usize = MAX_PLAINTEXT + OVERHEAD;

/// Four of the largest records: one system call moves them all.
const CAPACITY: usize = 4 * RECORD;

/// Buffers of each kind kept for the next connection, a thread.
const SPARE: usize = 16;

thread_local! {
    /// Buffers to read into: their length is [`CAPACITY`], so that none is initialised twice.
    static READING: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    /// Buffers to seal into: empty.
    static WRITING: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Why what the peer has to say besides application data cannot be waited for.
pub(crate) fn too_much_aside() -> std::io::Error {
    std::io::Error::other("more application data came first than can be set aside: read it")
}

type Pool = LocalKey<RefCell<Vec<Vec<u8>>>>;

/// A buffer from the pool. Without one (the thread is ending) there is always the heap.
fn lend(pool: &'static Pool) -> Option<Vec<u8>> {
    pool.try_with(|pool| pool.borrow_mut().pop()).ok().flatten()
}

fn give_back(pool: &'static Pool, buffer: Vec<u8>) {
    let _ = pool.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < SPARE {
            pool.push(buffer);
        }
    });
}

fn lend_for_writing() -> Vec<u8> {
    lend(&WRITING).unwrap_or_else(|| Vec::with_capacity(CAPACITY))
}

fn give_back_from_writing(mut buffer: Vec<u8>) {
    // One that had to grow for a long flight is not kept.
    if (CAPACITY..=2 * CAPACITY).contains(&buffer.capacity()) {
        buffer.clear();
        give_back(&WRITING, buffer);
    }
}

/// What came from the peer and is not done with: plaintext first, sealed bytes behind it.
#[derive(Default)]
pub(crate) struct Inbox {
    /// From the pool, or empty.
    bytes: Vec<u8>,
    /// The application's part, where a record was opened.
    plain: Range<usize>,
    /// Which handshake's keys protected it.
    epoch: u32,
    /// Received and not opened yet.
    sealed: Range<usize>,
    /// Plaintext set aside while somebody looked for what comes behind it.
    aside: Aside,
    /// The epoch of what was last shown to the application.
    shown: u32,
}

impl Inbox {
    /// These were received already.
    #[cfg(feature = "tokio")]
    pub(crate) fn holding(received: &[u8]) -> Self {
        if received.is_empty() {
            return Self::default();
        }
        let mut bytes = vec![0; CAPACITY.max(received.len())];
        if let Some(place) = bytes.get_mut(..received.len()) {
            place.copy_from_slice(received);
        }
        let mut inbox = Self::default();
        inbox.bytes = bytes;
        inbox.sealed = 0..received.len();
        inbox
    }

    /// The application's next bytes, all of one epoch.
    pub(crate) fn plaintext(&self) -> &[u8] {
        self.first().0
    }

    fn first(&self) -> (&[u8], u32) {
        let here = || {
            let plaintext = self.bytes.get(self.plain.clone()).unwrap_or_default();
            (plaintext, self.epoch)
        };
        self.aside.first().unwrap_or_else(here)
    }

    /// The same, for the application to see.
    pub(crate) fn show(&mut self) -> &[u8] {
        let (plaintext, epoch) = self.first();
        if !plaintext.is_empty() {
            self.shown = epoch;
        }
        self.first().0
    }

    /// The epoch of what the application saw last.
    pub(crate) fn shown_epoch(&self) -> u32 {
        self.shown
    }

    /// The application has taken so many of them.
    pub(crate) fn consume(&mut self, taken: usize) {
        if self.aside.is_empty() {
            self.plain.start = self.plain.end.min(self.plain.start + taken);
            self.tidy();
        } else {
            self.aside.consume(taken);
        }
    }

    /// Moves the plaintext aside, so that the records behind it can be opened. `false` when too
    /// much of it is aside already.
    pub(crate) fn set_aside(&mut self) -> bool {
        let plaintext = self.bytes.get(self.plain.clone()).unwrap_or_default();
        if self.aside.len() + plaintext.len() > BACKLOG {
            return false;
        }
        self.aside.push(plaintext, self.epoch);
        self.plain = 0..0;
        self.tidy();
        true
    }

    /// Plaintext the engine hands out by value, behind what is there.
    pub(crate) fn deliver(&mut self, plaintext: &[u8], epoch: u32) {
        let here = self.bytes.get(self.plain.clone()).unwrap_or_default();
        self.aside.push(here, self.epoch);
        self.aside.push(plaintext, epoch);
        self.plain = 0..0;
        self.tidy();
    }

    /// Received bytes that were not opened yet.
    pub(crate) fn sealed(&self) -> &[u8] {
        self.bytes.get(self.sealed.clone()).unwrap_or_default()
    }

    /// The same, to be opened in place.
    pub(crate) fn sealed_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.sealed.clone()).unwrap_or_default()
    }

    /// So many of the sealed bytes are done with, and this part of them is plaintext now, of this
    /// epoch.
    pub(crate) fn opened(&mut self, consumed: usize, plaintext: Option<(Range<usize>, u32)>) {
        if let Some((range, epoch)) = plaintext {
            self.plain = self.sealed.start + range.start..self.sealed.start + range.end;
            self.epoch = epoch;
        }
        self.sealed.start = self.sealed.end.min(self.sealed.start + consumed);
        self.tidy();
    }

    /// Room for more sealed bytes: a whole record's, unless plaintext is waiting in front.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        if self.bytes.is_empty() {
            self.bytes = lend(&READING).unwrap_or_else(|| vec![0; CAPACITY]);
        } else if self.plain.is_empty() && self.sealed.start > 0 {
            self.bytes.copy_within(self.sealed.clone(), 0);
            self.sealed = 0..self.sealed.len();
        }
        self.bytes.get_mut(self.sealed.end..).unwrap_or_default()
    }

    /// So many bytes of the room were used.
    pub(crate) fn filled(&mut self, used: usize) {
        self.sealed.end = self.bytes.len().min(self.sealed.end + used);
        self.tidy();
    }

    /// Bytes of heap it holds.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity() + self.aside.capacity()
    }

    /// What is empty is given back.
    fn tidy(&mut self) {
        if self.plain.is_empty() && self.sealed.is_empty() {
            (self.plain, self.sealed) = (0..0, 0..0);
            if !self.bytes.is_empty() {
                give_back(&READING, std::mem::take(&mut self.bytes));
            }
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        (self.plain, self.sealed) = (0..0, 0..0);
        self.tidy();
    }
}

/// Sealed bytes on their way to the peer.
#[derive(Default)]
pub(crate) struct Outbox {
    bytes: Vec<u8>,
    written: usize,
}

impl Outbox {
    /// What is still to be written.
    pub(crate) fn pending(&self) -> &[u8] {
        self.bytes.get(self.written..).unwrap_or_default()
    }

    /// How much of it.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.written
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.written == self.bytes.len()
    }

    /// So many bytes were written.
    pub(crate) fn wrote(&mut self, written: usize) {
        self.written = self.bytes.len().min(self.written + written);
        if self.is_empty() {
            self.clear();
        }
    }

    /// Nothing of it will ever be written.
    pub(crate) fn clear(&mut self) {
        self.written = 0;
        give_back_from_writing(std::mem::take(&mut self.bytes));
    }

    /// How much plaintext may be sealed now without growing; 0 when a record would not fit.
    pub(crate) fn room(&self) -> usize {
        CAPACITY.saturating_sub(self.len()) / RECORD * MAX_PLAINTEXT
    }

    /// Where sealed bytes are appended.
    pub(crate) fn tail(&mut self) -> &mut Vec<u8> {
        if self.bytes.capacity() == 0 {
            self.bytes = lend_for_writing();
        } else if self.written > 0 {
            let rest = self.bytes.len() - self.written;
            self.bytes.copy_within(self.written.., 0);
            self.bytes.truncate(rest);
            self.written = 0;
        }
        &mut self.bytes
    }

    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Joins small slices into one buffer of at most a record, and hands it to `use_it`. A first slice
/// that fills a record goes as it is.
pub(crate) fn gathered<T>(slices: &[std::io::IoSlice<'_>], use_it: impl FnOnce(&[u8]) -> T) -> T {
    let mut filled = slices.iter().filter(|slice| !slice.is_empty());
    let (first, second) = (filled.next(), filled.next());
    match (first, second) {
        (None, _) => use_it(&[]),
        (Some(only), None) => use_it(only),
        (Some(first), Some(_)) if first.len() >= MAX_PLAINTEXT => use_it(first),
        _ => {
            let mut joined = lend_for_writing();
            for slice in slices {
                let room = MAX_PLAINTEXT - joined.len();
                joined.extend_from_slice(slice.get(..room).unwrap_or(slice));
                if joined.len() == MAX_PLAINTEXT {
                    break;
                }
            }
            let result = use_it(&joined);
            give_back_from_writing(joined);
            result
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::IoSlice;

    fn fill(inbox: &mut Inbox, bytes: &[u8]) {
        inbox.room()[..bytes.len()].copy_from_slice(bytes);
        inbox.filled(bytes.len());
    }

    #[test]
    fn an_empty_inbox_holds_no_buffer() {
        let mut inbox = Inbox::default();
        assert_eq!(inbox.capacity(), 0);
        assert!(inbox.room().len() >= RECORD);
        inbox.filled(0);
        assert_eq!(inbox.capacity(), 0);
        fill(&mut inbox, b"12345");
        inbox.opened(5, Some((1..4, 0)));
        assert_eq!(inbox.plaintext(), b"234");
        inbox.consume(2);
        assert_eq!(inbox.plaintext(), b"4");
        inbox.consume(1);
        assert_eq!(inbox.capacity(), 0);
    }

    #[test]
    fn what_is_sealed_stays_behind_what_is_plain() {
        let mut inbox = Inbox::default();
        fill(&mut inbox, b"abcdef");
        inbox.opened(3, Some((0..3, 0)));
        assert_eq!(
            (inbox.plaintext(), inbox.sealed()),
            (&b"abc"[..], &b"def"[..])
        );
        assert!(inbox.set_aside());
        inbox.opened(3, Some((0..2, 0)));
        assert_eq!(inbox.plaintext(), b"abc");
        inbox.consume(3);
        assert_eq!(inbox.plaintext(), b"de");
        inbox.consume(2);
        assert_eq!(inbox.capacity(), 0);
    }

    #[test]
    fn what_came_under_other_keys_is_not_shown_together() {
        let mut inbox = Inbox::default();
        fill(&mut inbox, b"abcdef");
        inbox.opened(2, Some((0..2, 0)));
        assert!(inbox.set_aside());
        inbox.opened(2, Some((0..2, 0)));
        assert!(inbox.set_aside());
        inbox.opened(2, Some((0..2, 1)));
        inbox.deliver(b"gh", 2);
        let mut shown = Vec::new();
        while !inbox.show().is_empty() {
            shown.push((inbox.plaintext().to_vec(), inbox.shown_epoch()));
            inbox.consume(inbox.plaintext().len().min(3));
        }
        let expected = [(&b"abcd"[..], 0), (b"d", 0), (b"ef", 1), (b"gh", 2)];
        assert_eq!(shown.len(), expected.len(), "{shown:?}");
        for ((bytes, epoch), (wanted, of)) in shown.iter().zip(expected) {
            assert_eq!((&bytes[..], *epoch), (wanted, of));
        }
        assert_eq!((inbox.capacity(), inbox.shown_epoch()), (0, 2));
    }

    #[test]
    fn a_partial_record_moves_to_the_front_for_more() {
        let mut inbox = Inbox::default();
        fill(&mut inbox, &[7; 1000]);
        inbox.opened(990, Some((5..980, 0)));
        inbox.consume(975);
        assert_eq!(inbox.sealed(), [7; 10]);
        fill(&mut inbox, b"xy");
        assert_eq!(inbox.sealed_mut().len(), 12);
        assert_eq!(inbox.room().len(), CAPACITY - 12);
    }

    #[test]
    fn too_much_plaintext_is_not_set_aside() {
        let mut inbox = Inbox::default();
        for _ in 0..4 {
            fill(&mut inbox, &[1; 16_000]);
            inbox.opened(16_000, Some((0..16_000, 0)));
            assert!(inbox.set_aside());
        }
        fill(&mut inbox, &[2; 16_000]);
        inbox.opened(16_000, Some((0..16_000, 0)));
        assert!(!inbox.set_aside());
        for _ in 0..4 {
            inbox.consume(16_000);
        }
        assert_eq!(inbox.plaintext(), [2; 16_000]);
    }

    #[test]
    fn an_outbox_has_room_for_four_records_and_no_more() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.room(), 4 * MAX_PLAINTEXT);
        outbox.tail().extend_from_slice(&[0; 3 * RECORD]);
        assert_eq!(outbox.room(), MAX_PLAINTEXT);
        outbox.tail().extend_from_slice(&[0; 1]);
        assert_eq!(outbox.room(), 0);
        outbox.wrote(3 * RECORD);
        assert_eq!(outbox.pending(), [0]);
        outbox.wrote(1);
        assert_eq!(outbox.capacity(), 0);
    }

    #[test]
    fn small_slices_become_one() {
        let slices = [IoSlice::new(b"GET "), IoSlice::new(b""), IoSlice::new(b"/")];
        gathered(&slices, |joined| assert_eq!(joined, b"GET /"));
        let long = [3; MAX_PLAINTEXT + 5];
        gathered(&[IoSlice::new(b"h"), IoSlice::new(&long)], |joined| {
            assert_eq!(joined.len(), MAX_PLAINTEXT);
        });
        gathered(&[IoSlice::new(&long), IoSlice::new(b"t")], |joined| {
            assert_eq!(joined.len(), long.len());
        });
        gathered(&[], |joined| assert!(joined.is_empty()));
    }
}
