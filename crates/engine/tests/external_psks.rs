//! Keys that both ends have from elsewhere: RFC 9846 §2.2, §4.3.11, RFC 9257, RFC 9258.

use tessera_engine::{
    ClientConfig, EarlyDataFate, Event, ExternalPsk, Fault, Input, Kind, Misbehaviour, Mismatch,
    PskError, PskHash, ServerConfig, ServerSettings, SettingsError, WithoutPsk,
};
use tessera_session::{ClientAuthMode, Refusal, Side};
use tessera_testkit::{Link, Pair};
use tessera_wire::codepoint::{AlertDescription, CipherSuite, NamedGroup};

const KEY: [u8; 32] = [0x41; 32];

/// A key for connections of `client` to `server`.
fn between(client: &str, server: &str) -> ExternalPsk {
    let (client, server) = (client.as_bytes(), server.as_bytes());
    ExternalPsk::between(b"shared", &KEY, PskHash::Sha256, client, server).expect("good")
}

/// The same key as it is, as the client has it and as the server has it.
fn raw(identity: &str, key: [u8; 32]) -> [ExternalPsk; 2] {
    raw_of(identity, key, PskHash::Sha256)
}

/// The same key at both ends.
fn alike(key: ExternalPsk) -> [ExternalPsk; 2] {
    [key.clone(), key]
}

fn raw_of(identity: &str, key: [u8; 32], hash: PskHash) -> [ExternalPsk; 2] {
    [Side::Client, Side::Server]
        .map(|side| ExternalPsk::raw(side, identity.as_bytes(), &key, hash).expect("good"))
}

/// Ends that know each other by these keys and by nothing else.
fn pair([client, server]: [ExternalPsk; 2]) -> Pair {
    let mut pair = Pair::tls13();
    pair.server.identities.clear();
    pair.client.external_psks = vec![client];
    pair.server.external_psks = vec![server];
    pair
}

/// How the server took it, and what both were told.
fn refused(link: &Link) -> (Option<Fault>, Option<AlertDescription>) {
    assert!(!link.client.is_established() && !link.server.is_established());
    (link.server.fault().cloned(), link.server.alert_sent())
}

#[test]
fn a_key_authenticates_both_ends_and_so_do_the_sessions_made_with_it() {
    // RFC 9846 §2.2 (1), §4.3.11 (2).
    let keys = [alike(between("a", "b")), raw("shared", KEY)];
    let suites = [
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
    ];
    for (key, suite) in keys.iter().flat_map(|key| suites.map(|suite| (key, suite))) {
        let mut pair = pair(key.clone());
        // The other end can do both; whatever goes with the key is chosen.
        pair.server.cipher_suites = vec![suites[1], suites[0]];
        if key[0].identity() == b"shared" && suite == suites[1] {
            pair.client.cipher_suites = vec![suites[1], suites[0]];
        }
        let (client, server) = pair.connect().agreed();
        for facts in [&client, &server] {
            assert_eq!((facts.kind, facts.resumed), (Kind::Full, false));
            assert_eq!(facts.external_psk.as_deref(), Some(b"shared".as_slice()));
            let peer = facts.peer.as_ref().expect("known by the key");
            assert_eq!(peer.subject, "psk:shared");
            assert!(!peer.has_certificate());
            assert_eq!(facts.server_signature, None);
        }
        let (client, server) = pair.connect().agreed();
        for facts in [&client, &server] {
            assert_eq!(facts.kind, Kind::Psk);
            assert_eq!(facts.external_psk, None);
            assert_eq!(
                facts.peer.as_ref().map(|peer| peer.subject.as_str()),
                Some("psk:shared")
            );
            assert_eq!(facts.early_data, EarlyDataFate::NotOffered);
        }
    }
}

