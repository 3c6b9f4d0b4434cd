//! May we send before the server's Finished? RFC 7918.

use super::server_hello::Begun;
use crate::config::{ClientSettings, FalseStart};
use crate::handshake::tls12::agreed::Agreed;
use tessera_crypto::Tls12Suite;
use tessera_wire::codepoint::{CipherSuite as C, NamedGroup};

/// Asked when our Finished is out, in a full handshake: RFC 7918 §4. The version needs no list: where TLS 1.2 was
/// chosen by somebody in between, the server's random has told, under its signature:
/// RFC 7918 §5.2 (1).
pub(super) fn may_begin(begun: &Begun, settings: &ClientSettings) -> bool {
    let agreed = &begun.agreed;
    is_wanted(agreed, settings.false_start)
        && begun.before.is_none()
        && is_strong(agreed.suite)
        && agreed.group.is_some_and(is_strong_group)
        // What it signs for would go out before the request for it is known to be the server's:
        // RFC 7918 §5.3 (3).
        && !agreed.shown
}

fn is_wanted(agreed: &Agreed, setting: FalseStart) -> bool {
    match setting {
        FalseStart::Never => false,
        FalseStart::WithAlpn => agreed.alpn.is_some(),
        FalseStart::Always => true,
    }
}

/// RFC 7918 §5.1 (1) and §5.3 (1): authenticated encryption, and keys that nobody can make again.
fn is_strong(suite: &Tls12Suite) -> bool {
    matches!(
        suite.suite,
        C::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | C::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
            | C::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            | C::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
            | C::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
            | C::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    )
}

/// RFC 7918 §5.3 (2): curves of 256 bits or more.
fn is_strong_group(group: NamedGroup) -> bool {
    matches!(
        group,
        NamedGroup::X25519 | NamedGroup::SECP256R1 | NamedGroup::SECP384R1 | NamedGroup::SECP521R1
    )
}
