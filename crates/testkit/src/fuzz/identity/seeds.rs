//! Files as people have them: all keys in them are fixed, and known to everybody.

use data_encoding::BASE64;
use tessera_crypto::sha1;
use tessera_identity::Certificate;

use super::NAMES;
use crate::fuzz::Seed;
use crate::{KeyType, TestCa};

pub(super) fn credential() -> Vec<Seed> {
    let mut ca = TestCa::new();
    let leaf = ca.issue(KeyType::Ed25519, NAMES).identity.chain.remove(0);
    // The CA's first certificate is that of the key made from a 2.
    let key = pem("PRIVATE KEY", &ed25519(2));
    let chain = [leaf.as_slice(), ca.der()].map(|der| pem("CERTIFICATE", der));
    let encrypted = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\
                     DEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    vec![
        Seed::new("chain_and_key", [chain.concat(), key].concat()),
        Seed::new("encrypted_key", [&chain[0], encrypted].concat()),
    ]
}

pub(super) fn private_key() -> Vec<Seed> {
    // ECPrivateKey (RFC 5915) without a public key; prime256v1 by its OID.
    let mut sec1 = vec![0x30, 0x31, 2, 1, 1, 4, 32];
    sec1.extend_from_slice(&[9; 32]);
    sec1.extend_from_slice(&[0xa0, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
    vec![
        Seed::new("ed25519", ed25519(2)),
        Seed::new("p256_sec1", sec1),
    ]
}

pub(super) fn trust_anchors() -> Vec<Seed> {
    let ca = TestCa::new();
    vec![
        Seed::new("der", ca.der()),
        Seed::new("pem", pem("CERTIFICATE", ca.der())),
    ]
}

pub(super) fn revocation_list() -> Vec<Seed> {
    let ca = TestCa::new();
    vec![
        Seed::new("der", ca.revocation_list(&[7, 0x80])),
        Seed::new("pem", pem("X509 CRL", &ca.revocation_list(&[]))),
    ]
}

pub(super) fn x509_certificate() -> Vec<Seed> {
    let mut ca = TestCa::new();
    let leaf = ca.issue(KeyType::Ed25519, NAMES).identity.chain.remove(0);
    vec![Seed::new("leaf", leaf), Seed::new("ca", ca.der())]
}

/// certStatus: good.
pub(super) const GOOD: &[u8] = &[0x80, 0];
/// certStatus: revoked, in 2026.
const REVOKED: &[u8] = b"\xa1\x11\x18\x0f20260101000000Z";
/// responseStatus: successful.
pub(super) const SUCCESSFUL: &[u8] = &[0x0a, 1, 0];

pub(super) fn ocsp_response() -> Vec<Seed> {
    let ca = TestCa::new();
    let about = |status| response(&ca, &statement(&ca, status));
    vec![
        Seed::new("good", about(GOOD)),
        Seed::new("revoked", about(REVOKED)),
        Seed::new("no_answer", [0x30, 3, 0x0a, 1, 3]),
    ]
}

/// ResponseData of RFC 6960 §4.2.1, about the CA's second certificate.
pub(super) fn statement(ca: &TestCa, status: &[u8]) -> Vec<u8> {
    let issuer = Certificate::from_der(ca.der()).expect("the CA's certificate");
    // An Ed25519 key is the end of its SubjectPublicKeyInfo.
    let key = &issuer.public_key[issuer.public_key.len() - 32..];
    let [name, key] = [&issuer.issuer_name, key].map(|data| der(4, &[&sha1(data)]));
    let sha1 = [0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0];
    let id = der(0x30, &[&sha1, &name, &key, &[2, 1, 2]]);
    let [made, next] = [b"20261201000000Z", b"20330101000000Z"].map(|time| der(0x18, &[time]));
    let single = der(0x30, &[&id, status, &made, &der(0xa0, &[&next])]);
    der(0x30, &[&der(0xa2, &[&key]), &made, &der(0x30, &[&single])])
}

/// The response around it, signed.
fn response(ca: &TestCa, statement: &[u8]) -> Vec<u8> {
    let ed25519 = [0x30, 5, 6, 3, 0x2b, 0x65, 0x70];
    let signature = der(3, &[&[0], &ca.sign(statement)]);
    let basic = der(0x30, &[statement, &ed25519, &signature]);
    let id_pkix_ocsp_basic = [6, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
    let bytes = der(0x30, &[&id_pkix_ocsp_basic, &der(4, &[&basic])]);
    der(0x30, &[SUCCESSFUL, &der(0xa0, &[&bytes])])
}

/// An element of fewer than 65536 bytes.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [high, low] = u16::try_from(content.len())
        .expect("a short one")
        .to_be_bytes();
    let len: &[u8] = match (high, low) {
        (0, 0..0x80) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], len, &content].concat()
}

/// PKCS#8 around a key of one byte: RFC 8410 §7.
fn ed25519(byte: u8) -> Vec<u8> {
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend_from_slice(&[byte; 32]);
    der
}

fn pem(label: &str, der: &[u8]) -> String {
    let lines: Vec<String> = BASE64
        .encode(der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
