//! `struct {} PostHandshakeAuth;` (RFC 9846 §4.3.6)

use super::empty_body;

empty_body! {
    /// The client is willing to authenticate after the handshake.
    PostHandshakeAuth, POST_HANDSHAKE_AUTH
}
