//! Reserved values in our hello, so that servers learn to bear the unknown: RFC 8701.

use tessera_crypto::Entropy;
use tessera_wire::codepoint::{
    CipherSuite, ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme,
};

/// The reserved values of one hello; the same ones again after a retry.
#[derive(Clone, Copy)]
pub(crate) struct Grease {
    pub(crate) suite: CipherSuite,
    pub(crate) group: NamedGroup,
    pub(crate) scheme: SignatureScheme,
    pub(crate) version: ProtocolVersion,
    pub(crate) first_extension: ExtensionType,
    pub(crate) last_extension: ExtensionType,
}

impl Grease {
    pub(crate) fn draw(entropy: &mut Entropy) -> Self {
        let [suite, group, version, first, last] = entropy.public_array::<5>();
        // Two extensions of one type are forbidden.
        let last = if first >> 4 == last >> 4 {
            last ^ 0x10
        } else {
            last
        };
        Self {
            suite: CipherSuite(reserved(suite)),
            group: NamedGroup(reserved(group)),
            // By the other half of a byte that was drawn anyway.
            scheme: SignatureScheme(reserved(group << 4)),
            version: ProtocolVersion(reserved(version)),
            first_extension: ExtensionType(reserved(first)),
            last_extension: ExtensionType(reserved(last)),
        }
    }
}

/// One of 0x0a0a, 0x1a1a, … 0xfafa, by the high nibble.
fn reserved(random: u8) -> u16 {
    u16::from(random & 0xf0 | 0x0a) * 0x0101
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_values_are_those_of_the_rfc() {
        assert_eq!(reserved(0x00), 0x0a0a);
        assert_eq!(reserved(0xff), 0xfafa);
        for byte in 0..=255 {
            assert!(CipherSuite(reserved(byte)).is_grease());
        }
    }

    #[test]
    fn the_two_extensions_never_have_one_type() {
        for seed in 0..=255 {
            let grease = Grease::draw(&mut Entropy::from_seed([seed; 32]));
            assert_ne!(grease.first_extension, grease.last_extension);
        }
    }
}
