//! Responses that the `openssl` program made.

use std::path::Path;
use std::process::Command;

use rcgen::{
    CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    SerialNumber, date_time_ymd,
};

use super::*;
use crate::certificate;

const DAY: Duration = Duration::from_secs(86_400);

/// When a response was made: OpenSSL asks its own clock, and ours is not asked.
fn made(response: &[u8]) -> Timestamp {
    timestamp(answer(response).unwrap().tbs_response_data.produced_at)
}

fn params(name: &str, serial: u64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.serial_number = Some(SerialNumber::from(serial));
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2080, 1, 1));
    params
}

/// A CA in a directory, `ca.pem` with `ca.key`, which has issued `leaf.pem`.
struct Ca {
    directory: tempfile::TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
    leaf: Vec<u8>,
}

impl Ca {
    fn new(name: &str) -> Self {
        let mut of_issuer = params(name, 1);
        of_issuer.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::self_signed(of_issuer, key).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: String| std::fs::write(directory.path().join(name), text).unwrap();
        write("ca.pem", issuer.pem());
        write("ca.key", issuer.key().serialize_pem());
        // 0xf0 has its first bit set: there is a zero before it in the certificate.
        let leaf = params("leaf", 0xf0)
            .signed_by(&KeyPair::generate().unwrap(), &issuer)
            .unwrap();
        write("leaf.pem", leaf.pem());
        let leaf = leaf.der().to_vec();
        Self {
            directory,
            issuer,
            leaf,
        }
    }