#[test]
fn suites_that_no_key_goes_with_are_not_offered() {
    // RFC 9846 §4.3.11 (2).
    let offered = |keys: &[ExternalPsk; 2]| {
        let config = ClientConfig::try_from(pair(keys.clone()).client).expect("good");
        config.settings().cipher_suites.clone()
    };
    let sha256 = [
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    ];
    let sha384 = CipherSuite::TLS_AES_256_GCM_SHA384;
    let raw_sha384 = raw_of("shared", KEY, PskHash::Sha384);
    assert_eq!(offered(&raw("shared", KEY)), sha256);
    assert_eq!(offered(&raw_sha384), [sha384]);
    assert_eq!(offered(&alike(between("a", "b"))).len(), 3);

    let mut same = pair(raw_sha384);
    for kind in [Kind::Full, Kind::Psk] {
        let (client, _) = same.connect().agreed();
        assert_eq!((client.kind, client.cipher_suite), (kind, sha384));
    }
}

#[test]
fn rule_20_a_key_is_for_one_client_and_one_server() {
    let mut good = pair(alike(between("a", "b")));
    assert!(good.connect().server.is_established());
    // Whom else the key is shared with: another client, another server.
    let [_, raw] = raw("shared", KEY);
    for server in [between("c", "b"), between("a", "c"), raw] {
        let mut pair = pair([between("a", "b"), server]);
        let unknown = (
            Some(Mismatch::ExternalPsk.into()),
            Some(AlertDescription::DECRYPT_ERROR),
        );
        assert_eq!(refused(&pair.connect()), unknown);
    }
}

#[test]
fn rule_20_a_peer_never_accepts_its_own_hello() {
    // A node called "a" calls "b", and takes calls of "b"; somebody leads its call back to itself.
    let mut selfie = pair([between("a", "b"), between("b", "a")]);
    let (fault, _) = refused(&selfie.connect());
    assert_eq!(fault, Some(Mismatch::ExternalPsk.into()));
}

#[test]
fn rule_20_a_key_as_it_is_serves_one_side_only() {
    // Nothing on the wire would tell an end of such a key from the other: it could be led to itself.
    let [client, server] = raw("shared", KEY);
    assert!(
        pair([client.clone(), server.clone()])
            .connect()
            .server
            .is_established()
    );
    let Pair { client, server, .. } = pair([server, client]);
    let position = 0;
    let refused = SettingsError::ExternalPskOfOtherSide { position };
    assert_eq!(ClientConfig::try_from(client).err(), Some(refused.clone()));
    assert_eq!(ServerConfig::try_from(server).err(), Some(refused));
}

#[test]
fn an_unknown_key_and_a_wrong_one_are_answered_alike() {
    // RFC 9846 §F.6, §4.3.11 (4, 5).
    let offers = |[client, _]: [ExternalPsk; 2]| {
        let [_, server] = raw("shared", KEY);
        refused(&pair([client, server]).connect())
    };
    let unknown = offers(raw("other", KEY));
    let wrong = offers(raw("shared", [0x42; 32]));
    assert_eq!(unknown.0, Some(Mismatch::ExternalPsk.into()));
    assert_eq!(wrong.0, Some(Misbehaviour::BadBinder.into()));
    assert_eq!(unknown.1, wrong.1);
    assert_eq!(wrong.1, Some(AlertDescription::DECRYPT_ERROR));
}

#[test]
fn who_has_no_key_is_let_in_by_a_certificate_only_where_that_is_meant() {
    // A server with certificates, too.
    let both = |psks: Vec<ExternalPsk>| {
        let mut pair = Pair::tls13();
        pair.server.external_psks = psks;
        pair
    };
    let [ours, theirs] = raw("shared", KEY);
    let mut without = both(vec![theirs]);
    let (client, server) = without.connect().agreed();
    assert_eq!((client.external_psk, server.external_psk), (None, None));
    assert!(client.peer.is_some_and(|peer| peer.has_certificate()));
    // One with certificates only.
    let mut pair = both(Vec::new());
    pair.client.external_psks = vec![ours];
    pair.client.without_psk = WithoutPsk::Certificates;
    assert!(pair.connect().client.is_established());
    pair.world.wallet.clear();
    pair.client.without_psk = WithoutPsk::End;
    assert!(!pair.connect().client.is_established());
    // One with keys only, and a client that knows of none.
    let mut only = self::pair(raw("shared", KEY));
    only.client.external_psks.clear();
    let (fault, alert) = refused(&only.connect());
    assert_eq!(fault, Some(Mismatch::PskMode.into()));
    assert_eq!(alert, Some(AlertDescription::HANDSHAKE_FAILURE));
}

