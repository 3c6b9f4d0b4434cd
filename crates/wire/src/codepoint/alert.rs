//! ```text
//! enum { warning(1), fatal(2), (255) } AlertLevel;
//! enum { close_notify(0), unexpected_message(10), … (255) } AlertDescription;
//! ```
//! RFC 9846 §6.

use super::codepoint;

codepoint! {
    /// How bad an alert is; in TLS 1.3 the description says so already.
    AlertLevel(u8) {
        WARNING = 1 "warning",
        FATAL = 2 "fatal",
    }
}

codepoint! {
    /// What an alert tells.
    AlertDescription(u8) {
        CLOSE_NOTIFY = 0 "close_notify",
        UNEXPECTED_MESSAGE = 10 "unexpected_message",
        BAD_RECORD_MAC = 20 "bad_record_mac",
        RECORD_OVERFLOW = 22 "record_overflow",
        HANDSHAKE_FAILURE = 40 "handshake_failure",
        BAD_CERTIFICATE = 42 "bad_certificate",
        UNSUPPORTED_CERTIFICATE = 43 "unsupported_certificate",
        CERTIFICATE_REVOKED = 44 "certificate_revoked",
        CERTIFICATE_EXPIRED = 45 "certificate_expired",
        CERTIFICATE_UNKNOWN = 46 "certificate_unknown",
        ILLEGAL_PARAMETER = 47 "illegal_parameter",
        UNKNOWN_CA = 48 "unknown_ca",
        ACCESS_DENIED = 49 "access_denied",
        DECODE_ERROR = 50 "decode_error",
        DECRYPT_ERROR = 51 "decrypt_error",
        PROTOCOL_VERSION = 70 "protocol_version",
        INSUFFICIENT_SECURITY = 71 "insufficient_security",
        INTERNAL_ERROR = 80 "internal_error",
        INAPPROPRIATE_FALLBACK = 86 "inappropriate_fallback",
        USER_CANCELED = 90 "user_canceled",
        /// Only in TLS 1.2: RFC 5246 §7.2.2.
        NO_RENEGOTIATION = 100 "no_renegotiation",
        MISSING_EXTENSION = 109 "missing_extension",
        UNSUPPORTED_EXTENSION = 110 "unsupported_extension",
        UNRECOGNIZED_NAME = 112 "unrecognized_name",
        BAD_CERTIFICATE_STATUS_RESPONSE = 113 "bad_certificate_status_response",
        UNKNOWN_PSK_IDENTITY = 115 "unknown_psk_identity",
        CERTIFICATE_REQUIRED = 116 "certificate_required",
        GENERAL_ERROR = 117 "general_error",
        NO_APPLICATION_PROTOCOL = 120 "no_application_protocol",
    }
}

impl AlertDescription {
    /// Whether the alert ends the connection. Everything does but the closure alerts of §6.1, unknown values
    /// included: §6. (In TLS 1.2 the level counts instead.)
    pub const fn is_fatal(self) -> bool {
        !matches!(self, Self::CLOSE_NOTIFY | Self::USER_CANCELED)
    }
}
