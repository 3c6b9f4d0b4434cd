//! HAProxy's file (`tls-ticket-keys`): a key a line, in Base64; the last but one seals.

use data_encoding::BASE64;
use tessera_crypto::Entropy;
use tessera_session::ForeignRole;
use zeroize::Zeroizing;

use super::KeyFileError;
use crate::limits::MOST_KEYS;

/// HAProxy refuses fewer.
const FEWEST: usize = 3;

/// A key's bytes, and what it is used for.
pub(super) type Line = (Zeroizing<Vec<u8>>, ForeignRole);

pub(super) fn lines(file: &[u8]) -> Result<Vec<Line>, KeyFileError> {
    let mut keys = Vec::new();
    let lines = file.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    for (at, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
        if keys.len() == MOST_KEYS {
            return Err(KeyFileError::TooMany);
        }
        let key = BASE64
            .decode(line)
            .map_err(|_| KeyFileError::NotBase64(at + 1))?;
        keys.push(Zeroizing::new(key));
    }
    if keys.is_empty() {
        return Err(KeyFileError::Empty);
    }
    if keys.len() < FEWEST {
        return Err(KeyFileError::TooFew(keys.len()));
    }
    alike(&keys)?;
    let last_but_one = keys.len() - 2;
    let role = |at| {
        if at == last_but_one {
            ForeignRole::Seals
        } else {
            ForeignRole::Opens
        }
    };
    Ok(keys
        .into_iter()
        .enumerate()
        .map(|(at, key)| (key, role(at)))
        .collect())
}

fn alike(keys: &[Zeroizing<Vec<u8>>]) -> Result<(), KeyFileError> {
    let lengths = keys.iter().map(|key| key.len());
    if lengths.clone().min() == lengths.max() {
        Ok(())
    } else {
        Err(KeyFileError::MixedLengths)
    }
}

/// Old keys first, the one that seals last but one, and behind it a key for the next rotation.
pub(super) fn file(
    sealing: Zeroizing<Vec<u8>>,
    mut others: Vec<Zeroizing<Vec<u8>>>,
    entropy: &mut Entropy,
) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let len = sealing.len();
    let next = fresh(len, entropy);
    while others.len() + 2 < FEWEST {
        others.push(fresh(len, entropy));
    }
    let mut keys = others;
    keys.push(sealing);
    keys.push(next);
    alike(&keys)?;
    let mut file = Zeroizing::new(Vec::with_capacity(
        keys.len() * (BASE64.encode_len(len) + 1),
    ));
    for key in &keys {
        let line = Zeroizing::new(BASE64.encode(key));
        file.extend_from_slice(line.as_bytes());
        file.push(b'\n');
    }
    Ok(file)
}

/// A key that nobody has sealed with: its name is seen on no ticket until it is that key's turn.
fn fresh(len: usize, entropy: &mut Entropy) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(len));
    key.extend_from_slice(&entropy.public_array::<16>());
    key.extend(entropy.secret_array::<64>().iter().take(len - 16));
    key
}
