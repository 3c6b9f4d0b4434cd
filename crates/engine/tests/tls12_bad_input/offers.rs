//! Hellos that offer what is gone, or less than is demanded.

use crate::{assert_end, changed_answer, changed_hello, words};
use tessera_engine::{Input, Misbehaviour, Mismatch, NotTls, RecordError};
use tessera_testkit::Pair;
use tessera_wire::codepoint::{
    AlertDescription as Alert, CipherSuite as S, EcPointFormat, ExtensionType, NamedGroup,
    ProtocolVersion as V,
};
use tessera_wire::extension::{EcPointFormats, RenegotiationInfo, SupportedGroups};

#[test]
fn a_hello_of_ssl_2_is_refused_by_its_version() {
    let mut pair = Pair::tls12();
    let mut link = pair.link(None);
    // A CLIENT-HELLO of SSL 2.0 that would take SSL 3.0 and TLS 1.2, too: RFC 5246 §E.2.
    let hello = [
        0x80, 0x2e, 1, 3, 3, 0, 0x15, 0, 0, 0, 0x10, 1, 0, 0x80, 3, 0, 0x80, 7, 0, 0xc0, 6, 0,
        0x40, 2, 0, 0x80, 4, 0, 0x80, 0, 0, 4,
    ];
    link.server
        .handle(pair.now, Input::Ciphertext(&hello), &mut pair.world);
    let ssl2 = RecordError::NotTls(NotTls::Ssl2);
    assert_end(&link.server, ssl2, Alert::PROTOCOL_VERSION);
    assert!(words(&link.server).contains("SSL 2.0"));
}

#[test]
fn versions_that_are_gone_are_refused_by_name() {
    for (version, name) in [
        (V::SSL3, "SSL"),
        (V::TLS1_0, "TLSv1.0"),
        (V::TLS1_1, "TLSv1.1"),
    ] {
        for mut pair in [Pair::tls12(), Pair::tls13().both_versions()] {
            let link = changed_hello(&mut pair, false, |hello| {
                hello.legacy_version = version;
                hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS);
            });
            let offered = vec![version];
            let missing = Mismatch::Version { offered };
            assert_end(&link.server, missing, Alert::PROTOCOL_VERSION);
            assert!(
                words(&link.server).contains(name),
                "{}",
                words(&link.server)
            );
        }
        // The same in a server's answer.
        let mut pair = Pair::tls12();
        let link = changed_answer(&mut pair, false, |hello| hello.legacy_version = version);
        let offered = vec![version];
        let missing = Mismatch::Version { offered };
        assert_end(&link.client, missing, Alert::PROTOCOL_VERSION);
    }
}

#[test]
fn suites_that_are_gone_are_refused_by_name() {
    let gone = [
        // Static RSA.
        S::TLS_RSA_WITH_AES_128_GCM_SHA256,
        // CBC.
        S::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        S::TLS_RSA_WITH_3DES_EDE_CBC_SHA,
        // RC4.
        S::TLS_ECDHE_RSA_WITH_RC4_128_SHA,
        // Anonymous.
        S::TLS_DH_ANON_WITH_RC4_128_MD5,
        S::TLS_ECDH_ANON_WITH_RC4_128_SHA,
        // Export.
        S::TLS_RSA_EXPORT_WITH_RC4_40_MD5,
        // FFDHE.
        S::TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
        // Nothing at all.
        S::TLS_RSA_WITH_NULL_SHA,
    ];
    for suite in gone {
        let mut pair = Pair::tls12();
        let link = changed_hello(&mut pair, false, |hello| hello.cipher_suites = vec![suite]);
        let offered = vec![suite];
        let missing = Mismatch::CipherSuite { offered };
        assert_end(&link.server, missing, Alert::HANDSHAKE_FAILURE);
        let name = suite.name().expect("it has a name");
        assert!(
            words(&link.server).contains(name),
            "{}",
            words(&link.server)
        );
        assert!(pair.world.asked.is_empty(), "nobody was asked anything");
        // A server that chooses one that was not offered.
        let link = changed_answer(&mut pair, false, |hello| hello.cipher_suite = suite);
        let unoffered = Misbehaviour::UnofferedSuite(suite);
        assert_end(&link.client, unoffered, Alert::ILLEGAL_PARAMETER);
    }
    // All of them, and two that mean something else: what is listed is what was offered.
    let mut pair = Pair::tls12();
    let link = changed_hello(&mut pair, false, |hello| {
        hello.cipher_suites = gone.to_vec();
        hello.cipher_suites.insert(0, S::grease(3));
    });
    let offered = gone.to_vec();
    let missing = Mismatch::CipherSuite { offered };
    assert_end(&link.server, missing, Alert::HANDSHAKE_FAILURE);
}

