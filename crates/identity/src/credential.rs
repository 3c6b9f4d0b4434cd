//! Our own certificate and its key.

use std::path::Path;
use std::sync::Arc;

use rustls_pki_types::pem::SectionKind;
use tessera_crypto::SigningKey;
use tessera_engine::{Audience, Identity};
use tessera_session::{ServerName, Timestamp};
use tessera_wire::codepoint::SignatureScheme;
use zeroize::Zeroizing;

use crate::certificate::{self, Certificate};
use crate::file::{LoadError, LoadProblem, Sections};
use crate::signer::{Signer, Signing};

/// A certificate chain and the key of its first certificate.
#[derive(Clone)]
pub struct Credential {
    /// DER, the certificate of the key first.
    pub chain: Vec<Vec<u8>>,
    /// The key.
    pub key: Arc<SigningKey>,
    /// The DNS names and addresses the certificate is for; `*.` stands for one label.
    pub names: Vec<String>,
    /// Which peers may see it; everybody, unless it is changed.
    pub audience: Audience,
    certificates: Vec<Certificate>,
}

/// What is odd about a credential that can be used all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Peers that look at the time will refuse it.
    #[error("certificate {certificate} ({subject}) expired at {at}; renew it")]
    Expired {
        /// Its position; 0 is our own.
        certificate: usize,
        /// Its subject.
        subject: String,
        /// When it ended.
        at: Timestamp,
    },
    /// Peers that look at the time will refuse it for now.
    #[error("certificate {certificate} ({subject}) is not valid before {at}")]
    NotYetValid {
        /// Its position; 0 is our own.
        certificate: usize,
        /// Its subject.
        subject: String,
        /// When it begins.
        at: Timestamp,
    },
    /// A server's certificate without names is good for no host.
    #[error(
        "the certificate ({subject}) has no DNS name or IP address; clients will refuse it for every host"
    )]
    NoNames {
        /// Its subject.
        subject: String,
    },
    /// Peers may fail to find the way up.
    #[error(
        "certificate {certificate} ({subject}) is not issued by the one behind it; put the chain in order, leaf first"
    )]
    OutOfOrder {
        /// Its position; 0 is our own.
        certificate: usize,
        /// Its subject.
        subject: String,
    },
}

impl Credential {
    /// Reads the chain from one file and the key from another, which may be the same.
    pub fn from_pem_files(
        chain: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Result<Self, LoadError> {
        let (chain, key) = (chain.as_ref(), key.as_ref());
        let certificates = Sections::read(chain, SectionKind::Certificate)?;
        let private = Sections::read(key, SectionKind::PrivateKey)?;
        Self::of_sections(
            &certificates,
            &private,
            Files {
                chain: &chain.display().to_string(),
                key: &key.display().to_string(),
            },
        )
    }

    /// As [`Credential::from_pem_files`], of the files' contents.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, LoadError> {
        let [certificates, private] = [
            (chain, SectionKind::Certificate, NO_FILES.chain),
            (key, SectionKind::PrivateKey, NO_FILES.key),
        ]
        .map(|(content, kind, place)| {
            Sections::parse(Zeroizing::new(content.to_vec()), kind)
                .map_err(|problem| problem.at(place))
        });
        Self::of_sections(&certificates?, &private?, NO_FILES)
    }

    fn of_sections(
        certificates: &Sections,
        private: &Sections,
        files: Files<'_>,
    ) -> Result<Self, LoadError> {
        let chain: Vec<Vec<u8>> = certificates
            .all(SectionKind::Certificate)
            .map(<[u8]>::to_vec)
            .collect();
        if chain.is_empty() {
            return Err(LoadProblem::NoCertificate(certificates.kinds()).at(files.chain));
        }
        let key = private
            .private_key()
            .and_then(|der| SigningKey::from_der(der).map_err(LoadProblem::BadKey))
            .map_err(|problem| problem.at(files.key))?;
        Self::assemble(chain, key, files)
    }

