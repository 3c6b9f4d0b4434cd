//! The answer to the engine's `VerifyPeer`: is this chain good, and whose is it?

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::{CertificateDer, UnixTime};
use tessera_engine::{Accepted, IdentityError, IdentityProblem, PeerClaim, Trust, Verdict};
use tessera_session::{PeerIdentity, ServerName, Side, Timestamp};
use webpki::{
    ALL_VERIFICATION_ALGS, CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage,
    RevocationCheckDepth, RevocationOptions, RevocationOptionsBuilder, UnknownStatusPolicy,
    VerifiedPath,
};

use crate::certificate::{self, Certificate};
use crate::crl::{Crls, Depth, Lenience, RevocationPolicy};
use crate::explain::{self, Evidence};
use crate::roots::Roots;
use crate::staple::Subject;

/// Verifies chains: a server's for its name, a client's for its use.
#[derive(Clone)]
pub struct Verifier {
    trust: Trusting,
}

#[derive(Clone)]
enum Trusting {
    Anchors {
        roots: Arc<Roots>,
        crls: Arc<Crls>,
        policy: RevocationPolicy,
    },
    /// Anybody who has a certificate at all.
    Anybody,
}

impl Verifier {
    /// Trusts what these anchors vouch for.
    pub fn new(roots: Roots) -> Self {
        Self {
            trust: Trusting::Anchors {
                roots: Arc::new(roots),
                crls: Arc::new(Crls::new()),
                policy: RevocationPolicy::default(),
            },
        }
    }

    /// Accepts every chain whose first certificate has a key. The peer still
    /// proves that it holds that key; that it is who it says it is, nobody
    /// checks: its sessions are tainted. Nobody gets one without asking for
    /// it by this name: RFC 9846 §C.5 (1), RFC 9525 §6.6 (3).
    pub fn insecure() -> Self {
        Self {
            trust: Trusting::Anybody,
        }
    }

    /// Also asks these lists, unless there are none.
    #[must_use]
    pub fn with_revocation(mut self, lists: Arc<Crls>, asked: RevocationPolicy) -> Self {
        if let Trusting::Anchors { crls, policy, .. } = &mut self.trust {
            *crls = lists;
            *policy = asked;
        }
        self
    }

    /// Whether chains are verified at all.
    pub fn trust(&self) -> Trust {
        match self.trust {
            Trusting::Anchors { .. } => Trust::Verified,
            Trusting::Anybody => Trust::Waived,
        }
    }

    /// The anchors, where there are any: their hash belongs in wallet keys and scopes.
    pub fn roots(&self) -> Option<&Roots> {
        match &self.trust {
            Trusting::Anchors { roots, .. } => Some(roots),
            Trusting::Anybody => None,
        }
    }

    /// Says whether the peer is who its chain says it is.
    pub fn verify(&self, claim: &PeerClaim, now: Timestamp) -> Verdict {
        let verified = match &self.trust {
            Trusting::Anchors {
                roots,
                crls,
                policy,
            } => {
                let check = Check {
                    claim,
                    now,
                    roots,
                    crls,
                    policy,
                };
                check.path().map(|identity| (identity, Trust::Verified))
            }
            Trusting::Anybody => unverified(claim).map(|identity| (identity, Trust::Waived)),
        };
        match verified {
            Ok(((identity, public_key), trust)) => Verdict::Accepted(Box::new(Accepted {
                identity,
                public_key,
                trust,
            })),
            Err(error) => Verdict::Rejected(error),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.trust {
            Trusting::Anchors { roots, crls, .. } => {
                write!(f, "Verifier({} anchors, {crls:?})", roots.len())
            }
            Trusting::Anybody => f.write_str("Verifier(insecure)"),
        }
    }
}

/// A peer and its key.
type Identified = (PeerIdentity, Vec<u8>);

/// One chain before one set of anchors.
struct Check<'a> {
    claim: &'a PeerClaim,
    now: Timestamp,
    roots: &'a Roots,
    crls: &'a Crls,
    policy: &'a RevocationPolicy,
}

