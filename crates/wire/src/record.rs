//! The five bytes in front of every record (RFC 9846 §5.1, §5.2).
//!
//! ```text
//! struct {                                   struct {
//!     ContentType type;                          ContentType opaque_type = application_data;  /* 23 */
//!     ProtocolVersion legacy_record_version;     ProtocolVersion legacy_record_version = 0x0303;
//!     uint16 length;                             uint16 length;
//!     opaque fragment[TLSPlaintext.length];      opaque encrypted_record[TLSCiphertext.length];
//! } TLSPlaintext;                            } TLSCiphertext;
//! ```

use crate::codepoint::{ContentType, ProtocolVersion};

/// How long a record header is.
pub const HEADER_LEN: usize = 5;

/// The longest plaintext a record may carry: §5.1.
pub const MAX_PLAINTEXT: usize = 1 << 14;

/// The longest protected fragment a TLS 1.3 record may carry: §5.2.
pub const MAX_CIPHERTEXT: usize = MAX_PLAINTEXT + 256;

/// What stands before a record's fragment. Whether the length is acceptable depends on the protection in force, so
/// that is the record layer's question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// What the fragment is, or `application_data` when it is protected.
    pub content_type: ContentType,
    /// Ignored for all purposes: §5.1.
    pub legacy_version: ProtocolVersion,
    /// How many bytes follow.
    pub length: u16,
}

impl RecordHeader {
    /// Reads a header; any five bytes are one.
    pub const fn decode(bytes: &[u8; HEADER_LEN]) -> Self {
        let [content_type, major, minor, high, low] = *bytes;
        Self {
            content_type: ContentType(content_type),
            legacy_version: ProtocolVersion(u16::from_be_bytes([major, minor])),
            length: u16::from_be_bytes([high, low]),
        }
    }

    /// Writes the header.
    pub const fn encode(&self) -> [u8; HEADER_LEN] {
        let [major, minor] = self.legacy_version.0.to_be_bytes();
        let [high, low] = self.length.to_be_bytes();
        [self.content_type.0, major, minor, high, low]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_client_hello_record_header_reads_as_expected() {
        let header = RecordHeader::decode(&[22, 3, 1, 0x02, 0x00]);
        assert_eq!(header.content_type, ContentType::HANDSHAKE);
        assert_eq!(header.legacy_version, ProtocolVersion::TLS1_0);
        assert_eq!(header.length, 512);
    }

    proptest! {
        #[test]
        fn any_five_bytes_are_a_header_and_come_back(bytes: [u8; HEADER_LEN]) {
            prop_assert_eq!(RecordHeader::decode(&bytes).encode(), bytes);
        }
    }
}
