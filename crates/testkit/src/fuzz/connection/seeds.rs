//! Streams of one end, made without a connection, and scripts for the middle of two.

use tessera_wire::codepoint::{
    AlertDescription, CipherSuite, ContentType, ExtensionType, NamedGroup, ProtocolVersion,
    SignatureScheme,
};
use tessera_wire::extension::{
    Extensions, KeyShareClientHello, KeyShareEntry, KeyShareHelloRetryRequest, KeyShareServerHello,
    SelectedVersion, ServerNameList, SignatureAlgorithms, SupportedGroups, SupportedVersions,
};
use tessera_wire::handshake::{ClientHello, HelloRetryRequest, Random, ServerHello, SessionId};
use tessera_wire::{Alert, Writer};

use super::edited_records::record;
use crate::fuzz::Seed;

const CHANGE_CIPHER_SPEC: [u8; 6] = [20, 3, 3, 0, 1, 1];

/// In pieces of 17 bytes, in place.
const IN_PLACE: u8 = 5 << 1 | 1;
/// In pieces of 6 bytes, by copy.
const BY_COPY: u8 = 4 << 1;

pub(super) fn server_stream() -> Vec<Seed> {
    let hello = client_hello(Some(NamedGroup::X25519));
    let (front, back) = hello.split_at(60);
    let alert = Alert::new(AlertDescription::HANDSHAKE_FAILURE).encode();
    vec![
        stream(
            "hello_and_noise",
            IN_PLACE,
            &[&handshake(&hello), &CHANGE_CIPHER_SPEC, &protected()],
        ),
        stream(
            "hello_in_two",
            BY_COPY,
            &[
                &handshake(front),
                &handshake(back),
                &record(ContentType::ALERT, &alert),
            ],
        ),
        stream(
            "retried",
            BY_COPY,
            &[
                &handshake(&client_hello(None)),
                &CHANGE_CIPHER_SPEC,
                &handshake(&hello),
            ],
        ),
        stream("http", BY_COPY, &[b"GET / HTTP/1.1\r\n\r\n"]),
        stream("begins_like_http", 0, &[b"GEOMETRY"]),
        stream("ssl2", BY_COPY, &[&[0x80, 0x2e, 1, 3, 0, 0]]),
    ]
}

pub(super) fn client_stream() -> Vec<Seed> {
    let hello = handshake(&server_hello());
    let alert = Alert::new(AlertDescription::PROTOCOL_VERSION).encode();
    let canceled = Alert::new(AlertDescription::USER_CANCELED).encode();
    let mut older = Extensions::new();
    older.push_raw(ExtensionType::RENEGOTIATION_INFO, vec![0]);
    let older = ServerHello {
        extensions: older,
        ..server_hello_of(Random([3; 32]))
    };
    vec![
        stream(
            "hello_and_noise",
            IN_PLACE,
            &[&hello, &CHANGE_CIPHER_SPEC, &protected()],
        ),
        stream(
            "retried",
            BY_COPY,
            &[&handshake(&retry()), &CHANGE_CIPHER_SPEC, &hello],
        ),
        stream("older", BY_COPY, &[&handshake(&older.encode())]),
        stream(
            "alerts",
            BY_COPY,
            &[
                &record(ContentType::ALERT, &canceled),
                &record(ContentType::ALERT, &alert),
            ],
        ),
    ]
}

fn stream(name: &'static str, how: u8, records: &[&[u8]]) -> Seed {
    Seed::new(name, [&[how][..], &records.concat()].concat())
}

fn handshake(message: &[u8]) -> Vec<u8> {
    record(ContentType::HANDSHAKE, message)
}

/// What could be protected, and is not.
fn protected() -> Vec<u8> {
    record(ContentType::APPLICATION_DATA, &[0xa5; 40])
}

fn client_hello(share: Option<NamedGroup>) -> Vec<u8> {
    let entry = |group| KeyShareEntry {
        group,
        key_exchange: vec![9; 32],
    };
    let mut extensions = Extensions::new();
    extensions.push(&ServerNameList {
        host_name: "server.test".to_owned(),
    });
    extensions.push(&SupportedVersions(vec![ProtocolVersion::TLS1_3]));
    extensions.push(&SupportedGroups(vec![NamedGroup::X25519]));
    extensions.push(&SignatureAlgorithms(vec![SignatureScheme::ED25519]));
    extensions.push(&KeyShareClientHello(share.into_iter().map(entry).collect()));
    ClientHello {
        legacy_version: ProtocolVersion::TLS1_2,
        random: Random([1; 32]),
        legacy_session_id: SessionId::empty(),
        cipher_suites: vec![CipherSuite::TLS_AES_128_GCM_SHA256],
        compression_methods: vec![0],
        extensions,
    }
    .encode()
}

