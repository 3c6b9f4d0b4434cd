//! Which message may carry which extension: the table of RFC 9846 §4.3.

use crate::codepoint::ExtensionType;

/// A message, or part of one, that carries a list of extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// ClientHello, of any version.
    ClientHello,
    /// ServerHello; without `supported_versions` it is one of TLS 1.2, and what that may carry applies.
    ServerHello,
    /// HelloRetryRequest.
    HelloRetryRequest,
    /// EncryptedExtensions.
    EncryptedExtensions,
    /// CertificateRequest.
    CertificateRequest,
    /// One entry of a Certificate message.
    CertificateEntry,
    /// NewSessionTicket.
    NewSessionTicket,
}

impl Carrier {
    /// Whether an extension may stand in this message. One we do not know may stand anywhere: the receiver ignores
    /// it in a request, and refuses it in a response because it never asked. RFC 9846 §4.2.2 (15), §4.3 (5),
    /// RFC 9846 §4.4.2 (5), §4.7.1 (8), §9.3 (4).
    pub fn may_carry(self, extension_type: ExtensionType) -> bool {
        carriers(extension_type).is_none_or(|carriers| carriers.contains(&self))
    }
}

/// Whether a TLS 1.2 ServerHello may carry an extension we know.
pub(super) fn tls12_server_hello_may_carry(extension_type: ExtensionType) -> bool {
    use ExtensionType as E;
    let answered_there = matches!(
        extension_type,
        E::SERVER_NAME
            | E::STATUS_REQUEST
            | E::EC_POINT_FORMATS
            | E::APPLICATION_LAYER_PROTOCOL_NEGOTIATION
            | E::SIGNED_CERTIFICATE_TIMESTAMP
            | E::EXTENDED_MAIN_SECRET
            | E::SESSION_TICKET
            | E::RENEGOTIATION_INFO
            // No RFC has a server send it there, but servers in the field do, and it changes nothing.
            | E::SUPPORTED_GROUPS
    );
    answered_there || carriers(extension_type).is_none()
}

/// The rows of the table we recognise, and of the extensions that only TLS 1.2 answers.
fn carriers(extension_type: ExtensionType) -> Option<&'static [Carrier]> {
    use Carrier::{
        CertificateEntry as CT, CertificateRequest as CR, ClientHello as CH,
        EncryptedExtensions as EE, HelloRetryRequest as Retry, NewSessionTicket as NST,
        ServerHello as SH,
    };
    Some(match extension_type {
        ExtensionType::SERVER_NAME => &[CH, EE, CR],
        ExtensionType::STATUS_REQUEST => &[CH, CR, CT],
        ExtensionType::SUPPORTED_GROUPS => &[CH, EE],
        ExtensionType::SIGNATURE_ALGORITHMS => &[CH, CR],
        ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION => &[CH, EE],
        ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP => &[CH, CR, CT],
        ExtensionType::PADDING => &[CH],
        ExtensionType::PRE_SHARED_KEY => &[CH, SH],
        ExtensionType::EARLY_DATA => &[CH, EE, NST],
        ExtensionType::SUPPORTED_VERSIONS => &[CH, SH, Retry],
        ExtensionType::COOKIE => &[CH, Retry],
        ExtensionType::PSK_KEY_EXCHANGE_MODES => &[CH],
        ExtensionType::CERTIFICATE_AUTHORITIES => &[CH, CR],
        ExtensionType::OID_FILTERS => &[CR],
        ExtensionType::POST_HANDSHAKE_AUTH => &[CH],
        ExtensionType::SIGNATURE_ALGORITHMS_CERT => &[CH, CR],
        ExtensionType::KEY_SHARE => &[CH, SH, Retry],
        // RFC 9149 §3 (2, 3).
        ExtensionType::TICKET_REQUEST => &[CH, EE],
        // TLS 1.3 has no use for these; only the ClientHello, which serves both versions, may have them.
        ExtensionType::EC_POINT_FORMATS
        | ExtensionType::EXTENDED_MAIN_SECRET
        | ExtensionType::SESSION_TICKET
        | ExtensionType::RENEGOTIATION_INFO => &[CH],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_may_stand_only_where_the_table_has_it() {
        // RFC 9846 §4.3 (5), §4.3.5 (1).
        assert!(Carrier::HelloRetryRequest.may_carry(ExtensionType::COOKIE));
        assert!(!Carrier::ServerHello.may_carry(ExtensionType::COOKIE));
        assert!(!Carrier::ClientHello.may_carry(ExtensionType::OID_FILTERS));
        assert!(!Carrier::EncryptedExtensions.may_carry(ExtensionType::KEY_SHARE));
        assert!(Carrier::NewSessionTicket.may_carry(ExtensionType::EARLY_DATA));
        assert!(!Carrier::NewSessionTicket.may_carry(ExtensionType::COOKIE));
        assert!(Carrier::CertificateEntry.may_carry(ExtensionType::STATUS_REQUEST));
    }

    #[test]
    fn what_we_do_not_know_may_stand_anywhere() {
        // RFC 9846 §4.2.2 (15), §4.4.2 (5), §4.7.1 (8).
        for unknown in [
            ExtensionType(0x4242),
            ExtensionType::grease(3),
            ExtensionType::RECORD_SIZE_LIMIT,
        ] {
            assert!(Carrier::ServerHello.may_carry(unknown));
            assert!(Carrier::NewSessionTicket.may_carry(unknown));
            assert!(tls12_server_hello_may_carry(unknown));
        }
    }

    #[test]
    fn the_two_versions_answer_different_extensions_in_a_server_hello() {
        for only_tls12 in [
            ExtensionType::RENEGOTIATION_INFO,
            ExtensionType::EXTENDED_MAIN_SECRET,
        ] {
            assert!(tls12_server_hello_may_carry(only_tls12));
            assert!(!Carrier::ServerHello.may_carry(only_tls12));
        }
        assert!(!tls12_server_hello_may_carry(ExtensionType::KEY_SHARE));
        assert!(Carrier::ServerHello.may_carry(ExtensionType::KEY_SHARE));
    }
}
