//! A server's chain, for its name.

use rcgen::{
    BasicConstraints, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose,
    NameConstraints, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512,
    PKCS_ED25519, PKCS_RSA_SHA256, date_time_ymd,
};
use tessera_crypto::{SigningKey, verify};
use tessera_engine::{Fault, IdentityProblem as Problem, Trust};
use tessera_identity::{Certificate, Roots, Verifier};
use tessera_session::{Side, Timestamp};

use crate::authority::{A_YEAR_LATER, Authority, NOW, claim, params, refused, server, verdict};

#[test]
fn a_chain_over_an_intermediate_is_accepted() {
    let root = Authority::root("Root");
    let intermediate = root.intermediate("Intermediate");
    let leaf = intermediate.issue(&["example.com"]);
    let verifier = Verifier::new(root.roots());

    let accepted = server(&verifier, &[&leaf.der, &intermediate.cert()], "example.com").unwrap();
    assert_eq!(accepted.trust, Trust::Verified);
    assert_eq!(accepted.identity.subject, "CN=leaf");
    assert_eq!(accepted.identity.chain.len(), 2);
    assert_eq!(accepted.identity.issuer_serials.len(), 2);
    assert_eq!(accepted.public_key, leaf.spki());
}

#[test]
fn the_order_of_intermediates_and_strangers_among_them_do_not_matter() {
    let root = Authority::root("Root");
    let upper = root.intermediate("Upper");
    let lower = upper.intermediate("Lower");
    let leaf = lower.issue(&["example.com"]);
    let stranger = Authority::root("Stranger").cert();
    let verifier = Verifier::new(root.roots());

    let chain: &[&[u8]] = &[
        &leaf.der,
        &stranger,
        &upper.cert(),
        &lower.cert(),
        &root.cert(),
    ];
    let accepted = server(&verifier, chain, "example.com").unwrap();
    // The chain is kept as it came; what a list could revoke is the path only.
    assert_eq!(accepted.identity.chain.len(), 5);
    assert_eq!(accepted.identity.issuer_serials.len(), 3);
}

#[test]
fn the_identity_ends_with_the_first_certificate_of_its_path() {
    let root = Authority::root("Root");
    let ends_first = root.intermediate_with("Short", |params| {
        params.not_after = date_time_ymd(2031, 1, 1);
    });
    let leaf = ends_first.issue(&["example.com"]);
    let verifier = Verifier::new(root.roots());
    let accepted = server(&verifier, &[&leaf.der, &ends_first.cert()], "example.com").unwrap();
    assert_eq!(accepted.identity.not_after, A_YEAR_LATER);
}

#[test]
fn every_kind_of_key_can_be_a_leafs() {
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.roots());
    for algorithm in [
        &PKCS_ECDSA_P256_SHA256,
        &PKCS_ECDSA_P384_SHA384,
        &PKCS_ECDSA_P521_SHA512,
        &PKCS_ED25519,
        &PKCS_RSA_SHA256,
    ] {
        let leaf = root.issue_for(&["example.com"], algorithm);
        let accepted = server(&verifier, &[&leaf.der], "example.com").unwrap();
        // The key that comes out is the one CertificateVerify is checked with.
        let key = SigningKey::from_der(leaf.key.serialized_der()).unwrap();
        let scheme = key.schemes()[0];
        let signature = key.sign(scheme, b"transcript").unwrap();
        assert_eq!(
            verify(scheme, &accepted.public_key, b"transcript", &signature),
            Ok(())
        );
    }
}

#[test]
fn a_wildcard_is_good_for_one_label() {
    // RFC 9525 §6.3 (6, 7).
    let root = Authority::root("Root");
    let leaf = root.issue(&["*.example.com"]);
    let verifier = Verifier::new(root.roots());
    assert!(server(&verifier, &[&leaf.der], "www.example.com").is_ok());
    for other in ["example.com", "a.b.example.com", "www.example.org"] {
        let error = refused(server(&verifier, &[&leaf.der], other));
        assert!(
            matches!(error.problem, Problem::WrongName { .. }),
            "{error}"
        );
    }
}

#[test]
fn addresses_are_compared_as_addresses() {
    // RFC 9525 §6.2 (2).
    let root = Authority::root("Root");
    let leaf = root.issue(&["127.0.0.1", "::1"]);
    let verifier = Verifier::new(root.roots());
    assert!(server(&verifier, &[&leaf.der], "127.0.0.1").is_ok());
    assert!(server(&verifier, &[&leaf.der], "0:0:0:0:0:0:0:1").is_ok());
    assert!(server(&verifier, &[&leaf.der], "127.0.0.2").is_err());
    assert!(server(&verifier, &[&leaf.der], "localhost").is_err());
}

