//! From webpki's error, which names no certificate, to the one at fault.

use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer, UnixTime};
use tessera_engine::{IdentityError, IdentityProblem};
use tessera_session::{Side, Timestamp};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, RawPublicKeyEntity};
use x509_parser::certificate::X509Certificate;

use crate::certificate::{self, issuer_serial, subject_of, timestamp};
use crate::crl::Crls;
use crate::roots::{Roots, sequence};

/// What the verifier had before it.
pub(crate) struct Evidence<'a> {
    pub(crate) chain: &'a [Vec<u8>],
    /// Whose chain it is.
    pub(crate) side: Side,
    pub(crate) roots: &'a Roots,
    pub(crate) crls: &'a Crls,
}

/// The problem, with the position of `der` in the chain.
pub(crate) fn at(chain: &[Vec<u8>], der: &[u8], problem: IdentityProblem) -> IdentityError {
    let certificate = chain.iter().position(|given| given == der).unwrap_or(0);
    IdentityError {
        certificate,
        subject: subject_of(der),
        problem,
    }
}

/// Finds the certificate that `error` is about.
pub(crate) fn explain(error: Error, evidence: &Evidence<'_>) -> IdentityError {
    let (certificate, problem) = locate(error, evidence);
    IdentityError {
        certificate,
        subject: evidence
            .chain
            .get(certificate)
            .map(|der| subject_of(der))
            .unwrap_or_default(),
        problem,
    }
}

fn locate(error: Error, evidence: &Evidence<'_>) -> (usize, IdentityProblem) {
    let path = evidence.path();
    let usage = |why: &str| IdentityProblem::WrongUsage(why.to_owned());
    match error {
        Error::CertExpired { not_after, .. } => {
            let at = moment(not_after);
            let ended = path.find(|certificate| timestamp(certificate.validity().not_after) == at);
            (ended, IdentityProblem::Expired { at })
        }
        Error::CertNotValidYet { not_before, .. } => {
            let at = moment(not_before);
            let begins =
                path.find(|certificate| timestamp(certificate.validity().not_before) == at);
            (begins, IdentityProblem::NotYetValid { at })
        }
        Error::CertRevoked => {
            let listed = path.find(|certificate| evidence.crls.names(&issuer_serial(certificate)));
            (listed, IdentityProblem::Revoked)
        }
        Error::InvalidSignatureForPublicKey => (
            path.badly_signed(evidence.roots),
            IdentityProblem::BadSignature,
        ),
        // What cannot be read could have been the issuer.
        Error::UnknownIssuer => match evidence.unreadable() {
            Some(unreadable) => unreadable,
            None => (path.top(), IdentityProblem::UnknownIssuer),
        },
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            let unfit = path.find(|certificate| !fits(certificate, evidence.side));
            (
                unfit,
                usage(match evidence.side {
                    Side::Server => "its extended key usage does not include server authentication",
                    Side::Client => "its extended key usage does not include client authentication",
                }),
            )
        }
        Error::CaUsedAsEndEntity => (0, usage("it is the certificate of a CA")),
        Error::EndEntityUsedAsCa => {
            let issuer = path.find_issuer(|issuer, _| !issuer.is_ca());
            (
                issuer,
                usage("it is not a CA and cannot issue certificates"),
            )
        }
        Error::PathLenConstraintViolated => {
            let issuer = path.find_issuer(too_long);
            (
                issuer,
                usage("its path length does not allow as many CAs below it"),
            )
        }
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            path.weakly_signed().unwrap_or_else(|| (0, unsupported()))
        }
        Error::NameConstraintViolation => (
            0,
            usage("one of its names is outside what its issuer may certify"),
        ),
        Error::UnsupportedCriticalExtension => (
            0,
            usage("it has a critical extension that is not known here"),
        ),
        error => match (other(error), evidence.unreadable()) {
            (IdentityProblem::BadEncoding(_), Some(unreadable)) => unreadable,
            (problem, _) => (0, problem),
        },
    }
}

/// Problems that name no certificate; they are the leaf's unless somebody says otherwise.
fn other(error: Error) -> IdentityProblem {
    let text = |text: &str| IdentityProblem::Other(text.to_owned());
    match error {
        Error::SignatureAlgorithmMismatch => unsupported(),
        Error::UnknownRevocationStatus => text("no revocation list of its issuer is at hand"),
        Error::CrlExpired { next_update, .. } => IdentityProblem::Other(format!(
            "the revocation list of its issuer was to be renewed at {}",
            moment(next_update)
        )),
        Error::InvalidCrlSignatureForPublicKey => {
            text("the revocation list of its issuer is not signed by that issuer")
        }
        Error::IssuerNotCrlSigner => text("its issuer may not sign revocation lists"),
        Error::CertDistrusted => text("its key, or its issuer's, is known to be compromised"),
        Error::MaximumPathDepthExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => {
            text("its chain is too long or too tangled")
        }
        // RFC 9846 §4.5.1.2 (1).
        Error::UnsupportedCertVersion => {
            IdentityProblem::BadEncoding("not an X.509 v3 certificate".to_owned())
        }
        error => IdentityProblem::BadEncoding(error.to_string()),
    }
}

fn unsupported() -> IdentityProblem {
    IdentityProblem::UnsupportedAlgorithm("the one it, or its issuer, is signed with".to_owned())
}