#[test]
fn groups_of_finite_fields_are_refused_by_name() {
    // RFC 8422 §4 (1, 2).
    let mut pair = Pair::tls12();
    let fields = vec![NamedGroup::FFDHE2048, NamedGroup::FFDHE3072];
    let link = changed_hello(&mut pair, false, |hello| {
        hello.extensions.replace(&SupportedGroups(fields.clone()));
    });
    let offered = fields.clone();
    let missing = Mismatch::Group { offered };
    assert_end(&link.server, missing, Alert::HANDSHAKE_FAILURE);
    assert!(words(&link.server).contains("ffdhe2048"));
}

#[test]
fn compression_and_compressed_points_are_not_taken_for_the_plain_ones() {
    let mut pair = Pair::tls12();
    let link = changed_hello(&mut pair, false, |hello| {
        hello.compression_methods = vec![1];
    });
    let field = Misbehaviour::BadLegacyField("compression_methods");
    assert_end(&link.server, field, Alert::ILLEGAL_PARAMETER);
    let link = changed_answer(&mut pair, false, |hello| {
        hello.legacy_compression_method = 1;
    });
    let field = Misbehaviour::BadLegacyField("compression_method");
    assert_end(&link.client, field, Alert::ILLEGAL_PARAMETER);
    let link = changed_hello(&mut pair, false, |hello| {
        hello
            .extensions
            .replace(&EcPointFormats(vec![EcPointFormat(1)]));
    });
    let points = Misbehaviour::NoUncompressedPoints;
    assert_end(&link.server, points, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn rule_07_secure_renegotiation_is_not_optional() {
    let mut pair = Pair::tls12();
    let missing = Mismatch::SecureRenegotiation;
    let link = changed_hello(&mut pair, false, |hello| {
        hello.extensions.remove(ExtensionType::RENEGOTIATION_INFO);
    });
    assert_end(&link.server, missing.clone(), Alert::HANDSHAKE_FAILURE);
    let link = changed_answer(&mut pair, false, |hello| {
        hello.extensions.remove(ExtensionType::RENEGOTIATION_INFO);
    });
    assert_end(&link.client, missing, Alert::HANDSHAKE_FAILURE);
    // The suite of RFC 5746 §3.3 says it as well, and then only Finished does not fit.
    let link = changed_hello(&mut pair, false, |hello| {
        hello.extensions.remove(ExtensionType::RENEGOTIATION_INFO);
        hello
            .cipher_suites
            .push(S::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
    });
    // The server signs, and each end hashes other messages.
    assert!(link.server.fault().is_some() || link.client.fault().is_some());
    assert_ne!(link.server.alert_sent(), Some(Alert::HANDSHAKE_FAILURE));
}

#[test]
fn rule_07_a_first_handshake_has_nothing_before_it() {
    let mut pair = Pair::tls12();
    pair.connect();
    let wrong = Misbehaviour::BadRenegotiationInfo;
    for resumes in [false, true] {
        // Verify data are of a connection, never of a session: RFC 5746 §3.4 and §3.6.
        let link = changed_hello(&mut pair, resumes, |hello| {
            hello.extensions.replace(&RenegotiationInfo(vec![5; 12]));
        });
        assert_end(&link.server, wrong, Alert::HANDSHAKE_FAILURE);
        let link = changed_answer(&mut pair, resumes, |hello| {
            hello.extensions.replace(&RenegotiationInfo(vec![5; 24]));
        });
        assert_end(&link.client, wrong, Alert::HANDSHAKE_FAILURE);
    }
}

#[test]
fn a_downgrade_by_somebody_in_the_middle_is_seen() {
    // Both could speak TLS 1.3; somebody takes the offer of it away. RFC 9846 §4.2.3.
    let mut pair = Pair::tls13().both_versions();
    let link = changed_hello(&mut pair, false, |hello| {
        hello.extensions.remove(ExtensionType::SUPPORTED_VERSIONS);
        hello.extensions.remove(ExtensionType::KEY_SHARE);
        hello
            .extensions
            .remove(ExtensionType::PSK_KEY_EXCHANGE_MODES);
    });
    let downgrade = Misbehaviour::Downgrade;
    assert_end(&link.client, downgrade, Alert::ILLEGAL_PARAMETER);
}

#[test]
fn a_fallback_where_both_can_do_better_is_inappropriate() {
    let mut pair = Pair::tls13().both_versions();
    pair.client.versions = vec![V::TLS1_2];
    let link = changed_hello(&mut pair, false, |hello| {
        hello.cipher_suites.push(S::TLS_FALLBACK_SCSV);
    });
    let offered = V::TLS1_2;
    let fallback = Mismatch::Fallback { offered };
    assert_end(&link.server, fallback, Alert::INAPPROPRIATE_FALLBACK);
}
