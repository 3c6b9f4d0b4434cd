//! Reading certificates, keys and lists from files, in PEM or DER.

use std::io;
use std::path::Path;

use rustls_pki_types::pem::{SectionKind, SliceIter};
use tessera_crypto::KeyError;
use zeroize::Zeroizing;

/// What is wrong with a file, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct LoadError {
    /// The file, or whatever else was read.
    pub file: String,
    /// What is wrong with it.
    pub problem: LoadProblem,
}

/// What can be wrong with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadProblem {
    /// It cannot be read at all.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// It is PEM, but broken.
    #[error("is damaged: {0}; copy it again from where it came")]
    BadPem(String),
    /// There is no certificate in it.
    #[error("has no certificate in it{}; name the file that begins with BEGIN CERTIFICATE", but_has(.0))]
    NoCertificate(Vec<&'static str>),
    /// There is no private key in it.
    #[error("has no private key in it{}; name the file that begins with BEGIN PRIVATE KEY", but_has(.0))]
    NoKey(Vec<&'static str>),
    /// There is more than one private key in it.
    #[error("has {0} private keys in it; leave the one that belongs to the certificate")]
    SeveralKeys(usize),
    /// The private key cannot be used.
    #[error("has a private key that cannot be used: {}{}", .0, advice(.0))]
    BadKey(KeyError),
    /// The key is that of another certificate.
    #[error(
        "has a {key} key, which does not belong to the first certificate of {certificate} \
         ({subject}); the certificate's file must begin with the one made for this key"
    )]
    KeyMismatch {
        /// The kind of key.
        key: tessera_crypto::sign::KeyKind,
        /// The file of the certificate.
        certificate: String,
        /// The subject of its first certificate.
        subject: String,
    },
    /// One of its certificates cannot be read.
    #[error("has a certificate (number {position}) that cannot be read: {why}")]
    BadCertificate {
        /// Its position, from 1.
        position: usize,
        /// Why not.
        why: String,
    },
    /// There is no revocation list in it.
    #[error("has no revocation list in it{}; name the file that begins with BEGIN X509 CRL", but_has(.0))]
    NoCrl(Vec<&'static str>),
    /// One of its revocation lists cannot be used.
    #[error("has a revocation list (number {position}) that cannot be used: {why}")]
    BadCrl {
        /// Its position, from 1.
        position: usize,
        /// Why not.
        why: String,
    },
    /// The system trusts nobody.
    #[error(
        "has no trusted certificate; install the system's CA certificates, or name a file of your own"
    )]
    NoAnchor,
}

impl LoadProblem {
    pub(crate) fn of(self, file: &Path) -> LoadError {
        self.at(file.display().to_string())
    }

    pub(crate) fn at(self, place: impl Into<String>) -> LoadError {
        LoadError {
            file: place.into(),
            problem: self,
        }
    }
}

fn but_has(kinds: &[&'static str]) -> String {
    if kinds.is_empty() {
        return String::new();
    }
    format!(" (but {})", kinds.join(", "))
}

fn advice(error: &KeyError) -> &'static str {
    match error {
        KeyError::Encrypted => " (openssl pkey -in FILE -out PLAIN)",
        _ => "",
    }
}

/// What a file is made of: sections of PEM, or one thing in DER.
pub(crate) struct Sections {
    sections: Vec<(SectionKind, Zeroizing<Vec<u8>>)>,
    encrypted_key: bool,
}

impl Sections {
    /// Reads `path`; a file in DER counts as one section of kind `if_der`.
    pub(crate) fn read(path: &Path, if_der: SectionKind) -> Result<Self, LoadError> {
        let bytes = std::fs::read(path).map_err(|error| LoadProblem::Unreadable(error).of(path))?;
        Self::parse(Zeroizing::new(bytes), if_der).map_err(|problem| problem.of(path))
    }

