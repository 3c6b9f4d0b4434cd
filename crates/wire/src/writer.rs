//! Length-prefixed writing, without back-patching by hand.

/// Appends fields to a byte string.
///
/// A vector that outgrows its length prefix is cut to the longest the prefix can say, and
/// [`overflowed`](Self::overflowed) remembers it: what a peer made us repeat (a ticket, a cookie) may be large
/// enough for that, so it must be a message that the peer refuses, and not a panic of ours.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
    overflowed: bool,
}

impl Writer {
    /// An empty writer.
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            overflowed: false,
        }
    }

    /// An empty writer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(capacity),
            overflowed: false,
        }
    }

    /// A `uint8`.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// A `uint16`.
    pub fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    /// A `uint24`: the low 24 bits of `value`.
    pub fn u24(&mut self, value: u32) {
        let [_, a, b, c] = value.to_be_bytes();
        self.bytes(&[a, b, c]);
    }

    /// A `uint32`.
    pub fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    /// A `uint64`.
    pub fn u64(&mut self, value: u64) {
        self.bytes(&value.to_be_bytes());
    }

    /// These bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A vector whose length takes one byte; `body` writes what is in it.
    pub fn vec8(&mut self, body: impl FnOnce(&mut Self)) {
        self.prefixed::<1>(body);
    }

    /// A vector whose length takes two bytes; `body` writes what is in it.
    pub fn vec16(&mut self, body: impl FnOnce(&mut Self)) {
        self.prefixed::<2>(body);
    }

    /// A vector whose length takes three bytes; `body` writes what is in it.
    pub fn vec24(&mut self, body: impl FnOnce(&mut Self)) {
        self.prefixed::<3>(body);
    }

    /// How many bytes have been written.
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing has been written.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What has been written.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// What has been written, owned.
    pub fn into_vec(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether a vector outgrew its length prefix and was cut.
    pub const fn overflowed(&self) -> bool {
        self.overflowed
    }

    fn prefixed<const N: usize>(&mut self, body: impl FnOnce(&mut Self)) {
        let prefix = self.bytes.len();
        self.bytes.extend_from_slice(&[0; N]);
        let start = self.bytes.len();
        body(self);

        let longest = (1 << (8 * N)) - 1;
        let mut length = self.bytes.len() - start;
        if length > longest {
            self.bytes.truncate(start + longest);
            self.overflowed = true;
            length = longest;
        }
        let digits = length.to_be_bytes();
        let slots = self.bytes.iter_mut().take(start).skip(prefix);
        for (slot, digit) in slots.zip(digits.iter().skip(digits.len() - N)) {
            *slot = *digit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_network_order() {
        let mut w = Writer::with_capacity(18);
        assert!(w.is_empty());
        w.u8(0x01);
        w.u16(0x0203);
        w.u24(0xff04_0506);
        w.u32(0x0708_090a);
        w.u64(0x0b0c_0d0e_0f10_1112);
        assert_eq!(w.len(), 18);
        assert_eq!(w.into_vec(), (1..=18).collect::<Vec<u8>>());
    }

    #[test]
    fn prefixes_nest_and_count_what_is_inside() {
        let mut w = Writer::new();
        w.vec24(|w| {
            w.u8(9);
            w.vec16(|w| w.vec8(|w| w.bytes(&[1, 2])));
            w.vec8(|_| {});
        });
        assert_eq!(w.as_slice(), [0, 0, 7, 9, 0, 3, 2, 1, 2, 0]);
        assert!(!w.overflowed());
    }

    #[test]
    fn the_longest_vector_of_each_prefix_fits() {
        let mut w = Writer::new();
        w.vec8(|w| w.bytes(&[0; 255]));
        w.vec16(|w| w.bytes(&[0; 65_535]));
        assert!(!w.overflowed());
        assert_eq!(w.len(), 256 + 65_537);
    }

    #[test]
    fn a_vector_that_outgrows_its_prefix_is_cut_and_remembered() {
        let mut w = Writer::new();
        w.vec8(|w| w.bytes(&[7; 300]));
        w.u8(1);
        assert!(w.overflowed());
        assert_eq!(w.len(), 1 + 255 + 1);
        assert_eq!(w.as_slice()[0], 255);
        assert_eq!(w.as_slice()[256], 1);
    }
}
