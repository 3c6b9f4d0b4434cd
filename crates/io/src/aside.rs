//! Plaintext that waits for the application, with the epochs it came in.

/// Plaintext in the order it came in, told apart by its epochs.
#[derive(Default)]
pub(crate) struct Aside {
    bytes: Vec<u8>,
    /// Behind how many of the bytes an epoch ends.
    ends: Vec<(usize, u32)>,
}

impl Aside {
    /// Behind what is there.
    pub(crate) fn push(&mut self, plaintext: &[u8], epoch: u32) {
        if plaintext.is_empty() {
            return;
        }
        self.bytes.extend_from_slice(plaintext);
        let end = self.bytes.len();
        match self.ends.last_mut() {
            Some((last, same)) if *same == epoch => *last = end,
            _ => self.ends.push((end, epoch)),
        }
    }

    /// The first bytes, all of one epoch, and which.
    pub(crate) fn first(&self) -> Option<(&[u8], u32)> {
        let (end, epoch) = *self.ends.first()?;
        Some((self.bytes.get(..end)?, epoch))
    }

    /// So many of the first bytes are done with.
    pub(crate) fn consume(&mut self, taken: usize) {
        if taken >= self.bytes.len() {
            *self = Self::default();
            return;
        }
        self.bytes.drain(..taken);
        self.ends.retain_mut(|(end, _)| {
            *end = end.saturating_sub(taken);
            *end > 0
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes of heap it holds.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<(usize, u32)>()
    }
}
