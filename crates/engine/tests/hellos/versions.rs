//! Which version is spoken.

use super::{client_hello_edited, end, hellos, server_hello_edited};
use tessera_engine::{Misbehaviour, Mismatch};
use tessera_testkit::{Direction, Link, Pair};
use tessera_wire::Random;
use tessera_wire::codepoint::{AlertDescription as Alert, ExtensionType, ProtocolVersion};
use tessera_wire::extension::SupportedVersions;
use tessera_wire::handshake::{ClientHello, Handshake, ServerHello};

const TLS1_3: ProtocolVersion = ProtocolVersion::TLS1_3;
const TLS1_2: ProtocolVersion = ProtocolVersion::TLS1_2;

fn server_hello(link: &Link) -> Option<ServerHello> {
    match hellos(&link.server.sent).into_iter().next()? {
        Handshake::ServerHello(hello) => Some(hello),
        _ => None,
    }
}

/// What a server that speaks both says to a hello that somebody changed.
fn answer(edit: impl Fn(&mut ClientHello)) -> Link {
    let mut pair = Pair::tls13().both_versions();
    let link = pair.link(None);
    client_hello_edited(&mut pair, link, edit)
}

fn listed(versions: &[u16]) -> impl Fn(&mut ClientHello) + use<> {
    let versions = versions.iter().map(|version| ProtocolVersion(*version));
    let list = SupportedVersions(versions.collect());
    move |hello| hello.extensions.replace(&list)
}

#[test]
fn the_list_of_versions_decides_where_it_is() {
    // RFC 9846 §4.3.1 (4, 5, 6, 7, 8): by what is known in it, and not by legacy_version.
    for (versions, tls13) in [
        (&[0x0303, 0x0304][..], true),
        (&[0x7f1c, 0x0a0a, 0x0304], true),
        (&[0x0303], false),
        (&[0x0305, 0x0303, 0x0302], false),
    ] {
        let hello = server_hello(&answer(listed(versions))).expect("a version in common");
        let says = hello.extensions.contains(ExtensionType::SUPPORTED_VERSIONS);
        assert_eq!(says, tls13, "{versions:x?}");
    }
    let link = answer(|hello| {
        hello.legacy_version = ProtocolVersion::TLS1_1;
        listed(&[0x0303])(hello);
    });
    assert_eq!(
        server_hello(&link).map(|hello| hello.legacy_version),
        Some(TLS1_2)
    );
    let link = answer(listed(&[0x0302]));
    let offered = vec![ProtocolVersion::TLS1_1];
    let expected = (
        Some(Mismatch::Version { offered }.into()),
        Some(Alert::PROTOCOL_VERSION),
    );
    assert_eq!(end(&link.server), expected);
}

#[test]
fn without_a_list_the_old_field_decides_and_never_for_tls_1_3() {
    // RFC 9846 §4.3.1 (3, 9, 10), §E.2 (2, 3), §4.2.3 (3, 14).
    let without = |version| {
        answer(move |hello| {
            hello.legacy_version = version;
            hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS);
        })
    };
    for version in [TLS1_2, TLS1_3, ProtocolVersion(0x03ff)] {
        let hello = server_hello(&without(version)).expect("TLS 1.2");
        assert_eq!(hello.legacy_version, TLS1_2);
        assert!(!hello.extensions.contains(ExtensionType::SUPPORTED_VERSIONS));
        assert_eq!(hello.random.downgrade(), Some(TLS1_2));
    }
    let link = without(ProtocolVersion::TLS1_1);
    let offered = vec![ProtocolVersion::TLS1_1];
    let expected = (
        Some(Mismatch::Version { offered }.into()),
        Some(Alert::PROTOCOL_VERSION),
    );
    assert_eq!(end(&link.server), expected);
}

#[test]
fn a_client_notices_that_somebody_made_it_speak_less() {
    // RFC 9846 §4.2.3 (16, 17).
    for mark in [Random::DOWNGRADE_TLS12, Random::DOWNGRADE_TLS11] {
        let mut pair = Pair::tls13().both_versions();
        pair.server.versions = vec![TLS1_2];
        let link = pair.link(None);
        let link = server_hello_edited(&mut pair, link, |hello| {
            hello.random = hello.random.with_downgrade(mark);
        });
        let expected = (
            Some(Misbehaviour::Downgrade.into()),
            Some(Alert::ILLEGAL_PARAMETER),
        );
        assert_eq!(end(&link.client), expected);
    }
}

#[test]
fn the_version_of_a_hello_s_record_says_nothing() {
    // RFC 5246 §E.1 (4).
    for minor in [0, 1, 2, 3, 4, 0xff] {
        for mut pair in [Pair::tls12(), Pair::tls13()] {
            let mut link = pair.link(None);
            let mut is_first = true;
            link.run_through(&mut pair.world, |direction, bytes| {
                if direction == Direction::ToServer && std::mem::take(&mut is_first) {
                    bytes[1..3].copy_from_slice(&[3, minor]);
                }
            });
            link.agreed();
        }
    }
}

#[test]
fn a_client_takes_no_version_it_did_not_offer() {
    // RFC 9846 §E.1 (1).
    let mut pair = Pair::tls13().both_versions();
    pair.server.versions = vec![TLS1_2];
    let link = pair.link(None);
    let link = server_hello_edited(&mut pair, link, |hello| {
        hello.legacy_version = ProtocolVersion::TLS1_1;
    });
    let offered = vec![ProtocolVersion::TLS1_1];
    let expected = (
        Some(Mismatch::Version { offered }.into()),
        Some(Alert::PROTOCOL_VERSION),
    );
    assert_eq!(end(&link.client), expected);
}

#[test]
fn settings_enable_nothing_below_tls_1_2() {
    // RFC 9846 §E.5 (3).
    let mut pair = Pair::tls13();
    pair.client.versions.push(ProtocolVersion::TLS1_1);
    let refused = tessera_engine::ClientConfig::try_from(pair.client).err();
    let unknown = tessera_engine::SettingsError::UnknownVersion(ProtocolVersion::TLS1_1);
    assert_eq!(refused, Some(unknown));
}
