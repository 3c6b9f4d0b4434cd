//! Bodies to start from: one of each form.

use tessera_wire::*;

use crate::fuzz::Seed;

pub(super) fn extension_list() -> Vec<Seed> {
    let mut extensions = Extensions::new();
    extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
    extensions.push_raw(ExtensionType::grease(4), vec![0]);
    extensions.push(&SelectedIdentity(0));
    let mut w = Writer::new();
    extensions.encode(&mut w);
    vec![Seed::new("three", w.into_vec()), Seed::new("none", [0, 0])]
}

pub(super) fn server_name() -> Vec<Seed> {
    vec![form(
        "host_name",
        &ServerNameList {
            host_name: "a.example".to_owned(),
        },
    )]
}

pub(super) fn supported_versions() -> Vec<Seed> {
    vec![
        form(
            "offered",
            &SupportedVersions(vec![ProtocolVersion::grease(1), ProtocolVersion::TLS1_3]),
        ),
        form("selected", &SelectedVersion(ProtocolVersion::TLS1_3)),
    ]
}

pub(super) fn cookie() -> Vec<Seed> {
    vec![form("cookie", &Cookie(vec![5; 8]))]
}

pub(super) fn signature_algorithms() -> Vec<Seed> {
    vec![form(
        "two",
        &SignatureAlgorithms(vec![
            SignatureScheme::ED25519,
            SignatureScheme::RSA_PSS_RSAE_SHA256,
        ]),
    )]
}

pub(super) fn certificate_authorities() -> Vec<Seed> {
    vec![form(
        "two",
        &CertificateAuthorities(vec![vec![0x30, 0], vec![0x30, 2, 5, 0]]),
    )]
}

pub(super) fn oid_filters() -> Vec<Seed> {
    let filter = |oid: &[u8], values: &[u8]| OidFilter {
        certificate_extension_oid: oid.to_vec(),
        certificate_extension_values: values.to_vec(),
    };
    vec![form(
        "two",
        &OidFilters(vec![
            filter(&[6, 3, 0x55, 0x1d, 0x0f], &[3, 2, 7, 0x80]),
            filter(&[6, 1, 1], &[]),
        ]),
    )]
}

pub(super) fn supported_groups() -> Vec<Seed> {
    vec![form(
        "three",
        &SupportedGroups(vec![
            NamedGroup::grease(2),
            NamedGroup::X25519MLKEM768,
            NamedGroup::X25519,
        ]),
    )]
}

pub(super) fn key_share() -> Vec<Seed> {
    let share = |group, length| KeyShareEntry {
        group,
        key_exchange: vec![4; length],
    };
    vec![
        form(
            "offered",
            &KeyShareClientHello(vec![
                share(NamedGroup::grease(2), 1),
                share(NamedGroup::X25519, 32),
            ]),
        ),
        form("none", &KeyShareClientHello(vec![])),
        form(
            "answered",
            &KeyShareServerHello(share(NamedGroup::X25519, 32)),
        ),
        form(
            "asked_for",
            &KeyShareHelloRetryRequest(NamedGroup::SECP256R1),
        ),
    ]
}

pub(super) fn psk_key_exchange_modes() -> Vec<Seed> {
    vec![form(
        "two",
        &PskKeyExchangeModes(vec![
            PskKeyExchangeMode::grease(1),
            PskKeyExchangeMode::PSK_DHE_KE,
        ]),
    )]
}

pub(super) fn early_data() -> Vec<Seed> {
    vec![
        form("indication", &EarlyDataIndication),
        form("limit", &MaxEarlyDataSize(16_384)),
    ]
}

pub(super) fn pre_shared_key() -> Vec<Seed> {
    let identity = |byte| PskIdentity {
        identity: vec![byte; 8],
        obfuscated_ticket_age: 7,
    };
    let offered = OfferedPsks {
        identities: vec![identity(1), identity(2)],
        binders: vec![vec![8; 32], vec![9; 48]],
    };
    vec![
        form("offered", &offered),
        form("selected", &SelectedIdentity(1)),
    ]
}

pub(super) fn alpn() -> Vec<Seed> {
    vec![form(
        "two",
        &ProtocolNameList(vec![b"h2".to_vec(), b"http/1.1".to_vec()]),
    )]
}

pub(super) fn status_request() -> Vec<Seed> {
    let particular = CertificateStatusRequest::Ocsp {
        responder_id_list: vec![vec![1, 2]],
        request_extensions: vec![3],
    };
    vec![
        form("request", &CertificateStatusRequest::ocsp()),
        form("particular_request", &particular),
        form("response", &OcspResponse(vec![0x30, 0])),
    ]
}

pub(super) fn signed_certificate_timestamp() -> Vec<Seed> {
    vec![form("two", &SctList(vec![vec![1], vec![2, 3]]))]
}

pub(super) fn post_handshake_auth() -> Vec<Seed> {
    vec![form("empty", &PostHandshakeAuth)]
}

pub(super) fn renegotiation_info() -> Vec<Seed> {
    vec![
        form("first", &RenegotiationInfo(vec![])),
        form("later", &RenegotiationInfo(vec![7; 24])),
    ]
}

pub(super) fn session_ticket() -> Vec<Seed> {
    vec![
        form("asked_for", &SessionTicket(vec![])),
        form("offered", &SessionTicket(vec![9; 16])),
    ]
}

pub(super) fn ec_point_formats() -> Vec<Seed> {
    vec![form(
        "uncompressed",
        &EcPointFormats(vec![EcPointFormat::UNCOMPRESSED]),
    )]
}

pub(super) fn ticket_request() -> Vec<Seed> {
    vec![
        form(
            "wanted",
            &TicketRequest {
                new_session_count: 2,
                resumption_count: 1,
            },
        ),
        form("expected", &ExpectedTickets(1)),
    ]
}

fn form<E: ExtensionBody>(name: &'static str, body: &E) -> Seed {
    let mut w = Writer::new();
    body.encode(&mut w);
    Seed::new(name, w.into_vec())
}
