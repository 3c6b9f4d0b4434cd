//! `enum { explicit_prime(1), explicit_char2(2), named_curve(3), … (255) } ECCurveType;` (RFC 8422
//! §5.4)

use super::codepoint;

codepoint! {
    /// How a TLS 1.2 server says which curve it chose. By name, or not at all.
    EcCurveType(u8) {
        EXPLICIT_PRIME = 1 "explicit_prime",
        EXPLICIT_CHAR2 = 2 "explicit_char2",
        NAMED_CURVE = 3 "named_curve",
    }
}
