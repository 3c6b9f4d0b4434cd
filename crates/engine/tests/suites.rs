//! Which of the common cipher suites a server takes.

use tessera_engine::{Kind, SuiteChoice, SuiteOrder};
use tessera_session::Refusal;
use tessera_testkit::Pair;
use tessera_wire::codepoint::CipherSuite;

const AES: CipherSuite = CipherSuite::TLS_AES_128_GCM_SHA256;
const CHACHA: CipherSuite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;

#[test]
fn a_server_follows_its_own_order_of_suites_or_the_client_s() {
    let tls12 = [
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ];
    for (pair, suites) in [
        (Pair::tls13 as fn() -> Pair, [AES, CHACHA]),
        (Pair::tls12, tls12),
    ] {
        for (order, chosen) in [
            (SuiteOrder::Ours, suites[0]),
            (SuiteOrder::Theirs, suites[1]),
        ] {
            let mut pair = pair();
            pair.server.suite_order = order;
            pair.server.cipher_suites = suites.to_vec();
            // One that the server has not is passed over in either order.
            pair.client.cipher_suites =
                vec![CipherSuite::TLS_AES_256_GCM_SHA384, suites[1], suites[0]];
            let link = pair.connect();
            assert_eq!(link.agreed().0.cipher_suite, chosen);
        }
    }
}

#[test]
fn a_server_may_put_its_best_suite_before_a_session() {
    for (choice, kind, refusal) in [
        (SuiteChoice::OfSession, Kind::Psk, None),
        (
            SuiteChoice::Best,
            Kind::Full,
            Some(Refusal::DifferentCipherSuite),
        ),
    ] {
        let mut pair = Pair::tls13();
        pair.server.suite_choice = choice;
        pair.server.cipher_suites = vec![AES];
        pair.connect();
        // What has the same hash is good enough for RFC 9846 §4.7.1 (2).
        pair.server.cipher_suites = vec![CHACHA, AES];
        let link = pair.connect();
        assert_eq!((link.kind(), link.refusal()), (Some(kind), refusal));
        // The session of that connection has the suite, so it resumes either way.
        assert_eq!(pair.connect().kind(), Some(Kind::Psk));
    }
}
