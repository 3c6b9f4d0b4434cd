//! RFC 8448's traces: the messages are theirs, and from them our secrets, binder, Finished and
//! records come out byte for byte.

use crate::Event;
use crate::handshake::cx::{Cx, Effect, Effects};
use crate::handshake::key_tree::Root;
use crate::keys::derived::{Derived, SecretFingerprint};
use crate::keys::finished::FinishedKey;
use crate::keys::keylog::KeyLog;
use crate::keys::tls13::{EarlySecret, HandshakeSecret, MainSecret, PskOrigin, TrafficSecret};
use crate::keys::transcript::Transcript;
use crate::record::open::Opener;
use crate::record::seal::Sealer;
use data_encoding::HEXLOWER;
use std::collections::HashMap;
use tessera_crypto::{Entropy, HashAlgorithm, Secret, SuiteParameters, tls13_suite};
use tessera_session::Timestamp;
use tessera_wire::codepoint::{CipherSuite, ContentType};
use tessera_wire::handshake::{ClientHello, Handshake};

/// One trace: `label: hex` lines.
struct Trace(HashMap<String, Vec<u8>>);

impl Trace {
    fn read(text: &str) -> Self {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty());
        let entries = lines.map(|line| {
            let (label, hex) = line.split_once(": ").expect("label: hex");
            (
                label.to_owned(),
                HEXLOWER.decode(hex.as_bytes()).expect("hex"),
            )
        });
        Self(entries.collect())
    }

    fn bytes(&self, label: &str) -> &[u8] {
        self.0
            .get(label)
            .unwrap_or_else(|| panic!("the trace has no {label}"))
    }

    fn has(&self, label: &str) -> bool {
        self.0.contains_key(label)
    }

    fn secret(&self, label: &str) -> Secret {
        Secret::new(self.bytes(label)).expect("a secret's length")
    }

    fn assert_secret(&self, label: &str, ours: &Secret) {
        assert!(ours.matches(self.bytes(label)), "{label}");
    }

    /// The fingerprint of the secret the trace publishes under this label.
    fn fingerprint(&self, label: &str) -> SecretFingerprint {
        let domain = b"tessera key tree".as_slice();
        let digest = SHA256.hash(&[domain, self.bytes(label)].concat());
        SecretFingerprint(*digest.as_bytes().first_chunk().expect("32 bytes"))
    }
}

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;

fn suite() -> &'static SuiteParameters {
    tls13_suite(CipherSuite::TLS_AES_128_GCM_SHA256).expect("it is one of ours")
}

fn sealed(keys: &TrafficSecret, kind: ContentType, contents: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut sealer = Sealer::protected(keys.record_keys(suite()).expect("a key"), None);
    let seal = |content: &&[u8]| {
        let mut record = Vec::new();
        sealer
            .seal(kind, content, &mut record)
            .expect("within limits");
        record
    };
    contents.iter().map(seal).collect()
}

fn opened(keys: &TrafficSecret, records: &[&[u8]]) -> Vec<(ContentType, Vec<u8>)> {
    let mut opener = Opener::new(keys.record_keys(suite()).expect("a key"));
    let open = |record: &&[u8]| {
        let mut record = record.to_vec();
        let plaintext = opener.open(&mut record).expect("it verifies");
        (plaintext.content_type, record[plaintext.content].to_vec())
    };
    records.iter().map(open).collect()
}

/// Both sides' messages of a flight, as the trace has them.
fn flight(trace: &Trace, labels: &[&str]) -> Vec<u8> {
    labels
        .iter()
        .filter(|label| trace.has(label))
        .flat_map(|label| trace.bytes(label).to_vec())
        .collect()
}

const SERVER_FLIGHT: [&str; 5] = [
    "encrypted_extensions",
    "certificate_request",
    "server_certificate",
    "server_certificate_verify",
    "server_finished",
];
const CLIENT_FLIGHT: [&str; 3] = [
    "client_certificate",
    "client_certificate_verify",
    "client_finished",
];