#[test]
fn rule_01_a_ticket_of_a_listener_without_keys_is_none_where_a_key_is_needed() {
    let mut pair = Pair::tls13();
    pair.connect();
    let mut offered = pair.world.draw().expect("there is one");
    pair.server.identities.clear();
    let [client, server] = raw("shared", KEY);
    pair.server.external_psks = vec![server];
    pair.client.external_psks = vec![client.clone()];
    offered.session.taint = None;
    let mut link = pair.link(Some(offered));
    link.run(&mut pair.world);
    let (_, server) = link.agreed();
    assert_eq!(server.kind, Kind::Full);
    assert_eq!(server.refusal, Some(Refusal::DifferentScope));
    assert_eq!(server.external_psk.as_deref(), Some(b"shared".as_slice()));
    // Nor is one that goes back to a key that is gone.
    let [next_client, next_server] = raw("next", [7; 32]);
    pair.client.external_psks = vec![client, next_client];
    pair.server.external_psks = vec![next_server];
    let link = pair.connect();
    let (_, server) = link.agreed();
    assert_eq!(server.kind, Kind::Full);
    assert_eq!(server.external_psk.as_deref(), Some(b"next".as_slice()));
    let scope = Event::Refused(Refusal::DifferentScope);
    let told = format!("{:?}", link.server.events);
    assert!(told.contains(&format!("{scope:?}")), "{told}");
}

#[test]
fn with_a_key_nobody_is_asked_for_a_certificate() {
    // RFC 9846 §4.4.2 (7), §F.1 (1).
    let mut pair = pair(alike(between("a", "b")));
    pair.server.client_auth.mode = ClientAuthMode::Require;
    let identity = Pair::tls13().server.identities.remove(0);
    pair.client.identities = vec![identity];
    for _ in 0..2 {
        let mut link = pair.connect();
        assert!(link.server.is_established());
        let now = link.now;
        let ask = Input::RequestCertificate;
        link.server.handle(now, ask, &mut pair.world);
        let refused = |event: &Event| matches!(event, Event::CannotAsk);
        assert!(link.server.events.iter().any(refused));
    }
}

#[test]
fn a_retry_keeps_the_key_that_was_going_to_be_used() {
    for keys in [alike(between("a", "b")), raw("shared", KEY)] {
        let mut pair = pair(keys);
        pair.client.groups = vec![NamedGroup::X25519, NamedGroup::SECP256R1];
        pair.server.groups = vec![NamedGroup::SECP256R1];
        let (client, server) = pair.connect().agreed();
        assert!(client.retried && server.external_psk.is_some());
    }
}

#[test]
fn bytes_that_make_no_key_are_refused() {
    let raw = |identity: &[u8], key: &[u8]| {
        ExternalPsk::raw(Side::Server, identity, key, PskHash::Sha256)
    };
    let refused = |identity: &[u8], key: &[u8]| raw(identity, key).err();
    let key = PskError::KeyLength {
        least: 16,
        most: 72,
    };
    assert_eq!(refused(b"id", &[1; 15]), Some(key));
    assert_eq!(refused(b"id", &[1; 73]), Some(key));
    assert_eq!(refused(b"id", &[0; 32]), Some(PskError::KeyOfZeros));
    let identity = PskError::IdentityLength { most: 1024 };
    assert_eq!(refused(b"", &KEY), Some(identity));
    let good = raw(b"id", &KEY).expect("good");
    assert_eq!(format!("{good:?}"), "ExternalPsk(id)");
    let twice = ServerSettings {
        external_psks: vec![good.clone(), good],
        ..ServerSettings::default()
    };
    let error = ServerConfig::try_from(twice).err().expect("refused");
    assert!(error.to_string().contains("called like one before it"));
}