/// The digest of a signature that proves nothing any more.
fn weak_digest(certificate: &X509Certificate<'_>) -> Option<&'static str> {
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    Some(match algorithm.as_str() {
        // md5WithRSAEncryption
        "1.2.840.113549.1.1.4" => "MD5",
        // sha1WithRSAEncryption, ecdsa-with-SHA1
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" => "SHA-1",
        _ => return None,
    })
}

fn moment(time: UnixTime) -> Timestamp {
    Timestamp::from_unix_secs(time.as_secs())
}

fn fits(certificate: &X509Certificate<'_>, side: Side) -> bool {
    match certificate.extended_key_usage() {
        Ok(Some(usage)) => match side {
            Side::Server => usage.value.server_auth,
            Side::Client => usage.value.client_auth,
        },
        _ => true,
    }
}

/// Whether there are more CAs below `issuer` than it allows; `below` counts certificates, the leaf included.
fn too_long(issuer: &X509Certificate<'_>, below: usize) -> bool {
    let constraints = issuer.basic_constraints().ok().flatten();
    let limit = constraints.and_then(|constraints| constraints.value.path_len_constraint);
    limit.is_some_and(|limit| {
        below
            > usize::try_from(limit)
                .unwrap_or(usize::MAX)
                .saturating_add(1)
    })
}

impl<'a> Evidence<'a> {
    /// From the leaf upwards by name, as far as the chain has issuers.
    fn path(&self) -> Path<'a> {
        let certificates = self.chain.iter().enumerate();
        let read =
            |(position, der): (usize, &'a Vec<u8>)| Some((position, certificate::parse(der).ok()?));
        let mut left: Vec<_> = certificates.filter_map(read).collect();

        let mut path = Vec::new();
        let mut next = left.iter().position(|(position, _)| *position == 0);
        while let Some(found) = next {
            let (position, certificate) = left.swap_remove(found);
            let issuer = certificate.issuer().as_raw();
            next = left
                .iter()
                .position(|(_, other)| other.subject().as_raw() == issuer);
            path.push((position, certificate));
        }
        Path(path)
    }

    /// The first certificate that cannot be read, and why.
    fn unreadable(&self) -> Option<(usize, IdentityProblem)> {
        let problem = |der: &Vec<u8>| {
            let parsed = certificate::parse(der).map_err(|error| error.to_string());
            if let Err(why) = parsed {
                return Some(IdentityProblem::BadEncoding(why));
            }
            let der = CertificateDer::from(&der[..]);
            EndEntityCert::try_from(&der).map_err(other).err()
        };
        let mut problems = self.chain.iter().map(problem).enumerate();
        problems.find_map(|(position, problem)| Some((position, problem?)))
    }
}

/// Certificates with their positions in the chain, the leaf first.
struct Path<'a>(Vec<(usize, X509Certificate<'a>)>);

impl Path<'_> {
    /// The position of the first certificate that `is_it`, or else of the leaf.
    fn find(&self, is_it: impl Fn(&X509Certificate<'_>) -> bool) -> usize {
        let found = self.0.iter().find(|(_, certificate)| is_it(certificate));
        found.map_or(0, |(position, _)| *position)
    }

    /// As [`find`](Self::find) among the issuers; each is given how many certificates stand below it.
    fn find_issuer(&self, is_it: impl Fn(&X509Certificate<'_>, usize) -> bool) -> usize {
        let issuers = self.0.iter().enumerate().skip(1);
        let mut found = issuers.filter(|(below, (_, issuer))| is_it(issuer, *below));
        found.next().map_or(0, |(_, (position, _))| *position)
    }

    /// The first certificate that is signed with a digest of no worth: RFC 9846 §4.5.1.3 (2).
    fn weakly_signed(&self) -> Option<(usize, IdentityProblem)> {
        self.0.iter().find_map(|(position, certificate)| {
            let digest = weak_digest(certificate)?;
            Some((*position, IdentityProblem::WeakSignature(digest)))
        })
    }

    /// The position of the last certificate reached.
    fn top(&self) -> usize {
        self.0.last().map_or(0, |(position, _)| *position)
    }

    /// The position of the first certificate that nobody of its issuer's name has signed.
    fn badly_signed(&self, roots: &Roots) -> usize {
        for (below, (position, certificate)) in self.0.iter().enumerate() {
            let issuer = certificate.issuer().as_raw();
            let given = self
                .0
                .get(below + 1)
                .map(|(_, issuer)| issuer.public_key().raw.to_vec());
            let trusted = roots
                .anchors()
                .iter()
                .filter(|anchor| sequence(&anchor.subject) == issuer);
            let trusted = trusted.map(|anchor| sequence(&anchor.subject_public_key_info));
            if !trusted.chain(given).any(|key| signed_by(certificate, &key)) {
                return *position;
            }
        }
        0
    }
}

fn signed_by(certificate: &X509Certificate<'_>, key: &[u8]) -> bool {
    let key = SubjectPublicKeyInfoDer::from(key);
    let Ok(key) = RawPublicKeyEntity::try_from(&key) else {
        return false;
    };
    let message = certificate.tbs_certificate.as_ref();
    let signature = &certificate.signature_value.data;
    ALL_VERIFICATION_ALGS
        .iter()
        .any(|algorithm| key.verify_signature(*algorithm, message, signature).is_ok())
}
