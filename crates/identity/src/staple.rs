//! What a stapled OCSP response (RFC 6960) says of the certificate it came with.
//!
//! Its structure is read by `x509-ocsp`, and signatures are webpki's. What is decided here is whose word counts, for
//! which certificate, and for how long.

use std::time::Duration;

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Encode};
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer, TrustAnchor, UnixTime};
use tessera_crypto::{HashAlgorithm, sha1};
use tessera_engine::IdentityProblem;
use tessera_session::Timestamp;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, RawPublicKeyEntity};
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspResponse, OcspResponseStatus,
    ResponderId, SingleResponse,
};
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::roots::sequence;

/// The clocks of responders and ours may differ by this much.
const SKEW: Duration = Duration::from_secs(300);

/// How long a response counts that does not say when the next one comes. It means that newer information can be had at
/// any time (RFC 6960 §4.2.2.1), and nobody here goes to get it.
const WITHOUT_NEXT_UPDATE: Duration = Duration::from_secs(86_400);

/// id-kp-OCSPSigning, without its tag and length.
const OCSP_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 9];

const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");

/// Why a stapled response is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Objection {
    #[error("the response cannot be read: {0}")]
    Unreadable(String),
    #[error("the responder had no answer: {0}")]
    NoAnswer(&'static str),
    #[error("it is about another certificate")]
    AnotherCertificate,
    #[error("whoever made it may not speak for the issuer of this certificate")]
    NotTheResponder,
    #[error("its signature does not verify")]
    BadSignature,
    #[error("it is from the future: {0}")]
    NotYet(Timestamp),
    #[error("a newer one was due at {0}; the server has to renew what it staples")]
    Outdated(Timestamp),
    #[error("the certificate was revoked at {0}")]
    Revoked(Timestamp),
    #[error("the responder does not know the certificate")]
    Unknown,
}

impl From<Objection> for IdentityProblem {
    fn from(objection: Objection) -> Self {
        Self::BadStatus(objection.to_string())
    }
}

/// A certificate whose path has been verified: what of it a response is held against.
pub(crate) struct Subject<'a> {
    /// Its serial number, as it stands in it.
    pub(crate) serial: &'a [u8],
    /// The name of its issuer, the content of the SEQUENCE.
    pub(crate) issuer: &'a [u8],
    /// The key that it is signed with, a SubjectPublicKeyInfo.
    pub(crate) issuer_key: &'a [u8],
}

impl Subject<'_> {
    /// Whether a response says that this certificate is good: RFC 6960 §3.2. Only a response that is signed by the
    /// issuer, or by somebody it has appointed, says anything.
    pub(crate) fn is_good(&self, response: &[u8], now: Timestamp) -> Result<(), Objection> {
        let response = answer(response)?;
        self.signed(&response, now)?;
        let mut about: Vec<&SingleResponse> = response.tbs_response_data.responses.iter().collect();
        about.retain(|single| self.is_meant_by(&single.cert_id));
        if about.is_empty() {
            return Err(Objection::AnotherCertificate);
        }
        about
            .into_iter()
            .try_for_each(|single| says_good(single, now))
    }

    fn is_meant_by(&self, id: &CertId) -> bool {
        let hash = |data: &[u8]| match id.hash_algorithm.oid {
            SHA1 => Some(sha1(data).to_vec()),
            SHA256 => Some(HashAlgorithm::Sha256.hash(data).as_bytes().to_vec()),
            SHA384 => Some(HashAlgorithm::Sha384.hash(data).as_bytes().to_vec()),
            _ => None,
        };
        let is_of = |theirs: &[u8], data: &[u8]| hash(data).is_some_and(|ours| ours == theirs);
        without_zeros(id.serial_number.as_bytes()) == without_zeros(self.serial)
            && is_of(id.issuer_name_hash.as_bytes(), &sequence(self.issuer))
            && key_bits(self.issuer_key)
                .is_some_and(|key| is_of(id.issuer_key_hash.as_bytes(), &key))
    }

    /// The signature is the issuer's, or of the one certificate for this purpose that the issuer gave to the responder.
    fn signed(&self, response: &BasicOcspResponse, now: Timestamp) -> Result<(), Objection> {
        let responder = &response.tbs_response_data.responder_id;
        let key = if is(responder, &sequence(self.issuer), self.issuer_key) {
            self.issuer_key.to_vec()
        } else {
            self.appointed(response, now)
                .ok_or(Objection::NotTheResponder)?
        };
        match is_signed_by(response, &key) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Objection::BadSignature),
            Err(error) => Err(unreadable(error)),
        }
    }

    /// The key of a responder that the issuer has certified for nothing but this: RFC 6960 §4.2.2.2. Whether its
    /// certificate has been revoked itself is not asked; they are short-lived for that reason.
    fn appointed(&self, response: &BasicOcspResponse, now: Timestamp) -> Option<Vec<u8>> {
        let responder = &response.tbs_response_data.responder_id;
        // One is looked at, however many a hostile peer sends.
        let certificate = response.certs.iter().flatten().find(|certificate| {
            let tbs = &certificate.tbs_certificate;
            let (name, key) = (tbs.subject.to_der(), tbs.subject_public_key_info.to_der());
            matches!((name, key), (Ok(name), Ok(key)) if is(responder, &name, &key))
        })?;
        let der = CertificateDer::from(certificate.to_der().ok()?);
        let certificate = EndEntityCert::try_from(&der).ok()?;
        let issuer = [TrustAnchor {
            subject: self.issuer.into(),
            subject_public_key_info: AnyRef::from_der(self.issuer_key).ok()?.value().into(),
            name_constraints: None,
        }];
        let path = certificate.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &issuer,
            &[],
            UnixTime::since_unix_epoch(Duration::from_millis(now.as_millis())),
            KeyUsage::required(OCSP_SIGNING),
            None,
            None,
        );
        path.ok()?;
        Some(certificate.subject_public_key_info().to_vec())
    }
}

