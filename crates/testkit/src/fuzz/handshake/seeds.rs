//! Messages to start from: as two peers of today send them, and the shortest that are allowed.

use tessera_wire::*;

use crate::fuzz::Seed;

pub(super) fn handshake() -> Vec<Seed> {
    vec![
        Seed::new("client_hello", hello(offer()).encode()),
        Seed::new("server_hello", choice(server_answer()).encode()),
        Seed::new("hello_retry_request", retry().encode()),
        Seed::new("encrypted_extensions", answers().encode()),
        Seed::new("certificate_request", request().encode()),
        Seed::new("certificate", chain().encode()),
        Seed::new("certificate_verify", signature().encode()),
        Seed::new(
            "finished",
            Finished {
                verify_data: vec![6; 32],
            }
            .encode(),
        ),
        Seed::new("new_session_ticket", ticket().encode()),
        Seed::new(
            "key_update",
            update(KeyUpdateRequest::UpdateRequested).encode(),
        ),
        Seed::new("end_of_early_data", EndOfEarlyData.encode()),
    ]
}

pub(super) fn client_hello() -> Vec<Seed> {
    vec![
        body("modern", &hello(offer()).encode()),
        body("resuming", &hello(resuming_offer()).encode()),
        body("older_than_extensions", &hello(Extensions::new()).encode()),
    ]
}

pub(super) fn server_hello() -> Vec<Seed> {
    let mut renegotiation = Extensions::new();
    renegotiation.push(&RenegotiationInfo(vec![]));
    renegotiation.push(&ExtendedMainSecret);
    vec![
        body("tls13", &choice(server_answer()).encode()),
        body("tls12", &choice(renegotiation).encode()),
        body("older_than_extensions", &choice(Extensions::new()).encode()),
    ]
}

pub(super) fn hello_retry_request() -> Vec<Seed> {
    vec![body("group_and_cookie", &retry().encode())]
}

pub(super) fn encrypted_extensions() -> Vec<Seed> {
    let none = EncryptedExtensions {
        extensions: Extensions::new(),
    };
    vec![
        body("answers", &answers().encode()),
        body("none", &none.encode()),
    ]
}

pub(super) fn certificate_request() -> Vec<Seed> {
    vec![body("post_handshake", &request().encode())]
}

pub(super) fn certificate() -> Vec<Seed> {
    let none = Certificate {
        certificate_request_context: vec![7; 4],
        certificate_list: vec![],
    };
    vec![
        body("chain", &chain().encode()),
        body("none", &none.encode()),
    ]
}

pub(super) fn certificate_verify() -> Vec<Seed> {
    vec![body("ed25519", &signature().encode())]
}

pub(super) fn finished() -> Vec<Seed> {
    vec![Seed::new("sha256", [6; 32]), Seed::new("sha384", [6; 48])]
}

pub(super) fn new_session_ticket() -> Vec<Seed> {
    let mut without_early_data = ticket();
    without_early_data.extensions = Extensions::new();
    vec![
        body("early_data", &ticket().encode()),
        body("no_early_data", &without_early_data.encode()),
    ]
}

pub(super) fn key_update() -> Vec<Seed> {
    vec![
        body(
            "requested",
            &update(KeyUpdateRequest::UpdateRequested).encode(),
        ),
        body(
            "not_requested",
            &update(KeyUpdateRequest::UpdateNotRequested).encode(),
        ),
    ]
}

pub(super) fn end_of_early_data() -> Vec<Seed> {
    vec![Seed::new("empty", [])]
}

/// A message without its header.
fn body(name: &'static str, message: &[u8]) -> Seed {
    Seed::new(name, &message[HandshakeHeader::LEN..])
}

fn hello(extensions: Extensions) -> ClientHello {
    ClientHello {
        legacy_version: ProtocolVersion::TLS1_2,
        random: Random([1; 32]),
        legacy_session_id: SessionId::from([2; 32]),
        cipher_suites: vec![CipherSuite::grease(3), CipherSuite::TLS_AES_128_GCM_SHA256],
        compression_methods: vec![0],
        extensions,
    }
}

fn offer() -> Extensions {
    let mut extensions = Extensions::new();
    extensions.push_raw(ExtensionType::grease(4), vec![]);
    extensions.push(&ServerNameList {
        host_name: "a.example".to_owned(),
    });
    extensions.push(&SupportedVersions(vec![
        ProtocolVersion::TLS1_3,
        ProtocolVersion::TLS1_2,
    ]));
    extensions.push(&SupportedGroups(vec![
        NamedGroup::X25519MLKEM768,
        NamedGroup::X25519,
    ]));
    extensions.push(&KeyShareClientHello(vec![share()]));
    extensions.push(&SignatureAlgorithms(vec![
        SignatureScheme::ECDSA_SECP256R1_SHA256,
        SignatureScheme::ED25519,
    ]));
    extensions.push(&ProtocolNameList(vec![
        b"h2".to_vec(),
        b"http/1.1".to_vec(),
    ]));
    extensions.push(&CertificateStatusRequest::ocsp());
    extensions.push(&SctRequest);
    extensions.push(&ExtendedMainSecret);
    extensions.push(&SessionTicket(vec![]));
    extensions.push(&EcPointFormats(vec![EcPointFormat::UNCOMPRESSED]));
    extensions.push(&RenegotiationInfo(vec![]));
    extensions.push(&PostHandshakeAuth);
    extensions
}

