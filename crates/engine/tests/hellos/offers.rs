//! A client's hellos.

use super::{client_hello_edited, end, hellos};
use std::collections::HashSet;
use tessera_engine::Misbehaviour;
use tessera_testkit::{Link, Pair};
use tessera_wire::codepoint::{
    AlertDescription as Alert, EcPointFormat, ExtensionType, NamedGroup, ProtocolVersion,
    PskKeyExchangeMode,
};
use tessera_wire::extension::{
    EcPointFormats, KeyShareClientHello, PskKeyExchangeModes, SignatureAlgorithms, SupportedGroups,
    SupportedVersions,
};
use tessera_wire::handshake::{ClientHello, Handshake};

fn client_hellos(link: &Link) -> Vec<ClientHello> {
    let is_one = |hello| match hello {
        Handshake::ClientHello(hello) => Some(hello),
        _ => None,
    };
    let sent = hellos(&link.client.sent).into_iter();
    sent.filter_map(is_one).collect()
}

/// One hello of each kind: of every choice of versions, and with a session to offer.
fn every_hello() -> Vec<ClientHello> {
    let mut all = Vec::new();
    for mut pair in [
        Pair::tls13().seed(1),
        Pair::tls12().seed(2),
        Pair::tls13().seed(3).both_versions(),
        Pair::tls12().seed(4).both_versions(),
    ] {
        for _ in 0..2 {
            pair.client.groups = vec![
                NamedGroup::X25519MLKEM768,
                NamedGroup::X25519,
                NamedGroup::SECP256R1,
            ];
            all.extend(client_hellos(&pair.connect()));
        }
    }
    assert_eq!(all.len(), 8);
    all
}

fn speaks_tls13(hello: &ClientHello) -> bool {
    hello.extensions.contains(ExtensionType::SUPPORTED_VERSIONS)
}

#[test]
fn a_hello_has_in_its_old_fields_what_is_frozen() {
    // RFC 9846 §4.2.2 (1, 6, 12): a connection begins with it.
    for hello in every_hello() {
        assert_eq!(hello.legacy_version, ProtocolVersion::TLS1_2);
        assert_eq!(hello.compression_methods, [0]);
    }
}

#[test]
fn a_session_id_pleases_middleboxes_where_tls_1_3_is_offered() {
    // RFC 9846 §4.2.2 (8, 9, 10): 32 new bytes, or none where there is nothing to please.
    let mut seen = HashSet::new();
    for hello in every_hello().iter().filter(|hello| speaks_tls13(hello)) {
        assert_eq!(hello.legacy_session_id.as_slice().len(), 32);
        assert!(seen.insert(hello.legacy_session_id.as_slice().to_vec()));
    }
    let hello = &client_hellos(&Pair::tls12().connect())[0];
    assert!(hello.legacy_session_id.is_empty());
}

#[test]
fn a_hello_lists_every_version_it_would_speak() {
    // RFC 9846 §4.3.1 (1, 2).
    let listed = |pair: &mut Pair| {
        let hello = client_hellos(&pair.connect()).swap_remove(0);
        let SupportedVersions(versions) = hello.extensions.find().expect("decodes")?;
        let known = versions.into_iter().filter(|version| !version.is_grease());
        Some(known.collect::<Vec<_>>())
    };
    let (tls13, tls12) = (ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2);
    assert_eq!(listed(&mut Pair::tls13()), Some(vec![tls13]));
    let mut both = Pair::tls13().both_versions();
    assert_eq!(listed(&mut both), Some(vec![tls13, tls12]));
    assert_eq!(listed(&mut Pair::tls12()), None);
}

#[test]
fn extensions_come_once_and_together_and_pre_shared_key_last() {
    // RFC 9846 §4.3 (7), §4.3.2 (2), §4.3.3 (2), §4.3.9 (2), §4.3.11 (10), §9.2 (10, 11).
    let mut with_psk = 0;
    for hello in every_hello() {
        let types: Vec<_> = hello.extensions.types().collect();
        let once: HashSet<_> = types.iter().collect();
        assert_eq!(once.len(), types.len(), "{types:?}");
        let has = |kind| types.contains(&kind);
        assert!(!has(ExtensionType::COOKIE));
        assert!(has(ExtensionType::SIGNATURE_ALGORITHMS) && has(ExtensionType::SUPPORTED_GROUPS));
        assert_eq!(has(ExtensionType::KEY_SHARE), speaks_tls13(&hello));
        if has(ExtensionType::PRE_SHARED_KEY) {
            with_psk += 1;
            assert!(has(ExtensionType::PSK_KEY_EXCHANGE_MODES));
            assert_eq!(types.last(), Some(&ExtensionType::PRE_SHARED_KEY));
        }
    }
    assert!(with_psk > 0);
}

