//! A ClientHello as a browser sends it, written out byte by byte and read field by field.

use tessera_wire::*;

fn extension(extension_type: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&extension_type.to_be_bytes(), &length.to_be_bytes(), data].concat()
}

fn shares() -> Vec<u8> {
    let hybrid = [[0x11, 0xec, 0x04, 0xc0].as_slice(), &[0x55; 1184 + 32]].concat();
    let x25519 = [[0x00, 0x1d, 0x00, 0x20].as_slice(), &[0x66; 32]].concat();
    let shares = [[0x2a, 0x2a, 0x00, 0x01, 0x00].as_slice(), &hybrid, &x25519].concat();
    let length = u16::try_from(shares.len()).unwrap();
    [&length.to_be_bytes(), shares.as_slice()].concat()
}

fn pre_shared_key() -> Vec<u8> {
    let identity = [
        [0x00, 0xb8].as_slice(),
        &[0x77; 0xb8],
        &[0x12, 0x34, 0x56, 0x78],
    ]
    .concat();
    let binder = [[0x20].as_slice(), &[0x88; 32]].concat();
    [[0x00, 0xbe].as_slice(), &identity, &[0x00, 0x21], &binder].concat()
}

fn extensions() -> Vec<Vec<u8>> {
    vec![
        extension(0x8a8a, &[]),
        extension(0x0000, b"\x00\x10\x00\x00\x0dwww.a.example"),
        extension(0x0017, &[]),
        extension(0xff01, &[0]),
        extension(
            0x000a,
            &[0, 10, 0x2a, 0x2a, 0x11, 0xec, 0, 0x1d, 0, 0x17, 0, 0x18],
        ),
        extension(0x000b, &[1, 0]),
        extension(0x0023, &[]),
        extension(0x0010, b"\x00\x0c\x02h2\x08http/1.1"),
        extension(0x0005, &[1, 0, 0, 0, 0]),
        extension(
            0x000d,
            &[0, 16, 4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1],
        ),
        extension(0x0012, &[]),
        extension(0x0033, &shares()),
        extension(0x002d, &[1, 1]),
        extension(0x002b, &[6, 0xda, 0xda, 3, 4, 3, 3]),
        extension(0x001b, &[2, 0, 2]),
        extension(0xfe0d, &[0; 186]),
        extension(0x44cd, b"\x00\x03\x02h2"),
        extension(0x9a9a, &[0]),
        extension(0x0029, &pre_shared_key()),
    ]
}

fn message() -> Vec<u8> {
    let extensions = extensions().concat();
    let body = [
        &[0x03, 0x03],
        [0x11; 32].as_slice(),
        &[0x20],
        &[0x22; 32],
        &[
            0x00, 0x20, 0xba, 0xba, 0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2b, 0xc0, 0x2f,
            0xc0, 0x2c, 0xc0, 0x30,
        ],
        &[
            0xcc, 0xa9, 0xcc, 0xa8, 0xc0, 0x13, 0xc0, 0x14, 0x00, 0x9c, 0x00, 0x9d, 0x00, 0x2f,
            0x00, 0x35,
        ],
        &[0x01, 0x00],
        &u16::try_from(extensions.len()).unwrap().to_be_bytes(),
        &extensions,
    ]
    .concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[1, length[1], length[2], length[3]], body.as_slice()].concat()
}

fn hello() -> ClientHello {
    match Handshake::decode(&message()) {
        Ok(Handshake::ClientHello(hello)) => hello,
        other => panic!("not a ClientHello: {other:?}"),
    }
}

#[test]
fn every_field_is_where_it_should_be() {
    let hello = hello();
    assert_eq!(hello.legacy_version, ProtocolVersion::TLS1_2);
    assert_eq!(hello.random, Random([0x11; 32]));
    assert_eq!(hello.legacy_session_id, SessionId::from([0x22; 32]));
    assert_eq!(hello.cipher_suites.len(), 16);
    assert!(hello.cipher_suites[0].is_grease());
    assert_eq!(
        hello.cipher_suites[3],
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256
    );
    assert_eq!(
        hello.cipher_suites[10],
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA
    );
    assert_eq!(hello.compression_methods, [0]);
    assert_eq!(hello.extensions.len(), 19);
}