#[test]
fn a_wrong_name_comes_with_the_names_there_are() {
    // RFC 9525 §6.3 (2).
    let root = Authority::root("Root");
    let leaf = root.issue(&["example.com", "*.example.net", "192.0.2.1"]);
    let error = refused(server(
        &Verifier::new(root.roots()),
        &[&leaf.der],
        "example.org",
    ));
    assert_eq!(error.certificate, 0);
    assert_eq!(error.subject, "CN=leaf");
    assert_eq!(
        error.problem,
        Problem::WrongName {
            wanted: "example.org".to_owned(),
            has: ["example.com", "*.example.net", "192.0.2.1"]
                .map(str::to_owned)
                .to_vec(),
        }
    );
}

#[test]
fn the_subject_alone_is_no_name() {
    // RFC 9525 §2 (2, 3): only subjectAltName counts.
    let root = Authority::root("Root");
    let leaf = root.issue_with(&[], |params| *params = self::params("example.com", &[]));
    let error = refused(server(
        &Verifier::new(root.roots()),
        &[&leaf.der],
        "example.com",
    ));
    assert!(matches!(error.problem, Problem::WrongName { has, .. } if has.is_empty()));
}

#[test]
fn a_server_without_a_name_to_check_is_refused() {
    // RFC 9525 §6.1.1 (1).
    let root = Authority::root("Root");
    let leaf = root.issue(&["example.com"]);
    let claim = claim(Side::Server, &[&leaf.der], None);
    assert!(verdict(&Verifier::new(root.roots()), &claim, NOW).is_err());
}

#[test]
fn an_expired_certificate_is_named_with_its_date() {
    let root = Authority::root("Root");
    let old = root.issue_with(&["example.com"], |params| {
        params.not_after = date_time_ymd(2029, 6, 1);
    });
    let error = refused(server(
        &Verifier::new(root.roots()),
        &[&old.der],
        "example.com",
    ));
    assert_eq!(error.certificate, 0);
    let at = Timestamp::from_unix_secs(1_874_966_400);
    assert_eq!(error.problem, Problem::Expired { at });
}

#[test]
fn an_expired_intermediate_is_the_one_that_is_named() {
    let root = Authority::root("Root");
    let old = root.intermediate_with("Old", |params| params.not_after = date_time_ymd(2029, 6, 1));
    let leaf = old.issue(&["example.com"]);
    let verifier = Verifier::new(root.roots());
    let error = refused(server(&verifier, &[&leaf.der, &old.cert()], "example.com"));
    assert_eq!((error.certificate, error.subject.as_str()), (1, "CN=Old"));
    assert!(matches!(error.problem, Problem::Expired { .. }));
}

#[test]
fn a_certificate_from_the_future_is_not_valid_yet() {
    let root = Authority::root("Root");
    let new = root.issue_with(&["example.com"], |params| {
        params.not_before = date_time_ymd(2031, 1, 1);
    });
    let error = refused(server(
        &Verifier::new(root.roots()),
        &[&new.der],
        "example.com",
    ));
    assert_eq!(error.problem, Problem::NotYetValid { at: A_YEAR_LATER });
    // Time is an argument: a year later it is good.
    let claim = claim(Side::Server, &[&new.der], Some("example.com"));
    assert!(verdict(&Verifier::new(root.roots()), &claim, A_YEAR_LATER).is_ok());
}

#[test]
fn nobody_knows_the_issuer_of_the_last_certificate_reached() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let intermediate = root.intermediate("Intermediate");
    let leaf = intermediate.issue(&["example.com"]);
    let verifier = Verifier::new(other.roots());

    let error = refused(server(
        &verifier,
        &[&leaf.der, &intermediate.cert()],
        "example.com",
    ));
    assert_eq!(
        (error.certificate, error.subject.as_str()),
        (1, "CN=Intermediate")
    );
    assert_eq!(error.problem, Problem::UnknownIssuer);

    // Left out by the server, the intermediate cannot be reached.
    let error = refused(server(
        &Verifier::new(root.roots()),
        &[&leaf.der],
        "example.com",
    ));
    assert_eq!(
        (error.certificate, error.problem),
        (0, Problem::UnknownIssuer)
    );

    let error = refused(server(
        &Verifier::new(Roots::empty()),
        &[&leaf.der],
        "example.com",
    ));
    assert_eq!(error.problem, Problem::UnknownIssuer);
}

#[test]
fn a_self_signed_certificate_is_good_where_it_is_an_anchor() {
    let key = KeyPair::generate().unwrap();
    let der = params("alone", &["example.com"])
        .self_signed(&key)
        .unwrap()
        .der()
        .to_vec();
    let trusting = Verifier::new(Roots::from_der([&der]).unwrap());
    assert!(server(&trusting, &[&der], "example.com").is_ok());
    let error = refused(server(
        &Verifier::new(Roots::empty()),
        &[&der],
        "example.com",
    ));
    assert_eq!(error.problem, Problem::UnknownIssuer);
}

