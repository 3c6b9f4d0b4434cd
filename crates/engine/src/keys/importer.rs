//! One external key becomes one for each hash: RFC 9258 §5.

use tessera_crypto::{HashAlgorithm, Secret, hkdf};
use tessera_wire::Writer;
use tessera_wire::codepoint::ProtocolVersion;

/// `ImportedIdentity`: what goes on the wire, for TLS 1.3 and this hash.
pub(crate) fn identity(external_identity: &[u8], context: &[u8], target: HashAlgorithm) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.vec16(|writer| writer.bytes(external_identity));
    writer.vec16(|writer| writer.bytes(context));
    writer.u16(ProtocolVersion::TLS1_3.0);
    // The registry of RFC 9258 §10: HKDF_SHA256, HKDF_SHA384.
    writer.u16(match target {
        HashAlgorithm::Sha256 => 1,
        HashAlgorithm::Sha384 => 2,
    });
    writer.into_vec()
}

/// The key that goes with it, made with the hash of the external key.
pub(crate) fn psk(
    (hash, key): (HashAlgorithm, &Secret),
    imported_identity: &[u8],
    target: HashAlgorithm,
) -> Secret {
    let extracted = hkdf::extract(hash, b"", key.as_bytes());
    let context = hash.hash(imported_identity);
    let len = target.output_len();
    hkdf::expand_label(hash, &extracted, b"derived psk", context.as_bytes(), len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use HashAlgorithm::{Sha256, Sha384};
    use data_encoding::HEXLOWER;

    /// Computed with nothing but Python's `hmac` and `hashlib`.
    const KNOWN: [(HashAlgorithm, HashAlgorithm, &str, &str); 4] = [
        (
            Sha256,
            Sha256,
            "000873656e736f722d370007636f6e7465787403040001",
            "a70ead355b629b75b8903d690190925833d8c3e2961f5fabe06e47e2e3ebbab3",
        ),
        (
            Sha256,
            Sha384,
            "000873656e736f722d370007636f6e7465787403040002",
            "17272ea0793488684fe561fef0fd11715dc947045fc95fa8cc19629baaf1d80e80beee05c561e91b93fe91e23c9a7d2f",
        ),
        (
            Sha384,
            Sha256,
            "000873656e736f722d370007636f6e7465787403040001",
            "98e5241bfedf17c5099ca1ea0926c47d6a1b60416c7cbee5abbb85aebb5d6e7f",
        ),
        (
            Sha384,
            Sha384,
            "000873656e736f722d370007636f6e7465787403040002",
            "0e149e663ccbb6d71b76c4f2aa75116ade4990ace13e6c18a9fa98865dbc2ae6774a6fc43e5c2c7ba268d813a98e0a93",
        ),
    ];

    #[test]
    fn keys_are_imported_as_others_import_them() {
        let key = Secret::new(&[0x41; 32]).expect("it is short");
        for (hash, target, wire, expected) in KNOWN {
            let identity = identity(b"sensor-7", b"context", target);
            assert_eq!(HEXLOWER.encode(&identity), wire);
            let psk = psk((hash, &key), &identity, target);
            assert_eq!(HEXLOWER.encode(psk.as_bytes()), expected);
        }
    }
}
