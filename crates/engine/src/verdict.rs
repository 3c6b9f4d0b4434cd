//! What a verifier says of a peer, and why it said no.

use std::fmt;
use tessera_session::{PeerIdentity, Timestamp};

/// The verifier's word on a certificate chain.
#[derive(Clone)]
pub enum Verdict {
    /// The peer is who its chain says it is.
    Accepted(Box<Accepted>),
    /// One certificate failed one check.
    Rejected(IdentityError),
}

/// A peer whose chain was accepted.
#[derive(Clone)]
pub struct Accepted {
    /// Who the peer is; kept in the session.
    pub identity: PeerIdentity,
    /// The leaf's SubjectPublicKeyInfo, DER: what CertificateVerify is checked with.
    pub public_key: Vec<u8>,
    /// Whether the chain was really verified.
    pub trust: Trust,
}

/// Whether an accepted chain was verified or waved through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Path, names, times and usage were checked.
    Verified,
    /// Verification was switched off: sessions made so are tainted.
    Waived,
}

/// Which check failed on which certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityError {
    /// Position in the chain the peer sent; 0 is the leaf.
    pub certificate: usize,
    /// The subject of that certificate, as text, where it could be read.
    pub subject: String,
    /// What was wrong with it.
    pub problem: IdentityProblem,
}

/// What can be wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityProblem {
    /// The peer sent no certificate where one is required.
    NoCertificate,
    /// It is not a certificate, or not one we can read.
    BadEncoding(String),
    /// No path leads from it to a trust anchor.
    UnknownIssuer,
    /// It ended at `at`.
    Expired {
        /// NotAfter.
        at: Timestamp,
    },
    /// It begins at `at`.
    NotYetValid {
        /// NotBefore.
        at: Timestamp,
    },
    /// It is for other names.
    WrongName {
        /// The name we wanted.
        wanted: String,
        /// The names it has.
        has: Vec<String>,
    },
    /// A CRL lists it.
    Revoked,
    /// Its own signature, by its issuer, does not verify.
    BadSignature,
    /// It is signed with a digest that proves nothing any more.
    WeakSignature(&'static str),
    /// It is not meant for this use (extended key usage, CA flag, path length).
    WrongUsage(String),
    /// Its key or signature algorithm is not one we accept.
    UnsupportedAlgorithm(String),
    /// The status of it that came with it (OCSP) is missing or not good: RFC 6066 §8.
    BadStatus(String),
    /// Any other reason of the verifier.
    Other(String),
    /// A reason that the verifier does not want the peer to hear.
    Withheld(String),
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.problem == IdentityProblem::NoCertificate {
            return write!(f, "{}", self.problem);
        }
        write!(
            f,
            "certificate {} ({}): {}",
            self.certificate, self.subject, self.problem
        )
    }
}

impl fmt::Display for IdentityProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("the peer sent no certificate"),
            Self::BadEncoding(why) => write!(f, "cannot be read: {why}"),
            Self::UnknownIssuer => f.write_str("its issuer is not trusted here"),
            Self::Expired { at } => write!(f, "expired at {at}"),
            Self::NotYetValid { at } => write!(f, "not valid before {at}"),
            Self::WrongName { wanted, has } => {
                write!(f, "is not for {wanted} (it is for {})", has.join(", "))
            }
            Self::Revoked => f.write_str("has been revoked by its issuer"),
            Self::BadSignature => f.write_str("its signature is not of the issuer it names"),
            Self::WeakSignature(digest) => {
                write!(f, "is signed with {digest}, which proves nothing any more")
            }
            Self::WrongUsage(why) => write!(f, "is not meant for this use: {why}"),
            Self::UnsupportedAlgorithm(which) => {
                write!(f, "uses an algorithm not accepted here: {which}")
            }
            Self::BadStatus(why) => write!(f, "its stapled status is not accepted: {why}"),
            Self::Other(why) | Self::Withheld(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for IdentityError {}