impl Check<'_> {
    fn path(&self) -> Result<Identified, IdentityError> {
        let chain: Vec<CertificateDer<'_>> = self
            .claim
            .chain
            .iter()
            .map(|der| CertificateDer::from(&der[..]))
            .collect();
        let Some((first, intermediates)) = chain.split_first() else {
            return Err(no_certificate());
        };
        let evidence = Evidence {
            chain: &self.claim.chain,
            side: self.claim.side,
            roots: self.roots,
            crls: self.crls,
        };
        let explain = |error| explain::explain(error, &evidence);

        let leaf = EndEntityCert::try_from(first).map_err(explain)?;
        let lists = self.crls.lists();
        let path = leaf
            .verify_for_usage(
                ALL_VERIFICATION_ALGS,
                self.roots.anchors(),
                intermediates,
                UnixTime::since_unix_epoch(Duration::from_millis(self.now.as_millis())),
                usage(self.claim.side),
                self.revocation(&lists),
                None,
            )
            .map_err(explain)?;
        self.names(&leaf)
            .map_err(|problem| at_leaf(first, problem))?;
        self.staple(&leaf, &path)
            .map_err(|problem| at_leaf(first, problem))?;

        let above = path
            .intermediate_certificates()
            .map(|certificate| certificate.der());
        let certificates: Vec<CertificateDer<'_>> =
            std::iter::once(first.clone()).chain(above).collect();
        identify(self.claim, certificates.iter().map(AsRef::as_ref))
    }

    fn names(&self, leaf: &EndEntityCert<'_>) -> Result<(), IdentityProblem> {
        match (self.claim.side, &self.claim.name) {
            (Side::Client, None) => Ok(()),
            (Side::Server, None) => Err(IdentityProblem::Other(
                "there is no name to check it against".to_owned(),
            )),
            (_, Some(name)) => check_name(leaf, name, &self.claim.chain),
        }
    }

    /// What came with the leaf says that it is good: RFC 6066 §8 (5).
    fn staple(
        &self,
        leaf: &EndEntityCert<'_>,
        path: &VerifiedPath<'_>,
    ) -> Result<(), IdentityProblem> {
        let Some(response) = &self.claim.ocsp else {
            return Ok(());
        };
        let issuer_key = path.issuer_spki();
        let subject = Subject {
            serial: leaf.serial(),
            issuer: leaf.issuer(),
            issuer_key: &issuer_key,
        };
        Ok(subject.is_good(response, self.now)?)
    }

    fn revocation<'l>(
        &self,
        lists: &'l [&'l CertRevocationList<'l>],
    ) -> Option<RevocationOptions<'l>> {
        let builder = RevocationOptionsBuilder::new(lists).ok()?;
        let depth = match self.policy.depth {
            Depth::Leaf => RevocationCheckDepth::EndEntity,
            Depth::Chain => RevocationCheckDepth::Chain,
        };
        let unknown = match self.policy.without_list {
            Lenience::Refuse => UnknownStatusPolicy::Deny,
            Lenience::Accept => UnknownStatusPolicy::Allow,
        };
        let outdated = match self.policy.outdated_list {
            Lenience::Refuse => ExpirationPolicy::Enforce,
            Lenience::Accept => ExpirationPolicy::Ignore,
        };
        let builder = builder.with_depth(depth).with_status_policy(unknown);
        Some(builder.with_expiration_policy(outdated).build())
    }
}

fn usage(side: Side) -> KeyUsage {
    match side {
        Side::Server => KeyUsage::server_auth(),
        Side::Client => KeyUsage::client_auth(),
    }
}

/// The name the caller gave, in whatever case, or the very address: RFC 9525 §6.1.1 (1), §6.2 (1, 2),
/// RFC 9525 §6.3 (1, 2, 6, 7). Only subjectAltName has names: RFC 9525 §2 (2, 3).
fn check_name(
    leaf: &EndEntityCert<'_>,
    name: &ServerName,
    chain: &[Vec<u8>],
) -> Result<(), IdentityProblem> {
    let wanted = rustls_pki_types::ServerName::try_from(name.as_str());
    let good = wanted.is_ok_and(|wanted| leaf.verify_is_valid_for_subject_name(&wanted).is_ok());
    if good {
        return Ok(());
    }
    let has = chain
        .first()
        .and_then(|der| Certificate::from_der(der).ok());
    Err(IdentityProblem::WrongName {
        wanted: name.as_str().to_owned(),
        has: has.map(|leaf| leaf.names).unwrap_or_default(),
    })
}

/// The identity of a path: its leaf's subject and key, and when the first of its certificates ends.
fn identify<'a>(
    claim: &PeerClaim,
    path: impl Iterator<Item = &'a [u8]>,
) -> Result<Identified, IdentityError> {
    let mut leaf = None;
    let mut not_after = Timestamp::FAR_FUTURE;
    let mut issuer_serials = Vec::new();
    for der in path {
        let parsed = certificate::parse(der).map_err(|error| {
            explain::at(
                &claim.chain,
                der,
                IdentityProblem::BadEncoding(error.to_string()),
            )
        })?;
        let certificate = Certificate::read(&parsed);
        if leaf.is_none() && !certificate.may_sign {
            let why = "its key usage does not include digital signatures";
            let problem = IdentityProblem::WrongUsage(why.to_owned());
            return Err(explain::at(&claim.chain, der, problem));
        }
        not_after = not_after.min(certificate.not_after);
        issuer_serials.push(certificate.issuer_serial.clone());
        leaf.get_or_insert(certificate);
    }
    let leaf = leaf.ok_or_else(no_certificate)?;
    let identity = PeerIdentity {
        subject: leaf.subject,
        chain: claim.chain.clone(),
        not_after,
        issuer_serials,
    };
    Ok((identity, leaf.public_key))
}

/// What the first certificate says, and what the others say if they can be read.
fn unverified(claim: &PeerClaim) -> Result<Identified, IdentityError> {
    let first = claim.chain.first().ok_or_else(no_certificate)?;
    let readable = claim
        .chain
        .iter()
        .skip(1)
        .filter(|der| certificate::parse(der).is_ok());
    let leaf = certificate::parse(first)
        .map_err(|error| at_leaf(first, IdentityProblem::BadEncoding(error.to_string())))?;
    let leaf = Certificate::read(&leaf);
    let path = std::iter::once(first).chain(readable);
    let certificates: Vec<Certificate> = path
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect();
    let ends = certificates.iter().map(|certificate| certificate.not_after);
    let identity = PeerIdentity {
        subject: leaf.subject,
        chain: claim.chain.clone(),
        not_after: ends.min().unwrap_or(leaf.not_after),
        issuer_serials: certificates
            .into_iter()
            .map(|certificate| certificate.issuer_serial)
            .collect(),
    };
    Ok((identity, leaf.public_key))
}

fn at_leaf(der: &[u8], problem: IdentityProblem) -> IdentityError {
    IdentityError {
        certificate: 0,
        subject: certificate::subject_of(der),
        problem,
    }
}

fn no_certificate() -> IdentityError {
    IdentityError {
        certificate: 0,
        subject: String::new(),
        problem: IdentityProblem::NoCertificate,
    }
}