/// Walks a trace from ServerHello to the last record it has.
fn walk(trace: &Trace, mut transcript: Transcript, psk: Option<&Secret>) -> MainSecret {
    let handshake = handshake(trace, &mut transcript, psk);
    let traffic = handshake.traffic(&transcript.current());
    trace.assert_secret("client_handshake_traffic_secret", traffic.client.secret());
    trace.assert_secret("server_handshake_traffic_secret", traffic.server.secret());

    let server_flight = flight(trace, &SERVER_FLIGHT);
    assert_eq!(
        sealed(&traffic.server, ContentType::HANDSHAKE, &[&server_flight]),
        [trace.bytes("server_flight_record")]
    );
    assert_eq!(
        opened(&traffic.server, &[trace.bytes("server_flight_record")]),
        [(ContentType::HANDSHAKE, server_flight)]
    );
    finish(
        trace,
        &mut transcript,
        &SERVER_FLIGHT,
        &traffic.server.finished_key(),
    );

    let main = handshake.into_main();
    let after_server = transcript.current();
    let application = main.traffic(&after_server);
    trace.assert_secret(
        "client_application_traffic_secret",
        application.client.secret(),
    );
    trace.assert_secret(
        "server_application_traffic_secret",
        application.server.secret(),
    );
    let exporter = main.exporter_secret(&after_server);
    trace.assert_secret("exporter_secret", &exporter);

    if trace.has("end_of_early_data") {
        transcript.absorb(trace.bytes("end_of_early_data"));
    }
    let client_flight = flight(trace, &CLIENT_FLIGHT);
    assert_eq!(
        sealed(&traffic.client, ContentType::HANDSHAKE, &[&client_flight]),
        [trace.bytes("client_flight_record")]
    );
    finish(
        trace,
        &mut transcript,
        &CLIENT_FLIGHT,
        &traffic.client.finished_key(),
    );
    let resumption = main.resumption_secret(&transcript.current());
    trace.assert_secret("resumption_secret", &resumption.secret);
    if trace.has("resumption_psk") {
        trace.assert_secret(
            "resumption_psk",
            &resumption.psk(trace.bytes("ticket_nonce")),
        );
    }
    application_data(trace, &application.server, &application.client);
    main
}

fn handshake(trace: &Trace, transcript: &mut Transcript, psk: Option<&Secret>) -> HandshakeSecret {
    transcript.absorb(trace.bytes("server_hello"));
    EarlySecret::new(SHA256, psk).into_handshake(&trace.secret("shared_secret"))
}

/// Absorbs a flight, making its Finished on the way.
fn finish(trace: &Trace, transcript: &mut Transcript, labels: &[&str], key: &FinishedKey) {
    for label in labels.iter().filter(|label| trace.has(label)) {
        let message = trace.bytes(label);
        if let Handshake::Finished(finished) =
            Handshake::decode(message).expect("a message of the trace")
        {
            assert_eq!(
                key.verify_data(&transcript.current()).as_bytes(),
                finished.verify_data,
                "{label}"
            );
            assert!(key.verifies(&transcript.current(), &finished.verify_data));
        }
        transcript.absorb(message);
    }
}

/// Tickets, data and alerts, in the order of the trace's records.
fn application_data(trace: &Trace, server: &TrafficSecret, client: &TrafficSecret) {
    let contents = [
        ("new_session_ticket", ContentType::HANDSHAKE),
        ("application_data", ContentType::APPLICATION_DATA),
        ("alert", ContentType::ALERT),
    ];
    for (role, keys) in [("server", server), ("client", client)] {
        let mut sealer = Sealer::protected(keys.record_keys(suite()).expect("a key"), None);
        for (what, kind) in contents {
            let label = if what == "new_session_ticket" {
                what.to_owned()
            } else {
                format!("{role}_{what}")
            };
            if (what == "new_session_ticket" && role == "client") || !trace.has(&label) {
                continue;
            }
            let mut record = Vec::new();
            sealer
                .seal(kind, trace.bytes(&label), &mut record)
                .expect("within limits");
            assert_eq!(record, trace.bytes(&format!("{label}_record")), "{label}");
        }
    }
}

fn begun(trace: &Trace) -> Transcript {
    let mut transcript = Transcript::new(SHA256);
    transcript.absorb(trace.bytes("client_hello"));
    transcript
}

