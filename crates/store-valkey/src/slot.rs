//! Which part of a cluster a key belongs to: CRC-16 of what stands between the braces of its name.

/// One of the 16,384 parts that the keys of a cluster are divided into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Slot(pub(crate) u16);

/// How many there are.
pub(crate) const SLOTS: u16 = 16_384;

impl Slot {
    /// The slot of all keys with this between their braces.
    pub(crate) fn of(tag: &str) -> Self {
        Self(crc16(tag.as_bytes()) % SLOTS)
    }
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0_u16;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            let carry = crc & 0x8000 != 0;
            crc <<= 1;
            if carry {
                crc ^= 0x1021;
            }
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_cluster_specification() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        // CLUSTER KEYSLOT says the same.
        assert_eq!(Slot::of("foo"), Slot(12_182));
        assert_eq!(Slot::of(""), Slot(0));
    }
}