#[test]
fn a_signature_by_somebody_of_the_same_name_is_bad() {
    let (real, fake) = (Authority::root("Root"), Authority::root("Root"));
    let leaf = fake.issue(&["example.com"]);
    let error = refused(server(
        &Verifier::new(real.roots()),
        &[&leaf.der],
        "example.com",
    ));
    assert_eq!(
        (error.certificate, error.problem),
        (0, Problem::BadSignature)
    );

    let intermediate = fake.intermediate("Intermediate");
    let leaf = intermediate.issue(&["example.com"]);
    let chain: &[&[u8]] = &[&leaf.der, &intermediate.cert()];
    let error = refused(server(&Verifier::new(real.roots()), chain, "example.com"));
    assert_eq!(
        (error.certificate, error.problem),
        (1, Problem::BadSignature)
    );
}

#[test]
fn a_changed_certificate_has_a_bad_signature() {
    let root = Authority::root("Root");
    let mut leaf = root.issue(&["example.com"]).der;
    let at = leaf
        .windows(11)
        .position(|window| window == b"example.com")
        .unwrap();
    leaf[at] = b'X';
    let error = refused(server(
        &Verifier::new(root.roots()),
        &[&leaf],
        "example.com",
    ));
    assert_eq!(error.problem, Problem::BadSignature);
}

#[test]
fn what_cannot_be_read_is_named_by_its_position() {
    let root = Authority::root("Root");
    let leaf = root.issue(&["example.com"]).der;
    let verifier = Verifier::new(root.roots());
    for bad in [
        &b""[..],
        b"junk",
        &leaf[..leaf.len() - 1],
        &[&leaf[..], &[0]].concat(),
    ] {
        let error = refused(server(&verifier, &[bad], "example.com"));
        assert_eq!(
            (error.certificate, error.subject.as_str()),
            (0, "unreadable")
        );
        assert!(matches!(error.problem, Problem::BadEncoding(_)), "{error}");
    }
    let missing = root
        .intermediate("Intermediate")
        .issue(&["example.com"])
        .der;
    let error = refused(server(&verifier, &[&missing, b"junk"], "example.com"));
    assert_eq!(error.certificate, 1);
    assert!(matches!(error.problem, Problem::BadEncoding(_)), "{error}");
}

#[test]
fn what_nobody_needs_to_read_does_not_hide_the_real_reason() {
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.roots());
    let good = root.issue(&["example.com"]).der;
    assert!(server(&verifier, &[&good, b"junk"], "example.com").is_ok());
    let old = root.issue_with(&["example.com"], |params| {
        params.not_after = date_time_ymd(2029, 6, 1);
    });
    let error = refused(server(&verifier, &[&old.der, b"junk"], "example.com"));
    assert_eq!(error.certificate, 0);
    assert!(matches!(error.problem, Problem::Expired { .. }), "{error}");
}

#[test]
fn a_peer_that_sends_nothing_is_told_apart() {
    for verifier in [Verifier::new(Roots::empty()), Verifier::insecure()] {
        let error = refused(server(&verifier, &[], "example.com"));
        assert_eq!(error.problem, Problem::NoCertificate);
    }
}

#[test]
fn a_certificate_for_another_use_is_refused() {
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.roots());
    let for_use = |usage| {
        root.issue_with(&["example.com"], |params| {
            params.extended_key_usages = vec![usage];
        })
    };

    let good = for_use(ExtendedKeyUsagePurpose::ServerAuth);
    assert!(server(&verifier, &[&good.der], "example.com").is_ok());
    let bad = for_use(ExtendedKeyUsagePurpose::ClientAuth);
    let error = refused(server(&verifier, &[&bad.der], "example.com"));
    assert!(
        matches!(&error.problem, Problem::WrongUsage(why) if why.contains("server")),
        "{error}"
    );
}

#[test]
fn a_signature_over_a_digest_of_no_worth_is_bad() {
    // RFC 9846 §4.5.1.3 (2), RFC 9325 §4.5 (4).
    let root = Authority::rsa_root("Root");
    let verifier = Verifier::new(root.roots());
    let good = root.issue(&["example.com"]).der;
    assert!(server(&verifier, &[&good], "example.com").is_ok());
    // pkcs-1 11 is sha256WithRSAEncryption; inside and outside it is the same.
    let pkcs_1 = |number| [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, number];
    for (number, digest) in [(4, "MD5"), (5, "SHA-1")] {
        let mut weak = good.clone();
        let mut changed = 0;
        while let Some(at) = weak.windows(9).position(|window| window == pkcs_1(11)) {
            weak[at + 8] = number;
            changed += 1;
        }
        assert_eq!(changed, 2);
        let error = refused(server(&verifier, &[&weak], "example.com"));
        let expected = Problem::WeakSignature(digest);
        assert_eq!((error.certificate, &error.problem), (0, &expected));
        let alert = Fault::from(error).alert().map(|alert| alert.to_string());
        assert_eq!(alert.as_deref(), Some("bad_certificate"));
    }
}

