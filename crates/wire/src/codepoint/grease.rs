//! Values that nobody will ever assign, sent so that peers keep ignoring what they do not know (RFC 8701).

/// The 16-bit value for a nibble: `0x0a0a`, `0x1a1a`, …, `0xfafa`.
pub const fn pair(nibble: u8) -> u16 {
    let byte = (nibble & 0x0f) << 4 | 0x0a;
    u16::from_be_bytes([byte, byte])
}

/// Whether a 16-bit value is one of the sixteen.
pub const fn is_pair(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

/// The eight reserved bytes for registries of 8-bit values: `0x0b`, `0x2a`, …, `0xe4`. Only the low three bits of
/// the nibble count.
pub const fn byte(nibble: u8) -> u8 {
    0x0b + 0x1f * (nibble & 0x07)
}

/// Whether a byte is one of the eight.
pub const fn is_byte(value: u8) -> bool {
    value >= 0x0b && (value - 0x0b).is_multiple_of(0x1f)
}

/// The reserved ALPN protocol name for a nibble.
pub const fn protocol_name(nibble: u8) -> [u8; 2] {
    pair(nibble).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixteen_pairs_are_those_of_the_rfc() {
        let made: Vec<u16> = (0..16).map(pair).collect();
        let found: Vec<u16> = (0..=u16::MAX).filter(|value| is_pair(*value)).collect();
        assert_eq!(made, found);
        assert_eq!((made[0], made[9], made[15]), (0x0a0a, 0x9a9a, 0xfafa));
    }

    #[test]
    fn the_eight_bytes_are_those_of_the_rfc() {
        let made: Vec<u8> = (0..8).map(byte).collect();
        let found: Vec<u8> = (0..=u8::MAX).filter(|value| is_byte(*value)).collect();
        assert_eq!(made, found);
        assert_eq!(made, [0x0b, 0x2a, 0x49, 0x68, 0x87, 0xa6, 0xc5, 0xe4]);
    }

    #[test]
    fn a_nibble_out_of_range_wraps_and_never_fails() {
        assert_eq!(pair(0xff), 0xfafa);
        assert_eq!(byte(0xff), 0xe4);
        assert_eq!(protocol_name(1), [0x1a, 0x1a]);
    }
}