/// The answer in a response, if there is one: the only kind that RFC 6960 has.
fn answer(response: &[u8]) -> Result<BasicOcspResponse, Objection> {
    let response = OcspResponse::from_der(response).map_err(unreadable)?;
    let none = match response.response_status {
        OcspResponseStatus::Successful => None,
        OcspResponseStatus::MalformedRequest => Some("it could not read the request"),
        OcspResponseStatus::InternalError => Some("it is out of order"),
        OcspResponseStatus::TryLater => Some("it was to be asked again later"),
        OcspResponseStatus::SigRequired => Some("it wanted a signed request"),
        OcspResponseStatus::Unauthorized => Some("it does not answer to everybody"),
    };
    if let Some(why) = none {
        return Err(Objection::NoAnswer(why));
    }
    match response.response_bytes {
        Some(bytes) if bytes.response_type == BASIC => {
            BasicOcspResponse::from_der(bytes.response.as_bytes()).map_err(unreadable)
        }
        _ => Err(Objection::Unreadable(
            "it is not a basic response".to_owned(),
        )),
    }
}

fn unreadable(error: der::Error) -> Objection {
    Objection::Unreadable(error.to_string())
}

/// Whether this key, a SubjectPublicKeyInfo, signed a response, with an algorithm accepted here.
fn is_signed_by(response: &BasicOcspResponse, key: &[u8]) -> Result<bool, der::Error> {
    let message = response.tbs_response_data.to_der()?;
    let signature = response.signature.as_bytes().unwrap_or_default();
    let algorithm = response.signature_algorithm.to_der()?;
    let algorithm = AnyRef::from_der(&algorithm)?.value();
    let key = SubjectPublicKeyInfoDer::from(key);
    Ok(RawPublicKeyEntity::try_from(&key).is_ok_and(|key| {
        let mut fitting = ALL_VERIFICATION_ALGS
            .iter()
            .filter(|accepted| *accepted.signature_alg_id() == *algorithm);
        fitting.any(|accepted| key.verify_signature(*accepted, &message, signature).is_ok())
    }))
}

/// Whether a responder goes by this name (in DER), or has this key.
fn is(responder: &ResponderId, name: &[u8], key: &[u8]) -> bool {
    match responder {
        ResponderId::ByName(theirs) => theirs.to_der().is_ok_and(|theirs| theirs == name),
        ResponderId::ByKey(hash) => key_bits(key).is_some_and(|key| sha1(&key) == hash.as_bytes()),
    }
}

/// One statement: of now, and that all is well.
fn says_good(single: &SingleResponse, now: Timestamp) -> Result<(), Objection> {
    let from = timestamp(single.this_update);
    let until = match single.next_update {
        Some(next) => timestamp(next),
        None => from.plus(WITHOUT_NEXT_UPDATE),
    };
    if now.plus(SKEW) < from {
        return Err(Objection::NotYet(from));
    }
    if until.plus(SKEW) < now {
        return Err(Objection::Outdated(until));
    }
    match single.cert_status {
        CertStatus::Good(_) => Ok(()),
        CertStatus::Revoked(when) => Err(Objection::Revoked(timestamp(when.revocation_time))),
        CertStatus::Unknown(_) => Err(Objection::Unknown),
    }
}

fn timestamp(time: OcspGeneralizedTime) -> Timestamp {
    Timestamp::from_unix_secs(time.0.to_unix_duration().as_secs())
}

/// What is hashed of a key: the content of the BIT STRING.
fn key_bits(spki: &[u8]) -> Option<Vec<u8>> {
    let (_, key) = SubjectPublicKeyInfo::from_der(spki).ok()?;
    Some(key.subject_public_key.data.into_owned())
}

/// A positive number has a zero in front of it where its first bit is set.
fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

#[cfg(test)]
mod tests;
