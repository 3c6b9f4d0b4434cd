//! Hashes: the transcript's, and whatever else needs one.

use core::fmt;

use crate::backend;

/// The hash of a cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
}

impl HashAlgorithm {
    /// `Hash.length` of RFC 9846 §7.1, in bytes.
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    /// Hashes `data` in one go.
    pub fn hash(self, data: &[u8]) -> Digest {
        backend::hash(self, data)
    }
}

/// SHA-1 of `data`: how OCSP refers to issuers and responders (RFC 6960 §4.1.1). Whether it means the right one shows in
/// a signature; by itself such a hash proves nothing.
pub fn sha1(data: &[u8]) -> [u8; 20] {
    backend::sha1(data)
}

/// The output of a hash or an HMAC: public bytes, so it may be compared and shown.
#[derive(Clone, Copy)]
pub struct Digest {
    bytes: [u8; Self::MAX_LEN],
    len: usize,
}

impl Digest {
    /// The longest output there is room for.
    pub const MAX_LEN: usize = 64;

    /// The first `len` bytes of `bytes`.
    pub(crate) fn of(bytes: [u8; Self::MAX_LEN], len: usize) -> Self {
        Self {
            bytes,
            len: len.min(Self::MAX_LEN),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(")?;
        for byte in self.as_bytes() {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

/// A hash being computed. Its clone is a fork: both go on from the same point,
/// as the transcript does at every message that is signed or authenticated.
#[derive(Clone)]
pub struct HashContext {
    algorithm: HashAlgorithm,
    inner: backend::HashContext,
}

impl HashContext {
    /// Begins a hash.
    pub fn new(algorithm: HashAlgorithm) -> Self {
        Self {
            algorithm,
            inner: backend::HashContext::new(algorithm),
        }
    }

    /// Which hash this is.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// Takes in more bytes.
    pub fn update(&mut self, data: &[u8]) {
        self.inner.update(data);
    }

    /// The hash of everything taken in. To go on afterwards, [`fork`](Self::fork) first.
    pub fn finish(self) -> Digest {
        self.inner.finish()
    }

    /// A second context that goes on from here on its own.
    pub fn fork(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_hex;

    #[test]
    fn the_hashes_of_abc_are_those_of_fips_180() {
        assert_eq!(
            HashAlgorithm::Sha256.hash(b"abc").as_bytes(),
            test_hex("ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad")
        );
        assert_eq!(
            HashAlgorithm::Sha384.hash(b"abc").as_bytes(),
            test_hex(
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163
                 1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
            )
        );
        let abc = sha1(b"abc").to_vec();
        assert_eq!(
            abc,
            test_hex("a9993e36 4706816a ba3e2571 7850c26c 9cd0d89d")
        );
    }

    #[test]
    fn a_fork_goes_on_by_itself() {
        for algorithm in [HashAlgorithm::Sha256, HashAlgorithm::Sha384] {
            let mut whole = HashContext::new(algorithm);
            whole.update(b"client hello");
            let mut fork = whole.fork();
            assert_eq!(fork.clone().finish(), algorithm.hash(b"client hello"));
            whole.update(b", server hello");
            fork.update(b", retry");
            assert_eq!(
                whole.finish(),
                algorithm.hash(b"client hello, server hello")
            );
            assert_eq!(fork.finish(), algorithm.hash(b"client hello, retry"));
        }
    }

    #[test]
    fn a_digest_shows_itself_in_hexadecimal() {
        let shown = format!("{:?}", HashAlgorithm::Sha256.hash(b""));
        assert!(shown.starts_with("Digest(e3b0c442"), "{shown}");
    }
}
