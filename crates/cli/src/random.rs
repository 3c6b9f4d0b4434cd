//! Numbers nobody can guess, for what this program names and hides.

use tessera::clock;
use tessera::crypto::Entropy;

/// A generator with a seed of its own.
pub(crate) fn entropy() -> Entropy {
    Entropy::from_seed(clock::seed())
}

/// So many random bytes, for secrets.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    *entropy().secret_array()
}

/// Sixteen random bytes as text, for names.
pub(crate) fn name() -> String {
    data_encoding::HEXLOWER.encode(&entropy().public_array::<16>())
}