#[test]
fn shares_are_for_groups_that_are_listed_and_in_their_order() {
    // RFC 9846 §4.3.7 (1), §4.3.8 (1, 2, 4).
    for hello in every_hello() {
        let SupportedGroups(groups) = hello.extensions.find().expect("decodes").expect("there");
        let once: HashSet<_> = groups.iter().map(|group| group.0).collect();
        assert_eq!(once.len(), groups.len());
        let shares = hello.extensions.find().expect("decodes");
        let Some(KeyShareClientHello(shares)) = shares else {
            continue;
        };
        let place = |group| groups.iter().position(|listed| *listed == group);
        let places: Vec<_> = shares.iter().map(|share| place(share.group)).collect();
        assert!(places.iter().all(Option::is_some), "{places:?}");
        assert!(places.is_sorted_by(|one, next| one < next), "{places:?}");
    }
}

#[test]
fn points_are_uncompressed_and_nothing_else() {
    // RFC 8422 §5.1.2 (1, 2, 3, 4), §5.2 (1).
    let link = Pair::tls12().connect();
    let hello = client_hellos(&link).swap_remove(0);
    let uncompressed = EcPointFormats(vec![EcPointFormat::UNCOMPRESSED]);
    assert_eq!(hello.extensions.find(), Ok(Some(uncompressed.clone())));
    let Handshake::ServerHello(answer) = hellos(&link.server.sent).swap_remove(0) else {
        panic!("a ServerHello comes first");
    };
    assert_eq!(answer.extensions.find(), Ok(Some(uncompressed)));
    let mut pair = Pair::tls12();
    let link = pair.link(None);
    let link = client_hello_edited(&mut pair, link, |hello| {
        let compressed = EcPointFormats(vec![EcPointFormat(1), EcPointFormat(2)]);
        hello.extensions.replace(&compressed);
    });
    let expected = Misbehaviour::NoUncompressedPoints.into();
    assert_eq!(
        end(&link.server),
        (Some(expected), Some(Alert::ILLEGAL_PARAMETER))
    );
}

#[test]
fn a_hello_of_tls_1_2_offers_no_compression_among_others() {
    // RFC 9846 §4.2.2 (14), RFC 5246 §7.4.1.2 (6).
    for (methods, alert) in [
        // Only the changed transcript ends it.
        (vec![1, 0], Alert::BAD_RECORD_MAC),
        (vec![1], Alert::ILLEGAL_PARAMETER),
    ] {
        let mut pair = Pair::tls12();
        let link = pair.link(None);
        let link = client_hello_edited(&mut pair, link, |hello| {
            hello.compression_methods.clone_from(&methods);
        });
        assert_eq!(link.server.alert_sent(), Some(alert));
    }
}

#[test]
fn a_group_that_is_set_twice_is_offered_once() {
    // RFC 9846 §4.3.7 (1).
    let mut pair = Pair::tls13();
    pair.client.groups.push(NamedGroup::X25519);
    pair.client.grease = tessera_engine::GreaseValues::Omit;
    let hello = client_hellos(&pair.connect()).swap_remove(0);
    let groups = SupportedGroups(vec![NamedGroup::X25519]);
    assert_eq!(hello.extensions.find(), Ok(Some(groups)));
}

#[test]
fn reserved_values_stand_in_every_list_that_a_server_chooses_from() {
    // RFC 8701 §3.1.
    for mut pair in [Pair::tls13(), Pair::tls12()] {
        let hello = client_hellos(&pair.connect()).swap_remove(0);
        let lists = &hello.extensions;
        let groups = lists
            .find()
            .expect("it decodes")
            .map(|SupportedGroups(list)| list);
        let schemes = lists
            .find()
            .expect("it decodes")
            .map(|SignatureAlgorithms(list)| list);
        assert!(hello.cipher_suites.iter().any(|suite| suite.is_grease()));
        assert!(
            groups
                .unwrap_or_default()
                .iter()
                .any(|group| group.is_grease())
        );
        assert!(
            schemes
                .unwrap_or_default()
                .iter()
                .any(|scheme| scheme.is_grease())
        );
        assert!(lists.types().any(|kind| kind.is_grease()));
    }
}

#[test]
fn a_session_is_not_resumed_in_a_mode_that_is_not_listed() {
    // RFC 9846 §4.2.1 (2), §4.3.9 (4).
    let mut pair = Pair::tls13().stored();
    pair.connect();
    pair.world.asked.clear();
    let offered = pair.world.draw();
    let link = pair.link(offered);
    let link = client_hello_edited(&mut pair, link, |hello| {
        let modes = PskKeyExchangeModes(vec![PskKeyExchangeMode::PSK_KE]);
        hello.extensions.replace(&modes);
    });
    assert!(!pair.world.asked.contains(&"FindSession"));
    assert!(pair.world.asked.contains(&"Sign"), "a full handshake");
    // Only the changed transcript ends it.
    assert_eq!(link.server.alert_sent(), Some(Alert::BAD_RECORD_MAC));
}