    /// From a chain in DER and a key, which must be that of the first certificate.
    pub fn new(chain: Vec<Vec<u8>>, key: SigningKey) -> Result<Self, LoadError> {
        if chain.is_empty() {
            return Err(LoadProblem::NoCertificate(Vec::new()).at(NO_FILES.chain));
        }
        Self::assemble(chain, key, NO_FILES)
    }

    fn assemble(chain: Vec<Vec<u8>>, key: SigningKey, files: Files<'_>) -> Result<Self, LoadError> {
        let mut certificates = Vec::with_capacity(chain.len());
        for (position, der) in (1..).zip(&chain) {
            let certificate = Certificate::from_der(der).map_err(|error| {
                LoadProblem::BadCertificate {
                    position,
                    why: error.to_string(),
                }
                .at(files.chain)
            })?;
            certificates.push(certificate);
        }
        let leaf = &certificates[0];
        if leaf.public_key != key.public_key_spki() {
            let problem = LoadProblem::KeyMismatch {
                key: key.kind(),
                certificate: files.chain.to_owned(),
                subject: leaf.subject.clone(),
            };
            return Err(problem.at(files.key));
        }
        Ok(Self {
            chain,
            key: Arc::new(key),
            names: leaf.names.clone(),
            audience: Audience::default(),
            certificates,
        })
    }

    /// Whether the certificate is for this name.
    pub fn covers(&self, name: &ServerName) -> bool {
        certificate::covers(&self.names, name)
    }

    /// Whose certificate it is.
    pub fn subject(&self) -> &str {
        &self.certificates[0].subject
    }

    /// When the certificate ends.
    pub fn not_after(&self) -> Timestamp {
        self.certificates[0].not_after
    }

    /// What the engine is told of it.
    pub fn identity(&self) -> Identity {
        Identity {
            chain: self.chain.clone(),
            schemes: self.key.schemes().to_vec(),
            names: self.names.clone(),
            issuers: self
                .certificates
                .iter()
                .map(|certificate| certificate.issuer_name.clone())
                .collect(),
            chain_schemes: self.chain_schemes(),
            audience: self.audience,
            ..Identity::default()
        }
    }

    /// What the chain is signed with. A root that is in it all the same signs itself, which nobody checks.
    fn chain_schemes(&self) -> Vec<SignatureScheme> {
        self.certificates
            .iter()
            .filter(|certificate| certificate.issuer != certificate.subject)
            .map(|certificate| certificate.signed_with.unwrap_or(NO_SCHEME))
            .collect()
    }

    /// What peers might take offence at.
    pub fn warnings(&self, now: Timestamp) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for (certificate, read) in self.certificates.iter().enumerate() {
            let subject = read.subject.clone();
            if read.not_after < now {
                warnings.push(Warning::Expired {
                    certificate,
                    subject,
                    at: read.not_after,
                });
            } else if now < read.not_before {
                warnings.push(Warning::NotYetValid {
                    certificate,
                    subject,
                    at: read.not_before,
                });
            }
        }
        if self.names.is_empty() {
            warnings.push(Warning::NoNames {
                subject: self.subject().to_owned(),
            });
        }
        for (certificate, pair) in self.certificates.windows(2).enumerate() {
            if let [read, behind] = pair
                && read.issuer != behind.subject
            {
                warnings.push(Warning::OutOfOrder {
                    certificate,
                    subject: read.subject.clone(),
                });
            }
        }
        warnings
    }
}

impl Signer for Credential {
    fn schemes(&self) -> &[SignatureScheme] {
        Signer::schemes(&*self.key)
    }

    fn sign(&self, scheme: SignatureScheme, message: Vec<u8>) -> Signing<'_> {
        Signer::sign(&*self.key, scheme, message)
    }
}

/// Reserved, so that no peer lists it: for signatures that TLS has no word for.
const NO_SCHEME: SignatureScheme = SignatureScheme(0);

/// Where the two halves came from, for messages.
#[derive(Clone, Copy)]
struct Files<'a> {
    chain: &'a str,
    key: &'a str,
}

const NO_FILES: Files<'static> = Files {
    chain: "the certificate chain",
    key: "the private key",
};
