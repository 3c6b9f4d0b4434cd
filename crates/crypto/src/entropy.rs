//! The only source of randomness: a seed, and what is derived from it.

use zeroize::Zeroizing;

use crate::hash::HashAlgorithm;
use crate::hkdf::Prk;
use crate::hmac::HmacKey;

/// All the randomness a connection will ever draw, fixed by its seed.
///
/// Two streams that tell nothing about each other: what the peer gets to see
/// (randoms, session ids, nonces) and what it must never see (key shares'
/// private halves, ticket keys). Each draw replaces the stream's state one-way,
/// so whoever reads the memory later cannot compute what was drawn before.
///
/// There is no `Clone`: the same randomness is not drawn twice by accident.
pub struct Entropy {
    public: Stream,
    secret: Stream,
}

impl Entropy {
    /// Starts both streams. Equal seeds give equal draws: in production the
    /// seed comes from the operating system, once for each connection.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        let prk = Prk::new(HashAlgorithm::Sha256, &*seed);
        Self {
            public: Stream::new(&prk, b"tessera entropy public"),
            secret: Stream::new(&prk, b"tessera entropy secret"),
        }
    }

    /// Draws bytes that will be shown to others.
    pub fn public(&mut self, out: &mut [u8]) {
        self.public.draw(out);
    }

    /// Draws bytes that will not.
    pub fn secret(&mut self, out: &mut [u8]) {
        self.secret.draw(out);
    }

    /// Draws an array that will be shown to others.
    pub fn public_array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.public(&mut out);
        out
    }

    /// Draws an array that will not; it is wiped when dropped.
    pub fn secret_array<const N: usize>(&mut self) -> Zeroizing<[u8; N]> {
        let mut out = Zeroizing::new([0; N]);
        self.secret(&mut *out);
        out
    }
}

/// One stream: a state that is a key, used for one draw and replaced by it.
struct Stream {
    state: Zeroizing<[u8; 32]>,
}

impl Stream {
    fn new(prk: &Prk, purpose: &[u8]) -> Self {
        let mut state = Zeroizing::new([0; 32]);
        prk.expand(purpose, &mut *state);
        Self { state }
    }

    fn draw(&mut self, out: &mut [u8]) {
        let key = HmacKey::new(HashAlgorithm::Sha256, &*self.state);
        let mut block = Zeroizing::new([0; crate::Digest::MAX_LEN]);
        for (index, chunk) in (0_u64..).zip(out.chunks_mut(32)) {
            key.sign_into(&[b"draw", &index.to_be_bytes()], &mut block);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        key.sign_into(&[b"next"], &mut block);
        self.state.copy_from_slice(&block[..32]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_draw_equal_bytes() {
        let mut left = Entropy::from_seed([1; 32]);
        let mut right = Entropy::from_seed([1; 32]);
        for len in [0, 1, 31, 32, 33, 1000] {
            let (mut a, mut b) = (vec![0; len], vec![0; len]);
            left.secret(&mut a);
            right.secret(&mut b);
            assert_eq!(a, b);
        }
        assert_eq!(left.public_array::<32>(), right.public_array::<32>());
        assert_ne!(
            left.public_array::<32>(),
            Entropy::from_seed([2; 32]).public_array::<32>()
        );
    }

    #[test]
    fn the_streams_do_not_move_each_other() {
        let mut plain = Entropy::from_seed([1; 32]);
        let mut mixed = Entropy::from_seed([1; 32]);
        mixed.secret_array::<100>();
        assert_eq!(plain.public_array::<32>(), mixed.public_array::<32>());
        assert_ne!(
            Entropy::from_seed([1; 32]).public_array::<32>(),
            *Entropy::from_seed([1; 32]).secret_array::<32>()
        );
    }

    #[test]
    fn no_draw_repeats_an_earlier_one() {
        let mut entropy = Entropy::from_seed([1; 32]);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..100 {
            assert!(seen.insert(entropy.public_array::<16>()));
        }
        let mut long = [0; 320];
        entropy.public(&mut long);
        for block in long.chunks(16) {
            assert!(seen.insert(block.try_into().unwrap()));
        }
    }

    #[test]
    fn a_draw_leaves_nothing_of_itself_in_the_state() {
        let mut entropy = Entropy::from_seed([1; 32]);
        let before = *entropy.secret.state;
        let drawn = entropy.secret_array::<32>();
        assert_ne!(*entropy.secret.state, before);
        assert_ne!(*entropy.secret.state, *drawn);
        // Even an empty draw moves on.
        let before = *entropy.secret.state;
        entropy.secret(&mut []);
        assert_ne!(*entropy.secret.state, before);
    }
}
