//! Botan's sealed sessions: `Session::encrypt`.
//!
//! ```text
//! magic       8    06 8b 5a 9d 39 6c 00 00
//! key name    4    the first of HMAC(key, "BOTAN TLS SESSION KEY NAME")
//! key seed   16    the key is HMAC(key, seed), over SHA-512/256
//! nonce      12
//! sealed           AES-256-GCM; everything before is authenticated with it
//! ```

use tessera_crypto::foreign_mac::hmac_sha512_256;
use tessera_crypto::{AeadAlgorithm, AeadKey};
use zeroize::Zeroizing;

use crate::error::ReadError;

const MAGIC: [u8; 8] = [0x06, 0x8b, 0x5a, 0x9d, 0x39, 0x6c, 0, 0];
const KEY_NAME: &[u8] = b"BOTAN TLS SESSION KEY NAME";
const HEADER_LEN: usize = 8 + 4 + 16 + 12;

/// Whether these bytes begin as a sealed session does.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Opens a sealed session under the key it was sealed with; what comes out is for
/// [`read_der`](super::read_der).
pub fn open_sealed(bytes: &[u8], key: &[u8]) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    if !is_sealed(bytes) {
        return Err(ReadError::UnknownFormat);
    }
    let (header, sealed) = bytes
        .split_first_chunk::<HEADER_LEN>()
        .ok_or(ReadError::NotAuthentic)?;
    let (_, [n0, n1, n2, n3, rest @ ..]) = header.split_at(8) else {
        return Err(ReadError::NotAuthentic);
    };
    let name = hmac_sha512_256(key, KEY_NAME);
    if !name.as_bytes().starts_with(&[*n0, *n1, *n2, *n3]) {
        return Err(ReadError::WrongKey);
    }
    let (seed, nonce) = rest.split_at_checked(16).ok_or(ReadError::NotAuthentic)?;
    let nonce: [u8; 12] = nonce.try_into().map_err(|_| ReadError::NotAuthentic)?;
    let key = hmac_sha512_256(key, seed);
    let key = AeadKey::new(AeadAlgorithm::Aes256Gcm, key.as_bytes())
        .map_err(|_| ReadError::NotAuthentic)?;
    let mut data = Zeroizing::new(sealed.to_vec());
    let len = key
        .open_in_place(nonce, header, &mut data)
        .map_err(|_| ReadError::NotAuthentic)?;
    data.truncate(len);
    Ok(data)
}