    /// As [`Sections::read`], of a file that has been read already.
    pub(crate) fn parse(
        bytes: Zeroizing<Vec<u8>>,
        if_der: SectionKind,
    ) -> Result<Self, LoadProblem> {
        if is_der(&bytes) {
            return Ok(Self {
                sections: vec![(if_der, bytes)],
                encrypted_key: false,
            });
        }
        let encrypted_key = holds(&bytes, b"BEGIN ENCRYPTED PRIVATE KEY")
            || holds(&bytes, b"Proc-Type: 4,ENCRYPTED");
        let mut sections = Vec::new();
        for section in SliceIter::<(SectionKind, Vec<u8>)>::new(&bytes) {
            match section {
                Ok((kind, der)) => sections.push((kind, Zeroizing::new(der))),
                // The old encryption puts headers where base64 is expected.
                Err(_) if encrypted_key => {}
                Err(error) => return Err(LoadProblem::BadPem(error.to_string())),
            }
        }
        Ok(Self {
            sections,
            encrypted_key,
        })
    }

    /// The contents of all sections of one kind.
    pub(crate) fn all(&self, kind: SectionKind) -> impl Iterator<Item = &[u8]> {
        self.sections
            .iter()
            .filter(move |(found, _)| *found == kind)
            .map(|(_, der)| der.as_slice())
    }

    /// The one private key, of whatever format.
    pub(crate) fn private_key(&self) -> Result<&[u8], LoadProblem> {
        let kinds = [
            SectionKind::PrivateKey,
            SectionKind::EcPrivateKey,
            SectionKind::RsaPrivateKey,
        ];
        let mut keys = kinds.into_iter().flat_map(|kind| self.all(kind));
        match (keys.next(), keys.count()) {
            (Some(key), 0) => Ok(key),
            (Some(_), more) => Err(LoadProblem::SeveralKeys(more + 1)),
            (None, _) if self.encrypted_key => Err(LoadProblem::BadKey(KeyError::Encrypted)),
            (None, _) => Err(LoadProblem::NoKey(self.kinds())),
        }
    }

    /// What there is, for messages about what there is not.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self.sections.iter().map(|(kind, _)| name(*kind)).collect();
        kinds.dedup();
        if self.encrypted_key {
            kinds.push("an encrypted private key");
        }
        kinds
    }
}

/// Whether this is one DER SEQUENCE from its first byte to its last: no text is.
fn is_der(bytes: &[u8]) -> bool {
    let [0x30, first, rest @ ..] = bytes else {
        return false;
    };
    if *first < 0x80 {
        return rest.len() == usize::from(*first);
    }
    let Some((length, content)) = rest.split_at_checked(usize::from(first - 0x80)) else {
        return false;
    };
    length.len() <= 4
        && length
            .iter()
            .fold(0, |len, &octet| len << 8 | usize::from(octet))
            == content.len()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

fn name(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::Certificate => "a certificate",
        SectionKind::PrivateKey | SectionKind::EcPrivateKey | SectionKind::RsaPrivateKey => {
            "a private key"
        }
        SectionKind::PublicKey => "a public key",
        SectionKind::Crl => "a revocation list",
        SectionKind::Csr => "a certificate request",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &[u8]) -> Result<Sections, LoadProblem> {
        Sections::parse(Zeroizing::new(text.to_vec()), SectionKind::Certificate)
    }

    #[test]
    fn der_is_one_section_of_the_kind_expected() {
        for der in [&[0x30, 1, 7][..], &[0x30, 0x82, 0, 1, 7]] {
            let sections = parse(der).unwrap();
            assert_eq!(sections.all(SectionKind::Certificate).count(), 1);
            assert_eq!(sections.all(SectionKind::Crl).count(), 0);
        }
    }

    #[test]
    fn text_without_pem_has_no_sections() {
        let sections = parse(b"0-th line of a text, which begins like DER").unwrap();
        assert!(sections.kinds().is_empty());
        assert!(matches!(sections.private_key(), Err(LoadProblem::NoKey(_))));
    }

    #[test]
    fn an_encrypted_key_is_named_as_such() {
        for text in [
            &b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"[..],
            b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        ] {
            let problem = parse(text).unwrap().private_key().err().unwrap();
            assert!(matches!(problem, LoadProblem::BadKey(KeyError::Encrypted)), "{problem}");
            assert!(problem.to_string().contains("openssl pkey"), "{problem}");
        }
    }

    #[test]
    fn pem_that_breaks_off_is_damaged() {
        let damaged = parse(b"-----BEGIN CERTIFICATE-----\nAAAA\n");
        assert!(matches!(damaged, Err(LoadProblem::BadPem(_))));
    }
}