    /// Issues a certificate for this purpose, `NAME.pem` with `NAME.key`.
    fn issue(&self, name: &str, purpose: ExtendedKeyUsagePurpose) {
        let mut params = params(name, 2);
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        std::fs::write(self.path().join(format!("{name}.pem")), certificate.pem()).unwrap();
        std::fs::write(self.path().join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// What a responder with this name says about the leaf, which stands like this in OpenSSL's index.
    fn response(&self, responder: &str, entry: &str, more: &[&str]) -> Vec<u8> {
        std::fs::write(self.path().join("index.txt"), entry).unwrap();
        let (certificate, key) = (format!("{responder}.pem"), format!("{responder}.key"));
        let output = Command::new("openssl")
            .args([
                "ocsp",
                "-index",
                "index.txt",
                "-CA",
                "ca.pem",
                "-issuer",
                "ca.pem",
            ])
            .args(more)
            .args(["-cert", "leaf.pem", "-respout", "response.der", "-noverify"])
            .args(["-rsigner", &certificate, "-rkey", &key])
            .current_dir(self.path())
            .output()
            .expect("the openssl program is installed");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        std::fs::read(self.path().join("response.der")).unwrap()
    }

    /// A good response that is renewed after two days.
    fn good(&self, responder: &str) -> Vec<u8> {
        self.response(responder, GOOD, &["-ndays", "2"])
    }

    /// What is made of a response as soon as it is there.
    fn judges_fresh(&self, response: &[u8]) -> Result<(), Objection> {
        self.judges(response, made(response))
    }

    /// What is made of a response that came with the leaf.
    fn judges(&self, response: &[u8], now: Timestamp) -> Result<(), Objection> {
        let leaf = CertificateDer::from(&self.leaf[..]);
        let leaf = EndEntityCert::try_from(&leaf).unwrap();
        let issuer = certificate::parse(self.issuer.der()).unwrap();
        let subject = Subject {
            serial: leaf.serial(),
            issuer: leaf.issuer(),
            issuer_key: issuer.public_key().raw,
        };
        subject.is_good(response, now)
    }
}

const GOOD: &str = "V\t800101000000Z\t\tF0\tunknown\t/CN=leaf\n";
const REVOKED: &str = "R\t800101000000Z\t250304050607Z,keyCompromise\tF0\tunknown\t/CN=leaf\n";
/// Another certificate's.
const ELSEWHERE: &str = "V\t800101000000Z\t\tF1\tunknown\t/CN=other\n";

#[test]
fn a_good_response_is_good_until_a_newer_one_is_due() {
    // RFC 6066 §8 (5).
    let ca = Ca::new("CA");
    let response = ca.good("ca");
    let now = made(&response);
    assert_eq!(ca.judges(&response, now), Ok(()));
    assert_eq!(ca.judges(&response, now.plus(DAY)), Ok(()));
    let late = ca.judges(&response, now.plus(3 * DAY));
    assert!(
        matches!(late, Err(Objection::Outdated(at)) if at >= now.plus(2 * DAY)),
        "{late:?}"
    );
    let early = ca.judges(&response, now.minus(DAY));
    assert!(
        matches!(early, Err(Objection::NotYet(at)) if at >= now),
        "{early:?}"
    );
}

#[test]
fn a_response_that_names_no_next_one_counts_for_a_day() {
    let ca = Ca::new("CA");
    let response = ca.response("ca", GOOD, &[]);
    let now = made(&response);
    assert_eq!(ca.judges(&response, now.plus(DAY / 2)), Ok(()));
    assert!(matches!(
        ca.judges(&response, now.plus(2 * DAY)),
        Err(Objection::Outdated(_))
    ));
}

#[test]
fn what_is_revoked_or_not_known_is_not_good() {
    let ca = Ca::new("CA");
    let revoked = ca.response("ca", REVOKED, &["-ndays", "2"]);
    let at = Timestamp::from_unix_secs(1_741_064_767);
    assert_eq!(ca.judges_fresh(&revoked), Err(Objection::Revoked(at)));
    let unknown = ca.response("ca", ELSEWHERE, &["-ndays", "2"]);
    assert_eq!(ca.judges_fresh(&unknown), Err(Objection::Unknown));
}

#[test]
fn issuers_and_responders_may_be_named_by_any_hash_and_by_their_keys() {
    let ca = Ca::new("CA");
    for more in [
        &["-sha256"][..],
        &["-sha384"],
        &["-resp_key_id"],
        &["-resp_no_certs"],
    ] {
        let response = ca.response("ca", GOOD, more);
        assert_eq!(ca.judges_fresh(&response), Ok(()), "{more:?}");
    }
}

#[test]
fn the_issuer_may_appoint_a_responder_for_that_purpose_only() {
    let ca = Ca::new("CA");
    ca.issue("responder", ExtendedKeyUsagePurpose::OcspSigning);
    ca.issue("server", ExtendedKeyUsagePurpose::ServerAuth);
    assert_eq!(ca.judges_fresh(&ca.good("responder")), Ok(()));
    assert_eq!(
        ca.judges_fresh(&ca.good("server")),
        Err(Objection::NotTheResponder)
    );
    let without_it = ca.response("responder", GOOD, &["-resp_no_certs"]);
    assert_eq!(
        ca.judges_fresh(&without_it),
        Err(Objection::NotTheResponder)
    );
}

#[test]
fn nobody_else_may_speak_for_the_issuer() {
    let (ca, other) = (Ca::new("CA"), Ca::new("Other CA"));
    other.issue("responder", ExtendedKeyUsagePurpose::OcspSigning);
    for responder in ["ca", "responder"] {
        let response = other.good(responder);
        assert_eq!(
            ca.judges_fresh(&response),
            Err(Objection::NotTheResponder),
            "{responder}"
        );
    }
    // Another of the same name.
    let twin = Ca::new("CA");
    assert_eq!(
        ca.judges_fresh(&twin.good("ca")),
        Err(Objection::BadSignature)
    );
    twin.issue("responder", ExtendedKeyUsagePurpose::OcspSigning);
    assert_eq!(
        ca.judges_fresh(&twin.good("responder")),
        Err(Objection::NotTheResponder)
    );
}

#[test]
fn a_response_is_about_one_certificate() {
    let ca = Ca::new("CA");
    let response = ca.good("ca");
    let leaf = params("leaf", 0xf1)
        .signed_by(&KeyPair::generate().unwrap(), &ca.issuer)
        .unwrap();
    let another = Ca {
        leaf: leaf.der().to_vec(),
        ..ca
    };
    assert_eq!(
        another.judges_fresh(&response),
        Err(Objection::AnotherCertificate)
    );
}

#[test]
fn no_cut_and_no_changed_byte_of_a_response_is_good() {
    let ca = Ca::new("CA");
    ca.issue("responder", ExtendedKeyUsagePurpose::OcspSigning);
    // The certificate of the CA, which OpenSSL adds, is of no use and not looked at.
    for (responder, more) in [("ca", &["-resp_no_certs"][..]), ("responder", &[])] {
        let response = ca.response(responder, GOOD, more);
        let now = made(&response);
        for len in 0..response.len() {
            let cut = ca.judges(&response[..len], now);
            assert!(
                matches!(cut, Err(Objection::Unreadable(_))),
                "{len}: {cut:?}"
            );
        }
        for at in 0..response.len() {
            let mut changed = response.clone();
            changed[at] ^= 0x10;
            assert!(
                ca.judges(&changed, now).is_err(),
                "byte {at} of {responder}'s"
            );
        }
    }
}

#[test]
fn a_responder_that_has_no_answer_says_so() {
    let ca = Ca::new("CA");
    // OCSPResponse with tryLater and nothing else.
    let judged = ca.judges(&[0x30, 3, 0x0a, 1, 3], Timestamp::from_unix_secs(0));
    assert!(matches!(judged, Err(Objection::NoAnswer(_))), "{judged:?}");
}
