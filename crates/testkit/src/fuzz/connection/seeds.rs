//! Streams of one end, made without a connection, and scripts for the middle of two.

use tessera_crypto::{Entropy, KeyShare};
use tessera_engine::Input;
use tessera_wire::codepoint::{
    AlertDescription, CipherSuite, ContentType, ExtensionType, KeyUpdateRequest, NamedGroup,
    ProtocolVersion, SignatureScheme,
};
use tessera_wire::extension::{
    Extensions, KeyShareClientHello, KeyShareEntry, KeyShareHelloRetryRequest, KeyShareServerHello,
    SelectedVersion, ServerNameList, SignatureAlgorithms, SupportedGroups, SupportedVersions,
};
use tessera_wire::handshake::{ClientHello, HelloRetryRequest, Random, ServerHello, SessionId};
use tessera_wire::{Alert, Writer};

use super::edited_records::record;
use super::scene::Setting;
use crate::fuzz::Seed;

const CHANGE_CIPHER_SPEC: [u8; 6] = [20, 3, 3, 0, 1, 1];

/// In pieces of 17 bytes, in place.
const IN_PLACE: u8 = 5 << 1 | 1;
/// In pieces of 6 bytes, by copy.
const BY_COPY: u8 = 4 << 1;

/// What both ends are set to.
const ONLY_TLS12: u8 = 1 << 4;
const BOTH_VERSIONS: u8 = 2 << 4;
const RENEGOTIATING: u8 = 3 << 4;
const AUTHENTICATED: u8 = 1 << 6;

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
        from_client("recorded_tls13", IN_PLACE | AUTHENTICATED),
        from_client("recorded_tls12", BY_COPY | ONLY_TLS12 | AUTHENTICATED),
        from_client("recorded_both", IN_PLACE | BOTH_VERSIONS),
        from_client("recorded_renegotiation", BY_COPY | RENEGOTIATING),
        // Found: memory held after the end, which was what came behind it.
        more(
            "more_behind_the_end",
            from_client("recorded_both", IN_PLACE | BOTH_VERSIONS),
        ),
    ]
}

pub(super) fn client_stream() -> Vec<Seed> {
    let hello = handshake(&server_hello(NamedGroup::X25519));
    let after_retry = handshake(&server_hello(NamedGroup::SECP256R1));
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
            &[&handshake(&retry()), &CHANGE_CIPHER_SPEC, &after_retry],
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
        from_server("recorded_tls13", IN_PLACE | AUTHENTICATED),
        from_server("recorded_tls12", BY_COPY | ONLY_TLS12 | AUTHENTICATED),
        from_server("recorded_both", IN_PLACE | BOTH_VERSIONS),
        from_server("recorded_renegotiation", BY_COPY | RENEGOTIATING),
        damaged("damaged_behind_tickets", BOTH_VERSIONS),
        damaged("damaged_renegotiation", RENEGOTIATING),
    ]
}

/// A seed with a few bytes behind its end.
fn more(name: &'static str, mut seed: Seed) -> Seed {
    seed.bytes.extend([0x4f, 0, 0, 0, 0, 0, 0, 0x2c]);
    Seed::new(name, seed.bytes)
}

/// All that a client says to a server which only answers: the one of the target would say the same.
fn from_client(name: &'static str, how: u8) -> Seed {
    let mut pair = super::stream::pair(how);
    let mut link = pair.connect_with(None);
    link.client_says(b"a question", &mut pair.world);
    let update = Input::UpdateKeys(KeyUpdateRequest::UpdateNotRequested);
    for input in [update, Input::Renegotiate, Input::Close] {
        link.client.handle(link.now, input, &mut pair.world);
        link.run(&mut pair.world);
    }
    stream(name, how, &[&link.client.sent])
}

/// All that a server says to such a client.
fn from_server(name: &'static str, how: u8) -> Seed {
    let mut pair = super::stream::pair(how);
    let mut link = pair.connect_with(None);
    link.server_says(b"an answer", &mut pair.world);
    let update = Input::UpdateKeys(KeyUpdateRequest::UpdateNotRequested);
    for input in [update, Input::RequestCertificate, Input::Close] {
        link.server.handle(link.now, input, &mut pair.world);
        link.run(&mut pair.world);
    }
    stream(name, how, &[&link.server.sent])
}