/// The key tree of a trace, as far as the server's Finished.
fn key_tree(trace: &Trace, psk: Option<&Secret>) -> Vec<Derived> {
    let root = psk.map_or(Root::Nothing, Root::Session);
    let mut effects = Effects::new(KeyLog::Off, crate::Trace::Messages);
    let mut cx = Cx {
        config: &(),
        now: Timestamp::EPOCH,
        entropy: &mut Entropy::from_seed([0; 32]),
        effects: &mut effects,
    };
    let mut transcript = begun(trace);
    transcript.absorb(trace.bytes("server_hello"));
    let early = EarlySecret::new(SHA256, psk);
    cx.early_derived(root, &early);
    let secret = early.into_handshake(&trace.secret("shared_secret"));
    let traffic = secret.traffic(&transcript.current());
    cx.handshake_derived(root, &secret, &traffic);
    transcript.absorb(&flight(trace, &SERVER_FLIGHT));
    let main = secret.into_main();
    let digest = transcript.current();
    cx.main_derived(
        &main,
        &main.traffic(&digest),
        &main.exporter_secret(&digest),
    );
    let told = effects.into_list().into_iter();
    let derived = told.filter_map(|effect| match effect {
        Effect::Tell(Event::Derived(derived)) => Some(derived),
        _ => None,
    });
    derived.collect()
}

#[test]
fn the_key_tree_has_the_fingerprints_of_the_published_secrets() {
    let full = Trace::read(include_str!("../../tests/vectors/rfc8448/simple_1rtt.txt"));
    let resumed = Trace::read(include_str!("../../tests/vectors/rfc8448/resumed_0rtt.txt"));
    let psk = full.secret("resumption_psk");
    let published = [
        ("early", "early_secret"),
        ("handshake", "handshake_secret"),
        (
            "client_handshake_traffic",
            "client_handshake_traffic_secret",
        ),
        (
            "server_handshake_traffic",
            "server_handshake_traffic_secret",
        ),
        ("main", "main_secret"),
        ("client_traffic", "client_application_traffic_secret"),
        ("server_traffic", "server_application_traffic_secret"),
        ("exporter", "exporter_secret"),
    ];
    let check = |trace: &Trace, tree: &[Derived]| {
        assert_eq!(tree.len(), published.len());
        for (derived, (what, label)) in tree.iter().zip(published) {
            assert_eq!(derived.what, what);
            assert_eq!(derived.fingerprint, trace.fingerprint(label), "{what}");
        }
    };
    check(&full, &key_tree(&full, None));
    let tree = key_tree(&resumed, Some(&psk));
    assert_eq!(tree[0].what, "psk");
    assert_eq!(tree[0].fingerprint, full.fingerprint("resumption_psk"));
    check(&resumed, &tree[1..]);
}

#[test]
fn simple_1_rtt_handshake() {
    // RFC 9846 §5.3 (1), §7.5 (1), §4.5.3 (1): the same bytes as in the trace.
    let trace = Trace::read(include_str!("../../tests/vectors/rfc8448/simple_1rtt.txt"));
    walk(&trace, begun(&trace), None);
}

#[test]
fn resumed_handshake_with_its_binder() {
    let trace = Trace::read(include_str!("../../tests/vectors/rfc8448/resumed_0rtt.txt"));
    let first = Trace::read(include_str!("../../tests/vectors/rfc8448/simple_1rtt.txt"));
    let psk = first.secret("resumption_psk");

    let hello = trace.bytes("client_hello");
    let cut = ClientHello::binders_offset(hello).expect("it offers a PSK");
    assert_eq!(&hello[..cut], trace.bytes("client_hello_without_binders"));
    let key = EarlySecret::new(SHA256, Some(&psk)).binder_key(PskOrigin::Resumption);
    let digest = Transcript::new(SHA256).with(&hello[..cut]);
    assert_eq!(digest.as_bytes(), trace.bytes("binder_hash"));
    assert!(
        hello.ends_with(key.verify_data(&digest).as_bytes()),
        "the binder ends the hello"
    );

    walk(&trace, begun(&trace), Some(&psk));
}

#[test]
fn hello_retry_request() {
    let trace = Trace::read(include_str!(
        "../../tests/vectors/rfc8448/hello_retry_request.txt"
    ));
    let mut transcript = Transcript::new(SHA256);
    transcript.absorb(trace.bytes("client_hello1"));
    let mut transcript = transcript.into_retry();
    transcript.absorb(trace.bytes("hello_retry_request"));
    transcript.absorb(trace.bytes("client_hello2"));
    walk(&trace, transcript, None);
}

#[test]
fn client_authentication() {
    let trace = Trace::read(include_str!(
        "../../tests/vectors/rfc8448/client_authentication.txt"
    ));
    walk(&trace, begun(&trace), None);
}

#[test]
fn compatibility_mode() {
    let trace = Trace::read(include_str!(
        "../../tests/vectors/rfc8448/compatibility_mode.txt"
    ));
    walk(&trace, begun(&trace), None);
}
