//! External keys, from their files.

use crate::args::PskNames;
use crate::exit::{Failure, Outcome};
use data_encoding::HEXLOWER_PERMISSIVE;
use std::path::Path;
use tessera::{ExternalPsk, PskHash};
use zeroize::Zeroizing;

/// The key of this name in this file.
pub(crate) fn read(identity: &str, file: &Path, names: &PskNames) -> Outcome<ExternalPsk> {
    let unreadable = |error| Failure::usage(format_args!("--psk {}: {error}", file.display()));
    let bytes = Zeroizing::new(std::fs::read(file).map_err(unreadable)?);
    let key = key(&bytes);
    let identity = identity.as_bytes();
    let psk = match (&names.psk_client, &names.psk_server) {
        (Some(client), Some(server)) => ExternalPsk::between(
            identity,
            &key,
            PskHash::Sha256,
            client.as_bytes(),
            server.as_bytes(),
        ),
        _ => ExternalPsk::raw(identity, &key, PskHash::Sha256),
    };
    psk.map_err(|error| Failure::usage(format_args!("--psk {}: {error}", file.display())))
}

/// What is written in hexadecimal digits, with or without a line's end, is what they say; everything else
/// is the key itself.
fn key(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let digits = bytes.trim_ascii();
    Zeroizing::new(
        HEXLOWER_PERMISSIVE
            .decode(digits)
            .unwrap_or_else(|_| bytes.to_vec()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_digits_or_bytes() {
        assert_eq!(*key(b"00ff10AB\n"), [0, 255, 16, 0xab]);
        assert_eq!(*key(b"sixteen bytes it"), b"sixteen bytes it");
        assert_eq!(*key(b"0ff"), b"0ff");
    }

    #[test]
    fn a_key_that_is_guessed_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("psk");
        std::fs::write(&file, "abcd").unwrap();
        let failure = read("id", &file, &PskNames::default()).unwrap_err();
        assert!(failure.message.contains("16 to 72 bytes"), "{failure:?}");
    }
}
