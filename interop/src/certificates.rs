//! A certificate authority of the test's own, and keys of every type.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, RsaKeySize, date_time_ymd,
};

use crate::peer::program;
use crate::process::run;

/// The kinds of key a TLS 1.3 certificate has in these tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// ECDSA on P-521.
    P521,
    /// Ed25519.
    Ed25519,
    /// RSA with 2048 bits, which signs with RSA-PSS in TLS 1.3.
    Rsa2048,
}

impl KeyType {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Ed25519,
        Self::Rsa2048,
    ];

    fn generate(self) -> KeyPair {
        let made = match self {
            Self::P256 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256),
            Self::P384 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384),
            Self::P521 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512),
            Self::Ed25519 => KeyPair::from_pem(&ed25519()),
            Self::Rsa2048 => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048),
        };
        made.expect("the backend makes this type of key")
    }
}

/// A certificate and its private key, as PEM files.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate.
    pub cert: PathBuf,
    /// The private key, PKCS #8.
    pub key: PathBuf,
}

impl Identity {
    /// The certificate's path as text.
    pub fn cert(&self) -> &str {
        self.cert.to_str().expect("paths of tests are UTF-8")
    }

    /// The key's path as text.
    pub fn key(&self) -> &str {
        self.key.to_str().expect("paths of tests are UTF-8")
    }
}

/// A certificate authority that keeps its files in one directory.
pub struct Authority {
    dir: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes an authority and writes its certificate to `dir`/ca.pem.
    pub fn new(dir: &Path) -> Self {
        let key = KeyType::P256.generate();
        let mut params = CertificateParams::default();
        // Each authority has a name of its own, so that one is unknown to the others.
        let place = dir.file_name().unwrap_or_default().to_string_lossy();
        params.distinguished_name = name(&format!("test authority of {place}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).expect("a self-signed authority");
        fs::write(dir.join("ca.pem"), certificate.pem()).expect("ca.pem is written");
        Self {
            dir: dir.to_owned(),
            issuer: Issuer::new(params, key),
        }
    }

    /// The authority's certificate.
    pub fn file(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    /// The same as text.
    pub fn path(&self) -> String {
        self.file()
            .to_str()
            .expect("paths of tests are UTF-8")
            .to_owned()
    }

    /// A certificate for localhost and 127.0.0.1.
    pub fn server(&self, key: KeyType) -> Identity {
        self.issue(&format!("server-{key:?}"), key, &server_params())
    }

    /// The same, but valid only in the past.
    pub fn expired_server(&self) -> Identity {
        let mut params = server_params();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.issue("expired", KeyType::P256, &params)
    }

    /// A certificate for another name than localhost.
    pub fn other_server(&self) -> Identity {
        self.server_called("elsewhere.test")
    }

    /// A certificate for this name alone.
    pub fn server_called(&self, host: &str) -> Identity {
        let mut params = CertificateParams::new([host.to_owned()]).expect("a name");
        params.distinguished_name = name(host);
        self.issue(host, KeyType::P256, &params)
    }

    /// A file with this authority's word that a certificate of its own is good: an OCSP response as
    /// `openssl` makes it.
    pub fn ocsp_response(&self, identity: &Identity) -> String {
        self.ocsp(identity, "V\t491231235959Z\t")
    }

    /// The same with its word that it has revoked the certificate.
    pub fn ocsp_revocation(&self, identity: &Identity) -> String {
        self.ocsp(identity, "R\t491231235959Z\t250101000000Z,keyCompromise")
    }

    /// The same with what `openssl ca` would have noted down: valid or revoked, until when, since when not.
    fn ocsp(&self, identity: &Identity, noted: &str) -> String {
        let file = |name: &str| self.dir.join(name).to_str().map(str::to_owned);
        let file = |name: &str| file(name).expect("paths of tests are UTF-8");
        let (ca, key, index) = (self.path(), file("ca.key"), file("index.txt"));
        let (request, response) = (
            file("ocsp-request.der"),
            file(&format!("ocsp-{}.der", &noted[..1])),
        );
        fs::write(&key, self.issuer.key().serialize_pem()).expect("ca.key is written");
        let openssl = |args: &[&str]| run(program("openssl").args(args), b"").succeeded();
        let printed = openssl(&["x509", "-noout", "-serial", "-in", identity.cert()]).text();
        let serial = printed.trim().trim_start_matches("serial=");
        let line = format!("{noted}\t{serial}\tunknown\t/CN=server\n");
        fs::write(&index, line).expect("index.txt is written");
        let about = ["-issuer", &ca, "-cert", identity.cert()];
        openssl(&[&["ocsp", "-no_nonce", "-reqout", &request], &about[..]].concat());
        let by = ["-index", &index, "-CA", &ca, "-rsigner", &ca, "-rkey", &key];
        let answer = ["-reqin", &request, "-respout", &response, "-ndays", "1"];
        openssl(&[&["ocsp"], &by[..], &answer].concat());
        response
    }

    /// A client certificate with this common name.
    pub fn client(&self, common_name: &str, key: KeyType) -> Identity {
        let mut params = CertificateParams::default();
        params.distinguished_name = name(common_name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let file = common_name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        self.issue(&format!("client-{file}-{key:?}"), key, &params)
    }

    fn issue(&self, file: &str, key: KeyType, params: &CertificateParams) -> Identity {
        let key = key.generate();
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("the authority signs");
        let identity = Identity {
            cert: self.dir.join(format!("{file}.pem")),
            key: self.dir.join(format!("{file}.key")),
        };
        fs::write(&identity.cert, certificate.pem()).expect("the certificate is written");
        fs::write(&identity.key, key.serialize_pem()).expect("the key is written");
        identity
    }
}

/// A key as `openssl` writes it: PKCS #8 without the public half, which every program reads.
fn ed25519() -> String {
    let mut openssl = program("openssl");
    run(openssl.args(["genpkey", "-algorithm", "ed25519"]), b"")
        .succeeded()
        .text()
}

fn server_params() -> CertificateParams {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).expect("valid names");
    params.distinguished_name = name("localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}
