//! What holds for all messages: writing and reading are inverse, and no bytes make a parser panic.

use proptest::collection::vec;
use proptest::prelude::*;
use tessera_wire::*;

fn bytes(length: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), length)
}

/// Extensions nobody knows, each type once, so that every message may carry them.
fn strangers() -> impl Strategy<Value = Extensions> {
    vec((0x4000..0x5000_u16, bytes(0..40)), 0..6).prop_map(|list| {
        let mut extensions = Extensions::new();
        for (number, data) in list {
            let extension_type = ExtensionType(number);
            if !extensions.contains(extension_type) {
                extensions.push_raw(extension_type, data);
            }
        }
        extensions
    })
}

fn session_id() -> impl Strategy<Value = SessionId> {
    bytes(0..=32).prop_map(|bytes| SessionId::new(&bytes).unwrap())
}

fn client_hello() -> impl Strategy<Value = Handshake> {
    let suites = vec(any::<u16>().prop_map(CipherSuite), 1..40);
    (
        any::<u16>(),
        any::<[u8; 32]>(),
        session_id(),
        suites,
        bytes(1..5),
        strangers(),
    )
        .prop_map(
            |(
                version,
                random,
                legacy_session_id,
                cipher_suites,
                compression_methods,
                extensions,
            )| {
                Handshake::ClientHello(ClientHello {
                    legacy_version: ProtocolVersion(version),
                    random: Random(random),
                    legacy_session_id,
                    cipher_suites,
                    compression_methods,
                    extensions,
                })
            },
        )
}

fn server_hello() -> impl Strategy<Value = Handshake> {
    (
        any::<u16>(),
        any::<[u8; 32]>(),
        session_id(),
        any::<u16>(),
        strangers(),
    )
        .prop_map(
            |(version, random, legacy_session_id_echo, suite, extensions)| {
                Handshake::ServerHello(ServerHello {
                    legacy_version: ProtocolVersion(version),
                    random: Random(random),
                    legacy_session_id_echo,
                    cipher_suite: CipherSuite(suite),
                    legacy_compression_method: 0,
                    extensions,
                })
            },
        )
}

fn certificate() -> impl Strategy<Value = Handshake> {
    let entry = (bytes(1..300), strangers()).prop_map(|(cert_data, extensions)| CertificateEntry {
        cert_data,
        extensions,
    });
    (bytes(0..=255), vec(entry, 0..4)).prop_map(
        |(certificate_request_context, certificate_list)| {
            Handshake::Certificate(Certificate {
                certificate_request_context,
                certificate_list,
            })
        },
    )
}

fn new_session_ticket() -> impl Strategy<Value = Handshake> {
    (
        any::<u32>(),
        any::<u32>(),
        bytes(0..=255),
        bytes(1..400),
        strangers(),
    )
        .prop_map(
            |(ticket_lifetime, ticket_age_add, ticket_nonce, ticket, extensions)| {
                Handshake::NewSessionTicket(NewSessionTicket {
                    ticket_lifetime,
                    ticket_age_add,
                    ticket_nonce,
                    ticket,
                    extensions,
                })
            },
        )
}

fn message() -> impl Strategy<Value = Handshake> {
    prop_oneof![
        client_hello(),
        server_hello(),
        certificate(),
        new_session_ticket(),
        strangers().prop_map(
            |extensions| Handshake::EncryptedExtensions(EncryptedExtensions { extensions })
        ),
        (bytes(0..=255), strangers()).prop_map(|(certificate_request_context, extensions)| {
            Handshake::CertificateRequest(CertificateRequest {
                certificate_request_context,
                extensions,
            })
        }),
        (any::<u16>(), bytes(0..600)).prop_map(|(scheme, signature)| {
            Handshake::CertificateVerify(CertificateVerify {
                algorithm: SignatureScheme(scheme),
                signature,
            })
        }),
        bytes(0..65).prop_map(|verify_data| Handshake::Finished(Finished { verify_data })),
    ]
}