fn resuming_offer() -> Extensions {
    let mut extensions = Extensions::new();
    extensions.push(&SupportedVersions(vec![ProtocolVersion::TLS1_3]));
    extensions.push(&KeyShareClientHello(vec![share()]));
    extensions.push(&PskKeyExchangeModes(vec![PskKeyExchangeMode::PSK_DHE_KE]));
    extensions.push(&EarlyDataIndication);
    extensions.push(&Cookie(vec![5; 8]));
    extensions.push(&TicketRequest {
        new_session_count: 2,
        resumption_count: 1,
    });
    extensions.push(&OfferedPsks {
        identities: vec![PskIdentity {
            identity: vec![6; 16],
            obfuscated_ticket_age: 7,
        }],
        binders: vec![vec![8; 32]],
    });
    extensions
}

fn choice(extensions: Extensions) -> ServerHello {
    ServerHello {
        legacy_version: ProtocolVersion::TLS1_2,
        random: Random([3; 32]),
        legacy_session_id_echo: SessionId::from([2; 32]),
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        legacy_compression_method: 0,
        extensions,
    }
}

fn server_answer() -> Extensions {
    let mut extensions = Extensions::new();
    extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
    extensions.push(&KeyShareServerHello(share()));
    extensions.push(&SelectedIdentity(0));
    extensions
}

fn retry() -> HelloRetryRequest {
    let mut extensions = Extensions::new();
    extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
    extensions.push(&KeyShareHelloRetryRequest(NamedGroup::SECP256R1));
    extensions.push(&Cookie(vec![5; 8]));
    HelloRetryRequest {
        legacy_version: ProtocolVersion::TLS1_2,
        legacy_session_id_echo: SessionId::from([2; 32]),
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        legacy_compression_method: 0,
        extensions,
    }
}

fn answers() -> EncryptedExtensions {
    let mut extensions = Extensions::new();
    extensions.push(&ServerNameAck);
    extensions.push(&ProtocolNameList(vec![b"h2".to_vec()]));
    extensions.push(&SupportedGroups(vec![NamedGroup::X25519]));
    extensions.push(&EarlyDataIndication);
    extensions.push(&ExpectedTickets(1));
    EncryptedExtensions { extensions }
}

fn request() -> CertificateRequest {
    let mut extensions = Extensions::new();
    extensions.push(&SignatureAlgorithms(vec![SignatureScheme::ED25519]));
    extensions.push(&SignatureAlgorithmsCert(vec![
        SignatureScheme::RSA_PKCS1_SHA256,
    ]));
    extensions.push(&CertificateAuthorities(vec![vec![0x30, 0]]));
    extensions.push(&OidFilters(vec![OidFilter {
        certificate_extension_oid: vec![6, 3, 0x55, 0x1d, 0x0f],
        certificate_extension_values: vec![3, 2, 7, 0x80],
    }]));
    extensions.push(&CertificateStatusAck);
    CertificateRequest {
        certificate_request_context: vec![7; 4],
        extensions,
    }
}

fn chain() -> Certificate {
    let mut extensions = Extensions::new();
    extensions.push(&OcspResponse(vec![0x30, 0]));
    extensions.push(&SctList(vec![vec![9; 4]]));
    let own = CertificateEntry {
        cert_data: vec![0x30, 2, 5, 0],
        extensions,
    };
    let issuer = CertificateEntry {
        cert_data: vec![0x30, 0],
        extensions: Extensions::new(),
    };
    Certificate {
        certificate_request_context: vec![],
        certificate_list: vec![own, issuer],
    }
}

fn signature() -> CertificateVerify {
    CertificateVerify {
        algorithm: SignatureScheme::ED25519,
        signature: vec![5; 64],
    }
}

fn ticket() -> NewSessionTicket {
    let mut extensions = Extensions::new();
    extensions.push(&MaxEarlyDataSize(16_384));
    NewSessionTicket {
        ticket_lifetime: 7200,
        ticket_age_add: 0x0102_0304,
        ticket_nonce: vec![0],
        ticket: vec![9; 32],
        extensions,
    }
}

fn update(request_update: KeyUpdateRequest) -> KeyUpdate {
    KeyUpdate { request_update }
}

fn share() -> KeyShareEntry {
    KeyShareEntry {
        group: NamedGroup::X25519,
        key_exchange: vec![4; 32],
    }
}
