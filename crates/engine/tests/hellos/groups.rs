//! Which groups are offered, and which of them get a share.

use super::first;
use tessera_engine::{
    ClientConfig, ClientSettings, GreaseValues, GroupChoice, KeyShares, SettingsError,
};
use tessera_testkit::Pair;
use tessera_wire::codepoint::{NamedGroup, ProtocolVersion};
use tessera_wire::extension::KeyShareClientHello;
use tessera_wire::handshake::Handshake;

#[test]
fn without_any_share_the_server_says_which_it_wants() {
    let mut pair = Pair::tls13();
    pair.client.groups = vec![NamedGroup::X25519, NamedGroup::SECP384R1];
    pair.client.key_shares = KeyShares::Of(Vec::new());
    pair.client.grease = GreaseValues::Omit;
    pair.server.groups = vec![NamedGroup::SECP384R1, NamedGroup::X25519];
    let link = pair.connect();
    let Some(Handshake::ClientHello(hello)) = first(&link.client.sent) else {
        panic!("a ClientHello comes first");
    };
    assert_eq!(
        hello.extensions.find(),
        Ok(Some(KeyShareClientHello(Vec::new())))
    );
    assert_eq!(
        link.facts().map(|facts| (facts.group, facts.retried)),
        Some((Some(NamedGroup::SECP384R1), true))
    );
}

#[test]
fn a_group_with_ml_kem_is_no_group_of_tls_1_2() {
    let tls12 = [NamedGroup::X25519MLKEM768, NamedGroup::MLKEM1024];
    for group in tls12 {
        let settings = ClientSettings {
            versions: vec![ProtocolVersion::TLS1_2],
            groups: vec![group],
            ..ClientSettings::default()
        };
        let refused = ClientConfig::try_from(settings).err();
        assert_eq!(refused, Some(SettingsError::NoGroup));
    }
    let mut pair = Pair::tls12();
    pair.client.groups = [&tls12[..], &[NamedGroup::SECP521R1]].concat();
    pair.server.groups = pair.client.groups.clone();
    let group = pair.connect().facts().map(|facts| facts.group);
    assert_eq!(group, Some(Some(NamedGroup::SECP521R1)));
}

#[test]
fn a_better_group_is_asked_for_where_the_server_insists_on_it() {
    for (choice, group, retried) in [
        (GroupChoice::AtHand, NamedGroup::X25519, false),
        (GroupChoice::Best, NamedGroup::SECP384R1, true),
    ] {
        let mut pair = Pair::tls13();
        pair.client.groups = vec![NamedGroup::X25519, NamedGroup::SECP384R1];
        pair.server.groups = vec![NamedGroup::SECP384R1, NamedGroup::X25519];
        pair.server.group_choice = choice;
        let facts = pair.connect().facts().cloned().expect("established");
        assert_eq!((facts.group, facts.retried), (Some(group), retried));
    }
}

#[test]
fn a_share_is_for_a_group_that_is_offered() {
    // RFC 9846 §4.3.8 (1).
    let settings = ClientSettings {
        key_shares: KeyShares::Of(vec![NamedGroup::SECP521R1]),
        ..ClientSettings::default()
    };
    let refused = SettingsError::ShareOfUnofferedGroup(NamedGroup::SECP521R1);
    assert_eq!(ClientConfig::try_from(settings).err(), Some(refused));
}
