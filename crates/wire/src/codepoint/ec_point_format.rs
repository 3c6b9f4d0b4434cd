//! `enum { uncompressed(0), … (255) } ECPointFormat;` (RFC 8422 §5.1.2)

use super::codepoint;

codepoint! {
    /// How a point of a curve is written. TLS 1.3 knows one form and negotiates nothing.
    EcPointFormat(u8) {
        UNCOMPRESSED = 0 "uncompressed",
        ANSIX962_COMPRESSED_PRIME = 1 "ansiX962_compressed_prime",
        ANSIX962_COMPRESSED_CHAR2 = 2 "ansiX962_compressed_char2",
    }
}