/// The same with its last byte changed: a fatal end after whatever came before it.
fn damaged(name: &'static str, how: u8) -> Seed {
    let mut seed = from_server(name, how);
    if let Some(last) = seed.bytes.last_mut() {
        *last ^= 1;
    }
    seed
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

fn server_hello(group: NamedGroup) -> Vec<u8> {
    let share = KeyShare::generate(group, &mut Entropy::from_seed([9; 32]));
    let mut extensions = Extensions::new();
    extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
    extensions.push(&KeyShareServerHello(KeyShareEntry {
        group,
        key_exchange: share.expect("a group there is").public_share().to_vec(),
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

const FULL: u8 = 0;
const RESUMED: u8 = Setting::RESUMED;
const RETRIED: u8 = Setting::RETRIED;
const CLIENT_AUTH: u8 = Setting::CLIENT_AUTH;
const STORED_AND_RESUMED: u8 = Setting::STORED | RESUMED;
const LATE_AUTH: u8 = Setting::AFTERWARDS;
const TLS12: u8 = Setting::TLS12;
const RESUMED_BY_ID: u8 = TLS12 | RESUMED | RETRIED;
const RENEGOTIATED: u8 = TLS12 | Setting::AFTERWARDS;

/// One undisturbed connection of each kind.
fn undisturbed() -> Vec<Seed> {
    vec![
        script("tls13", FULL, &[]),
        script("tls13_resumed", STORED_AND_RESUMED, &[]),
        script("tls13_retried", RETRIED | RESUMED | 1 << 6, &[]),
        script("tls13_client_auth", CLIENT_AUTH | 2 << 6, &[]),
        script("tls13_late_auth", LATE_AUTH, &[]),
        script("tls12", TLS12 | 2 << 6, &[]),
        script("tls12_ticket", TLS12 | RESUMED, &[]),
        script("tls12_session_id", RESUMED_BY_ID, &[]),
        script("tls12_client_auth", TLS12 | CLIENT_AUTH, &[]),
        script("tls12_renegotiated", RENEGOTIATED, &[]),
        script(
            "tls12_resumed_and_renegotiated",
            RENEGOTIATED | CLIENT_AUTH | RESUMED,
            &[],
        ),
    ]
}

/// The undisturbed ones, and these.
fn and(edited: impl IntoIterator<Item = Seed>) -> Vec<Seed> {
    undisturbed().into_iter().chain(edited).collect()
}

pub(super) fn edited_records() -> Vec<Seed> {
    and([
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
        script("change_lost", TLS12, &[(7, 8, 0, 0, 0)]),
        // Found: memory held after the end, which was what came behind it.
        Seed::new(
            "more_behind_the_end",
            vec![0xff, 0xff, 0x21, 0x99, 0xff, 0xff, 0xca, 0],
        ),
        Seed::new(
            "all_of_it_behind_the_end",
            vec![0, 0xec, 0x0c, 0x0c, 0x0b, 0x03, 0x2f, 0x0c, 0xf6],
        ),
    ])
}

pub(super) fn edited_hellos() -> Vec<Seed> {
    and([
        script("extension_less", FULL, &[(0, 9, 1, 0, 0)]),
        script("extension_more_in_the_answer", RETRIED, &[(1, 9, 44, 4, 0)]),
        script("other_binder", RESUMED, &[(0, 7, 3, 1, 2)]),
        script(
            "other_share",
            CLIENT_AUTH,
            &[(0, 6, 29, 1, 0), (1, 15, 1, 3, 4)],
        ),
        script("other_session_id", RESUMED_BY_ID, &[(0, 3, 0, 8, 1)]),
        script("share_altered", TLS12, &[(3, 0, 9, 1, 1)]),
    ])
}

pub(super) fn edited_messages() -> Vec<Seed> {
    and([
        script("extension_more", FULL, &[(3, 0x11, 16, 5, 0)]),
        script(
            "other_certificate",
            CLIENT_AUTH,
            &[(5, 0, 30, 1, 2), (4, 0, 0, 9, 0)],
        ),
        script(
            "tickets_without_end",
            RESUMED,
            &[(7, 9, 0, 0, 39), (8, 1, 700, 4, 1)],
        ),
        script(
            "messages_joined",
            STORED_AND_RESUMED,
            &[(3, 14, 0, 0, 0), (5, 12, 0, 0, 23)],
        ),
        script(
            "key_updates",
            FULL,
            &[(11, 9, 0, 0, 38), (8, 13, 900, 0, 0)],
        ),
        script("requests_for_hellos", RENEGOTIATED, &[(11, 6, 0, 0, 0)]),
        // Found: a hello passed off as something else, in one record with what came behind it.
        Seed::new(
            "passed_off_and_joined",
            vec![
                0xfc, 0x5d, 4, 0x23, 1, 0xfe, 0x5e, 6, 1, 0x0c, 0xa2, 5, 8, 0x40, 0xfe, 0xff, 4, 5,
                8, 0xfe, 4, 0x22, 0, 0xff, 4, 0x23, 1, 0xfe, 0x5e, 6, 1, 0x0c, 0xa2, 5, 8, 0x40,
                0xfe, 0x22, 0, 0xff, 0, 0,
            ],
        ),
    ])
}

pub(super) fn mutating_peer() -> Vec<Seed> {
    and([
        script("request_of_more", CLIENT_AUTH, &[(4, 0x11, 0x1a1a, 4, 1)]),
        script("suites_turned", RESUMED, &[(0, 0x03, 1, 0, 0)]),
        script("other_certificate", FULL, &[(4, 0, 30, 1, 3)]),
        script("other_share", TLS12, &[(3, 1, 31, 1, 2)]),
        script("authority_more", TLS12 | CLIENT_AUTH, &[(4, 0, 0, 4, 3)]),
        script("false_finished", RENEGOTIATED, &[(22, 4, 3, 0, 1)]),
        script(
            "false_signature",
            LATE_AUTH | CLIENT_AUTH,
            &[(10, 5, 9, 0, 1)],
        ),
    ])
}

/// Bytes to put in, which are edits as well for a script that says it has more of them.
const MATERIAL: [u8; 24] = [
    0, 1, 2, 0x40, 0xff, 0, // in the first message
    1, 0, 0, 9, 1, 3, // in the answer
    4, 1, 0, 30, 4, 0x80, // in what follows
    7, 5, 0, 0, 1, 20, // in what ends it
];

/// Edits as (at, act, position, amount, value), and the material.
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
    w.bytes(&MATERIAL);
    Seed::new(name, w.into_vec())
}
