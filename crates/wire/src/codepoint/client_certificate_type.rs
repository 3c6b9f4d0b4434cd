//! `enum { rsa_sign(1), … ecdsa_sign(64), (255) } ClientCertificateType;` (RFC 5246 §7.4.4,
//! RFC 8422 §5.5)

use super::codepoint;

codepoint! {
    /// The kind of key a TLS 1.2 server wants of a client's certificate.
    ClientCertificateType(u8) {
        RSA_SIGN = 1 "rsa_sign",
        /// Ed25519, too: RFC 8422 §5.10.
        ECDSA_SIGN = 64 "ecdsa_sign",
    }
}
