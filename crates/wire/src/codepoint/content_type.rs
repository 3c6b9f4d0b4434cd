//! ```text
//! enum { invalid(0), change_cipher_spec(20), alert(21), handshake(22), application_data(23), (255) } ContentType;
//! ```
//! RFC 9846 §5.1.

use super::codepoint;

codepoint! {
    /// What a record carries.
    ContentType(u8) {
        INVALID = 0 "invalid",
        CHANGE_CIPHER_SPEC = 20 "change_cipher_spec",
        ALERT = 21 "alert",
        HANDSHAKE = 22 "handshake",
        APPLICATION_DATA = 23 "application_data",
        HEARTBEAT = 24 "heartbeat",
    }
}