#[test]
fn every_extension_we_know_opens() {
    let extensions = hello().extensions;
    let groups = [
        NamedGroup::grease(2),
        NamedGroup::X25519MLKEM768,
        NamedGroup::X25519,
        NamedGroup::SECP256R1,
    ];
    assert_eq!(
        extensions
            .find::<ServerNameList>()
            .unwrap()
            .unwrap()
            .host_name,
        "www.a.example"
    );
    assert_eq!(
        extensions.find::<SupportedGroups>().unwrap().unwrap().0[..4],
        groups
    );
    assert_eq!(
        extensions.find::<ProtocolNameList>().unwrap().unwrap().0,
        [b"h2".as_slice(), b"http/1.1"]
    );
    assert_eq!(
        extensions.find::<CertificateStatusRequest>(),
        Ok(Some(CertificateStatusRequest::ocsp()))
    );
    assert_eq!(
        extensions
            .find::<SignatureAlgorithms>()
            .unwrap()
            .unwrap()
            .0
            .len(),
        8
    );
    assert_eq!(
        extensions.find::<RenegotiationInfo>(),
        Ok(Some(RenegotiationInfo(vec![])))
    );
    assert_eq!(
        extensions.find::<ExtendedMainSecret>(),
        Ok(Some(ExtendedMainSecret))
    );
    assert_eq!(
        extensions.find::<SessionTicket>(),
        Ok(Some(SessionTicket(vec![])))
    );
    assert_eq!(
        extensions.find::<EcPointFormats>(),
        Ok(Some(EcPointFormats(vec![EcPointFormat::UNCOMPRESSED])))
    );
    assert_eq!(extensions.find::<SctRequest>(), Ok(Some(SctRequest)));
    assert_eq!(extensions.find::<Cookie>(), Ok(None));

    let shares = extensions.find::<KeyShareClientHello>().unwrap().unwrap().0;
    let lengths: Vec<_> = shares
        .iter()
        .map(|share| (share.group, share.key_exchange.len()))
        .collect();
    assert_eq!(
        lengths,
        [(groups[0], 1), (groups[1], 1216), (groups[2], 32)]
    );

    let versions = extensions.find::<SupportedVersions>().unwrap().unwrap().0;
    assert_eq!(
        versions,
        [
            ProtocolVersion(0xdada),
            ProtocolVersion::TLS1_3,
            ProtocolVersion::TLS1_2
        ]
    );
    let modes = extensions.find::<PskKeyExchangeModes>().unwrap().unwrap().0;
    assert_eq!(modes, [PskKeyExchangeMode::PSK_DHE_KE]);

    let psks = extensions.find::<OfferedPsks>().unwrap().unwrap();
    assert_eq!(
        psks.identities,
        [PskIdentity {
            identity: vec![0x77; 0xb8],
            obfuscated_ticket_age: 0x1234_5678
        }]
    );
    assert_eq!(psks.binders, [vec![0x88; 32]]);
}

#[test]
fn it_is_written_back_byte_for_byte() {
    assert_eq!(hello().encode(), message());
}

#[test]
fn its_binders_are_the_last_thirty_five_bytes() {
    assert_eq!(
        ClientHello::binders_offset(&message()),
        Some(message().len() - 35)
    );
}

#[test]
fn cut_anywhere_it_is_refused() {
    let message = message();
    for end in 0..message.len() {
        assert!(Handshake::decode(&message[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn any_extension_twice_is_refused() {
    for index in 0..extensions().len() {
        let mut hello = hello();
        let twice = hello.extensions.iter().nth(index).unwrap().clone();
        let mut extensions = Extensions::new();
        extensions.push_raw(twice.extension_type, twice.data);
        for extension in &hello.extensions {
            extensions.push_raw(extension.extension_type, extension.data.clone());
        }
        hello.extensions = extensions;
        let error = Handshake::decode(&hello.encode()).unwrap_err();
        assert_eq!(
            error.problem,
            Problem::Duplicate,
            "{}",
            twice.extension_type
        );
    }
}
