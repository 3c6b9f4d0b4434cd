//! `uint16 ProtocolVersion;` (RFC 9846 §4.2.2)

use super::{codepoint, greased};

codepoint! {
    /// A protocol version.
    ProtocolVersion(u16) {
        SSL2 = 0x0002 "SSLv2",
        SSL3 = 0x0300 "SSLv3",
        TLS1_0 = 0x0301 "TLSv1.0",
        TLS1_1 = 0x0302 "TLSv1.1",
        TLS1_2 = 0x0303 "TLSv1.2",
        TLS1_3 = 0x0304 "TLSv1.3",
    }
}
greased!(ProtocolVersion);
