//! `opaque Random[32];` and its values with a meaning (RFC 9846 §4.2.2, §4.2.3)

use crate::codepoint::ProtocolVersion;

/// A hello's random value. Public: it goes over the wire in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Random(pub [u8; 32]);

impl Random {
    /// What a ServerHello carries when it is a HelloRetryRequest: the SHA-256 of "HelloRetryRequest" (§4.2.3).
    pub const HELLO_RETRY_REQUEST: Self = Self([
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8,
        0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8,
        0x33, 0x9c,
    ]);

    /// How the random of a server ends that could have spoken TLS 1.3 and was made to speak TLS 1.2.
    pub const DOWNGRADE_TLS12: [u8; 8] = *b"DOWNGRD\x01";

    /// The same for TLS 1.1 and below.
    pub const DOWNGRADE_TLS11: [u8; 8] = *b"DOWNGRD\x00";

    /// The version a server with this random says it was forced down to: TLS 1.2, or TLS 1.1 for anything below.
    pub fn downgrade(&self) -> Option<ProtocolVersion> {
        match *self.0.last_chunk::<8>()? {
            Self::DOWNGRADE_TLS12 => Some(ProtocolVersion::TLS1_2),
            Self::DOWNGRADE_TLS11 => Some(ProtocolVersion::TLS1_1),
            _ => None,
        }
    }

    /// The same random ending in one of the two marks.
    pub fn with_downgrade(mut self, mark: [u8; 8]) -> Self {
        if let Some(end) = self.0.last_chunk_mut::<8>() {
            *end = mark;
        }
        self
    }
}

impl core::fmt::Display for Random {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_downgrade_is_told_by_the_last_eight_bytes() {
        let random = Random([7; 32]);
        assert_eq!(random.downgrade(), None);
        let marked = random.with_downgrade(Random::DOWNGRADE_TLS12);
        assert_eq!(marked.downgrade(), Some(ProtocolVersion::TLS1_2));
        assert_eq!(marked.0[..24], random.0[..24]);
        let marked = random.with_downgrade(Random::DOWNGRADE_TLS11);
        assert_eq!(marked.downgrade(), Some(ProtocolVersion::TLS1_1));
        assert_eq!(
            Random::DOWNGRADE_TLS12,
            [0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x01]
        );
    }
}
