//! External keys, from their files.

use crate::args::{PskArgs, PskHashArg};
use crate::exit::{Failure, Outcome};
use crate::report::talk::Talk;
use crate::secret_file;
use data_encoding::HEXLOWER_PERMISSIVE;
use std::path::Path;
use tessera::session::Side;
use tessera::{ExternalPsk, PskHash};
use zeroize::Zeroizing;

/// The key of this name in this file; without names it is for this side only.
pub(crate) fn read(
    side: Side,
    identity: &str,
    file: &Path,
    args: &PskArgs,
    talk: Talk,
) -> Outcome<ExternalPsk> {
    secret_file::warn_if_exposed(file, talk);
    let unreadable = |error| Failure::usage(format_args!("--psk {}: {error}", file.display()));
    let bytes = Zeroizing::new(std::fs::read(file).map_err(unreadable)?);
    let key = key(&bytes);
    let identity = identity.as_bytes();
    let hash = args.psk_hash.into();
    let psk = match (&args.psk_client, &args.psk_server) {
        (Some(client), Some(server)) => {
            ExternalPsk::between(identity, &key, hash, client.as_bytes(), server.as_bytes())
        }
        _ => ExternalPsk::raw(side, identity, &key, hash),
    };
    psk.map_err(|error| Failure::usage(format_args!("--psk {}: {error}", file.display())))
}

impl From<PskHashArg> for PskHash {
    fn from(arg: PskHashArg) -> Self {
        match arg {
            PskHashArg::Sha256 => Self::Sha256,
            PskHashArg::Sha384 => Self::Sha384,
        }
    }
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
}
