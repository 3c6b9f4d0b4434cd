//! `enum { client_hello(1), server_hello(2), … (255) } HandshakeType;` (RFC 9846 §4, RFC 5246 §7.4)

use super::codepoint;

codepoint! {
    /// Which handshake message this is.
    HandshakeType(u8) {
        HELLO_REQUEST = 0 "hello_request",
        CLIENT_HELLO = 1 "client_hello",
        SERVER_HELLO = 2 "server_hello",
        NEW_SESSION_TICKET = 4 "new_session_ticket",
        END_OF_EARLY_DATA = 5 "end_of_early_data",
        ENCRYPTED_EXTENSIONS = 8 "encrypted_extensions",
        CERTIFICATE = 11 "certificate",
        SERVER_KEY_EXCHANGE = 12 "server_key_exchange",
        CERTIFICATE_REQUEST = 13 "certificate_request",
        SERVER_HELLO_DONE = 14 "server_hello_done",
        CERTIFICATE_VERIFY = 15 "certificate_verify",
        CLIENT_KEY_EXCHANGE = 16 "client_key_exchange",
        FINISHED = 20 "finished",
        CERTIFICATE_STATUS = 22 "certificate_status",
        KEY_UPDATE = 24 "key_update",
        /// Stands for the first ClientHello in the transcript after a retry; never on the wire: §4.1.
        MESSAGE_HASH = 254 "message_hash",
    }
}
