//! `enum { ocsp(1), (255) } CertificateStatusType;` (RFC 6066 §8)

use super::codepoint;

codepoint! {
    /// In which form a certificate's status comes.
    CertificateStatusType(u8) {
        OCSP = 1 "ocsp",
    }
}
