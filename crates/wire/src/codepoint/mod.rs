//! The registries' numbers as newtypes, so that a value we do not know survives decoding and encoding.
//!
//! One file per registry. Each type prints as the name its RFC gives the number, or in hexadecimal.

mod alert;
mod certificate_status_type;
mod cipher_suite;
mod client_certificate_type;
mod content_type;
mod ec_curve_type;
mod ec_point_format;
mod extension_type;
pub mod grease;
mod handshake_type;
mod key_update_request;
mod named_group;
mod psk_key_exchange_mode;
mod signature_scheme;
mod version;

pub use alert::{AlertDescription, AlertLevel};
pub use certificate_status_type::CertificateStatusType;
pub use cipher_suite::CipherSuite;
pub use client_certificate_type::ClientCertificateType;
pub use content_type::ContentType;
pub use ec_curve_type::EcCurveType;
pub use ec_point_format::EcPointFormat;
pub use extension_type::ExtensionType;
pub use handshake_type::HandshakeType;
pub use key_update_request::KeyUpdateRequest;
pub use named_group::NamedGroup;
pub use psk_key_exchange_mode::PskKeyExchangeMode;
pub use signature_scheme::SignatureScheme;
pub use version::ProtocolVersion;

/// Defines a newtype over a registry's number, with the named values as constants.
macro_rules! codepoint {
    ($(#[$doc:meta])* $name:ident($int:ty) { $($(#[$value_doc:meta])* $constant:ident = $value:literal $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        impl $name {
            $(
                #[doc = concat!("`", $text, "`")]
                $(#[$value_doc])*
                pub const $constant: Self = Self($value);
            )*

            /// The name of the value in its RFC, if it is one we know.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }

            /// The value that has this name; letter case does not matter.
            pub fn from_name(name: &str) -> Option<Self> {
                $(
                    if name.eq_ignore_ascii_case($text) {
                        return Some(Self($value));
                    }
                )*
                None
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, "{:#0width$x}", self.0, width = 2 + 2 * size_of::<$int>()),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    };
}
use codepoint;

/// Gives a 16-bit registry its reserved GREASE values.
macro_rules! greased {
    ($name:ident) => {
        impl $name {
            /// The reserved value for this nibble (its low four bits): RFC 8701 §2.
            pub const fn grease(nibble: u8) -> Self {
                Self($crate::codepoint::grease::pair(nibble))
            }

            /// Whether this is a value nobody will ever assign: RFC 8701 §2.
            pub const fn is_grease(self) -> bool {
                $crate::codepoint::grease::is_pair(self.0)
            }
        }
    };
}
use greased;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_print_their_name_and_others_their_number() {
        assert_eq!(
            CipherSuite::TLS_AES_128_GCM_SHA256.to_string(),
            "TLS_AES_128_GCM_SHA256"
        );
        assert_eq!(
            format!("{:?}", NamedGroup::X25519MLKEM768),
            "X25519MLKEM768"
        );
        assert_eq!(CipherSuite(0x00ab).to_string(), "0x00ab");
        assert_eq!(ContentType(7).to_string(), "0x07");
        assert_eq!(format!("[{:>8}]", NamedGroup::X25519), "[  x25519]");
    }

    #[test]
    fn names_are_found_again_whatever_their_case() {
        assert_eq!(NamedGroup::from_name("X25519"), Some(NamedGroup::X25519));
        assert_eq!(
            ProtocolVersion::from_name("tlsv1.3"),
            Some(ProtocolVersion::TLS1_3)
        );
        assert_eq!(CipherSuite::from_name("TLS_RSA_WITH_NOTHING"), None);
    }
}
