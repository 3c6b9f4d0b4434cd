//! The anchors that are trusted.

use std::collections::BTreeMap;
use std::path::Path;

use rustls_pki_types::pem::SectionKind;
use rustls_pki_types::{CertificateDer, TrustAnchor};
use tessera_crypto::{HashAlgorithm, HashContext};
use webpki::anchor_from_trusted_cert;
use zeroize::Zeroizing;

use crate::file::{LoadError, LoadProblem, Sections};

/// A set of trust anchors. What it contains decides, not the order or how often.
#[derive(Clone, Debug)]
pub struct Roots {
    anchors: Vec<TrustAnchor<'static>>,
    /// The hash of each anchor, at the same place: ascending, none twice.
    hashes: Vec<[u8; 32]>,
    skipped: usize,
}

impl Roots {
    /// What this machine trusts. `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the
    /// system's own store.
    ///
    /// A store like this has certificates nobody can read; they are left out and
    /// counted in [`skipped`](Self::skipped).
    pub fn native() -> Result<Self, LoadError> {
        let found = rustls_native_certs::load_native_certs();
        let anchors: Vec<_> = found
            .certs
            .iter()
            .filter_map(|certificate| anchor(certificate).ok())
            .collect();
        let skipped = found.errors.len() + found.certs.len() - anchors.len();
        if !anchors.is_empty() {
            let roots = Self::of(anchors);
            return Ok(Self { skipped, ..roots });
        }
        let place = "the system's trust store";
        match found.errors.into_iter().next() {
            Some(error) => Err(LoadProblem::Unreadable(std::io::Error::other(error)).at(place)),
            None => Err(LoadProblem::NoAnchor.at(place)),
        }
    }

    /// The certificates of a file in PEM (or one in DER), all of them.
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let sections = Sections::read(path, SectionKind::Certificate)?;
        Self::all_of(&sections).map_err(|problem| problem.of(path))
    }

    /// As [`Roots::from_pem_file`], of a file's content.
    pub fn from_pem(content: &[u8]) -> Result<Self, LoadError> {
        let content = Zeroizing::new(content.to_vec());
        Sections::parse(content, SectionKind::Certificate)
            .and_then(|sections| Self::all_of(&sections))
            .map_err(|problem| problem.at(LIST))
    }

    fn all_of(sections: &Sections) -> Result<Self, LoadProblem> {
        let roots = Self::read(sections.all(SectionKind::Certificate))?;
        if roots.is_empty() {
            return Err(LoadProblem::NoCertificate(sections.kinds()));
        }
        Ok(roots)
    }

    /// These certificates, in DER. Of none of them comes a set that trusts nobody.
    pub fn from_der<D: AsRef<[u8]>>(
        certificates: impl IntoIterator<Item = D>,
    ) -> Result<Self, LoadError> {
        Self::read(certificates).map_err(|problem| problem.at(LIST))
    }

    /// No anchors: nobody is trusted.
    pub fn empty() -> Self {
        Self::of(Vec::new())
    }

    /// These and those.
    #[must_use]
    pub fn joined(mut self, others: Self) -> Self {
        self.anchors.extend(others.anchors);
        Self {
            skipped: self.skipped + others.skipped,
            ..Self::of(self.anchors)
        }
    }

    fn read<D: AsRef<[u8]>>(
        certificates: impl IntoIterator<Item = D>,
    ) -> Result<Self, LoadProblem> {
        let mut anchors = Vec::new();
        for (position, certificate) in (1..).zip(certificates) {
            let anchor =
                anchor(certificate.as_ref()).map_err(|error| LoadProblem::BadCertificate {
                    position,
                    why: error.to_string(),
                })?;
            anchors.push(anchor);
        }
        Ok(Self::of(anchors))
    }

    fn of(anchors: Vec<TrustAnchor<'static>>) -> Self {
        let ordered: BTreeMap<_, _> = anchors
            .into_iter()
            .map(|anchor| (hash(&anchor), anchor))
            .collect();
        let (hashes, anchors) = ordered.into_iter().unzip();
        Self {
            anchors,
            hashes,
            skipped: 0,
        }
    }

    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.anchors.len()
    }

    /// How many certificates of the system's store could not be used.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// The set as 32 bytes: equal sets, equal hashes, wherever they came from.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = HashContext::new(HashAlgorithm::Sha256);
        hash.update(b"tessera trust anchors");
        self.hashes.iter().for_each(|anchor| hash.update(anchor));
        digest(hash)
    }

    /// The hash of each anchor, in ascending order.
    pub fn hashes(&self) -> &[[u8; 32]] {
        &self.hashes
    }

    /// The DER of each anchor's name, for `certificate_authorities` (RFC 9846 §4.3.4).
    pub fn subjects(&self) -> Vec<Vec<u8>> {
        self.anchors
            .iter()
            .map(|anchor| sequence(&anchor.subject))
            .collect()
    }

    pub(crate) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }
}

/// What anchors that come from no file are called in messages.
const LIST: &str = "the list of trust anchors";

fn anchor(certificate: &[u8]) -> Result<TrustAnchor<'static>, webpki::Error> {
    let certificate = CertificateDer::from(certificate);
    Ok(anchor_from_trusted_cert(&certificate)?.to_owned())
}

fn hash(anchor: &TrustAnchor<'_>) -> [u8; 32] {
    let mut hash = HashContext::new(HashAlgorithm::Sha256);
    hash.update(b"tessera trust anchor");
    let constraints = anchor
        .name_constraints
        .as_ref()
        .map_or(&[][..], AsRef::as_ref);
    for part in [
        anchor.subject.as_ref(),
        anchor.subject_public_key_info.as_ref(),
        constraints,
    ] {
        hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    digest(hash)
}

fn digest(hash: HashContext) -> [u8; 32] {
    hash.finish()
        .as_bytes()
        .try_into()
        .expect("SHA-256 has 32 bytes")
}

/// `content` as a SEQUENCE.
pub(crate) fn sequence(content: &[u8]) -> Vec<u8> {
    let mut der = vec![0x30];
    let len = content.len();
    match u8::try_from(len) {
        Ok(short) if short < 0x80 => der.push(short),
        _ => {
            let octets = len.to_be_bytes();
            let leading = octets.iter().take_while(|&&octet| octet == 0).count();
            let octets = &octets[leading..];
            // At most eight octets: the length of a usize.
            der.push(0x80 | u8::try_from(octets.len()).unwrap_or(8));
            der.extend_from_slice(octets);
        }
    }
    der.extend_from_slice(content);
    der
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_has_the_shortest_length() {
        assert_eq!(sequence(&[7])[..2], [0x30, 1]);
        assert_eq!(sequence(&[7; 127])[..2], [0x30, 127]);
        assert_eq!(sequence(&[7; 128])[..3], [0x30, 0x81, 128]);
        assert_eq!(sequence(&[7; 256])[..4], [0x30, 0x82, 1, 0]);
    }

    #[test]
    fn an_empty_set_has_a_hash_of_its_own() {
        let none = Roots::from_der::<&[u8]>([]).unwrap();
        assert!(none.is_empty());
        assert_eq!(none.hash(), Roots::empty().hash());
        assert_ne!(none.hash(), [0; 32]);
    }

    #[test]
    fn what_is_no_certificate_is_no_anchor() {
        let error = Roots::from_der([b"junk"]).unwrap_err();
        assert!(error.to_string().contains("number 1"), "{error}");
    }
}
