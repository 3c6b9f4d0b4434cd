//! Small changes to an input, the same every time for the same start.

/// Makes variants of an input: what a fuzzer does, without its search, but everywhere and always alike.
pub struct Mutator {
    state: u64,
}

/// Bytes at which lengths and counters turn over.
const EDGES: [u8; 8] = [0, 1, 2, 0x1f, 0x20, 0x7f, 0x80, 0xff];

impl Mutator {
    /// A mutator whose choices follow from `start`.
    pub const fn new(start: u64) -> Self {
        Self { state: start }
    }

    /// `input` with one to four changes.
    pub fn mutate(&mut self, input: &[u8]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for _ in 0..=self.below(4) {
            self.change(&mut bytes);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            bytes.push(self.byte());
            return;
        }
        let at = self.below(bytes.len());
        match self.below(8) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = self.byte(),
            2 => bytes[at] = EDGES[self.below(EDGES.len())],
            3 => bytes[at] = bytes[at].wrapping_add(1),
            4 => bytes[at] = bytes[at].wrapping_sub(1),
            5 => bytes.insert(at, self.byte()),
            6 => {
                let end = at + 1 + self.below(bytes.len() - at);
                bytes.drain(at..end);
            }
            _ => {
                let end = at + 1 + self.below(bytes.len() - at);
                let again = bytes[at..end].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, again);
            }
        }
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    /// SplitMix64: a counter with a good stride, and a hash of it.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_start_makes_the_same_variants() {
        let variants = |start| {
            let mut mutator = Mutator::new(start);
            (0..100)
                .map(|_| mutator.mutate(b"a ticket, a ring"))
                .collect::<Vec<_>>()
        };
        assert_eq!(variants(7), variants(7));
        assert_ne!(variants(7), variants(8));
    }

    #[test]
    fn an_input_shrinks_grows_and_changes() {
        let mut mutator = Mutator::new(1);
        let variants: Vec<_> = (0..200).map(|_| mutator.mutate(b"input")).collect();
        assert!(variants.iter().any(|variant| variant.len() < 5));
        assert!(variants.iter().any(|variant| variant.len() > 5));
        assert!(
            variants
                .iter()
                .any(|variant| variant.len() == 5 && variant != b"input")
        );
        assert!(!mutator.mutate(b"").is_empty());
    }
}
