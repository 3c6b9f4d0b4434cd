//! AES-CBC with PKCS#7 padding.

use aws_lc_rs::cipher::{
    self, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;

/// A key of 16 or 32 bytes, prepared for one direction at each use.
fn unbound(key: &[u8]) -> UnboundCipherKey {
    let algorithm = if key.len() == 16 {
        &cipher::AES_128
    } else {
        &cipher::AES_256
    };
    UnboundCipherKey::new(algorithm, key).expect("the caller checked the key's length")
}

/// Encrypts `data` where it is, and adds the padding.
pub(crate) fn cbc_encrypt(key: &[u8], iv: [u8; 16], data: &mut Vec<u8>) {
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(unbound(key)).expect("AES has a CBC mode");
    let iv = EncryptionContext::Iv128(FixedLength::from(iv));
    key.less_safe_encrypt(data, iv)
        .expect("padded, any length can be encrypted");
}

/// Decrypts `data` where it is; the length without the padding, or `None` if there is none.
pub(crate) fn cbc_decrypt(key: &[u8], iv: [u8; 16], data: &mut [u8]) -> Option<usize> {
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(unbound(key)).expect("AES has a CBC mode");
    let iv = DecryptionContext::Iv128(FixedLength::from(iv));
    key.decrypt(data, iv).ok().map(|plaintext| plaintext.len())
}
