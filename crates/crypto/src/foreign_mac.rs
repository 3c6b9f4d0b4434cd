//! HMAC over SHA-512/256, which Botan derives the keys of its sealed sessions with.

use zeroize::Zeroizing;

use crate::backend;
use crate::secret::Secret;

/// The block of SHA-512 and its truncations.
const BLOCK_LEN: usize = 128;

/// HMAC (RFC 2104) of `message` over SHA-512/256.
pub fn hmac_sha512_256(key: &[u8], message: &[u8]) -> Secret {
    let mut padded = Zeroizing::new([0; BLOCK_LEN]);
    let hashed;
    let key = if key.len() > BLOCK_LEN {
        hashed = Zeroizing::new(backend::sha512_256(&[key]));
        hashed.as_slice()
    } else {
        key
    };
    for (to, from) in padded.iter_mut().zip(key) {
        *to = *from;
    }
    let inner = Zeroizing::new(padded.map(|byte| byte ^ 0x36));
    let outer = Zeroizing::new(padded.map(|byte| byte ^ 0x5c));
    let inner = Zeroizing::new(backend::sha512_256(&[&*inner, message]));
    let tag = Zeroizing::new(backend::sha512_256(&[&*outer, &*inner]));
    Secret::filled(tag.len(), |bytes| bytes.copy_from_slice(&*tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_hex;

    /// Answers of Python's `hmac` over `hashlib.new("sha512_256")`.
    #[test]
    fn tags_are_those_of_another_implementation() {
        for (key, message, tag) in [
            (
                &b"Jefe"[..],
                &b"what do ya want for nothing?"[..],
                "6df7b24630d5ccb2ee335407081a87188c221489768fa2020513b2d593359456",
            ),
            (
                &[0xaa; 131],
                &b"a key longer than a block"[..],
                "8ae4e63a38f9051d9869a97cbdedbc5b5dce52786721ac2ea140db8b87b9e735",
            ),
        ] {
            assert!(hmac_sha512_256(key, message).matches(&test_hex(tag)));
        }
    }
}
