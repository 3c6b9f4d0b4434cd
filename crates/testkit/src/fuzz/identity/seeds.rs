//! Files as people have them: all keys in them are fixed, and known to everybody.

use data_encoding::BASE64;

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