fn server_hello() -> Vec<u8> {
    let mut extensions = Extensions::new();
    extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
    extensions.push(&KeyShareServerHello(KeyShareEntry {
        group: NamedGroup::X25519,
        key_exchange: vec![9; 32],
    }));
    ServerHello {
        extensions,
        ..server_hello_of(Random([2; 32]))
    }
    .encode()
}

fn server_hello_of(random: Random) -> ServerHello {
    ServerHello {
        legacy_version: ProtocolVersion::TLS1_2,
        random,
        legacy_session_id_echo: any_id(),
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        legacy_compression_method: 0,
        extensions: Extensions::new(),
    }
}

fn retry() -> Vec<u8> {
    let mut extensions = Extensions::new();
    extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
    extensions.push(&KeyShareHelloRetryRequest(NamedGroup::SECP256R1));
    HelloRetryRequest {
        legacy_version: ProtocolVersion::TLS1_2,
        legacy_session_id_echo: any_id(),
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        legacy_compression_method: 0,
        extensions,
    }
    .encode()
}

/// The target puts the right one in.
fn any_id() -> SessionId {
    SessionId::new(&[0; 32]).expect("32 bytes are a session id")
}

/// Settings of a scene.
const FULL: u8 = 0;
const RESUMED: u8 = 1;
const RETRIED: u8 = 2;
const CLIENT_AUTH: u8 = 4;
const STORED_AND_RESUMED: u8 = 8 | RESUMED;

pub(super) fn edited_records() -> Vec<Seed> {
    vec![
        script("bit_in_the_hello", FULL, &[(0, 0, 20, 0, 1)]),
        script(
            "doubled_and_lost",
            RETRIED,
            &[(2, 9, 0, 0, 0), (4, 8, 0, 0, 0)],
        ),
        script(
            "split_and_late",
            CLIENT_AUTH,
            &[(0, 11, 50, 0, 0), (5, 10, 0, 0, 0)],
        ),
        script("put_in_between", RESUMED, &[(3, 14, 23 << 8, 30, 0)]),
    ]
}

pub(super) fn edited_hellos() -> Vec<Seed> {
    vec![
        script("nothing", STORED_AND_RESUMED, &[]),
        script("extension_less", FULL, &[(0, 9, 1, 0, 0)]),
        script("extension_more_in_the_answer", RETRIED, &[(1, 9, 44, 4, 0)]),
        script("other_binder", RESUMED, &[(0, 7, 3, 1, 2)]),
        script(
            "other_share",
            CLIENT_AUTH,
            &[(0, 6, 29, 1, 0), (1, 15, 1, 3, 4)],
        ),
    ]
}

pub(super) fn edited_messages() -> Vec<Seed> {
    vec![
        script("extension_more", FULL, &[(0, 1, 16, 5, 0)]),
        script(
            "other_certificate",
            CLIENT_AUTH,
            &[(2, 0, 30, 1, 2), (1, 0, 0, 9, 0)],
        ),
        script(
            "tickets_without_end",
            RESUMED,
            &[(4, 9, 0, 0, 39), (3, 1, 700, 4, 0)],
        ),
        script(
            "messages_joined",
            STORED_AND_RESUMED,
            &[(1, 14, 0, 0, 0), (3, 12, 0, 0, 23)],
        ),
        script("key_updates", FULL, &[(6, 9, 0, 0, 38), (4, 13, 900, 0, 0)]),
    ]
}

/// Edits as (at, act, position, amount, value), and some material.
fn script(name: &'static str, setting: u8, edits: &[(u8, u8, u16, u8, u8)]) -> Seed {
    let mut w = Writer::new();
    w.u8(setting);
    w.u8(u8::try_from(edits.len()).unwrap_or(u8::MAX));
    for (at, act, position, amount, value) in edits {
        w.u8(*at);
        w.u8(*act);
        w.u16(*position);
        w.u8(*amount);
        w.u8(*value);
    }
    w.bytes(&[0, 1, 2, 0x40, 0xff]);
    Seed::new(name, w.into_vec())
}