#[test]
fn a_certificate_of_an_older_version_is_refused() {
    // RFC 9846 §4.5.1.2 (1).
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.roots());
    let v3 = [0xa0, 3, 2, 1, 2];
    for version in [0, 1] {
        let mut older = root.issue(&["example.com"]).der;
        let at = older.windows(5).position(|window| window == v3);
        older[at.expect("it says v3") + 4] = version;
        let error = refused(server(&verifier, &[&older], "example.com"));
        let expected = Problem::BadEncoding("not an X.509 v3 certificate".to_owned());
        assert_eq!((error.certificate, &error.problem), (0, &expected));
    }
}

#[test]
fn a_key_that_may_not_sign_is_refused() {
    // RFC 9846 §4.5.1.2 (3).
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.roots());
    let with_usage =
        |usage| root.issue_with(&["example.com"], |params| params.key_usages = vec![usage]);

    let good = with_usage(KeyUsagePurpose::DigitalSignature);
    assert!(server(&verifier, &[&good.der], "example.com").is_ok());
    let bad = with_usage(KeyUsagePurpose::KeyEncipherment);
    let error = refused(server(&verifier, &[&bad.der], "example.com"));
    assert!(
        matches!(&error.problem, Problem::WrongUsage(why) if why.contains("signatures")),
        "{error}"
    );
}

#[test]
fn a_ca_is_no_server_and_a_server_no_ca() {
    let root = Authority::root("Root");
    let verifier = Verifier::new(root.roots());
    let ca = root.intermediate_with("CA", |params| {
        *params = {
            let mut params = self::params("CA", &["example.com"]);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params
        }
    });
    let error = refused(server(&verifier, &[&ca.cert()], "example.com"));
    assert!(matches!(error.problem, Problem::WrongUsage(_)), "{error}");

    let no_ca = root.intermediate_with("Server", |params| params.is_ca = IsCa::ExplicitNoCa);
    let leaf = no_ca.issue(&["example.com"]);
    let error = refused(server(
        &verifier,
        &[&leaf.der, &no_ca.cert()],
        "example.com",
    ));
    assert_eq!(error.certificate, 1);
    assert!(matches!(error.problem, Problem::WrongUsage(_)), "{error}");
}

#[test]
fn a_path_length_is_kept() {
    let root = Authority::root("Root");
    let last = root.intermediate_with("Last", |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let below = last.intermediate("Below");
    let leaf = below.issue(&["example.com"]);
    let verifier = Verifier::new(root.roots());
    let chain: &[&[u8]] = &[&leaf.der, &below.cert(), &last.cert()];
    let error = refused(server(&verifier, chain, "example.com"));
    assert_eq!(error.certificate, 2);
    assert!(
        matches!(&error.problem, Problem::WrongUsage(why) if why.contains("path length")),
        "{error}"
    );
}

#[test]
fn a_name_constraint_is_kept() {
    let root = Authority::root("Root");
    let narrow = root.intermediate_with("Narrow", |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("example.com".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    let verifier = Verifier::new(root.roots());
    let inside = narrow.issue(&["www.example.com"]);
    assert!(server(&verifier, &[&inside.der, &narrow.cert()], "www.example.com").is_ok());
    let outside = narrow.issue(&["www.example.org"]);
    let error = refused(server(
        &verifier,
        &[&outside.der, &narrow.cert()],
        "www.example.org",
    ));
    assert!(matches!(error.problem, Problem::WrongUsage(_)), "{error}");
}

#[test]
fn an_insecure_verifier_accepts_anybody_and_says_so() {
    // RFC 9846 §C.5 (1), RFC 9525 §6.6 (3).
    let stranger = Authority::root("Stranger");
    let old = stranger.issue_with(&["example.org"], |params| {
        params.not_after = date_time_ymd(2029, 6, 1);
    });
    let verifier = Verifier::insecure();
    assert_eq!(verifier.trust(), Trust::Waived);
    assert!(verifier.roots().is_none());

    let accepted = server(&verifier, &[&old.der, b"junk"], "example.com").unwrap();
    assert_eq!(accepted.trust, Trust::Waived);
    assert_eq!(accepted.public_key, old.spki());
    assert_eq!(
        accepted.identity.not_after,
        Certificate::from_der(&old.der).unwrap().not_after
    );
    // A key there must be: without one nothing proves anything.
    let error = refused(server(&verifier, &[b"junk"], "example.com"));
    assert!(matches!(error.problem, Problem::BadEncoding(_)), "{error}");
}
