//! One certificate, read as far as people and sessions need it.

use std::net::IpAddr;

use tessera_session::{IssuerSerial, ServerName, Timestamp};
use tessera_wire::codepoint::SignatureScheme;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

/// What a certificate says. Nothing in it has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whose certificate it is: its subject, or its first name where the subject is empty.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// The same, as a distinguished name in DER.
    pub issuer_name: Vec<u8>,
    /// The DNS names and IP addresses of its subjectAltName, in their order.
    pub names: Vec<String>,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// Its key, as a SubjectPublicKeyInfo in DER.
    pub public_key: Vec<u8>,
    /// Whether its key is for signatures: with a Key Usage extension, digitalSignature must be set
    /// (RFC 9846 §4.5.1.2 (3)).
    pub may_sign: bool,
    /// What it is signed with, by its issuer; nothing where TLS has no word for that.
    pub signed_with: Option<SignatureScheme>,
    /// What a revocation list would call it.
    pub issuer_serial: IssuerSerial,
}

/// Not an X.509 certificate, or one that breaks the rules of its encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableCertificate(pub(crate) String);

impl Certificate {
    /// Reads one certificate, with nothing behind it.
    pub fn from_der(der: &[u8]) -> Result<Self, UnreadableCertificate> {
        parse(der).map(|certificate| Self::read(&certificate))
    }

    pub(crate) fn read(certificate: &X509Certificate<'_>) -> Self {
        let names = alternative_names(certificate);
        let subject = match printable(certificate.subject()) {
            empty if empty.is_empty() => names.first().cloned().unwrap_or_default(),
            subject => subject,
        };
        Self {
            subject,
            issuer: printable(certificate.issuer()),
            issuer_name: certificate.issuer().as_raw().to_vec(),
            names,
            not_before: timestamp(certificate.validity().not_before),
            not_after: timestamp(certificate.validity().not_after),
            public_key: certificate.public_key().raw.to_vec(),
            may_sign: certificate
                .key_usage()
                .is_ok_and(|usage| usage.is_none_or(|usage| usage.value.digital_signature())),
            signed_with: signed_with(certificate),
            issuer_serial: issuer_serial(certificate),
        }
    }
}

pub(crate) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, UnreadableCertificate> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) => Err(UnreadableCertificate(
            "bytes follow the certificate".to_owned(),
        )),
        Err(error) => Err(UnreadableCertificate(format!(
            "not an X.509 certificate: {error}"
        ))),
    }
}

pub(crate) fn issuer_serial(certificate: &X509Certificate<'_>) -> IssuerSerial {
    IssuerSerial::new(certificate.issuer().as_raw(), certificate.raw_serial())
}

/// Signature algorithms of certificates, and TLS's words for them. They do not say which kind of RSA key signs with PSS,
/// nor an ECDSA key's curve: those are taken to be the usual ones.
const SIGNED_WITH: &[(&str, SignatureScheme)] = &[
    ("1.2.840.113549.1.1.5", SignatureScheme::RSA_PKCS1_SHA1),
    ("1.2.840.113549.1.1.11", SignatureScheme::RSA_PKCS1_SHA256),
    ("1.2.840.113549.1.1.12", SignatureScheme::RSA_PKCS1_SHA384),
    ("1.2.840.113549.1.1.13", SignatureScheme::RSA_PKCS1_SHA512),
    ("1.2.840.10045.4.1", SignatureScheme::ECDSA_SHA1),
    (
        "1.2.840.10045.4.3.2",
        SignatureScheme::ECDSA_SECP256R1_SHA256,
    ),
    (
        "1.2.840.10045.4.3.3",
        SignatureScheme::ECDSA_SECP384R1_SHA384,
    ),
    (
        "1.2.840.10045.4.3.4",
        SignatureScheme::ECDSA_SECP521R1_SHA512,
    ),
    ("1.3.101.112", SignatureScheme::ED25519),
    ("1.3.101.113", SignatureScheme::ED448),
];

/// The same for PSS, by its digest.
const SIGNED_WITH_PSS: &[(&str, SignatureScheme)] = &[
    (
        "2.16.840.1.101.3.4.2.1",
        SignatureScheme::RSA_PSS_RSAE_SHA256,
    ),
    (
        "2.16.840.1.101.3.4.2.2",
        SignatureScheme::RSA_PSS_RSAE_SHA384,
    ),
    (
        "2.16.840.1.101.3.4.2.3",
        SignatureScheme::RSA_PSS_RSAE_SHA512,
    ),
];

fn signed_with(certificate: &X509Certificate<'_>) -> Option<SignatureScheme> {
    let algorithm = &certificate.signature_algorithm;
    let (table, oid) = match SignatureAlgorithm::try_from(algorithm) {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => (
            SIGNED_WITH_PSS,
            parameters.hash_algorithm_oid().to_id_string(),
        ),
        _ => (SIGNED_WITH, algorithm.algorithm.to_id_string()),
    };
    let found = table.iter().find(|(known, _)| *known == oid);
    found.map(|(_, scheme)| *scheme)
}

/// Times before the epoch become the epoch.
pub(crate) fn timestamp(time: ASN1Time) -> Timestamp {
    Timestamp::from_unix_secs(u64::try_from(time.timestamp()).unwrap_or(0))
}

/// The subject of a certificate, or as much as can be said of something unreadable.
pub(crate) fn subject_of(der: &[u8]) -> String {
    match Certificate::from_der(der) {
        Ok(certificate) => certificate.subject,
        Err(_) => "unreadable".to_owned(),
    }
}

/// A distinguished name, with nothing in it that a terminal would act on.
fn printable(name: &X509Name<'_>) -> String {
    clean(&name.to_string())
}

fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

fn alternative_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(clean(name)),
        GeneralName::IPAddress(octets) => address(octets).map(|address| address.to_string()),
        _ => None,
    };
    extension
        .value
        .general_names
        .iter()
        .filter_map(name)
        .collect()
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    match octets.len() {
        4 => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
        _ => None,
    }
}

/// Whether one of a certificate's names is good for `wanted`. A wildcard stands
/// for one whole leftmost label, and never for an address: RFC 9525 §6.3.
pub fn covers(names: &[String], wanted: &ServerName) -> bool {
    names.iter().any(|name| wanted.is_covered_by(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(names: &[&str], wanted: &str) -> bool {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        covers(&names, &ServerName::new(wanted).unwrap())
    }

    #[test]
    fn a_wildcard_stands_for_one_whole_label() {
        assert!(covered(&["*.example.com"], "www.example.com"));
        assert!(covered(&["*.Example.com"], "WWW.example.COM"));
        assert!(!covered(&["*.example.com"], "example.com"));
        assert!(!covered(&["*.example.com"], "a.b.example.com"));
        assert!(!covered(&["w*.example.com"], "www.example.com"));
        assert!(!covered(&["*"], "localhost"));
    }

    #[test]
    fn addresses_are_matched_whole() {
        assert!(covered(&["127.0.0.1", "::1"], "127.0.0.1"));
        assert!(covered(&["127.0.0.1", "::1"], "0:0:0:0:0:0:0:1"));
        assert!(!covered(&["*.0.0.1"], "127.0.0.1"));
    }

    #[test]
    fn what_a_terminal_would_act_on_is_replaced() {
        assert_eq!(
            clean("CN=a\u{1b}[2Jb\r\n"),
            "CN=a\u{fffd}[2Jb\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn what_is_no_certificate_is_told_apart() {
        assert!(Certificate::from_der(b"").is_err());
        assert!(Certificate::from_der(b"junk").is_err());
        assert_eq!(subject_of(b"junk"), "unreadable");
    }
}
