//! Revocation lists, and how strictly they are asked for.

use std::fmt;
use std::path::Path;

use rustls_pki_types::pem::SectionKind;
use tessera_session::{IssuerSerial, RevokedSerials};
use webpki::{CertRevocationList, OwnedCertRevocationList};
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;
use zeroize::Zeroizing;

use crate::file::{LoadError, LoadProblem, Sections};

/// Certificate revocation lists (RFC 5280 §5), as files have them: RFC 9325 §7.5 (1).
///
/// A list's signature is checked by [`Verifier`](crate::Verifier) when it is
/// used. For resumption its entries count as they are: it is the operator's own file.
#[derive(Default)]
pub struct Crls {
    lists: Vec<CertRevocationList<'static>>,
    entries: Vec<IssuerSerial>,
}

/// What is asked of revocation lists, where there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationPolicy {
    /// Which certificates are looked up.
    pub depth: Depth,
    /// What to make of a certificate whose issuer has no list here.
    pub without_list: Lenience,
    /// What to make of a list whose next update is overdue.
    pub outdated_list: Lenience,
}

/// How far up the chain revocation is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The peer's own certificate only.
    Leaf,
    /// The peer's certificate and all intermediates.
    Chain,
}

/// Whether what is not known for sure is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lenience {
    /// Not accepted.
    Refuse,
    /// Accepted.
    Accept,
}

impl Default for RevocationPolicy {
    /// Everything is asked: who configures lists wants them to bite.
    fn default() -> Self {
        Self {
            depth: Depth::Chain,
            without_list: Lenience::Refuse,
            outdated_list: Lenience::Refuse,
        }
    }
}

impl Crls {
    /// No lists.
    pub fn new() -> Self {
        Self::default()
    }

    /// All lists of some files, each in PEM or DER.
    pub fn from_files<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
    ) -> Result<Self, LoadError> {
        let mut crls = Self::new();
        for path in paths {
            crls.add_file(path.as_ref())?;
        }
        Ok(crls)
    }

    /// Adds the lists of one more file, in PEM or DER.
    pub fn add_file(&mut self, path: impl AsRef<Path>) -> Result<(), LoadError> {
        let path = path.as_ref();
        let sections = Sections::read(path, SectionKind::Crl)?;
        self.add_all_of(&sections)
            .map_err(|problem| problem.of(path))
    }

    /// As [`Crls::add_file`], of a file's content.
    pub fn add_pem(&mut self, content: &[u8]) -> Result<(), LoadError> {
        Sections::parse(Zeroizing::new(content.to_vec()), SectionKind::Crl)
            .and_then(|sections| self.add_all_of(&sections))
            .map_err(|problem| problem.at("the revocation lists"))
    }

    fn add_all_of(&mut self, sections: &Sections) -> Result<(), LoadProblem> {
        let before = self.lists.len();
        for (position, der) in (1..).zip(sections.all(SectionKind::Crl)) {
            self.add_der(der).map_err(|why| LoadProblem::BadCrl {
                position,
                why: why.to_string(),
            })?;
        }
        if self.lists.len() == before {
            return Err(LoadProblem::NoCrl(sections.kinds()));
        }
        Ok(())
    }

    /// Adds one list in DER.
    pub fn add_der(&mut self, der: &[u8]) -> Result<(), UnusableCrl> {
        let list = OwnedCertRevocationList::from_der(der)
            .map_err(|error| UnusableCrl(error.to_string()))?;
        let (_, names) = CertificateRevocationList::from_der(der)
            .map_err(|error| UnusableCrl(error.to_string()))?;
        let issuer = names.issuer().as_raw();
        self.entries.extend(
            names
                .iter_revoked_certificates()
                .map(|entry| IssuerSerial::new(issuer, entry.raw_serial())),
        );
        self.lists.push(CertRevocationList::from(list));
        Ok(())
    }

    /// Whether there are no lists at all.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Everything the lists name, for the sessions that outlive a certificate's good standing.
    pub fn revoked(&self) -> RevokedSerials {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn names(&self, certificate: &IssuerSerial) -> bool {
        self.entries.contains(certificate)
    }

    pub(crate) fn lists(&self) -> Vec<&CertRevocationList<'static>> {
        self.lists.iter().collect()
    }
}

impl fmt::Debug for Crls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Crls({} lists, {} entries)",
            self.lists.len(),
            self.entries.len()
        )
    }
}

/// Not a revocation list, or one with features that are not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnusableCrl(String);
