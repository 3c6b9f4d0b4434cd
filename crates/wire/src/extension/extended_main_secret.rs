//! An extension with an empty body (RFC 7627 §5.1, where the secret is still called master).

use super::empty_body;

empty_body! {
    /// The TLS 1.2 main secret covers the handshake up to the key exchange.
    ExtendedMainSecret, EXTENDED_MAIN_SECRET
}
