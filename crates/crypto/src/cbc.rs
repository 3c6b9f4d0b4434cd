//! AES-CBC, for the tickets of OpenSSL's family. No record is ever protected with it.

use zeroize::Zeroizing;

use crate::aead::InvalidKeyLength;
use crate::backend;
use crate::secret::Secret;

/// The length of a block, and so of an IV.
pub const BLOCK_LEN: usize = 16;

/// An AES key for CBC with PKCS#7 padding.
///
/// It authenticates nothing: what is decrypted has to have been verified before, or the padding tells
/// whoever asks often enough what is in it.
pub struct CbcKey {
    key: Secret,
}

impl CbcKey {
    /// Takes a key of 16 bytes (AES-128) or 32 (AES-256).
    pub fn new(key: &[u8]) -> Result<Self, InvalidKeyLength> {
        match Secret::new(key) {
            Ok(key) if matches!(key.len(), 16 | 32) => Ok(Self { key }),
            _ => Err(InvalidKeyLength),
        }
    }

    /// Encrypts `plaintext` and its padding. An IV must not be guessable before it is used.
    pub fn encrypt(&self, iv: [u8; BLOCK_LEN], plaintext: &[u8]) -> Vec<u8> {
        // Room for the padding, so that no copy is left behind by growing.
        let mut data = Vec::with_capacity(plaintext.len() + BLOCK_LEN);
        data.extend_from_slice(plaintext);
        backend::cbc_encrypt(self.key.as_bytes(), iv, &mut data);
        data
    }

    /// Decrypts what [`encrypt`](Self::encrypt) made; `None` for what it cannot have made.
    pub fn decrypt(&self, iv: [u8; BLOCK_LEN], ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        if ciphertext.is_empty() || !ciphertext.len().is_multiple_of(BLOCK_LEN) {
            return None;
        }
        let mut data = Zeroizing::new(ciphertext.to_vec());
        let len = backend::cbc_decrypt(self.key.as_bytes(), iv, &mut data)?;
        data.truncate(len);
        Some(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_hex;

    // NIST SP 800-38A F.2.1 and F.2.5, first block.
    const PLAINTEXT: &str = "6bc1bee22e409f96e93d7e117393172a";
    const IV: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    #[test]
    fn the_first_block_is_that_of_sp_800_38a() {
        for (key, ciphertext) in [
            (
                "2b7e151628aed2a6abf7158809cf4f3c",
                "7649abac8119b246cee98e9b12e9197d",
            ),
            (
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "f58c4c04d6e5f1ba779eabfb5f7bfbd6",
            ),
        ] {
            let key = CbcKey::new(&test_hex(key)).unwrap();
            let sealed = key.encrypt(IV, &test_hex(PLAINTEXT));
            assert_eq!(sealed.len(), 32, "a whole block of padding");
            assert_eq!(sealed[..16], test_hex(ciphertext));
            assert_eq!(*key.decrypt(IV, &sealed).unwrap(), test_hex(PLAINTEXT));
        }
    }

    #[test]
    fn every_length_comes_back() {
        let key = CbcKey::new(&[7; 32]).unwrap();
        for len in 0..50 {
            let plaintext = vec![0x5a; len];
            let sealed = key.encrypt(IV, &plaintext);
            assert_eq!(sealed.len(), (len / 16 + 1) * 16);
            assert_eq!(*key.decrypt(IV, &sealed).unwrap(), plaintext);
        }
    }

    #[test]
    fn what_is_not_made_of_whole_padded_blocks_is_nothing() {
        let key = CbcKey::new(&[7; 16]).unwrap();
        let sealed = key.encrypt(IV, &[0x5a; 20]);
        assert!(key.decrypt(IV, &[]).is_none());
        assert!(key.decrypt(IV, &sealed[..31]).is_none());
        assert!(key.decrypt(IV, &sealed[..16]).is_none());
    }

    #[test]
    fn keys_have_one_of_two_lengths() {
        for len in [0, 15, 17, 24, 31, 33, 100] {
            assert!(CbcKey::new(&vec![1; len]).is_err(), "{len}");
        }
    }
}
