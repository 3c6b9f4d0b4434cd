//! Extensions: the list a message carries, and one file for each body (RFC 9846 §4.3), those that nobody may
//! be without among them (RFC 9846 §9.2 (1)).
//!
//! ```text
//! struct {
//!     ExtensionType extension_type;
//!     opaque extension_data<0..2^16-1>;
//! } Extension;
//! ```
//!
//! A message keeps its extensions as they came; whoever needs one asks for it by its type with
//! [`Extensions::find`], which parses the body and demands that nothing is left over.

mod carrier;
mod list;

mod alpn;
mod certificate_authorities;
mod cookie;
mod early_data;
mod ec_point_formats;
mod extended_main_secret;
mod key_share;
mod oid_filters;
mod post_handshake_auth;
mod pre_shared_key;
mod psk_key_exchange_modes;
mod renegotiation_info;
mod server_name;
mod session_ticket;
mod signature_algorithms;
mod signed_certificate_timestamp;
mod status_request;
mod supported_groups;
mod supported_versions;
mod ticket_request;

pub use carrier::Carrier;
pub use list::{Extensions, RawExtension};

pub use alpn::ProtocolNameList;
pub use certificate_authorities::CertificateAuthorities;
pub use cookie::Cookie;
pub use early_data::{EarlyDataIndication, MaxEarlyDataSize};
pub use ec_point_formats::EcPointFormats;
pub use extended_main_secret::ExtendedMainSecret;
pub use key_share::{
    KeyShareClientHello, KeyShareEntry, KeyShareHelloRetryRequest, KeyShareServerHello,
};
pub use oid_filters::{OidFilter, OidFilters};
pub use post_handshake_auth::PostHandshakeAuth;
pub use pre_shared_key::{OfferedPsks, PskIdentity, SelectedIdentity};
pub use psk_key_exchange_modes::PskKeyExchangeModes;
pub use renegotiation_info::RenegotiationInfo;
pub use server_name::{ServerNameAck, ServerNameList};
pub use session_ticket::SessionTicket;
pub use signature_algorithms::{SignatureAlgorithms, SignatureAlgorithmsCert};
pub use signed_certificate_timestamp::{SctList, SctRequest};
pub use status_request::{CertificateStatusAck, CertificateStatusRequest, OcspResponse};
pub use supported_groups::SupportedGroups;
pub use supported_versions::{SelectedVersion, SupportedVersions};
pub use ticket_request::{ExpectedTickets, TicketRequest};

use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Reader};
use crate::writer::Writer;

/// The body of an extension in one of its forms. Where the form depends on the message, each form is a type of its
/// own with the same [`TYPE`](Self::TYPE).
pub trait ExtensionBody: Sized {
    /// The type the body stands under.
    const TYPE: ExtensionType;

    /// Reads `extension_data`; whoever calls checks that nothing is left.
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Writes `extension_data`.
    fn encode(&self, w: &mut Writer);
}

/// Defines the body of an extension that says everything by being there.
macro_rules! empty_body {
    ($(#[$doc:meta])* $name:ident, $extension_type:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        impl $crate::extension::ExtensionBody for $name {
            const TYPE: $crate::codepoint::ExtensionType = $crate::codepoint::ExtensionType::$extension_type;

            fn decode(_: &mut $crate::reader::Reader<'_>) -> Result<Self, $crate::reader::DecodeError> {
                Ok(Self)
            }

            fn encode(&self, _: &mut $crate::writer::Writer) {}
        }
    };
}
use empty_body;

/// Reads one body that fills `data`, as [`Extensions::find`] does.
#[cfg(test)]
fn decode_body<E: ExtensionBody>(data: &[u8]) -> Result<E, DecodeError> {
    let mut extensions = Extensions::new();
    extensions.push_raw(E::TYPE, data.to_vec());
    extensions
        .find()
        .map(|body| body.expect("it was pushed under its own type"))
}

/// Asserts that a body encodes to these bytes and these bytes decode to the body, and that no prefix of them and no
/// longer string does.
#[cfg(test)]
fn assert_body<E: ExtensionBody + PartialEq + core::fmt::Debug>(body: &E, bytes: &[u8]) {
    let mut w = Writer::new();
    body.encode(&mut w);
    assert_eq!(w.as_slice(), bytes);
    assert_eq!(decode_body::<E>(bytes).as_ref(), Ok(body));
    for end in 0..bytes.len() {
        assert!(
            decode_body::<E>(&bytes[..end]).is_err(),
            "a prefix of {end} bytes decodes"
        );
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert!(
        decode_body::<E>(&longer).is_err(),
        "trailing data goes unnoticed"
    );
}
