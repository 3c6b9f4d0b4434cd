//! A certificate authority for tests, the same at every run.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber,
    SignatureAlgorithm, SigningKey as _,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use tessera_crypto::SigningKey;
use tessera_engine::{Accepted, Identity, Trust};
use tessera_session::{IssuerSerial, PeerIdentity, Timestamp};

/// The kinds of keys certificates have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// Deterministic: the same bytes at every run.
    Ed25519,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// ECDSA on P-521.
    P521,
    /// RSA with 2048 bits.
    Rsa2048,
}

/// Makes certificates; its own key is fixed.
pub struct TestCa {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
    serial: u8,
}

/// A certificate, its key, and what a verifier would say of it.
pub struct Issued {
    /// What a config takes.
    pub identity: Identity,
    /// The private key.
    pub key: SigningKey,
    /// The verdict on it.
    pub accepted: Accepted,
}

/// When certificates of the test CA end, in Unix seconds: 18 May 2033. Virtual time starts before.
pub const NOT_AFTER: u64 = 1_999_987_200;

impl Default for TestCa {
    fn default() -> Self {
        Self::new()
    }
}

impl TestCa {
    /// The CA of all tests.
    ///
    /// # Panics
    /// Never: its key and parameters are fixed.
    pub fn new() -> Self {
        let key = key_pair(KeyType::Ed25519, 1);
        let mut params = params("Test CA", 1, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let der = params
            .self_signed(&key)
            .expect("the CA's parameters are fixed")
            .der()
            .to_vec();
        Self {
            issuer: Issuer::new(params, key),
            der,
            serial: 1,
        }
    }

    /// The CA's own certificate, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// A list of these serial numbers as revoked, DER.
    ///
    /// # Panics
    /// Never: everything else in it is fixed.
    pub fn revocation_list(&self, serials: &[u8]) -> Vec<u8> {
        let revoked = |serial: &u8| RevokedCertParams {
            serial_number: SerialNumber::from(vec![*serial]),
            revocation_time: rcgen::date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2026, 1, 1),
            next_update: rcgen::date_time_ymd(2033, 1, 1),
            crl_number: SerialNumber::from(vec![1]),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).expect("the CA may sign lists");
        list.der().to_vec()
    }

    /// Signs anything with the CA's own key.
    ///
    /// # Panics
    /// Never: Ed25519 keys sign whatever there is.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signed = self.issuer.key().sign(message);
        signed.expect("an Ed25519 key signs")
    }

    /// A certificate for these names, for servers and clients alike.
    ///
    /// # Panics
    /// If a name is no DNS name or IP address.
    pub fn issue(&mut self, key_type: KeyType, names: &[&str]) -> Issued {
        self.serial += 1;
        let pair = key_pair(key_type, self.serial);
        let subject = names.first().copied().unwrap_or("nobody");
        let mut params = params(subject, self.serial, names);
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let certificate = params
            .signed_by(&pair, &self.issuer)
            .expect("the names are names");
        let key = SigningKey::from_der(pair.serialized_der()).expect("a key rcgen made");
        let identity = Identity {
            chain: vec![certificate.der().to_vec()],
            schemes: key.schemes().to_vec(),
            names: names.iter().map(ToString::to_string).collect(),
            ..Identity::default()
        };
        let accepted = Accepted {
            identity: PeerIdentity {
                subject: format!("CN={subject}"),
                chain: identity.chain.clone(),
                not_after: Timestamp::from_unix_secs(NOT_AFTER),
                issuer_serials: vec![IssuerSerial::new(b"Test CA", &[self.serial])],
            },
            public_key: key.public_key_spki(),
            trust: Trust::Verified,
        };
        Issued {
            identity,
            key,
            accepted,
        }
    }
}

fn params(subject: &str, serial: u8, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).expect("DNS names or addresses");
    params.distinguished_name.push(DnType::CommonName, subject);
    params.serial_number = Some(SerialNumber::from(vec![serial]));
    params.not_before = rcgen::date_time_ymd(2023, 11, 14);
    params.not_after = rcgen::date_time_ymd(2033, 5, 18);
    params
}

fn key_pair(key_type: KeyType, seed: u8) -> KeyPair {
    let algorithm: &'static SignatureAlgorithm = match key_type {
        KeyType::Ed25519 => return ed25519(seed),
        KeyType::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
        KeyType::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
        KeyType::P521 => &rcgen::PKCS_ECDSA_P521_SHA512,
        KeyType::Rsa2048 => &rcgen::PKCS_RSA_SHA256,
    };
    KeyPair::generate_for(algorithm).expect("a key of a known kind")
}

/// PKCS#8 around a fixed seed: RFC 8410 §7.
fn ed25519(seed: u8) -> KeyPair {
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend_from_slice(&[seed; 32]);
    KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der), &rcgen::PKCS_ED25519)
        .expect("a fixed key")
}
