//! A CA of our own, and the questions put to a verifier.

use std::ops::Deref;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, PublicKeyData, RevokedCertParams, RsaKeySize,
    SerialNumber, SignatureAlgorithm, date_time_ymd,
};
use tessera_engine::{Accepted, IdentityError, PeerClaim, Verdict};
use tessera_identity::{Roots, Verifier};
use tessera_session::{ServerName, Side, Timestamp};

/// 2030-01-01.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_secs(1_893_456_000);
/// 2031-01-01.
pub(crate) const A_YEAR_LATER: Timestamp = Timestamp::from_unix_secs(1_924_992_000);

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Deref for Authority {
    type Target = CertifiedIssuer<'static, KeyPair>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// A certificate with its key.
pub(crate) struct Issued {
    pub(crate) der: Vec<u8>,
    pub(crate) pem: String,
    pub(crate) key: KeyPair,
}

impl Issued {
    pub(crate) fn spki(&self) -> Vec<u8> {
        self.key.subject_public_key_info()
    }
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = params(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// The parameters of a certificate that is valid from 2029 to 2040.
pub(crate) fn params(name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2029, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params
}

impl Authority {
    pub(crate) fn root(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(authority_params(name), key).unwrap())
    }

    pub(crate) fn rsa_root(name: &str) -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        Self(CertifiedIssuer::self_signed(authority_params(name), key).unwrap())
    }

    pub(crate) fn intermediate(&self, name: &str) -> Self {
        self.intermediate_with(name, |_| {})
    }

    pub(crate) fn intermediate_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = authority_params(name);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::signed_by(params, key, self).unwrap())
    }

    pub(crate) fn cert(&self) -> Vec<u8> {
        self.der().to_vec()
    }

    pub(crate) fn roots(&self) -> Roots {
        Roots::from_der([self.cert()]).unwrap()
    }

    pub(crate) fn issue(&self, names: &[&str]) -> Issued {
        self.issue_with(names, |_| {})
    }

    pub(crate) fn issue_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Issued {
        let mut params = params("leaf", names);
        change(&mut params);
        self.sign(&params, KeyPair::generate().unwrap())
    }

    pub(crate) fn issue_for(
        &self,
        names: &[&str],
        algorithm: &'static SignatureAlgorithm,
    ) -> Issued {
        let key = if *algorithm == PKCS_RSA_SHA256 {
            KeyPair::generate_rsa_for(algorithm, RsaKeySize::_2048).unwrap()
        } else {
            KeyPair::generate_for(algorithm).unwrap()
        };
        self.sign(&params("leaf", names), key)
    }

    fn sign(&self, params: &CertificateParams, key: KeyPair) -> Issued {
        let certificate = params.signed_by(&key, self).unwrap();
        Issued {
            der: certificate.der().to_vec(),
            pem: certificate.pem(),
            key,
        }
    }

    /// A list from 2029, to be renewed in 2035.
    pub(crate) fn crl(&self, serials: &[u64]) -> Vec<u8> {
        self.crl_until(serials, 2035)
    }

    pub(crate) fn crl_until(&self, serials: &[u64], year: i32) -> Vec<u8> {
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2029, 6, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2029, 6, 1),
            next_update: date_time_ymd(year, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        list.signed_by(self).unwrap().der().to_vec()
    }
}

pub(crate) fn claim(side: Side, chain: &[&[u8]], name: Option<&str>) -> PeerClaim {
    PeerClaim {
        side,
        chain: chain.iter().map(|der| der.to_vec()).collect(),
        name: name.map(|name| ServerName::new(name).unwrap()),
        ocsp: None,
        scts: Vec::new(),
    }
}

pub(crate) fn server(
    verifier: &Verifier,
    chain: &[&[u8]],
    name: &str,
) -> Result<Accepted, IdentityError> {
    verdict(verifier, &claim(Side::Server, chain, Some(name)), NOW)
}

pub(crate) fn client(verifier: &Verifier, chain: &[&[u8]]) -> Result<Accepted, IdentityError> {
    verdict(verifier, &claim(Side::Client, chain, None), NOW)
}

pub(crate) fn verdict(
    verifier: &Verifier,
    claim: &PeerClaim,
    now: Timestamp,
) -> Result<Accepted, IdentityError> {
    match verifier.verify(claim, now) {
        Verdict::Accepted(accepted) => Ok(*accepted),
        Verdict::Rejected(error) => Err(error),
    }
}

/// The error, where there must be one.
pub(crate) fn refused(verdict: Result<Accepted, IdentityError>) -> IdentityError {
    verdict.err().expect("a chain that is refused")
}