/// Whatever of `data` decodes as this body is written back byte for byte.
fn body_is_canonical<E: ExtensionBody>(data: &[u8]) -> Result<(), TestCaseError> {
    let mut received = Extensions::new();
    received.push_raw(E::TYPE, data.to_vec());
    if let Ok(Some(body)) = received.find::<E>() {
        let mut sent = Extensions::new();
        sent.push(&body);
        prop_assert_eq!(sent.data(E::TYPE), Some(data));
    }
    Ok(())
}

/// Bytes that get a parser further than noise does: some of the numbers are small.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    vec(
        prop_oneof![3 => 0..=3_u8, 1 => 0..=40_u8, 1 => any::<u8>()],
        0..80,
    )
}

proptest! {
    #[test]
    fn every_message_comes_back(message in message()) {
        prop_assert_eq!(Handshake::decode(&message.encode()), Ok(message));
    }

    #[test]
    fn one_changed_byte_never_panics_and_what_decodes_comes_back(
        message in message(),
        at in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let mut bytes = message.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        let _ = ClientHello::binders_offset(&bytes);
        if let Ok(message) = Handshake::decode(&bytes) {
            prop_assert_eq!(Handshake::decode(&message.encode()), Ok(message));
        }
    }

    #[test]
    fn a_message_cut_short_is_never_a_message(message in message(), at in any::<prop::sample::Index>()) {
        let bytes = message.encode();
        prop_assert!(Handshake::decode(&bytes[..at.index(bytes.len())]).is_err());
    }

    #[test]
    fn random_bodies_never_panic(msg_type: u8, body in noise()) {
        let length = u8::try_from(body.len()).unwrap();
        let bytes = [[msg_type, 0, 0, length].as_slice(), &body].concat();
        let _ = ClientHello::binders_offset(&bytes);
        if let Ok(message) = Handshake::decode(&bytes) {
            prop_assert_eq!(Handshake::decode(&message.encode()), Ok(message));
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes: Vec<u8>) {
        let _ = Handshake::decode(&bytes);
        let _ = Alert::decode(&bytes);
        let _ = ClientHello::binders_offset(&bytes);
    }

    #[test]
    fn every_extension_body_that_decodes_is_written_back_byte_for_byte(data in noise()) {
        body_is_canonical::<ServerNameList>(&data)?;
        body_is_canonical::<ServerNameAck>(&data)?;
        body_is_canonical::<SupportedVersions>(&data)?;
        body_is_canonical::<SelectedVersion>(&data)?;
        body_is_canonical::<Cookie>(&data)?;
        body_is_canonical::<SignatureAlgorithms>(&data)?;
        body_is_canonical::<SignatureAlgorithmsCert>(&data)?;
        body_is_canonical::<CertificateAuthorities>(&data)?;
        body_is_canonical::<OidFilters>(&data)?;
        body_is_canonical::<PostHandshakeAuth>(&data)?;
        body_is_canonical::<SupportedGroups>(&data)?;
        body_is_canonical::<KeyShareClientHello>(&data)?;
        body_is_canonical::<KeyShareServerHello>(&data)?;
        body_is_canonical::<KeyShareHelloRetryRequest>(&data)?;
        body_is_canonical::<PskKeyExchangeModes>(&data)?;
        body_is_canonical::<EarlyDataIndication>(&data)?;
        body_is_canonical::<MaxEarlyDataSize>(&data)?;
        body_is_canonical::<OfferedPsks>(&data)?;
        body_is_canonical::<SelectedIdentity>(&data)?;
        body_is_canonical::<ProtocolNameList>(&data)?;
        body_is_canonical::<CertificateStatusRequest>(&data)?;
        body_is_canonical::<CertificateStatusAck>(&data)?;
        body_is_canonical::<OcspResponse>(&data)?;
        body_is_canonical::<SctRequest>(&data)?;
        body_is_canonical::<SctList>(&data)?;
        body_is_canonical::<RenegotiationInfo>(&data)?;
        body_is_canonical::<ExtendedMainSecret>(&data)?;
        body_is_canonical::<SessionTicket>(&data)?;
        body_is_canonical::<EcPointFormats>(&data)?;
        body_is_canonical::<TicketRequest>(&data)?;
        body_is_canonical::<ExpectedTickets>(&data)?;
    }
}
