//! The key tree: both ends tell the same secrets by name, and tell none of them.

use std::collections::{BTreeMap, BTreeSet};
use tessera_crypto::HashAlgorithm;
use tessera_engine::{
    Derived, EarlyDataOffer, Event, ExternalPsk, Input, KeyLog, KeyUpdateRequest, OfferedSession,
    PskHash, SecretFingerprint, Trace,
};
use tessera_testkit::{End, Link, Pair};
use tessera_wire::codepoint::NamedGroup;

fn tracing(mut pair: Pair) -> Pair {
    (pair.client.trace, pair.server.trace) = (Trace::Messages, Trace::Messages);
    (pair.client.key_log, pair.server.key_log) = (KeyLog::Emit, KeyLog::Emit);
    pair
}

fn derived(end: &End) -> impl Iterator<Item = &Derived> {
    end.events.iter().filter_map(|event| match event {
        Event::Derived(derived) => Some(derived),
        _ => None,
    })
}

/// Each secret of an end that it has told, by its name; one told twice is the same both times.
fn tree(end: &End) -> BTreeMap<String, BTreeSet<[u8; 8]>> {
    let mut tree: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
    for derived in derived(end) {
        let named = tree.entry(derived.what.to_string()).or_default();
        named.insert(derived.fingerprint.0);
    }
    tree
}

/// What both ends tell of a connection.
#[track_caller]
fn agreed(link: &Link) -> BTreeMap<String, BTreeSet<[u8; 8]>> {
    let (client, server) = (tree(&link.client), tree(&link.server));
    assert_eq!(client, server);
    for derived in derived(&link.server).filter(|derived| derived.from.is_some()) {
        let from = derived.from.as_deref().unwrap_or_default();
        assert!(server.contains_key(from), "{derived:?} comes from nothing");
    }
    server
}

fn names(tree: &BTreeMap<String, BTreeSet<[u8; 8]>>) -> Vec<&str> {
    tree.keys().map(String::as_str).collect()
}

fn fingerprint(secret: &[u8]) -> [u8; 8] {
    let digest = HashAlgorithm::Sha256.hash(&[b"tessera key tree", secret].concat());
    *digest.as_bytes().first_chunk().expect("32 bytes")
}

/// The fingerprint of the secret that the key log has under this label.
fn logged(end: &End, label: &str) -> BTreeSet<[u8; 8]> {
    let lines = end
        .key_log
        .iter()
        .map(|line| line.split(' ').collect::<Vec<_>>());
    let hex = lines
        .filter(|parts| parts[0] == label)
        .map(|parts| parts[2].to_owned());
    hex.map(|hex| {
        let secret: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
            .collect();
        fingerprint(&secret)
    })
    .collect()
}

const TLS13: [&str; 10] = [
    "client_handshake_traffic",
    "client_traffic",
    "early",
    "exporter",
    "handshake",
    "main",
    "resumption",
    "server_handshake_traffic",
    "server_traffic",
    "ticket_psk",
];

