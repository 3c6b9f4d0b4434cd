//! One target for each extension, in all its forms, and one for the list that carries them.

mod seeds;

use tessera_wire::*;

super::table! { EXTENSION, 4000 variants:
    extension_list server_name supported_versions cookie signature_algorithms certificate_authorities oid_filters
    supported_groups key_share psk_key_exchange_modes early_data pre_shared_key alpn status_request
    signed_certificate_timestamp post_handshake_auth renegotiation_info session_ticket ec_point_formats
    ticket_request
}

/// A list of extensions, as each message would read it.
pub fn extension_list(data: &[u8]) {
    let carriers = [
        Carrier::ClientHello,
        Carrier::ServerHello,
        Carrier::HelloRetryRequest,
        Carrier::EncryptedExtensions,
        Carrier::CertificateRequest,
        Carrier::CertificateEntry,
        Carrier::NewSessionTicket,
    ];
    for carrier in carriers {
        let mut r = Reader::new(data);
        if let Ok(extensions) = Extensions::decode(&mut r, carrier) {
            let mut w = Writer::new();
            extensions.encode(&mut w);
            assert!(data.starts_with(w.as_slice()) && w.len() == r.position());
        }
    }
}

/// `server_name`
pub fn server_name(data: &[u8]) {
    body::<ServerNameList>(data);
    body::<ServerNameAck>(data);
}

/// `supported_versions`
pub fn supported_versions(data: &[u8]) {
    body::<SupportedVersions>(data);
    body::<SelectedVersion>(data);
}

/// `cookie`
pub fn cookie(data: &[u8]) {
    body::<Cookie>(data);
}

/// `signature_algorithms` and `signature_algorithms_cert`
pub fn signature_algorithms(data: &[u8]) {
    body::<SignatureAlgorithms>(data);
    body::<SignatureAlgorithmsCert>(data);
}

/// `certificate_authorities`
pub fn certificate_authorities(data: &[u8]) {
    body::<CertificateAuthorities>(data);
}

/// `oid_filters`
pub fn oid_filters(data: &[u8]) {
    body::<OidFilters>(data);
}

/// `supported_groups`
pub fn supported_groups(data: &[u8]) {
    body::<SupportedGroups>(data);
}

/// `key_share`
pub fn key_share(data: &[u8]) {
    body::<KeyShareClientHello>(data);
    body::<KeyShareServerHello>(data);
    body::<KeyShareHelloRetryRequest>(data);
}

/// `psk_key_exchange_modes`
pub fn psk_key_exchange_modes(data: &[u8]) {
    body::<PskKeyExchangeModes>(data);
}

/// `early_data`
pub fn early_data(data: &[u8]) {
    body::<EarlyDataIndication>(data);
    body::<MaxEarlyDataSize>(data);
}

/// `pre_shared_key`
pub fn pre_shared_key(data: &[u8]) {
    body::<OfferedPsks>(data);
    body::<SelectedIdentity>(data);
}

/// `application_layer_protocol_negotiation`
pub fn alpn(data: &[u8]) {
    body::<ProtocolNameList>(data);
}

/// `status_request`
pub fn status_request(data: &[u8]) {
    body::<CertificateStatusRequest>(data);
    body::<CertificateStatusAck>(data);
    body::<OcspResponse>(data);
}

/// `signed_certificate_timestamp`
pub fn signed_certificate_timestamp(data: &[u8]) {
    body::<SctRequest>(data);
    body::<SctList>(data);
}

/// `post_handshake_auth`, and `extended_main_secret`, which is as empty
pub fn post_handshake_auth(data: &[u8]) {
    body::<PostHandshakeAuth>(data);
    body::<ExtendedMainSecret>(data);
}

/// `renegotiation_info`
pub fn renegotiation_info(data: &[u8]) {
    body::<RenegotiationInfo>(data);
}

/// `session_ticket`
pub fn session_ticket(data: &[u8]) {
    body::<SessionTicket>(data);
}

/// `ec_point_formats`
pub fn ec_point_formats(data: &[u8]) {
    body::<EcPointFormats>(data);
}

/// `ticket_request`
pub fn ticket_request(data: &[u8]) {
    body::<TicketRequest>(data);
    body::<ExpectedTickets>(data);
}

/// The body of an extension of this type, in all its forms.
pub(super) fn any(extension_type: ExtensionType, data: &[u8]) {
    let target = match extension_type {
        ExtensionType::SERVER_NAME => server_name,
        ExtensionType::SUPPORTED_VERSIONS => supported_versions,
        ExtensionType::COOKIE => cookie,
        ExtensionType::SIGNATURE_ALGORITHMS | ExtensionType::SIGNATURE_ALGORITHMS_CERT => {
            signature_algorithms
        }
        ExtensionType::CERTIFICATE_AUTHORITIES => certificate_authorities,
        ExtensionType::OID_FILTERS => oid_filters,
        ExtensionType::SUPPORTED_GROUPS => supported_groups,
        ExtensionType::KEY_SHARE => key_share,
        ExtensionType::PSK_KEY_EXCHANGE_MODES => psk_key_exchange_modes,
        ExtensionType::EARLY_DATA => early_data,
        ExtensionType::PRE_SHARED_KEY => pre_shared_key,
        ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION => alpn,
        ExtensionType::STATUS_REQUEST => status_request,
        ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP => signed_certificate_timestamp,
        ExtensionType::POST_HANDSHAKE_AUTH | ExtensionType::EXTENDED_MAIN_SECRET => {
            post_handshake_auth
        }
        ExtensionType::RENEGOTIATION_INFO => renegotiation_info,
        ExtensionType::SESSION_TICKET => session_ticket,
        ExtensionType::EC_POINT_FORMATS => ec_point_formats,
        ExtensionType::TICKET_REQUEST => ticket_request,
        _ => return,
    };
    target(data);
}

/// Whatever decodes is written back byte for byte: no body has two spellings.
fn body<E: ExtensionBody>(data: &[u8]) {
    let mut received = Extensions::new();
    received.push_raw(E::TYPE, data.to_vec());
    if let Ok(Some(body)) = received.find::<E>() {
        let mut sent = Extensions::new();
        sent.push(&body);
        assert_eq!(sent.data(E::TYPE), Some(data), "{}", E::TYPE);
    }
}
