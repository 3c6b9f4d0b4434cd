//! `enum { psk_ke(0), psk_dhe_ke(1), (255) } PskKeyExchangeMode;` (RFC 9846 §4.3.9)

use super::{codepoint, grease};

codepoint! {
    /// What a pre-shared key is combined with.
    PskKeyExchangeMode(u8) {
        PSK_KE = 0 "psk_ke",
        PSK_DHE_KE = 1 "psk_dhe_ke",
    }
}

impl PskKeyExchangeMode {
    /// The reserved value for this nibble (its low three bits): RFC 8701 §2.
    pub const fn grease(nibble: u8) -> Self {
        Self(grease::byte(nibble))
    }

    /// Whether this is a value nobody will ever assign: RFC 8701 §2.
    pub const fn is_grease(self) -> bool {
        grease::is_byte(self.0)
    }
}