#[test]
fn a_full_handshake_of_tls_1_3_has_its_secrets_each_from_another() {
    let mut retry = Pair::tls13();
    retry.client.groups = vec![NamedGroup::SECP384R1, NamedGroup::X25519];
    retry.server.groups = vec![NamedGroup::X25519];
    for pair in [Pair::tls13(), Pair::tls13().stored(), retry] {
        let link = tracing(pair).connect();
        let tree = agreed(&link);
        assert_eq!(names(&tree), TLS13);
        assert_eq!(tree["ticket_psk"].len(), 2, "each ticket has its own");
        // What the key log tells is what the fingerprints are of.
        for (what, label) in [
            (
                "client_handshake_traffic",
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            ),
            (
                "server_handshake_traffic",
                "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            ),
            ("client_traffic", "CLIENT_TRAFFIC_SECRET_0"),
            ("server_traffic", "SERVER_TRAFFIC_SECRET_0"),
            ("exporter", "EXPORTER_SECRET"),
        ] {
            assert_eq!(tree[what], logged(&link.client, label), "{what}");
        }
        let all: BTreeSet<_> = tree.values().flatten().collect();
        assert_eq!(all.len(), tree.len() + 1, "no two are alike");
    }
}

#[test]
fn connections_on_one_session_have_its_secret_in_common_and_nothing_below_it() {
    let mut pair = tracing(Pair::tls13().early_data(1000));
    let first = agreed(&pair.connect());
    let ticket = pair.world.wallet.pop().expect("a ticket");
    let secret = fingerprint(ticket.session.secret.secret().as_bytes());
    assert!(first["ticket_psk"].contains(&secret));
    let again = |pair: &mut Pair, early: bool| {
        let offered = OfferedSession {
            session: ticket.session.clone(),
            ticket: ticket.ticket.clone(),
        };
        if !early {
            pair.client.early_data = EarlyDataOffer::Never;
        }
        agreed(&pair.connect_with(Some(offered)))
    };
    let early = again(&mut pair, true);
    let later = again(&mut pair, false);
    assert!(early.contains_key("client_early_traffic"));
    assert!(!later.contains_key("client_early_traffic"));
    assert_eq!(early["psk"], BTreeSet::from([secret]));
    for what in ["psk", "early"] {
        assert_eq!(early[what], later[what], "{what}");
    }
    for what in TLS13.iter().filter(|what| **what != "early") {
        assert!(early[*what].is_disjoint(&later[*what]), "{what}");
    }
}

#[test]
fn each_update_of_keys_has_its_number() {
    let mut pair = tracing(Pair::tls13());
    let mut link = pair.connect();
    for _ in 0..2 {
        let wish = Input::UpdateKeys(KeyUpdateRequest::UpdateRequested);
        link.client.handle(link.now, wish, &mut pair.world);
        link.run(&mut pair.world);
    }
    let tree = agreed(&link);
    for what in [
        "client_traffic_1",
        "client_traffic_2",
        "server_traffic_1",
        "server_traffic_2",
    ] {
        assert_eq!(tree[what].len(), 1, "{what}");
    }
    let second = derived(&link.client).find(|derived| derived.what == "server_traffic_2");
    let from = second.and_then(|derived| derived.from.as_deref());
    assert_eq!(from, Some("server_traffic_1"));
}

#[test]
fn connections_of_tls_1_2_have_the_main_secret_of_their_session_and_keys_of_their_own() {
    for pair in [Pair::tls12(), Pair::tls12().session_ids()] {
        let mut pair = tracing(pair.renegotiation());
        let mut link = pair.connect();
        let first = agreed(&link);
        assert_eq!(names(&first), ["key_block", "main", "premaster"]);
        assert_eq!(first["main"], logged(&link.server, "CLIENT_RANDOM"));
        let resumed = agreed(&pair.connect());
        assert_eq!(names(&resumed), ["key_block", "main"]);
        assert_eq!(resumed["main"], first["main"]);
        assert!(resumed["key_block"].is_disjoint(&first["key_block"]));

        link.server
            .handle(link.now, Input::Renegotiate, &mut pair.world);
        link.run(&mut pair.world);
        let both = agreed(&link);
        for what in ["premaster", "main", "key_block"] {
            assert_eq!(both[what].len(), 2, "{what} of either handshake");
        }
    }
}

#[test]
fn an_external_key_is_not_named_nor_what_follows_from_it_alone() {
    let mut pair = tracing(Pair::tls13());
    let key = b"a key that somebody has thought up";
    let names = (b"client".as_slice(), b"server".as_slice());
    let key = ExternalPsk::between(b"shared", key, PskHash::Sha256, names.0, names.1);
    let key = key.expect("it is long enough");
    pair.client.external_psks = vec![key.clone()];
    pair.server.external_psks = vec![key];
    let link = pair.connect();
    assert!(link.agreed().0.external_psk.is_some());
    let tree = agreed(&link);
    assert!(!tree.contains_key("psk") && !tree.contains_key("early"));
    let handshake = derived(&link.client).find(|derived| derived.what == "handshake");
    assert_eq!(handshake.expect("it is told").from, None);
}

#[test]
fn nothing_is_told_where_nothing_is_traced() {
    let mut pair = Pair::tls13();
    pair.client.trace = Trace::Messages;
    let link = pair.connect();
    assert!(derived(&link.client).next().is_some());
    assert_eq!(derived(&link.server).count(), 0);
}

#[test]
fn a_fingerprint_prints_as_sixteen_digits() {
    let printed = SecretFingerprint([0, 1, 2, 3, 4, 5, 6, 255]).to_string();
    assert_eq!(printed, "00010203040506ff");
}
